//! How a JVM reads its options: where they come from, which one counts, and how much memory they allow.

use crate::environment::Variable;
use crate::inventory::Inventory;
use crate::object::{Container, Field};
use crate::quantity::Quantity;

/// One option as it was given: `-Xmx512m`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// The whole option.
    pub(super) option: &'a str,
    /// What it is set to.
    pub(super) value: &'a str,
    /// The field that holds it: a variable, or an argument.
    pub(super) field: Field<'a>,
}

/// The options of a JVM that decide about memory; of several, the one that counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Jvm<'a> {
    /// `-Xmx` or `-XX:MaxHeapSize`.
    pub(super) heap: Option<Setting<'a>>,
    /// `-Xms` or `-XX:InitialHeapSize`: a heap that is a share of the memory is at least so large.
    pub(super) initial_heap: Option<Setting<'a>>,
    /// `-XX:MaxRAMPercentage`.
    pub(super) percentage: Option<Setting<'a>>,
    /// `-XX:MinRAMPercentage`: the share of a small memory, whatever the name says.
    pub(super) small_percentage: Option<Setting<'a>>,
    /// `-XX:MaxMetaspaceSize`.
    pub(super) metaspace: Option<Setting<'a>>,
    /// `-XX:MaxDirectMemorySize`.
    pub(super) direct: Option<Setting<'a>>,
    /// `-XX:ReservedCodeCacheSize`.
    pub(super) code_cache: Option<Setting<'a>>,
    /// Whether `-XX:-TieredCompilation` makes the code cache small.
    pub(super) is_untiered: bool,
    /// Whether there are options that cannot be seen from here: argument files, Secrets, references.
    pub(super) is_partial: bool,
}

/// How large a heap may grow.
#[derive(Clone, Copy, Debug)]
pub(super) enum Heap<'a> {
    /// So large, by this option; `None` where no option says it.
    Size(Quantity, Option<Setting<'a>>),
    /// An option that no JVM accepts.
    Malformed(Setting<'a>),
    /// Nothing can be said.
    Unknown,
}

/// The heap below which a JVM takes the share for small memories: 96 MiB × 1.3.
const SMALL_HEAP: f64 = 96.0 * 1.3 * 1_048_576.0;

impl<'a> Jvm<'a> {
    /// The options of a container's JVM: JAVA_TOOL_OPTIONS, then JDK_JAVA_OPTIONS, then the variables of the start script and
    /// the command line, then _JAVA_OPTIONS. A later one wins.
    ///
    /// Source: [the java command](https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html) and HotSpot's
    /// `Arguments::parse`.
    pub(super) fn of(container: &Container<'a>, names: &'a [String], inventory: &'a Inventory) -> Self {
        let mut jvm = Self::default();
        jvm.read_variable(container.variable("JAVA_TOOL_OPTIONS", inventory));
        jvm.read_variable(container.variable("JDK_JAVA_OPTIONS", inventory));
        for name in names {
            jvm.read_variable(container.variable(name, inventory));
        }
        jvm.read_arguments(container);
        jvm.read_variable(container.variable("_JAVA_OPTIONS", inventory));
        jvm
    }

    fn read_variable(&mut self, variable: Variable<'a>) {
        match variable {
            Variable::Text(text, field) => options(text).for_each(|option| self.read(option, field)),
            Variable::Unknown(_) | Variable::Resource(_) => self.is_partial = true,
            Variable::Absent => {}
        }
    }

    fn read_arguments(&mut self, container: &Container<'a>) {
        let arguments = container.at("command").items().chain(container.at("args").items());
        for argument in arguments {
            for option in options(argument.as_str().unwrap_or_default()) {
                // What follows the program's file is the program's own.
                if option == "-jar" {
                    return;
                }
                self.read(option, argument);
            }
        }
    }

    fn read(&mut self, option: &'a str, field: Field<'a>) {
        let setting = |value| Some(Setting { option, value, field });
        let flag = option.strip_prefix("-XX:").and_then(|flag| flag.split_once('='));
        match flag {
            Some(("MaxHeapSize", value)) => self.heap = setting(value),
            Some(("InitialHeapSize", value)) => self.initial_heap = setting(value),
            Some(("MaxRAMPercentage", value)) => self.percentage = setting(value),
            Some(("MinRAMPercentage", value)) => self.small_percentage = setting(value),
            Some(("MaxMetaspaceSize", value)) => self.metaspace = setting(value),
            Some(("MaxDirectMemorySize", value)) => self.direct = setting(value),
            Some(("ReservedCodeCacheSize", value)) => self.code_cache = setting(value),
            // Other bases of the heap, and files of options: what they come to is not known here.
            Some(("MaxRAM" | "MaxRAMFraction" | "MinRAMFraction" | "Flags" | "VMOptionsFile", _)) => {
                self.is_partial = true;
            }
            Some(_) => {}
            None if option.starts_with('@') || option == "-XX:-UseContainerSupport" => self.is_partial = true,
            None if option == "-XX:-TieredCompilation" => self.is_untiered = true,
            None if option == "-XX:+TieredCompilation" => self.is_untiered = false,
            None => match (option.strip_prefix("-Xmx"), option.strip_prefix("-Xms")) {
                (Some(value), _) => self.heap = setting(value),
                (_, Some(value)) => self.initial_heap = setting(value),
                _ => {}
            },
        }
    }

    /// How large the heap may grow under a memory limit.
    ///
    /// Source: `Arguments::set_heap_size` of HotSpot: an explicit size, else a share of the memory, 25 % if none is set; where
    /// the share for small memories (50 %) would stay under 124.8 MiB, that one; never less than 124.8 MiB otherwise.
    pub(super) fn heap(&self, limit: Quantity) -> Heap<'a> {
        if let Some(setting) = self.heap {
            return match setting.size() {
                Size::Bytes(size) => Heap::Size(size, Some(setting)),
                Size::Malformed => Heap::Malformed(setting),
                Size::Unknown => Heap::Unknown,
            };
        }
        if self.is_partial {
            return Heap::Unknown;
        }
        let memory = limit.units() as f64;
        let Ok(small) = share(self.small_percentage, 50.0) else { return malformed(self.small_percentage) };
        let Ok(large) = share(self.percentage, 25.0) else { return malformed(self.percentage) };
        let (size, setting) = if memory * small < SMALL_HEAP {
            (memory * small, self.small_percentage)
        } else {
            ((memory * large).max(SMALL_HEAP), self.percentage)
        };
        let heap = Quantity::from_units(size as u64);
        match self.initial_heap.map(|initial| (initial.size(), initial)) {
            Some((Size::Bytes(initial), setting)) if initial > heap => Heap::Size(initial, Some(setting)),
            _ => Heap::Size(heap, setting),
        }
    }
}

