//! The configured set: which rules are in force, with which parameters, severities, actions and exemptions.

mod exemption;
mod file;
mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use exemption::Exemption;
pub use file::{PolicyError, PolicyFile};
pub use schema::schema;
pub(crate) use schema::suggest;

use crate::cluster::{Cluster, Version};
use crate::diagnostics::IGNORE_UNUSED;
use crate::finding::{Action, Finding, Report, Severity, Suppression};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Check, Definition, Profile};
use crate::{rules, suppress};

/// What the caller asks for beyond the policy file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The profile, instead of the file's.
    pub profile: Option<Profile>,
    /// Only these rules, whatever the profile holds.
    pub only: Vec<String>,
    /// None of these rules.
    pub skip: Vec<String>,
    /// The Kubernetes version, instead of the file's.
    pub kubernetes_version: Option<Version>,
    /// Today, as `2026-12-31`: exemptions that have run out no longer count. Absent, none has.
    pub today: Option<String>,
    /// Annotations and exemptions do not count.
    pub no_suppressions: bool,
}

/// A rule in force.
struct Enabled {
    definition: &'static Definition,
    check: Box<dyn Check>,
    severity: Severity,
    action: Action,
}

/// The rules in force. One function, [`Policy::evaluate`], gives the verdict for every host.
pub struct Policy {
    profile: Profile,
    rules: Vec<Enabled>,
    by_kind: Vec<Vec<u16>>,
    exemptions: Vec<Exemption>,
    cluster: Arc<Cluster>,
    strict: bool,
    today: String,
    no_suppressions: bool,
}

impl Policy {
    /// The policy of one or more files, the base first; without a file, the `platform` profile.
    ///
    /// # Errors
    /// A rule that does not exist, parameters a rule refuses, or rules that contradict each other.
    pub fn new(files: Vec<PolicyFile>, options: &Options) -> Result<Self, PolicyError> {
        let mut profile = Profile::Platform;
        let mut cluster = serde_json::Map::new();
        let mut exemptions = Vec::new();
        let mut strict = false;
        let mut settings: BTreeMap<String, file::Settings> = BTreeMap::new();
        for file in files {
            profile = file.profile.unwrap_or(profile);
            strict = file.strict.unwrap_or(strict);
            file::merge(&mut cluster, file.cluster);
            exemptions.extend(file.exempt);
            for (name, rule) in file.rules {
                settings.entry(name).or_default().overlay(rule);
            }
        }
        let profile = options.profile.unwrap_or(profile);
        let mut cluster: Cluster =
            serde_json::from_value(cluster.into()).map_err(|error| PolicyError::new(format!("cluster: {error}")))?;
        cluster.kubernetes_version = options.kubernetes_version.unwrap_or(cluster.kubernetes_version);
        for name in
            options.only.iter().chain(&options.skip).chain(exemptions.iter().flat_map(|exemption| &exemption.rules))
        {
            if rules::find(name).is_none() {
                return Err(PolicyError::new(format!("there is no rule `{name}`{}", rules::suggestion(name))));
            }
        }
        let mut enabled = Vec::new();
        for definition in rules::all() {
            let setting = settings.get(definition.meta.name).cloned().unwrap_or_default();
            enabled.extend(enable(definition, setting, profile, options)?);
        }
        settle_contradictions(&mut enabled, &settings, profile, options)?;
        let mut by_kind = vec![Vec::new(); Kind::ALL.len()];
        for (index, rule) in enabled.iter().enumerate() {
            for kind in rule.definition.meta.kinds {
                by_kind[*kind as usize].push(index as u16);
            }
        }
        let today = options.today.clone().unwrap_or_default();
        let no_suppressions = options.no_suppressions;
        let cluster = Arc::new(cluster);
        Ok(Self { profile, rules: enabled, by_kind, exemptions, cluster, strict, today, no_suppressions })
    }

    /// The profile in force.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// How many rules are in force.
    pub fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// An empty inventory of the cluster this policy is for.
    pub fn inventory(&self) -> Inventory {
        Inventory::new(Arc::clone(&self.cluster))
    }

    /// What is wrong with one object, given the others. Suppressed findings are marked, not left out.
    pub fn evaluate(&self, object: &Object, inventory: &Inventory) -> Report {
        let mut report = Report::default();
        for &index in &self.by_kind[object.kind() as usize] {
            let rule = &self.rules[index as usize];
            report.begin(rule.definition.meta, rule.severity, rule.action);
            rule.check.check(object, inventory, &mut report);
        }
        if !self.no_suppressions {
            suppress::apply(object, &mut report, self.strict, |name| self.is_on(name));
            self.exempt(object, &mut report);
        }
        report
    }

    fn is_on(&self, name: &str) -> bool {
        self.rules.binary_search_by_key(&name, |rule| rule.definition.meta.name).is_ok()
    }

    fn exempt(&self, object: &Object, report: &mut Report) {
        let is_open = |finding: &&mut Finding| finding.suppression.is_none() && !finding.rule.kinds.is_empty();
        for finding in report.findings.iter_mut().filter(is_open) {
            let granted = self
                .exemptions
                .iter()
                .enumerate()
                .find(|(_, exemption)| !exemption.has_expired(&self.today) && exemption.covers(object, finding));
            finding.suppression =
                granted.map(|(index, exemption)| Suppression::Exemption(index, exemption.reason.clone()));
        }
    }

