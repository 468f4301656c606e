//! Two variants, and what varies in them.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use crate::census::Conventions;
use crate::cli::name::{DeviceName, EntryName, LevelName, Name, NumberName};
use crate::cli::over::{Over, OverValues};
use crate::cli::request::{ModelRequest, PriceRequest};
use crate::cli::settings::{check_known, check_most};
use crate::cli::usage::usage_error;
use crate::energy::{CostModel, Counted, Estimate, LevelNumber, entry_values, priced};
use crate::format::Format;
use crate::graph::{OpGraph, settable};
use crate::number;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Expr, Symbol};
use crate::threshold::{AxisKind, Range, ThresholdAxis, WholeSteps};
use crate::view::{Dims, caveats_over, conventions_over};

/// Two variants of which something varies.
pub(super) struct Varied {
    pub(super) counted: Vec<Counted>,
    pub(super) axis: ThresholdAxis,
    /// What the axis is called in the graphs of the variants.
    symbol: Symbol,
    /// In which of the variants it varies.
    meant: Vec<bool>,
    /// The format of an entry that varies.
    pub(super) format: Option<Format>,
    /// Whether nobody has said what a dim is now.
    pub(super) filled: bool,
    /// What is to be said of variants in which it does not vary.
    note: Option<String>,
}

impl Varied {
    pub(super) fn new(
        over: &Over,
        model: &mut ModelRequest,
        prices: &mut PriceRequest,
    ) -> Result<Varied, Problems> {
        let over = &over.by_names_of(&model.model);
        match &over.name {
            Name::Number(name) => Varied::number(over, name, model, prices.conventions),
            Name::Entry(name) => Varied::entry(name, model, prices),
            Name::Level(name) => Varied::level(name, model, prices),
            Name::Device(name) => Varied::device(name, model, prices),
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
        let is_lacking = model.lacks(&name.name) || model.follows_tokens(name, meant.as_deref());
        let filled = name.owner.is_none() && is_lacking;
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
        let Some(mut axis) = ThresholdAxis::of_model(&symbol, &graphs) else {
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
        prices.keep_table(at);
        let own = &prices.tables[0];
        let Some(entry) = own.entry(name.primitive, name.format) else {
            return Err(name.missing(own).into());
        };
        let now = entry.pj.clone();
        let symbol = prices.leave_open(name, now.clone())?;
        let counted = model.counted(prices.conventions)?;
        Ok(Varied {
            meant: vec![true; counted.len()],
            counted,
            axis: ThresholdAxis::of_entry(&symbol, &now),
            symbol,
            format: Some(Format {
                operand: name.format,
                accumulator: name.format,
            }),
            filled: false,
            note: None,
        })
    }

    /// A number of a level of memory of one table; all other tables are left
    /// out.
    fn level(
        name: &LevelName,
        model: &ModelRequest,
        prices: &mut PriceRequest,
    ) -> Result<Varied, Problems> {
        let found = prices.level(name)?;
        prices.keep_table(found.table);
        let counted = model.counted(prices.conventions)?;
        Ok(Varied {
            meant: vec![true; counted.len()],
            counted,
            axis: match found.number {
                LevelNumber::Kib | LevelNumber::AccessBits => {
                    ThresholdAxis::of_level(&found.symbol, &found.value)
                }
                _ => ThresholdAxis::of_entry(&found.symbol, &found.value),
            },
            symbol: found.symbol,
            format: None,
            filled: false,
            note: None,
        })
    }

    /// A number of a device; all other tables are left out.
    fn device(
        name: &DeviceName,
        model: &ModelRequest,
        prices: &mut PriceRequest,
    ) -> Result<Varied, Problems> {
        let at = prices.device(name)?;
        prices.keep_table(at);
        let own = &prices.tables[0];
        let Some(figure) = own.device(name.number) else {
            return Err(name.missing(own).into());
        };
        let symbol = name.symbol(own);
        let axis = ThresholdAxis::of_entry(&symbol, &figure.value);
        let counted = model.counted(prices.conventions)?;
        Ok(Varied {
            meant: vec![true; counted.len()],
            counted,
            axis,
            symbol,
            format: None,
            filled: false,
            note: None,
        })
    }

    /// The energy of one variant, as a function of the axis where it varies
    /// there, and the values of all in it.
    pub(super) fn side(
        &self,
        at: usize,
        pricing: &CostModel<'_>,
        stages: &[String],
    ) -> Result<(Expr, Bindings), Problems> {
        let counted = &self.counted[at];
        let mut values = counted.graph.values();
        entry_values(pricing, &mut values);
        let energy = priced(counted, pricing, stages)?;
        if !self.meant[at] {
            let fixed = energy
                .evaluate(&values)
                .map_err(|error| usage_error(error.to_string()))?;
            return Ok((Expr::constant(fixed), values));
        }
        if let Some(now) = values.get(&self.symbol).cloned() {
            values.set(self.axis.symbol.clone(), now);
        }
        Ok((energy.renamed(&self.symbol, &self.axis.symbol), values))
    }

    /// The model must accept both ends of a range that is not one of whole
    /// numbers: those are tried one by one.
    pub(super) fn check_ends(&self, range: &Range) -> Result<(), Problems> {
        let (from, to) = match range {
            Range::Real { from, to } => (from, to),
            Range::Whole(_) => return Ok(()),
        };
        for end in [Some(from), to.as_ref()].into_iter().flatten() {
            if self.axis.admits(end) {
                continue;
            }
            for (counted, _) in self
                .counted
                .iter()
                .zip(&self.meant)
                .filter(|(_, meant)| **meant)
            {
                let mut values = counted.graph.values();
                values.set(self.symbol.clone(), end.clone());
                counted.graph.check(&values)?;
            }
        }
        Ok(())
    }

    /// What stays as it is, and what was counted how.
    pub(super) fn conventions(&self, estimates: &[Estimate; 2]) -> Vec<String> {
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
        let varied = std::slice::from_ref(&self.symbol);
        notes.extend(conventions_over(&estimates[1], varied));
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
pub(super) fn over_range(over: &Over, axis: &ThresholdAxis) -> Result<Range, Diagnostic> {
    let name = axis.symbol.name();
    let at = |message: String| Diagnostic::at(over.place(), message);
    let range = match over.values() {
        None => return Ok(axis.default_range()),
        Some(OverValues::List(_)) if over.is_log => {
            let message = format!("`{name}` runs over all of a range here, not over some values");
            return Err(at(message).help("leave out `:log:COUNT`"));
        }
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
    Ok(Range::Whole(WholeSteps {
        from: whole(&range.from)?,
        to: whole(&range.to)?,
        step: whole(&range.step())?,
    }))
}