fn malformed(setting: Option<Setting<'_>>) -> Heap<'_> {
    setting.filter(|setting| !setting.refers()).map_or(Heap::Unknown, Heap::Malformed)
}

/// A share of the memory that an option sets in percent; the error is a value that is none.
fn share(setting: Option<Setting<'_>>, default: f64) -> Result<f64, ()> {
    let Some(setting) = setting else { return Ok(default / 100.0) };
    let is_number = setting.value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let percent: Option<f64> = if is_number { setting.value.parse().ok() } else { None };
    percent.filter(|percent| (0.0..=100.0).contains(percent)).map(|percent| percent / 100.0).ok_or(())
}

/// The value of an option that is an amount of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// So many bytes.
    Bytes(Quantity),
    /// No JVM reads it.
    Malformed,
    /// It refers to something else, such as a variable of the shell.
    Unknown,
}

impl Setting<'_> {
    /// The amount of memory it sets.
    pub(super) fn size(&self) -> Size {
        if self.refers() {
            return Size::Unknown;
        }
        size(self.value).map_or(Size::Malformed, Size::Bytes)
    }

    fn refers(&self) -> bool {
        self.value.contains(['$', '`'])
    }
}

/// An amount of memory as the JVM reads it: digits, then nothing or one of `k`, `m`, `g`, `t`, in either case.
fn size(text: &str) -> Option<Quantity> {
    let end = text.len() - usize::from(text.ends_with(|c: char| c.is_ascii_alphabetic()));
    let (digits, unit) = text.split_at_checked(end)?;
    let shift = match unit {
        "" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        "t" | "T" => 40,
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bytes: u64 = digits.parse().ok()?;
    bytes.checked_mul(1 << shift).map(Quantity::from_units)
}

/// The options in a text: split at blanks, without the quotes around one.
fn options(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().map(|option| option.trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::{options, size};
    use crate::quantity::Quantity;

    #[test]
    fn sizes_are_read_as_the_machine_does() {
        let bytes = Quantity::from_units;
        assert_eq!(size("512m"), Some(bytes(512 << 20)));
        assert_eq!(size("512M"), Some(bytes(512 << 20)));
        assert_eq!(size("1g"), Some(bytes(1 << 30)));
        assert_eq!(size("262144k"), Some(bytes(256 << 20)));
        assert_eq!(size("1T"), Some(bytes(1 << 40)));
        assert_eq!(size("536870912"), Some(bytes(512 << 20)));
        for text in ["", "m", "0.5g", "512mb", "512Mi", "=512m", "-1m", "512 m", "99999999999999t", "é"] {
            assert_eq!(size(text), None, "{text:?}");
        }
    }

    #[test]
    fn options_are_split_at_blanks() {
        let text = " -Xmx512m\n  \"-XX:MaxRAMPercentage=75\" '-Dname=value' ";
        let found: Vec<&str> = options(text).collect();
        assert_eq!(found, ["-Xmx512m", "-XX:MaxRAMPercentage=75", "-Dname=value"]);
        assert_eq!(options("").count(), 0);
    }
}
