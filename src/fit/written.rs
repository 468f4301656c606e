//! A fit as a table: the same file as any, with `kind = "fitted"`, the runs as
//! its source, and what the fit leaves open as ranges.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::calibration::{Fitted, names};
use super::coefficient::Coefficient;
use super::solve::Estimated;
use crate::demand::CostKey;
use crate::energy::Memory;
use crate::format::NumberFormat;
use crate::movement::Direction;
use crate::number;
use crate::primitive::Primitive;
use crate::runs::CountedRun;
use crate::table::{DeviceNumber, EnergyTable, Entry, MemoryLevel};

/// Significant digits of a value. A range has as many, and is rounded outward.
const DIGITS: i32 = 6;

/// Why what is not fitted costs nothing.
const NOTHING: &str = "not told apart: its energy is in the prices that were fitted";

/// Where a fit comes from, and what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// The name of the table.
    pub name: String,
    /// The table that it extends, as its file names it; none where everything
    /// else costs nothing.
    pub base: Option<String>,
    /// The file of runs.
    pub runs: String,
    /// Where the runs were measured; the file where nothing is said.
    pub source: Option<String>,
    /// How it was fitted, in a few words.
    pub how: String,
    /// The options that predictions need to count what the fit counted.
    pub options: Vec<String>,
}

/// What a fitted table starts from.
#[derive(Debug, Clone, Copy)]
pub struct Start<'s> {
    /// The table that it extends, if it does.
    pub base: Option<&'s EnergyTable>,
    /// The memories that data moves between, if that is counted.
    pub memory: Option<&'s Memory>,
    /// The runs.
    pub runs: &'s [CountedRun],
    /// Whether static energy is counted.
    pub statics: bool,
}

/// The table as TOML. What nobody prices and nothing was fitted to is 0 in it,
/// explicitly: its energy is in the prices that were fitted.
pub fn written(
    provenance: &Provenance,
    start: Start<'_>,
    coefficients: &[Coefficient],
    fitted: &[Fitted],
) -> String {
    let of = Writing {
        coefficients,
        fitted,
    };
    let own = of.formats();
    let is_priced = start
        .base
        .is_some_and(|base| base.entries().next().is_some());
    let mut all: BTreeSet<NumberFormat> = own.keys().copied().collect();
    if !is_priced {
        all.extend(formats(start.runs));
    }
    let of_base = start.base.into_iter().flat_map(EnergyTable::formats);
    let known: BTreeSet<NumberFormat> = of_base.chain(all.iter().copied()).collect();
    let mut text = head(provenance, start.runs, &known);
    for format in all {
        let _ = write!(text, "\n[{format}]\n");
        let own = own.get(&format).map_or(&[][..], Vec::as_slice);
        for (primitive, at) in own {
            let _ = writeln!(
                text,
                "{primitive} = {{ {} }}",
                of.entry(*at, "pj").join(", ")
            );
        }
        let has = |one| own.iter().any(|(primitive, _)| *primitive == one);
        let multiplies = multiplied_in(start.runs).contains(&format);
        if !is_priced && multiplies && !has(Primitive::Mul) && !has(Primitive::Mac) {
            let fields = assumed(0.0, "pj", NOTHING).join(", ");
            let _ = writeln!(text, "mul = {{ {fields} }}");
        }
    }
    text.push_str(&nothing(start.base, start.runs));
    for level in start.memory.iter().flat_map(|memory| &memory.levels) {
        text.push_str(&of.level(level).unwrap_or_default());
    }
    text.push_str(&of.device(start));
    text
}

/// The formats that runs compute in, and the accumulators of others like them.
fn formats(runs: &[CountedRun]) -> BTreeSet<NumberFormat> {
    let usual = ["fp32", "int32"].into_iter();
    let mut formats: BTreeSet<NumberFormat> = usual.filter_map(|name| name.parse().ok()).collect();
    for run in runs {
        formats.extend([run.format.operand, run.format.accumulator]);
        let demands = run.counted.census.demands.iter();
        formats.extend(demands.map(|demand| demand.precision.resolve(run.format)));
    }
    formats
}

/// The formats that runs multiply in.
fn multiplied_in(runs: &[CountedRun]) -> BTreeSet<NumberFormat> {
    let formats = runs.iter().flat_map(|run| {
        let demands = run.counted.census.demands.iter();
        let products = demands.filter(|demand| demand.key == CostKey::Op(Primitive::Mul));
        products.map(|demand| demand.precision.resolve(run.format))
    });
    formats.collect()
}

