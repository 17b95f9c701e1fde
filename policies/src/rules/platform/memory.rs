//! How amounts of memory, and shares of them, are written in messages.

use crate::quantity::Quantity;
use crate::resources::Resource;

/// An amount of memory in mebibytes, with one digit after the point where it needs one: `409.6Mi`.
pub(super) fn mebibytes(amount: Quantity) -> String {
    let text = format!("{:.1}", amount.ratio(Quantity::from_units(1 << 20)));
    format!("{}Mi", text.strip_suffix(".0").unwrap_or(&text))
}

/// A share that lies outside its bounds: `117.2 % of its memory limit 1Gi, outside 50 % to 90 %`.
pub(super) fn outside(share: f64, limit: &Resource<'_>, minimum: f64, maximum: f64) -> String {
    let (least, most) = (percent(minimum, 1), percent(maximum, 1));
    // As many digits as it takes to differ from the bounds.
    let precise = (1..6).map(|digits| percent(share, digits)).find(|text| *text != least && *text != most);
    let share = precise.unwrap_or_else(|| percent(share, 6));
    format!("{share} of its memory limit {}, outside {least} to {most}", limit.written())
}

fn percent(share: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}
