//! One run: texts → objects → inventory → findings, the same for every command that judges manifests.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use policies::{Finding, Inventory, Manifests, Object, ObjectRef, Policy, Severity};
use rayon::prelude::*;

use crate::cli::InputArgs;
use crate::commands::Error;
use crate::input::{self, Input};
use crate::policy::Around;

/// What a run found out.
pub(crate) struct Outcome {
    /// Everything that is wrong, by file and line. Suppressed findings are among them, marked.
    pub(crate) findings: Vec<Finding>,
    /// What was not judged, and why; one line per reason.
    pub(crate) notes: Vec<String>,
    /// What was read and how long it took.
    pub(crate) stats: Stats,
    /// The objects that were judged.
    pub(crate) judged: Vec<Arc<Object>>,
}

/// What was read, and how long it took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stats {
    pub(crate) files: usize,
    pub(crate) bytes: usize,
    pub(crate) objects: usize,
    /// Objects that were only looked at.
    pub(crate) context: usize,
    pub(crate) foreign: usize,
    pub(crate) rules: usize,
    pub(crate) profile: String,
    pub(crate) phases: Vec<(&'static str, Duration)>,
}

impl Outcome {
    /// The findings that count.
    pub(crate) fn reported(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppression.is_none())
    }

    /// How many findings of a severity count.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.reported().filter(|finding| finding.severity == severity).count()
    }

    /// How many findings are suppressed.
    pub(crate) fn suppressed(&self) -> usize {
        self.findings.len() - self.reported().count()
    }
}

/// Judges everything the arguments name.
pub(crate) fn run(args: &InputArgs, around: &Around, policy: &Policy) -> Result<Outcome, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.jobs.map_or(0, usize::from)).build();
    let pool = pool.map_err(|error| Error::Usage(format!("--jobs: {error}")))?;
    pool.install(|| judge(args, around, policy))
}

fn judge(args: &InputArgs, around: &Around, policy: &Policy) -> Result<Outcome, Error> {
    let mut stats = Stats { rules: policy.rule_count(), profile: policy.profile().to_string(), ..Stats::default() };
    let start = Instant::now();
    let Input { texts, mut notes, context, incomplete } = input::gather(args, &around.context)?;
    stats.phases.push(("read", start.elapsed()));

    let start = Instant::now();
    stats.files = texts.len() - context.len();
    stats.bytes = texts.iter().map(input::Text::len).sum();
    let parse = |text: input::Text| Parsed {
        is_rendered: text.is_rendered(),
        is_context: context.contains(text.name()),
        manifests: text.parse(),
    };
    let mut parsed: Vec<Parsed> = texts.into_par_iter().map(parse).collect();
    // What was named takes the place of its namesakes in the context.
    parsed.sort_by_key(|parsed| !parsed.is_context);
    stats.phases.push(("parse", start.elapsed()));

    let start = Instant::now();
    let mut findings = Vec::new();
    let mut inventory = policy.inventory();
    if incomplete {
        inventory.set_incomplete();
    }
    let mut worlds = index(inventory, parsed, &mut stats, &mut findings);
    stats.phases.push(("index", start.elapsed()));

    let start = Instant::now();
    let is_reported = |object: &Object| !context.contains(object.tree().source().name());
    let mut reports = Vec::new();
    let mut judged = Vec::new();
    for World { inventory, objects } in &mut worlds {
        objects.retain(|object| is_reported(object));
        let evaluate = |object: &Arc<Object>| policy.evaluate(object, inventory);
        reports.par_extend(objects.par_iter().map(evaluate));
        judged.append(objects);
    }
    stats.phases.push(("judge", start.elapsed()));

    for report in reports {
        findings.extend(report.findings);
        notes.extend(
            report.not_evaluated.iter().map(|(rule, reason)| format!("{} was not evaluated: {reason}", rule.name)),
        );
    }
    if worlds.iter().any(|world| !world.inventory.is_complete()) {
        notes.push("not everything could be read, so no reference was called broken".to_owned());
    }
    if stats.objects == 0 && findings.is_empty() {
        let paths: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
        let reason = if incomplete {
            "nothing in the input could be rendered"
        } else {
            "there is no Kubernetes object in the input"
        };
        findings.push(policies::nothing_checked(&paths.join(" "), reason));
    }
    let is_whole = args.only.is_empty() && args.skip.is_empty() && stats.context == 0 && around.covers(&args.paths);
    findings.extend(policy.idle_exemptions(findings.iter(), is_whole));
    findings.sort_by_cached_key(|finding| {
        let place = &finding.place;
        (place.source.name().to_owned(), place.span, finding.rule.name, finding.message.clone())
    });
    let mut seen = HashSet::new();
    notes.retain(|note| seen.insert(note.clone()));
    Ok(Outcome { findings, notes, stats, judged })
}

/// What one text declares.
struct Parsed {
    manifests: Manifests,
    is_rendered: bool,
    is_context: bool,
}

/// Objects that are judged together, and what they see. There is one world, and one more for each rendering that declares
/// an object another one declares, too: overlays of one base are meant for different clusters.
struct World {
    inventory: Inventory,
    objects: Vec<Arc<Object>>,
}

fn index(mut inventory: Inventory, parsed: Vec<Parsed>, stats: &mut Stats, findings: &mut Vec<Finding>) -> Vec<World> {
    let mut apart = Vec::new();
    let mut named = HashSet::new();
    for Parsed { manifests, is_rendered, is_context } in parsed {
        let count = if is_context { &mut stats.context } else { &mut stats.objects };
        *count += manifests.objects.len();
        stats.foreign += manifests.foreign;
        if !is_context {
            findings.extend(manifests.findings);
        }
        if manifests.incomplete {
            inventory.set_incomplete();
        }
        if is_rendered && manifests.objects.iter().any(|object| inventory.has(object)) {
            apart.push(manifests.objects);
            continue;
        }
        for object in manifests.objects {
            let twin = object.clone();
            let first = inventory.apply(object);
            if !is_context {
                named.insert(Arc::as_ptr(twin.tree()));
                let first = first.filter(|first| named.contains(&Arc::as_ptr(first.tree())));
                findings.extend(first.map(|first| policies::duplicate(&first, &twin)));
            }
        }
    }
    let alternatives = apart.into_iter().map(|objects| {
        let mut inventory = inventory.clone();
        let names: Vec<ObjectRef> = objects.iter().map(Object::reference).collect();
        objects.into_iter().for_each(|object| drop(inventory.apply(object)));
        let is_own = |object: &&Arc<Object>| names.contains(&object.reference());
        let objects = inventory.objects().filter(is_own).cloned().collect();
        World { inventory, objects }
    });
    let alternatives: Vec<World> = alternatives.collect();
    let objects = inventory.objects().cloned().collect();
    std::iter::once(World { inventory, objects }).chain(alternatives).collect()
}