/// What a product is, or what stands in the place of one.
const PRODUCTS: [Primitive; 6] = [
    Primitive::Mul,
    Primitive::Select,
    Primitive::Shift,
    Primitive::And,
    Primitive::Xnor,
    Primitive::Popcount,
];

/// `[every]`, with the primitives at 0 that a table prices in no format. Beside a
/// `mac` its halves have no price, or else they would be paid for in its place.
///
/// What products cost, in a format or by a primitive that no run computes with, is
/// not in what was fitted: it stays unknown, so that nobody finds networks without
/// multiplications for nothing here. The little that is done to each element is
/// not told from the products beside it.
fn nothing(base: Option<&EnergyTable>, runs: &[CountedRun]) -> String {
    let prices = |primitive| {
        let entries = base.into_iter().flat_map(EnergyTable::entries);
        entries.into_iter().any(|(_, one, _)| one == primitive)
    };
    let demands = runs.iter().flat_map(|run| &run.counted.census.demands);
    let in_runs: Vec<CostKey> = demands.map(|demand| demand.key).collect();
    let is_half = |one| matches!(one, Primitive::Mul | Primitive::Add | Primitive::Mac);
    let is_left_out = |one| match prices(Primitive::Mac) {
        true => is_half(one),
        false => matches!(one, Primitive::Mul | Primitive::Mac),
    };
    let is_unknown = |one| PRODUCTS.contains(&one) && !in_runs.contains(&CostKey::Op(one));
    let mut text = String::new();
    for primitive in Primitive::ALL {
        if !is_left_out(primitive) && !is_unknown(primitive) && !prices(primitive) {
            if text.is_empty() {
                text.push_str("\n[every]\n");
            }
            let fields = assumed(0.0, "pj", NOTHING).join(", ");
            let _ = writeln!(text, "{primitive} = {{ {fields} }}");
        }
    }
    text
}

fn head(provenance: &Provenance, runs: &[CountedRun], known: &BTreeSet<NumberFormat>) -> String {
    let Provenance {
        name,
        base,
        runs: file,
        source,
        how,
        options,
    } = provenance;
    let place = source.as_ref().unwrap_or(file);
    let mut title = format!("Fitted to {place}");
    let mut text = format!("# Fitted by `picojoule calibrate`: {how}.\n");
    if !options.is_empty() {
        let options = options.join(" ");
        title.push_str(&format!("; use it with {options}"));
        let _ = writeln!(text, "# Predict with what was counted here: `{options}`.");
    }
    let _ = writeln!(text, "\nname = {}", quoted(name));
    let _ = writeln!(text, "title = {}", quoted(&title));
    if let Some(base) = base {
        let _ = writeln!(text, "extends = {}", quoted(base));
    }
    let mut formats: Vec<String> = Vec::new();
    for CountedRun { format, .. } in runs {
        let halves = [format.operand, format.accumulator];
        let name = quoted(&format.to_string());
        if halves.iter().all(|half| known.contains(half)) && !formats.contains(&name) {
            formats.push(name);
        }
    }
    let _ = writeln!(text, "kind = \"fitted\"\nboundary = \"all-in\"");
    if !formats.is_empty() {
        let _ = writeln!(text, "formats = [{}]", formats.join(", "));
    }
    let _ = write!(
        text,
        "\n[source.fit]\ntitle = {}\nwhere = {}\nread = {}\n",
        quoted(&format!("Runs in {file}")),
        quoted(place),
        quoted(how)
    );
    text
}

/// The coefficients on their way into a file.
struct Writing<'f> {
    coefficients: &'f [Coefficient],
    fitted: &'f [Fitted],
}

