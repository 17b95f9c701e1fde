//! How linting grows: platforms of 1,000, 10,000 and 100,000 objects, lint time as a ratio of parse time and of the next
//! smaller size, memory as a ratio of the input, and the time of one small file from start to finish.
//!
//! `cargo bench --bench scale` prints the table; with `-- --check` it fails where a bound of the README does not hold.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use policies::tree::Source;
use policies::{Manifests, Options, Policy, objects, source};

/// The services whose names are varied.
const SERVICES: [&str; 5] =
    ["gateway-api", "reservation-api", "inventory-api", "payment-sim-api", "reservation-worker"];
/// How many copies of the services share a namespace.
const COPIES: usize = 10;

fn main() {
    let check = std::env::args().any(|argument| argument == "--check");
    let policy = Policy::new(Vec::new(), &Options::default()).expect("the default policy");
    println!("{:>8} {:>9} {:>12} {:>11} {:>12}", "objects", "MB", "lint/parse", "per object", "memory/input");
    let idle = peak(&small());
    let mut previous: Option<f64> = None;
    let mut failures = Vec::new();
    for size in [1_000, 10_000, 100_000] {
        let platform = Platform::new(size);
        let rounds = if size > 50_000 { 3 } else { 9 };
        let (parse, lint) = interleaved(rounds, || platform.parse(), || platform.lint(&policy));
        let ratio = lint.as_secs_f64() / parse.as_secs_f64();
        let each = lint.as_secs_f64() / platform.objects as f64;
        let growth = previous.map_or(1.0, |previous| each / previous);
        let memory = platform.memory(idle);
        println!(
            "{:>8} {:>9.1} {ratio:>12.2} {growth:>11.2} {memory:>12.1}",
            platform.objects,
            platform.bytes as f64 / 1e6
        );
        let mut bound = |holds: bool, what: String| failures.extend((!holds).then_some(what));
        bound(ratio <= 2.0, format!("{size} objects: lint takes {ratio:.2} × parse, more than 2.0"));
        bound(
            (0.85..=1.15).contains(&growth),
            format!("{size} objects: time per object is {growth:.2} × the size before"),
        );
        bound(memory <= 12.0, format!("{size} objects: memory is {memory:.1} × the input, more than 12"));
        previous = Some(each);
    }
    let small = small_file();
    println!(
        "one small file, start to finish: {:.1} ms, {:.0} MiB",
        small.as_secs_f64() * 1000.0,
        idle as f64 / f64::from(1 << 20)
    );
    if check {
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        assert!(small < Duration::from_millis(15), "one small file takes longer than 15 ms");
    }
}

/// The same platform many times over, names and namespaces varied, as files of one folder each.
struct Platform {
    files: Vec<(String, String)>,
    objects: usize,
    bytes: usize,
}

impl Platform {
    fn new(size: usize) -> Self {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
        let services = read(&deploy.join("manifests"));
        let shared = read(&deploy.join("applications/tacos-app"));
        let mut platform = Self { files: Vec::new(), objects: 0, bytes: 0 };
        for copy in 0.. {
            let space = copy / COPIES;
            if copy % COPIES == 0 {
                platform.add(&shared, space, None);
            }
            platform.add(&services, space, Some(copy));
            if platform.objects >= size {
                break;
            }
        }
        platform
    }

    fn add(&mut self, files: &[(PathBuf, String)], space: usize, copy: Option<usize>) {
        for (path, text) in files {
            let mut text = text.replace("tacos-app", &format!("tacos-app-{space}"));
            if let Some(copy) = copy {
                text = SERVICES.iter().fold(text, |text, name| text.replace(name, &format!("{name}-{copy}")));
            }
            self.objects += text.lines().filter(|line| line.starts_with("kind: ")).count();
            self.bytes += text.len();
            let folder = copy.map_or_else(|| format!("space-{space}"), |copy| format!("copy-{copy}"));
            self.files.push((format!("{folder}/{}", path.display()), text));
        }
    }

    fn parse(&self) -> Vec<Manifests> {
        let read = |(name, text): &(String, String)| objects(source::read(&Source::new(name.as_str(), text.as_str())));
        self.files.iter().map(read).collect()
    }

    fn lint(&self, policy: &Policy) -> usize {
        let mut inventory = policy.inventory();
        for manifests in self.parse() {
            for object in manifests.objects {
                inventory.apply(object);
            }
        }
        inventory.objects().map(|object| policy.evaluate(object, &inventory).findings.len()).sum()
    }

    /// The most memory `tacos-lint` takes for it beyond what it takes for one small file, as a multiple of its size.
    fn memory(&self, idle: usize) -> f64 {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in &self.files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        peak(folder.path()).saturating_sub(idle) as f64 / self.bytes as f64
    }
}

const BINARY: &str = env!("CARGO_BIN_EXE_tacos-lint");

/// The largest resident set of a run, in bytes: the run prints it itself with `--stats`.
fn peak(folder: &Path) -> usize {
    let output = Command::new(BINARY).arg(folder).args(["--stats", "--fail-on", "never", "--quiet"]).output();
    let text = String::from_utf8(output.expect("tacos-lint runs").stderr).expect("text");
    let line = text.lines().find_map(|line| line.strip_prefix("memory")).expect("a line on memory");
    let kib: usize = line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number");
    kib * 1024
}

/// The best time of each of two functions, run in turn, so that both see the same noise.
fn interleaved<A, B>(
    rounds: usize,
    mut first: impl FnMut() -> A,
    mut second: impl FnMut() -> B,
) -> (Duration, Duration) {
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        let start = Instant::now();
        black_box(first());
        best.0 = best.0.min(start.elapsed());
        let start = Instant::now();
        black_box(second());
        best.1 = best.1.min(start.elapsed());
    }
    best
}

fn small() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/manifests/inventory-api/pdb.yaml")
}

fn small_file() -> Duration {
    let run = || {
        let start = Instant::now();
        let output = Command::new(BINARY).arg(small()).output().expect("tacos-lint runs");
        black_box(output);
        start.elapsed()
    };
    (0..20).map(|_| run()).min().unwrap_or_default()
}

/// Every manifest below a folder, by its path from there.
fn read(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder").flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                folders.push(path);
            } else if name != "kustomization.yaml" {
                let text = fs::read_to_string(&path).expect("a file");
                files.push((path.strip_prefix(folder).expect("below").to_owned(), text));
            }
        }
    }
    files.sort();
    files
}
