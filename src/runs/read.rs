//! Rows as runs, with every mistake in them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cells::{Line, lines};
use super::columns::{Column, columns};
use super::{Run, Runs};
use crate::formula::Formula;
use crate::graph::Setting;
use crate::number;
use crate::source::{Diagnostic, Problems, Source, Spanned};

impl Runs {
    /// Reads a file of runs.
    ///
    /// # Errors
    /// Columns that are missing or do not say their unit, and every cell that
    /// is not what its column holds.
    pub fn read(source: &Arc<Source>) -> Result<Runs, Problems> {
        let mut problems = Problems::new();
        let lines = lines(source)?;
        let Some((header, rows)) = lines.split_first() else {
            let message = format!("`{}` holds no runs", source.name());
            let mistake = Diagnostic::new(message);
            return Err(mistake
                .help("a file of runs begins with the names of its columns")
                .into());
        };
        let columns = columns(header, &mut problems);
        problems.or(())?;
        let mut problems = Problems::new();
        if rows.is_empty() {
            let message = "there is no run below the names of the columns";
            problems.push(Diagnostic::at(&header.place, message));
        }
        let mut runs = Vec::with_capacity(rows.len());
        for row in rows {
            runs.extend(run(row, &columns, &mut problems));
        }
        problems.or(Runs {
            source: Arc::clone(source),
            labels: labels(&columns),
            runs: with_short_names(runs),
        })
    }
}

/// The runs with models by the names of their files alone, where these tell them
/// apart.
fn with_short_names(mut runs: Vec<Run>) -> Vec<Run> {
    let short = |run: &Run| {
        let name = run.model.value.rsplit(['/', '\\']).next();
        name.unwrap_or_default().to_owned()
    };
    let paths: BTreeSet<&str> = runs.iter().map(|run| run.model.value.as_str()).collect();
    let names: BTreeSet<String> = runs.iter().map(short).collect();
    if names.len() == paths.len() {
        for run in &mut runs {
            let name = short(run);
            if let Some(label) = run.labels.first_mut() {
                *label = name;
            }
        }
    }
    runs
}

/// `model`, and the columns that mean nothing else.
fn labels(columns: &[(Spanned<String>, Column)]) -> Vec<String> {
    let others = columns
        .iter()
        .filter(|(_, column)| *column == Column::Label);
    let others = others.map(|(name, _)| name.value.clone());
    ["model".to_owned()].into_iter().chain(others).collect()
}

fn run(row: &Line, columns: &[(Spanned<String>, Column)], problems: &mut Problems) -> Option<Run> {
    if row.cells.len() != columns.len() {
        let (found, known) = (row.cells.len(), columns.len());
        let message = format!("{found} cells under {known} columns");
        problems.push(Diagnostic::at(&row.place, message));
        return None;
    }
    let (mut model, mut variant, mut phase, mut format) = (None, None, None, None);
    let (mut energy, mut seconds) = (None, None);
    let (mut set, mut labels) = (Vec::new(), vec![String::new()]);
    for (cell, (name, column)) in row.cells.iter().zip(columns) {
        let given = Some(cell).filter(|cell| !cell.value.is_empty());
        match column {
            Column::Model => model = given.cloned(),
            Column::Variant => variant = given.cloned(),
            Column::Phase => phase = given.cloned(),
            Column::Format => format = given.cloned(),
            Column::Set => set.extend(settings(cell, problems)),
            Column::SetOne(name) => {
                set.extend(given.and_then(|cell| setting(name, cell, problems)));
            }
            Column::Energy(joules) => {
                let found = positive(cell, &name.value, problems)?;
                energy = Some((found * joules, cell.place.clone()));
            }
            Column::Time(scale) => {
                if given.is_some() {
                    seconds = Some(positive(cell, &name.value, problems)? * scale);
                }
            }
            Column::Amount => {
                if given.is_some() {
                    amount(cell, &name.value, problems)?;
                }
            }
            Column::Label => labels.push(cell.value.clone()),
        }
    }
    let Some(model) = model else {
        problems.push(Diagnostic::at(&row.place, "a run without a `model`"));
        return None;
    };
    check_twice(&set, problems);
    if let Some(first) = labels.first_mut() {
        first.clone_from(&model.value);
    }
    let (joules, place) = energy?;
    Some(Run {
        line: place.source().line_column(place.span().start).0,
        place,
        model,
        variant,
        phase,
        format,
        set,
        joules,
        seconds,
        labels,
    })
}

