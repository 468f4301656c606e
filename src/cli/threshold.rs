//! What `crossover` and `require` have in common: two variants, one axis, and
//! where a claim on them holds.

use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive};

use super::args::ThresholdArgs;
use super::name::{EntryName, Name, NumberName};
use super::over::{Over, OverValues};
use super::request::{Default, ModelRequest, PriceRequest};
use super::settings::{check_known, check_most};
use super::tables::shipped_tables;
use super::wrong;
use crate::catalog::{self, Kind};
use crate::census::Conventions;
use crate::energy::{Counted, Estimate, CostModel, estimate};
use crate::format::Format;
use crate::graph::{OpGraph, settable};
use crate::number::{self, parse_decimal};
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Expr, Symbol, Values};
use crate::table::EnergyTable;
use crate::view::{Dims, Question, Solved, caveats_over, conventions_line};
use crate::whatif::threshold::{Axis, Claim, Grid, Kind as AxisKind, Range, Side, bounds, solve};
use crate::whatif::{entry_values, priced};

/// A share, as typed after `flag`.
pub(super) fn share(text: &str, flag: &str) -> Result<BigRational, Problems> {
    let value = parse_decimal(text.trim())
        .ok_or_else(|| wrong(format!("{flag}: `{text}` is no number")))?;
    if value.is_negative() || value > BigRational::one() {
        let mut mistake = Diagnostic::new(format!("{flag}: {text} is no share"));
        if value > BigRational::one() {
            let part = number::plain(&(&value / number::whole(100)));
            mistake = mistake.help(format!("{text} % is {part}"));
        }
        return Err(mistake.help("a share is from 0 to 1").into());
    }
    Ok(value)
}

/// Where `share` is saved, or without one where both cost the same, on every
/// table and format.
pub(super) fn answer(
    asked: &ThresholdArgs,
    share: Option<BigRational>,
) -> Result<(Question, Vec<Solved>), Problems> {
    let over = Over::read(&asked.over)?;
    let mut model = two_variants(asked)?;
    let mut prices = model.prices(&asked.price, &default_tables(&over))?;
    let varied = Varied::new(&over, &mut model, &mut prices)?;
    let range = over_range(&over, &varied.axis)?;
    let pair = [&varied.counted[0], &varied.counted[1]];
    if over.values().is_some() {
        varied.check_ends(&range)?;
    }
    let stages = both(pair.map(|counted| stages(counted, &asked.scope)))?;
    let pricings = prices.pricings(|table| match varied.format {
        Some(format) => vec![format],
        None => table.default_formats().to_vec(),
    })?;
    let others = shipped_tables()?;
    let others: Vec<&EnergyTable> = others.iter().collect();
    let mut solved = Vec::new();
    let mut notes = Vec::new();
    for pricing in &pricings {
        // An estimate tells of missing entries with the tables that have them.
        let estimates = both(pair.map(|counted| estimate(counted, pricing, &others)))?;
        if notes.is_empty() {
            notes = varied.conventions(&estimates);
        }
        let failed = |reason: String| {
            wrong(format!(
                "{} {}: `--over {}`: {reason}",
                pricing.table.name(),
                pricing.format,
                over.typed.value
            ))
        };
        let sides = both([0, 1].map(|at| varied.side(at, pricing, &stages[at])))?;
        let [before, after] = sides
            .each_ref()
            .map(|(picojoules, values)| Side { picojoules, values });
        let target = share.clone().unwrap_or_default();
        let claim = Claim::new(&varied.axis.symbol, before, after, target)
            .map_err(|error| failed(error.to_string()))?;
        let claim = if varied.filled { claim.without_now() } else { claim };
        if share.is_some() && claim.baseline().is_zero() {
            return Err(wrong(format!(
                "`{}` costs nothing over `{}` on {} {}, so that nothing can be saved",
                pair[0].graph.variant,
                asked.scope,
                pricing.table.name(),
                pricing.format
            )));
        }
        let solution =
            solve(&claim, &varied.axis, &range).map_err(|reason| failed(reason.to_string()))?;
        solved.push(Solved {
            table: pricing.table.name().to_owned(),
            format: pricing.format,
            bounds: bounds(&claim, &range, over.values().is_none()),
            axis: varied.axis.clone(),
            range: range.clone(),
            claim,
            solution,
        });
    }
    let question = Question {
        model: pair[0].graph.model.clone(),
        baseline: pair[0].graph.variant.clone(),
        variant: pair[1].graph.variant.clone(),
        scope: asked.scope.clone(),
        equal_cost: share.is_none(),
        share: share.unwrap_or_default(),
        notes,
    };
    Ok((question, solved))
}

/// The two variants that are held against each other.
fn two_variants(asked: &ThresholdArgs) -> Result<ModelRequest, Problems> {
    let model = ModelRequest::new(&asked.model, &asked.between, Default::All)?;
    let named = &model.variants;
    if named.len() < 2 || (!asked.between.is_empty() && named.len() > 2) {
        return Err(Diagnostic::new(format!(
            "two variants are held against each other, not {}",
            named.len()
        ))
        .help(format!(
            "name two of `{}`, the baseline first",
            model.model.variant_names().join("`, `")
        ))
        .into());
    }
    Ok(model.only(2))
}

