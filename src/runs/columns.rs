//! What a column is, by its name.

use super::cells::Line;
use crate::source::{Diagnostic, Problems, Spanned};

/// The units of an energy, each with its joules.
const ENERGY: [(&str, f64); 6] = [
    ("joules", 1.0),
    ("millijoules", 1e-3),
    ("microjoules", 1e-6),
    ("nanojoules", 1e-9),
    ("picojoules", 1e-12),
    ("kilojoules", 1e3),
];

/// The units of a time, each with its seconds.
const TIME: [(&str, f64); 3] = [
    ("seconds", 1.0),
    ("milliseconds", 1e-3),
    ("microseconds", 1e-6),
];

/// Names that say what is measured and not in which unit.
const WITHOUT_UNIT: [(&str, &str); 6] = [
    ("energy", "joules"),
    ("joule", "joules"),
    ("time", "seconds"),
    ("latency", "seconds"),
    ("duration", "seconds"),
    ("power", "watts"),
];

/// What a column is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Column {
    Model,
    Variant,
    Phase,
    Format,
    /// Settings, separated by spaces.
    Set,
    /// The value of one setting, whose name is this one.
    SetOne(Spanned<String>),
    /// The energy of an inference, with the joules of its unit.
    Energy(f64),
    /// The time of an inference, with the seconds of its unit.
    Time(f64),
    /// A number that is kept for the reader: it must be one, and not below 0.
    Amount,
    /// Anything else: what runs can be grouped by.
    Label,
}

impl Column {
    fn of(name: &Spanned<String>) -> Column {
        let text = name.value.as_str();
        let unit = |units: &[(&str, f64)]| {
            let found = units.iter().find(|(known, _)| *known == text);
            found.map(|(_, scale)| *scale)
        };
        if let Some(joules) = unit(&ENERGY) {
            return Column::Energy(joules);
        }
        if let Some(seconds) = unit(&TIME) {
            return Column::Time(seconds);
        }
        if let Some(setting) = text.strip_prefix("set.") {
            let at = text.len() - setting.len();
            let place = name.place.part(at..text.len());
            return Column::SetOne(Spanned::new(setting.to_owned(), place));
        }
        match text {
            "model" => Column::Model,
            "variant" => Column::Variant,
            "phase" => Column::Phase,
            "format" => Column::Format,
            "set" => Column::Set,
            "watts" | "idle_watts" | "repeats" => Column::Amount,
            _ if text.starts_with("joules.") || text.starts_with("watts.") => Column::Amount,
            _ => Column::Label,
        }
    }

    /// Whether another column of the same kind would say the same again.
    fn is_same(&self, other: &Column) -> bool {
        matches!(
            (self, other),
            (Column::Energy(_), Column::Energy(_)) | (Column::Time(_), Column::Time(_))
        )
    }
}

/// Whether a column of this name is a label: kept as it is, for runs to be grouped
/// by.
pub fn is_label(name: &Spanned<String>) -> bool {
    let is_nameless = WITHOUT_UNIT.iter().any(|(known, _)| *known == name.value);
    !is_nameless && Column::of(name) == Column::Label
}

/// The columns of a file, with their names.
pub(super) fn columns(header: &Line, problems: &mut Problems) -> Vec<(Spanned<String>, Column)> {
    let mut columns: Vec<(Spanned<String>, Column)> = Vec::new();
    for name in &header.cells {
        if let Some(mistake) = mistake(name, &columns) {
            problems.push(mistake);
        }
        columns.push((name.clone(), Column::of(name)));
    }
    let has = |is: &dyn Fn(&Column) -> bool| columns.iter().any(|(_, column)| is(column));
    if !has(&|column| *column == Column::Model) {
        let mistake = Diagnostic::at(&header.place, "no column `model` says what ran");
        problems.push(mistake.help("it holds names of models that ship, or paths"));
    }
    let is_nameless = |name: &str| WITHOUT_UNIT.iter().any(|(known, _)| *known == name);
    let told = header.cells.iter().any(|name| is_nameless(&name.value));
    if !has(&|column| matches!(column, Column::Energy(_))) && !told {
        let mistake = Diagnostic::at(&header.place, "no column says how many joules a run took");
        problems.push(mistake.help(units("it is called", &ENERGY)));
    }
    columns
}

/// What is wrong with a column, beside those before it.
fn mistake(name: &Spanned<String>, before: &[(Spanned<String>, Column)]) -> Option<Diagnostic> {
    let at = |message: String| Diagnostic::at(&name.place, message);
    let text = &name.value;
    if text.is_empty() {
        return Some(at("a column has no name".to_owned()));
    }
    if let Some((first, _)) = before.iter().find(|(known, _)| known.value == *text) {
        return Some(at(format!("two columns `{text}`")).and(&first.place, "the first"));
    }
    let without = WITHOUT_UNIT.iter().find(|(known, _)| known == text);
    if let Some((_, unit)) = without {
        let message = format!("column `{text}` does not say its unit");
        return Some(at(message).help(match *unit {
            "joules" => units("call it", &ENERGY),
            "seconds" => units("call it", &TIME),
            unit => format!("call it `{unit}`"),
        }));
    }
    let column = Column::of(name);
    if let Column::SetOne(setting) = &column
        && setting.value.is_empty()
    {
        return Some(at("no name behind `set.`".to_owned()));
    }
    let (first, _) = before.iter().find(|(_, known)| known.is_same(&column))?;
    let message = format!("`{text}` says again what `{}` says", first.value);
    Some(at(message).and(&first.place, "the first"))
}

fn units(call: &str, units: &[(&str, f64)]) -> String {
    let names: Vec<String> = units.iter().map(|(name, _)| format!("`{name}`")).collect();
    format!("{call} {}", names.join(", "))
}