/// The settings of a cell: `n=64 b=8`.
fn settings(cell: &Spanned<String>, problems: &mut Problems) -> Vec<Setting> {
    let mut all = Vec::new();
    let (text, mut from) = (cell.value.as_str(), 0);
    for word in text.split_whitespace() {
        let at = text
            .get(from..)
            .and_then(|rest| rest.find(word))
            .map_or(from, |found| from + found);
        from = at + word.len();
        let place = cell.place.part(at..at + word.len());
        let Some((name, value)) = word.split_once('=') else {
            let message = format!("`{word}` sets nothing");
            let help = "write `NAME=VALUE`, several with spaces between";
            problems.push(Diagnostic::at(&place, message).help(help));
            continue;
        };
        let value_at = name.len() + 1;
        let name = Spanned::new(name.to_owned(), place.part(0..name.len()));
        let value = Spanned::new(value.to_owned(), place.part(value_at..word.len()));
        all.extend(setting(&name, &value, problems));
    }
    all
}

fn setting(
    name: &Spanned<String>,
    value: &Spanned<String>,
    problems: &mut Problems,
) -> Option<Setting> {
    if name.value.is_empty() {
        problems.push(Diagnostic::at(&value.place, "no name before the `=`"));
        return None;
    }
    if value.value.is_empty() {
        let message = format!("no value for `{}`", name.value);
        problems.push(Diagnostic::at(&name.place, message));
        return None;
    }
    let formula = Formula::read(&value.value, &value.place, problems)?;
    Some(Setting {
        name: name.clone(),
        formula,
    })
}

fn check_twice(set: &[Setting], problems: &mut Problems) {
    for (at, setting) in set.iter().enumerate() {
        let before = set.get(..at).unwrap_or_default().iter();
        let mut before = before.filter(|known| known.name.value == setting.name.value);
        if let Some(first) = before.next() {
            // The name of a column stands above every row alike.
            let place = &setting.formula.place;
            let message = format!("`{}` is set twice", setting.name.value);
            problems.push(Diagnostic::at(place, message).and(&first.formula.place, "first here"));
        }
    }
}

/// A number above 0.
fn positive(cell: &Spanned<String>, name: &str, problems: &mut Problems) -> Option<f64> {
    if cell.value.is_empty() {
        let mistake = Diagnostic::at(&cell.place, format!("a run without `{name}`"));
        problems.push(mistake.help("every run has a number above 0 there"));
        return None;
    }
    let value = amount(cell, name, problems)?;
    if value > 0.0 {
        return Some(value);
    }
    let message = format!("`{name}` is {}: a run takes more than nothing", cell.value);
    problems.push(Diagnostic::at(&cell.place, message));
    None
}

/// A number that is not below 0.
fn amount(cell: &Spanned<String>, name: &str, problems: &mut Problems) -> Option<f64> {
    let text = &cell.value;
    let read = number::parse_decimal(text).map(|value| number::to_f64(&value));
    let message = match read.filter(|value| value.is_finite()) {
        Some(value) if value >= 0.0 => return Some(value),
        Some(_) => format!("`{name}` is {text}: below 0"),
        None => format!("`{name}` is `{text}`, which is no number"),
    };
    let mut mistake = Diagnostic::at(&cell.place, message);
    if read.is_none() && text.starts_with(|c: char| c.is_ascii_digit()) {
        mistake = mistake
            .help("write a number such as `0.25` alone; its unit is in the name of the column");
    }
    problems.push(mistake);
    None
}