/// The tables that are meant where none is named: that of an entry, or all.
fn default_tables(over: &Over) -> Vec<&'static str> {
    let shipped: Vec<&str> = catalog::names(Kind::Table).collect();
    let own = shipped.iter().find(|name| over.name.table() == Some(**name));
    match own {
        Some(name) => vec![*name],
        None => shipped,
    }
}

/// Two variants of which something varies.
struct Varied {
    counted: Vec<Counted>,
    axis: Axis,
    /// What the axis is called in the graphs of the variants.
    symbol: Symbol,
    /// In which of the variants it varies.
    meant: Vec<bool>,
    /// The format of an entry that varies.
    format: Option<Format>,
    /// Whether nobody has said what a dim is now.
    filled: bool,
    /// What is to be said of variants in which it does not vary.
    note: Option<String>,
}

impl Varied {
    fn new(
        over: &Over,
        model: &mut ModelRequest,
        prices: &mut PriceRequest,
    ) -> Result<Varied, Problems> {
        match &over.name {
            Name::Number(name) => Varied::number(over, name, model, prices.conventions),
            Name::Entry(name) => Varied::entry(name, model, prices),
        }
    }

    /// A dim or parameter.
    fn number(
        over: &Over,
        name: &NumberName,
        model: &mut ModelRequest,
        conventions: Conventions,
    ) -> Result<Varied, Problems> {
        let meant = model.meant(name)?;
        let filled = name.owner.is_none() && model.lacks(&name.name);
        if let Some(meant) = &meant {
            check_known(&model.model, name)?;
            if let Some(most) = over.most() {
                check_most(&model.model, name, most, over.place())?;
            }
            if filled {
                model.leave_open(name, meant, number::whole(1));
            }
        }
        let counted = match filled {
            true => model.unchecked(conventions)?,
            false => model.counted(conventions)?,
        };
        // What stands before the dot may be a block.
        let (symbol, meant) = match meant {
            Some(meant) => (Symbol::new(&name.name), meant),
            None => (Symbol::new(&name.text()), vec![true; counted.len()]),
        };
        let moved = counted.iter().zip(&meant).filter(|(_, meant)| **meant);
        let graphs: Vec<&OpGraph> = moved.map(|(counted, _)| &counted.graph).collect();
        let Some(mut axis) = Axis::of_model(&symbol, &graphs) else {
            return Err(not_open(name, &symbol, &graphs, model).into());
        };
        axis = axis.called(&Symbol::new(&name.text()));
        if filled {
            axis.now = None;
            for graph in graphs {
                graph.check_without(std::slice::from_ref(&symbol))?;
            }
        }
        Ok(Varied {
            note: name.kept(&symbol, &counted, &meant),
            counted,
            axis,
            symbol,
            meant,
            format: None,
            filled,
        })
    }

    /// A table entry. It is made independent of what it may be derived from, and
    /// all other tables are left out: they know nothing of it.
    fn entry(
        name: &EntryName,
        model: &ModelRequest,
        prices: &mut PriceRequest,
    ) -> Result<Varied, Problems> {
        let at = name.find(&prices.tables)?;
        let own = prices.tables.swap_remove(at);
        let Some(entry) = own.entry(name.primitive, name.format) else {
            return Err(name.missing(&own).into());
        };
        let now = entry.pj.clone();
        prices.tables = vec![own];
        let symbol = prices.leave_open(name, now.clone())?;
        let counted = model.counted(prices.conventions)?;
        Ok(Varied {
            meant: vec![true; counted.len()],
            counted,
            axis: Axis::of_entry(&symbol, &now),
            symbol,
            format: Some(Format {
                operand: name.format,
                accumulator: name.format,
            }),
            filled: false,
            note: None,
        })
    }

    /// The energy of one variant, as a function of the axis where it varies
    /// there, and the values of all in it.
    fn side(
        &self,
        at: usize,
        pricing: &CostModel<'_>,
        stages: &[String],
    ) -> Result<(Expr, Values), Problems> {
        let counted = &self.counted[at];
        let mut values = counted.graph.values();
        entry_values(pricing.table, &mut values);
        let energy = priced(counted, pricing, stages)?;
        if !self.meant[at] {
            let fixed = energy.evaluate(&values).map_err(|error| wrong(error.to_string()))?;
            return Ok((Expr::constant(fixed), values));
        }
        if let Some(now) = values.get(&self.symbol).cloned() {
            values.set(self.axis.symbol.clone(), now);
        }
        Ok((energy.renamed(&self.symbol, &self.axis.symbol), values))
    }

