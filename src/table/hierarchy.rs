//! Hierarchies of memory: which levels a piece of hardware has, nearest first.
//!
//! The rows of a table are memories that there may be; a hierarchy picks those
//! that stand between the datapath and the place where everything lies.
//!
//! ```toml
//! [[hierarchy]]
//! name = "ddr"
//! levels = ["sram 32 KiB", "dram"]
//! ```

use num_rational::BigRational;

use super::EnergyTable;
use super::keys::HIERARCHY;
use super::memory::MemoryLevel;
use crate::source::{Datum, Diagnostic, Fields, Problems, Spanned};

/// More levels than this are no hierarchy.
const MAX_LEVELS: usize = 8;

/// A hierarchy as a table names it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedHierarchy {
    /// Its name.
    pub name: Spanned<String>,
    /// Its levels by their names, nearest first.
    pub levels: Vec<Spanned<String>>,
}

impl NamedHierarchy {
    fn read(node: &Datum, problems: &mut Problems) -> Option<NamedHierarchy> {
        let mut fields = Fields::shaped(node, &HIERARCHY, problems)?;
        let name = fields.require_text("name", "a hierarchy", problems);
        let levels = fields.texts("levels", problems);
        fields.finish("a hierarchy", problems);
        Some(NamedHierarchy {
            name: name?,
            levels,
        })
    }
}

/// Adds the `[[hierarchy]]` rows under `node` before those of a table which is
/// extended: the first one of all is the usual one, and one of the same name is
/// replaced. Their levels are among `memories`.
pub(super) fn add_hierarchies(
    hierarchies: &mut Vec<NamedHierarchy>,
    node: &Datum,
    memories: &[MemoryLevel],
    problems: &mut Problems,
) {
    let mut own: Vec<NamedHierarchy> = Vec::new();
    for item in node.items(problems).unwrap_or_default() {
        let Some(hierarchy) = NamedHierarchy::read(item, problems) else {
            continue;
        };
        let names = hierarchy.levels.iter().map(|level| level.value.as_str());
        if let Err(mistake) = pick(memories, names) {
            let at = mistake.at.and_then(|at| hierarchy.levels.get(at));
            let place = at.map_or(&item.place, |level| &level.place);
            problems.push(mistake.diagnostic.labelled(place, ""));
            continue;
        }
        let name = &hierarchy.name;
        match own.iter().find(|other| other.name.value == name.value) {
            Some(first) => problems.push(
                Diagnostic::at(
                    &name.place,
                    format!("the hierarchy `{}` is here twice", name.value),
                )
                .and(&first.name.place, "the first")
                .help("keep one of them, or give them different names"),
            ),
            None => own.push(hierarchy),
        }
    }
    let is_own = |other: &NamedHierarchy| own.iter().any(|one| one.name.value == other.name.value);
    hierarchies.retain(|other| !is_own(other));
    hierarchies.splice(0..0, own);
}

/// Why some names are no hierarchy, and which of them it is.
struct Mistake {
    diagnostic: Box<Diagnostic>,
    at: Option<usize>,
}

impl EnergyTable {
    /// The hierarchies that it names, the usual one first.
    pub fn hierarchies(&self) -> &[NamedHierarchy] {
        &self.hierarchies
    }

    /// The levels that `text` names, nearest first: a hierarchy of the table,
    /// or its rows one by one, such as `sram 8 KiB,dram`. Without a text those
    /// of the usual hierarchy.
    ///
    /// # Errors
    /// A level that the table has not, or of several sizes; one that is there
    /// twice; one that is smaller than a nearer one.
    pub fn levels(&self, text: Option<&str>) -> Result<Vec<MemoryLevel>, Diagnostic> {
        let named = match text {
            Some(text) => (self.hierarchies.iter()).find(|one| one.name.value == text.trim()),
            None => Some(self.hierarchies.first().ok_or_else(|| {
                let message = format!("table `{}` names no hierarchy of memories", self.name());
                Diagnostic::new(message).help(self.help_for_levels())
            })?),
        };
        let names: Vec<&str> = match (named, text) {
            (Some(named), _) => named
                .levels
                .iter()
                .map(|level| level.value.as_str())
                .collect(),
            (None, text) => text.unwrap_or_default().split(',').collect(),
        };
        pick(&self.memories, names.into_iter())
            .map_err(|mistake| mistake.diagnostic.help(self.help_for_levels()))
    }