impl Writing<'_> {
    /// The operations by format.
    fn formats(&self) -> BTreeMap<NumberFormat, Vec<(Primitive, usize)>> {
        let mut formats: BTreeMap<NumberFormat, Vec<(Primitive, usize)>> = BTreeMap::new();
        for (at, one) in self.coefficients.iter().enumerate() {
            if let Coefficient::Op(primitive, format) = one
                && self.is_told(at)
            {
                formats.entry(*format).or_default().push((*primitive, at));
            }
        }
        formats
    }

    /// Whether the fit says something of a coefficient.
    fn is_told(&self, at: usize) -> bool {
        !matches!(self.fitted.get(at), None | Some(Fitted::Unused))
    }

    /// The fields of an entry, whose value is in `unit`.
    fn entry(&self, at: usize, unit: &str) -> Vec<String> {
        match self.fitted.get(at) {
            Some(Fitted::Value(estimated)) => figure(estimated, unit),
            Some(Fitted::Together(others)) => {
                let others = names(self.coefficients, others);
                assumed(
                    0.0,
                    unit,
                    &format!("not fitted: in all runs it goes with {others}, which have its part"),
                )
            }
            Some(Fitted::Unused) | None => Vec::new(),
        }
    }

    /// A level of memory, where something of it was fitted.
    fn level(&self, level: &MemoryLevel) -> Option<String> {
        let find = |way: Option<Direction>| {
            let is_it = |one: &Coefficient| match one {
                Coefficient::Level { name, direction } => {
                    (*name == level.level || *name == level.name()) && *direction == way
                }
                _ => false,
            };
            let at = self.coefficients.iter().position(is_it);
            at.filter(|at| self.is_told(*at))
        };
        let both = find(None);
        let (read, write) = (find(Some(Direction::Read)), find(Some(Direction::Write)));
        let price = level.price.as_ref();
        if both.or(read).or(write).is_none() && price.is_some() {
            return None;
        }
        let mut text = format!("\n[[memory]]\nlevel = {}\n", quoted(&level.level));
        if let Some(size) = &level.size_kib {
            let _ = writeln!(text, "size_kib = {}", number::plain(size));
        }
        let is_one = read.or(write).is_none();
        let way = if is_one { "access" } else { "read" };
        let per = match price.map_or(8, |price| price.bits) {
            8 if is_one => "byte".to_owned(),
            bits => format!("{bits}-bit {way}"),
        };
        let _ = writeln!(text, "per = \"{per}\"");
        let kept = |entry: Option<&Entry>| match entry {
            Some(entry) => {
                let pj = number::to_f64(&entry.pj);
                assumed(pj, "pj", "as in the table that this one extends")
            }
            None => assumed(0.0, "pj", NOTHING),
        };
        let fields = match both.or(read) {
            Some(at) => self.entry(at, "pj"),
            None => kept(price.map(|price| &price.read)),
        };
        let _ = writeln!(text, "{}", fields.join("\n"));
        if !is_one {
            let fields = match write {
                Some(write) => self.entry(write, "pj"),
                None => kept(price.and_then(|price| price.write.as_ref())),
            };
            let _ = writeln!(text, "write = {{ {} }}", fields.join(", "));
        }
        Some(text)
    }

    /// What is of the device as a whole. What the base says of it is 0 where it
    /// was not counted, since its energy is then in the prices that were fitted.
    fn device(&self, start: Start<'_>) -> String {
        let keys = [
            (Coefficient::Static, DeviceNumber::Static, "static", "watts"),
            (
                Coefficient::Launch,
                DeviceNumber::Launch,
                "launch",
                "seconds",
            ),
            (
                Coefficient::Inference,
                DeviceNumber::Inference,
                "inference",
                "joules",
            ),
        ];
        let mut text = String::new();
        for (one, number, key, unit) in keys {
            let at = self.coefficients.iter().position(|known| *known == one);
            let is_in_base = start.base.is_some_and(|base| base.device(number).is_some());
            let fields = match at.filter(|at| self.is_told(*at)) {
                Some(at) => self.entry(at, unit),
                None if is_in_base && !start.statics => assumed(0.0, unit, NOTHING),
                None => continue,
            };
            if text.is_empty() {
                text.push_str("\n[device]\n");
            }
            let _ = writeln!(text, "{key} = {{ {} }}", fields.join(", "));
        }
        text
    }
}

/// The fields of a value that was found.
fn figure(estimated: &Estimated, unit: &str) -> Vec<String> {
    let value = rounded(estimated.value, f64::round);
    let mut fields = vec![format!("{unit} = {value}")];
    let confidence = match estimated.interval {
        Some((low, high)) => {
            let (low, high) = (rounded(low, f64::floor), rounded(high, f64::ceil));
            fields.push(format!("range = [{}, {}]", low.min(value), high.max(value)));
            "medium"
        }
        None => "low",
    };
    fields.push("source = \"fit\"".to_owned());
    fields.push(format!("confidence = \"{confidence}\""));
    if estimated.value == 0.0 {
        let note = "at its bound: below 0 it would fit better";
        fields.push(format!("note = {}", quoted(note)));
    }
    fields
}

fn assumed(value: f64, unit: &str, why: &str) -> Vec<String> {
    vec![
        format!("{unit} = {value}"),
        "confidence = \"assumed\"".to_owned(),
        format!("why = {}", quoted(why)),
    ]
}

/// A number to a few significant digits.
fn rounded(value: f64, round: impl Fn(f64) -> f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let decimals = DIGITS - 1 - value.abs().log10().floor() as i32;
    let scaled = round(value * 10_f64.powi(decimals));
    format!("{scaled}e{}", -decimals).parse().unwrap_or(value)
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