    /// The model must accept both ends of a range that is not one of whole
    /// numbers: those are tried one by one.
    fn check_ends(&self, range: &Range) -> Result<(), Problems> {
        let (from, to) = match range {
            Range::Real { from, to } => (from, to),
            Range::Whole(_) => return Ok(()),
        };
        for end in [Some(from), to.as_ref()].into_iter().flatten() {
            if self.axis.admits(end) {
                continue;
            }
            for (counted, _) in self.counted.iter().zip(&self.meant).filter(|(_, meant)| **meant) {
                let mut values = counted.graph.values();
                values.set(self.symbol.clone(), end.clone());
                counted.graph.check(&values)?;
            }
        }
        Ok(())
    }

    /// What stays as it is, and what was counted how.
    fn conventions(&self, estimates: &[Estimate; 2]) -> Vec<String> {
        let mut fixed = Dims::default();
        for ((estimate, counted), meant) in estimates.iter().zip(&self.counted).zip(&self.meant) {
            let numbers = counted.graph.numbers().iter();
            for ((name, expr), (_, value)) in numbers.zip(&estimate.dims) {
                let varies = *meant && expr.symbols().contains(&self.symbol);
                // What stays in one and varies in the other has a line of its own.
                if !varies && (*meant || *name != self.symbol.name()) {
                    fixed.add(&estimate.variant, name, value);
                }
            }
        }
        let counted: Vec<&Counted> = self.counted.iter().collect();
        let mut notes = caveats_over(&counted, std::slice::from_ref(&self.symbol));
        notes.extend(self.note.clone());
        notes.extend(fixed.line().map(|dims| format!("Fixed: {dims}.")));
        notes.push(conventions_line(&estimates[1]));
        notes
    }
}

/// The mistake for a number of the model that is no symbol in any of `graphs`.
fn not_open(
    name: &NumberName,
    symbol: &Symbol,
    graphs: &[&OpGraph],
    model: &ModelRequest,
) -> Diagnostic {
    let at = |message: String| Diagnostic::at(&name.place, message);
    let mut numbers = graphs.iter().flat_map(|graph| graph.numbers());
    if let Some((known, value)) = numbers.find(|(known, _)| *known == symbol.name()) {
        let mut mistake = at(format!("`{known}` is {value} here"));
        if settable(&model.model).contains(known.as_str()) {
            mistake = mistake.help(format!(
                "give it a value of its own: `--set {}=NUMBER`",
                name.text()
            ));
        }
        return mistake.help("or vary what it follows from");
    }
    match &name.owner {
        Some(_) => name.unknown_owner(&model.variants),
        None => name.changes_nothing(&model.variants),
    }
}

/// The values that were asked for, or all that `axis` takes.
fn over_range(over: &Over, axis: &Axis) -> Result<Range, Diagnostic> {
    let name = axis.symbol.name();
    let at = |message: String| Diagnostic::at(over.place(), message);
    let range = match over.values() {
        None => return Ok(axis.default_range()),
        Some(OverValues::List(_)) => {
            let message = format!("`{name}` runs over a range here, not over a list");
            return Err(at(message).help("write `FROM..TO`, such as `1..4096`, or `FROM..TO:STEP`"));
        }
        Some(OverValues::Range(range)) => range,
    };
    if range.log {
        let message = "a logarithmic range is drawn from, by `picojoule sweep --sample`";
        return Err(at(message.to_owned()));
    }
    if axis.kind != AxisKind::Whole {
        if range.step.is_some() {
            let message =
                format!("`{name}` takes any number: all of a range is looked at, without steps");
            return Err(at(message));
        }
        return Ok(Range::Real {
            from: range.from.clone(),
            to: Some(range.to.clone()),
        });
    }
    let whole = |value: &BigRational| {
        let whole = value.is_integer().then(|| value.to_integer().to_u64());
        whole.flatten().ok_or_else(|| {
            at(format!(
                "`{name}` takes whole numbers up to 10^15, not {}",
                number::plain(value)
            ))
        })
    };
    Ok(Range::Whole(Grid {
        from: whole(&range.from)?,
        to: whole(&range.to)?,
        step: whole(&range.step())?,
    }))
}

/// Both, or the mistakes of both.
fn both<T>(results: [Result<T, Problems>; 2]) -> Result<[T; 2], Problems> {
    match results {
        [Ok(a), Ok(b)] => Ok([a, b]),
        [Err(mut mistakes), Err(more)] => {
            mistakes.extend(more);
            Err(mistakes)
        }
        [Err(mistakes), Ok(_)] | [Ok(_), Err(mistakes)] => Err(mistakes),
    }
}

/// The stages of a scope that there must be.
fn stages(counted: &Counted, scope: &str) -> Result<Vec<String>, Problems> {
    counted.stages_of(scope).ok_or_else(|| {
        let graph = &counted.graph;
        let names = graph.scopes().iter().map(|known| known.name.as_str());
        let message = format!("variant `{}` has no scope `{scope}`", graph.variant);
        Diagnostic::new(message)
            .known(scope, names.chain([Estimate::WHOLE]))
            .into()
    })
}