    fn help_for_levels(&self) -> String {
        let names: Vec<String> = self.memories.iter().map(MemoryLevel::name).collect();
        if names.is_empty() {
            let why = match self.scaled() {
                Some(scaled) => format!(": the law `{}` covers none", scaled.law.name()),
                None => String::new(),
            };
            return format!("`{}` prices no memory at all{why}", self.name());
        }
        let named: Vec<&str> = (self.hierarchies.iter())
            .map(|one| one.name.value.as_str())
            .collect();
        let known = format!("the memories of `{}`: {}", self.name(), names.join(", "));
        match named.is_empty() {
            true => known,
            false => format!("{known}; its hierarchies: {}", named.join(", ")),
        }
    }
}

/// The memories of these names, nearest first.
fn pick<'n>(
    memories: &[MemoryLevel],
    names: impl Iterator<Item = &'n str>,
) -> Result<Vec<MemoryLevel>, Mistake> {
    let mut levels: Vec<MemoryLevel> = Vec::new();
    for (at, name) in names.enumerate() {
        let mistake = |diagnostic| Mistake {
            diagnostic: Box::new(diagnostic),
            at: Some(at),
        };
        let level = find(memories, name.trim()).map_err(mistake)?;
        if levels.len() == MAX_LEVELS {
            let message = format!("a hierarchy has no more than {MAX_LEVELS} levels");
            return Err(mistake(Diagnostic::new(message)));
        }
        if levels.iter().any(|other| other.name() == level.name()) {
            let message = format!("the level `{}` is there twice", level.name());
            return Err(mistake(Diagnostic::new(message)));
        }
        if let Some(nearer) = levels.last() {
            check_order(nearer, &level).map_err(mistake)?;
        }
        levels.push(level);
    }
    match levels.is_empty() {
        false => Ok(levels),
        true => Err(Mistake {
            diagnostic: Box::new(Diagnostic::new("a hierarchy has at least one level")),
            at: None,
        }),
    }
}

/// A level that is farther holds more; only the farthest may leave its size
/// open.
fn check_order(nearer: &MemoryLevel, level: &MemoryLevel) -> Result<(), Diagnostic> {
    let (near, far) = (nearer.name(), level.name());
    let Some(size) = &nearer.size_kib else {
        let message = format!("`{near}` stands before `{far}`, and has no size");
        return Err(Diagnostic::new(message)
            .help("levels are named nearest first; all but the last have a size"));
    };
    match &level.size_kib {
        Some(larger) if larger <= size => {
            let message = format!("`{far}` stands behind `{near}`, and holds no more");
            Err(Diagnostic::new(message).help("levels are named nearest first"))
        }
        _ => Ok(()),
    }
}

/// The memory of a name, with or without its size.
fn find(memories: &[MemoryLevel], name: &str) -> Result<MemoryLevel, Diagnostic> {
    let exact = memories
        .iter()
        .find(|one| one.name() == name || sized(one, name));
    if let Some(level) = exact {
        return Ok(level.clone());
    }
    let alike: Vec<&MemoryLevel> = memories.iter().filter(|one| one.level == name).collect();
    match alike.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let names: Vec<String> = memories.iter().map(MemoryLevel::name).collect();
            let message = format!("no memory is called `{name}`");
            Err(Diagnostic::new(message).known(name, names.iter().map(String::as_str)))
        }
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|one| format!("`{}`", one.name()))
                .collect();
            let message = format!("`{name}` has several sizes: {}", names.join(", "));
            Err(Diagnostic::new(message).help("name it with its size"))
        }
    }
}

/// Whether a name is that of a memory with its size in another unit: `sram 1
/// MiB`.
fn sized(memory: &MemoryLevel, name: &str) -> bool {
    let Some(size) = &memory.size_kib else {
        return false;
    };
    let units = [("MiB", 1024), ("KiB", 1)];
    units.into_iter().any(|(unit, kib)| {
        let size = size / BigRational::from_integer(kib.into());
        let size = crate::number::plain(&size);
        let spaced = format!("{} {size} {unit}", memory.level);
        let tight = format!("{} {size}{unit}", memory.level);
        name == spaced || name == tight
    })
}