    /// The exemptions that have run out, or that suppressed none of the findings of a whole run.
    ///
    /// The findings point into the policy file. `complete` says that the run saw everything the policy is for; otherwise only
    /// dates are judged.
    pub fn idle_exemptions<'a>(&self, findings: impl Iterator<Item = &'a Finding>, complete: bool) -> Vec<Finding> {
        let mut used = vec![false; self.exemptions.len()];
        for finding in findings {
            if let Some(Suppression::Exemption(index, _)) = finding.suppression {
                used[index] = true;
            }
        }
        let is_judged = |exemption: &&Exemption| exemption.rules.iter().any(|rule| self.is_on(rule));
        let idle = self.exemptions.iter().zip(used).filter(|(exemption, _)| is_judged(exemption));
        idle.filter_map(|(exemption, used)| {
            let message = if exemption.has_expired(&self.today) {
                format!("this exemption ran out on {}", exemption.until.as_deref().unwrap_or_default())
            } else if complete && !used {
                "this exemption suppresses nothing".to_owned()
            } else {
                return None;
            };
            Some(Finding::new(&IGNORE_UNUSED, exemption.place.clone()?, message))
        })
        .collect()
    }
}

/// The rule with its settings, unless it is off.
fn enable(
    definition: &'static Definition,
    setting: file::Settings,
    profile: Profile,
    options: &Options,
) -> Result<Option<Enabled>, PolicyError> {
    let meta = definition.meta;
    let named = |names: &[String]| names.iter().any(|name| name == meta.name);
    // A rule that somebody gives a severity, or asks for by name, is on whatever the profile says.
    let is_wanted = if options.only.is_empty() {
        setting.severity.unwrap_or(file::Level::of(meta.profile <= profile, meta.severity)) != file::Level::Off
    } else {
        named(&options.only)
    };
    if !is_wanted || named(&options.skip) {
        return Ok(None);
    }
    let check = definition
        .make(profile, setting.parameters)
        .map_err(|error| PolicyError::new(format!("rule `{}`: {error}", meta.name)).at(setting.place))?;
    let severity = setting.severity.and_then(file::Level::severity).unwrap_or(meta.severity);
    Ok(Some(Enabled { definition, check, severity, action: setting.action.unwrap_or(meta.action) }))
}

/// Rules that demand opposites. A policy holds one of each pair.
const CONTRADICTIONS: [(&str, &str); 2] =
    [("cpu-limit-missing", "cpu-limit-set"), ("node-affinity-missing", "node-selection-used")];

/// Refuses rules that demand opposites. Where the profile `all` alone turned both on, the first stays, or the one that is named.
fn settle_contradictions(
    enabled: &mut Vec<Enabled>,
    settings: &BTreeMap<String, file::Settings>,
    profile: Profile,
    options: &Options,
) -> Result<(), PolicyError> {
    let is_named = |name: &str| {
        let level = settings.get(name).and_then(|setting| setting.severity);
        level.is_some_and(|level| level != file::Level::Off) || options.only.iter().any(|only| only == name)
    };
    for (first, second) in CONTRADICTIONS {
        let is_on = |name: &str| enabled.iter().any(|rule| rule.definition.meta.name == name);
        if !is_on(first) || !is_on(second) {
            continue;
        }
        let loser = match (is_named(first), is_named(second)) {
            (_, false) if profile == Profile::All => second,
            (false, true) if profile == Profile::All => first,
            _ => {
                let place = settings.get(second).or(settings.get(first)).and_then(|setting| setting.place.clone());
                let message = format!("`{first}` and `{second}` demand opposites; turn one of them off");
                return Err(PolicyError::new(message).at(place));
            }
        };
        enabled.retain(|rule| rule.definition.meta.name != loser);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::tree::Source;

    /// Which of the two opposites are on, or what is wrong with having both.
    fn limits(text: &str, only: &[&str]) -> Result<(bool, bool), String> {
        let file = PolicyFile::parse(&Source::new("policy.yaml", text)).unwrap();
        let options = Options { only: only.iter().map(|&name| name.to_owned()).collect(), ..Options::default() };
        let policy = Policy::new(vec![file], &options).map_err(|error| error.to_string())?;
        Ok((policy.is_on("cpu-limit-missing"), policy.is_on("cpu-limit-set")))
    }

    #[test]
    fn the_profile_all_holds_the_first_of_two_opposites() {
        assert_eq!(limits("profile: all", &[]), Ok((true, false)));
        assert_eq!(limits("profile: all\nrules: {cpu-limit-missing: error}", &[]), Ok((true, false)));
        assert_eq!(limits("profile: all\nrules: {cpu-limit-missing: off}", &[]), Ok((false, true)));
    }

    #[test]
    fn an_opposite_that_is_named_wins_over_the_profile_all() {
        assert_eq!(limits("profile: all\nrules: {cpu-limit-set: warning}", &[]), Ok((false, true)));
        assert_eq!(limits("profile: all", &["cpu-limit-set"]), Ok((false, true)));
    }

    #[test]
    fn two_opposites_are_refused() {
        let message = "`cpu-limit-missing` and `cpu-limit-set` demand opposites; turn one of them off";
        let refused = |place: &str| Err(format!("{place}{message}"));
        let on = "rules: {cpu-limit-set: warning}";
        assert_eq!(limits(on, &[]), refused("policy.yaml:1:24: "));
        assert_eq!(
            limits("profile: all\nrules: {cpu-limit-missing: error, cpu-limit-set: info}", &[]),
            refused("policy.yaml:2:50: ")
        );
        assert_eq!(limits("{}", &["cpu-limit-missing", "cpu-limit-set"]), refused(""));
        assert_eq!(limits("rules: {cpu-limit-set: warning, cpu-limit-missing: off}", &[]), Ok((false, true)));
    }
}
