//! What a container does between the order to stop and SIGTERM.

use crate::object::Container;

/// What a container does between the order to stop and SIGTERM.
pub(super) enum PreStop {
    /// Nothing.
    Nothing,
    /// Waits.
    Seconds(f64),
    /// Something of which nobody can say how long it takes.
    SomethingElse,
}

/// What the `preStop` hook of a container does.
pub(super) fn pre_stop(container: &Container<'_>) -> PreStop {
    let hook = container.at("lifecycle/preStop");
    if hook.is_unset() {
        return PreStop::Nothing;
    }
    let command = hook.at("exec/command").items().filter_map(|word| word.as_str());
    let seconds = hook.at("sleep/seconds").as_int().map(|seconds| seconds as f64).or_else(|| slept(command));
    seconds.map_or(PreStop::SomethingElse, PreStop::Seconds)
}

/// The seconds that a command sleeps, as far as it can be told: `["sleep", "5"]`, `["sh", "-c", "sleep 5 && stop"]`.
fn slept<'a>(command: impl Iterator<Item = &'a str>) -> Option<f64> {
    let is_break = |letter: char| letter.is_whitespace() || ";&|()'\"".contains(letter);
    let mut words = command.flat_map(|word| word.split(is_break)).filter(|word| !word.is_empty());
    let mut sum = None;
    while let Some(word) = words.next() {
        if word.rsplit('/').next() == Some("sleep") {
            sum = Some(sum.unwrap_or(0.0) + duration(words.next()?)?);
        }
    }
    sum
}

/// The seconds of a duration as `sleep` and Go write it: `5`, `0.5`, `5s`, `1h30m`.
pub(super) fn duration(text: &str) -> Option<f64> {
    let (mut sum, mut rest) = (0.0, text);
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let unit = after.find(|letter: char| letter.is_ascii_digit()).unwrap_or(after.len());
        let factor = match &after[..unit] {
            "" | "s" => 1.0,
            "ms" => 0.001,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * factor;
        rest = &after[unit..];
    }
    (!text.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::{duration, slept};

    #[test]
    fn a_command_sleeps_as_long_as_it_says() {
        let seconds = |command: &[&str]| slept(command.iter().copied());
        assert_eq!(seconds(&["sleep", "5"]), Some(5.0));
        assert_eq!(seconds(&["/bin/sh", "-c", "/bin/sleep 1m; nginx -s quit && sleep 2.5"]), Some(62.5));
        assert_eq!(seconds(&["sh", "-c", "sleep $WAIT"]), None);
        assert_eq!(seconds(&["sh", "-c", "sleep"]), None);
        assert_eq!(seconds(&["nginx", "-s", "quit"]), None);
    }

    #[test]
    fn durations_are_read_as_go_writes_them() {
        assert_eq!(duration("1h30m"), Some(5400.0));
        assert_eq!(duration("5m0s"), Some(300.0));
        assert_eq!(duration("1.5m"), Some(90.0));
        for wrong in ["", "m", "5 m", "5x", "-5s", "é"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
