//! What is swept, and a model in which it is left open.

use std::collections::BTreeSet;
use std::sync::Arc;

use num_rational::BigRational;

use super::combinations::{Chosen, axis_values};
use crate::cli::arg_source::refuse_repeats;
use crate::cli::args::{ModelArgs, PriceArgs, SweepArgs, VariantsArgs};
use crate::cli::name::Name;
use crate::cli::over::{Over, Overs};
use crate::cli::request::{DEFAULT_TABLE, ModelRequest, PriceRequest, Unnamed, with_prices};
use crate::cli::settings::{check_known, check_most, is_size, twice};
use crate::energy::{Counted, Estimate, LevelNumber, Memory};
use crate::loader::{Loader, is_graph};
use crate::number;
use crate::source::{Diagnostic, Place, Problems};
use crate::sweep::AxisValues;
use crate::symbolic::{Bindings, EvalError, Expr, Symbol};
use crate::table::Measure;
use crate::view::swept_conventions;

/// What was asked for.
pub(super) struct Axes<'a> {
    pub(super) args: &'a SweepArgs,
    pub(super) overs: &'a Overs,
    pub(super) loader: &'a Arc<Loader>,
}

impl Axes<'_> {
    /// Whether the model is an ONNX graph.
    pub(super) fn of_graph(&self) -> bool {
        is_graph(&self.args.model.model)
    }
}

/// An axis of numbers, and what it moves.
pub(super) struct SweptAxis {
    pub(super) over: Over,
    /// What it is called in energies: `n`, `snn.t`, `45nm.fp32.mul`.
    pub(super) symbol: Symbol,
    /// What it is called in the graphs of the variants, and in which of them it
    /// varies.
    pub(super) own: Symbol,
    meant: Vec<bool>,
    /// Whether the model is imported anew for each of its values.
    anew: bool,
    /// Whether it is a size, and so whole.
    pub(super) is_size: bool,
    /// The one value that it has, where each has a graph of its own.
    at: Option<BigRational>,
}

impl SweptAxis {
    /// What it is called in the graph of the variant of this number, if it
    /// varies there.
    fn symbol_in(&self, variant: usize) -> Option<&Symbol> {
        let meant = self.meant.get(variant).copied().unwrap_or(false);
        meant.then_some(&self.own)
    }

    /// How many values there are.
    pub(super) fn count(&self) -> u64 {
        self.values().map_or(0, |values| values.count())
    }

    /// The values one by one.
    pub(super) fn values(&self) -> Option<AxisValues> {
        if let Some(value) = &self.at {
            return Some(AxisValues::List(vec![value.clone()]));
        }
        axis_values(&self.over)
    }

    /// A number of the hardware, which varies in all variants.
    fn of_hardware(over: &Over, symbol: Symbol, model: &ModelRequest) -> SweptAxis {
        SweptAxis {
            over: over.clone(),
            own: symbol.clone(),
            symbol,
            meant: vec![true; model.variants.len()],
            anew: false,
            is_size: false,
            at: None,
        }
    }

    /// An axis of which each value has an import of its own.
    fn anew(over: &Over, model: &ModelRequest) -> Result<SweptAxis, Diagnostic> {
        let over = over.by_names_of(&model.model);
        check_count(&over)?;
        let symbol = match &over.name {
            Name::Number(name) => Symbol::new(&name.text()),
            Name::Entry(_) | Name::Level(_) | Name::Device(_) => Symbol::new(&over.typed.value),
        };
        Ok(SweptAxis {
            own: symbol.clone(),
            symbol,
            meant: vec![false; model.variants.len()],
            anew: true,
            is_size: true,
            at: None,
            over,
        })
    }
}

/// A model, lowered with the swept numbers as symbols, and its prices.
pub(super) struct Request {
    pub(super) model: ModelRequest,
    pub(super) prices: PriceRequest,
    pub(super) counted: Vec<Counted>,
    pub(super) axes: Vec<SweptAxis>,
}

impl Request {
    /// `value` gives the value at which an axis is left open: that of a
    /// switch, or any. For the axes of `anew`, as typed, it is set.
    pub(super) fn new(
        axes: &Axes<'_>,
        anew: &BTreeSet<String>,
        value: &dyn Fn(&Over) -> BigRational,
    ) -> Result<Request, Problems> {
        let Axes {
            args,
            overs,
            loader,
        } = axes;
        let named = args.variants.flag;
        let (flag, variants) = words(overs, "variant", (named, &args.variants.variants))?;
        let variants = VariantsArgs::of(flag, variants);
        let named = (args.price.table_flag, args.price.table.as_slice());
        let (table_flag, table) = words(overs, "table", named)?;
        let named = (args.price.format_flag, args.price.format.as_slice());
        let (format_flag, format) = words(overs, "format", named)?;
        let price = PriceArgs {
            table,
            table_flag,
            format,
            format_flag,
            ..args.price.clone()
        };
        let (fixed, open): (Vec<&Over>, Vec<&Over>) =
            (overs.numbers.iter()).partition(|over| anew.contains(&over.typed.value));
        let set = fixed.iter().map(|over| {
            let name = &over.typed.value;
            format!("{name}={}", number::plain(&value(over)))
        });
        let own = ModelArgs {
            set: args.model.set.iter().cloned().chain(set).collect(),
            ..args.model.clone()
        };
        let (mut model, mut prices) = with_prices(
            loader,
            &own,
            &open
                .iter()
                .map(|over| over.typed.value.clone())
                .collect::<Vec<_>>(),
            &variants,
            Unnamed::All,
            &price,
            &[DEFAULT_TABLE],
        )?;
        let mut problems = Problems::new();
        let mut axes: Vec<SweptAxis> = Vec::new();
        for over in fixed {
            match SweptAxis::anew(over, &model) {
                Ok(axis) => axes.push(axis),
                Err(mistake) => problems.push(mistake),
            }
        }
        // What varies in one variant goes before what varies in all.
        let (of_one, of_all): (Vec<&Over>, Vec<&Over>) =
            open.into_iter().partition(|over| over.name.is_of_one());
        for over in of_one.into_iter().chain(of_all) {
            match leave_open(over, value, &axes, &mut model, &mut prices) {
                Ok(axis) => axes.push(axis),
                Err(mistake) => problems.push(mistake),
            }
        }
        problems.or(())?;
        let typed = |axis: &SweptAxis| {
            let mut overs = overs.numbers.iter();
            overs.position(|over| over.typed.value == axis.over.typed.value)
        };
        axes.sort_by_key(typed);
        let counted = model.unchecked(prices.conventions)?;
        let request = Request {
            model,
            prices,
            counted,
            axes,
        };
        request.check_axes()?;
        Ok(request)
    }

    /// Every axis must change something.
    fn check_axes(&self) -> Result<(), Problems> {
        let mut problems = Problems::new();
        for axis in self.axes.iter().filter(|axis| !axis.anew) {
            let Name::Number(name) = &axis.over.name else {
                continue;
            };
            let used = self.counted.iter().enumerate().any(|(variant, counted)| {
                let own = axis.symbol_in(variant);
                let mut symbols = counted.graph.symbols().iter();
                symbols.any(|info| Some(&info.symbol) == own)
            });
            if used {
                continue;
            }
            let variant = self.model.meant(name).is_ok_and(|meant| meant.is_some());
            problems.push(match variant {
                true => name.changes_nothing(&self.model.variants),
                false => name.unknown_owner(&self.model.variants),
            });
        }
        problems.or(())
    }

    /// The axes that decide which ops there are, or how the model is imported.
    pub(super) fn switches(&self) -> Vec<&SweptAxis> {
        let switches = self.axes.iter().filter(|axis| {
            axis.anew
                || self.counted.iter().enumerate().any(|(variant, counted)| {
                    let own = axis.symbol_in(variant);
                    own.is_some_and(|own| counted.graph.switches().contains(own))
                })
        });
        switches.collect()
    }

    /// The axes of numbers that are no switches, as typed.
    pub(super) fn without(&self, switches: &[String]) -> Vec<&SweptAxis> {
        let axes = self.axes.iter();
        axes.filter(|axis| !switches.contains(&axis.over.typed.value))
            .collect()
    }

    /// Leaves an axis the one value for which this graph was made.
    pub(super) fn keep(&mut self, chosen: &Chosen) {
        let mut axes = self.axes.iter_mut();
        if let Some(axis) = axes.find(|axis| axis.over.typed.value == chosen.axis) {
            axis.at = Some(chosen.value.clone());
        }
    }

    /// How many operators are left out of it.
    pub(super) fn left_out(&self) -> usize {
        let counted = self.counted.iter();
        counted.map(|counted| counted.unsupported.len()).sum()
    }

    /// The energies or conditions of one variant in what is swept: each symbol
    /// that varies there under the name of its axis, all others replaced by
    /// their values.
    pub(super) fn in_axes(
        &self,
        variant: usize,
        expr: &Expr,
        values: &Bindings,
        swept: &[&SweptAxis],
    ) -> Result<Expr, EvalError> {
        let open = || {
            let axes = swept.iter();
            axes.filter_map(|axis| Some((axis.symbol_in(variant)?, &axis.symbol)))
        };
        let own: Vec<Symbol> = open().map(|(own, _)| own.clone()).collect();
        let bound = expr.bind(&own, values)?;
        let renamed = open().filter(|(own, name)| own != name);
        Ok(renamed.fold(bound, |expr, (own, name)| expr.renamed(own, name)))
    }

    /// What the axes are called in the graph of one variant.
    pub(super) fn own_symbols(&self, variant: usize, swept: &[&SweptAxis]) -> Vec<Symbol> {
        let own = swept.iter().filter_map(|axis| axis.symbol_in(variant));
        own.cloned().collect()
    }

    /// What is to be said of variants in which an axis does not vary.
    pub(super) fn notes(&self) -> Vec<String> {
        let axes = self.axes.iter().filter(|axis| !axis.anew);
        let notes = axes.filter_map(|axis| match &axis.over.name {
            Name::Number(name) => name.kept(&axis.own, &self.counted, &axis.meant),
            Name::Entry(_) | Name::Level(_) | Name::Device(_) => None,
        });
        notes.collect()
    }

    /// What was counted how, in the words of readers.
    pub(super) fn conventions(&self) -> Vec<String> {
        let memories: Vec<&Memory> = self.prices.memories().collect();
        let swept: Vec<Symbol> = self.axes.iter().map(|axis| axis.symbol.clone()).collect();
        let phase = self.model.model.phase();
        let counted = (self.prices.conventions, phase, &self.prices.free);
        swept_conventions(counted, &memories, self.prices.statics, &swept)
    }

    /// The scopes asked for, or all that every variant has.
    pub(super) fn scopes(&self, asked: &[String]) -> Result<Vec<String>, Problems> {
        let mut common: Vec<String> = Vec::new();
        for scope in self
            .counted
            .iter()
            .flat_map(|counted| counted.graph.scopes())
        {
            let everywhere =
                (self.counted.iter()).all(|counted| counted.stages_of(&scope.name).is_some());
            if everywhere && !common.contains(&scope.name) {
                common.push(scope.name.clone());
            }
        }
        if asked.is_empty() {
            if common.is_empty() {
                common.push(Estimate::WHOLE.to_owned());
            }
            return Ok(common);
        }
        let mut problems = Problems::new();
        refuse_repeats(asked, "--scope", &mut problems);
        common.push(Estimate::WHOLE.to_owned());
        for scope in asked.iter().filter(|scope| !common.contains(scope)) {
            let known = common.iter().map(String::as_str);
            problems.push(
                Diagnostic::new(format!("no scope `{scope}` that every variant has"))
                    .known(scope, known),
            );
        }
        problems.or(asked.to_vec())
    }
}

/// The words of an axis, or those given with the flag of the same name.
fn words(
    overs: &Overs,
    axis: &str,
    (flag, named): (&'static str, &[String]),
) -> Result<(&'static str, Vec<String>), Diagnostic> {
    match overs.words.iter().find(|over| over.axis.value == axis) {
        Some(over) if !named.is_empty() => Err(Diagnostic::at(
            &over.axis.place,
            format!("`{axis}` is swept, and given by {flag} too"),
        )),
        Some(over) => Ok((over.flag(), over.words.clone())),
        None => Ok((flag, named.to_vec())),
    }
}

/// An entry or a level is swept or set once.
fn check_once(
    symbol: &Symbol,
    place: &Place,
    known: &[SweptAxis],
    prices: &PriceRequest,
) -> Result<(), Diagnostic> {
    let swept = known.iter().find(|axis| axis.symbol == *symbol);
    let first = swept.map(|axis| &axis.over.typed.place);
    match first.or_else(|| prices.given(symbol)) {
        Some(first) => Err(twice(symbol.name(), place, first)),
        None => Ok(()),
    }
}

/// Leaves open what `over` names: it has the value given, and stays a symbol.
fn leave_open(
    over: &Over,
    value: &dyn Fn(&Over) -> BigRational,
    known: &[SweptAxis],
    model: &mut ModelRequest,
    prices: &mut PriceRequest,
) -> Result<SweptAxis, Diagnostic> {
    let over = &over.by_names_of(&model.model);
    check_count(over)?;
    let name = match &over.name {
        Name::Number(name) => name,
        Name::Device(name) => {
            let at = prices.device(name)?;
            let symbol = name.symbol(&prices.tables[at]);
            check_once(&symbol, &name.place, known, prices)?;
            if over
                .least()
                .is_some_and(|least| !name.number.measure().allows(least))
            {
                return Err(name.cannot_be(over.place()));
            }
            // It has a value, and is a symbol in every energy.
            return Ok(SweptAxis::of_hardware(over, symbol, model));
        }
        Name::Level(name) => {
            let found = prices.level(name)?;
            let symbol = found.symbol;
            let least = over
                .least()
                .filter(|_| found.number == LevelNumber::Bandwidth);
            if least.is_some_and(|least| !Measure::Bandwidth.allows(least)) {
                return Err(Diagnostic::at(over.place(), Measure::Bandwidth.must()));
            }
            check_once(&symbol, &name.place, known, prices)?;
            prices.leave_level_open(name, &value(over))?;
            return Ok(SweptAxis::of_hardware(over, symbol, model));
        }
        Name::Entry(name) => {
            let symbol = name.symbol(&prices.tables[name.find(&prices.tables)?]);
            check_once(&symbol, &name.place, known, prices)?;
            prices.leave_open(name, value(over))?;
            return Ok(SweptAxis::of_hardware(over, symbol, model));
        }
    };
    let symbol = Symbol::new(&name.text());
    let Some(meant) = model.meant(name)? else {
        // A parameter of one block, which is a symbol as it is.
        return Ok(SweptAxis {
            over: over.clone(),
            own: symbol.clone(),
            symbol,
            meant: vec![true; model.variants.len()],
            anew: false,
            is_size: false,
            at: None,
        });
    };
    check_known(&model.model, name)?;
    if let Some(most) = over.most() {
        check_most(&model.model, name, most, over.place())?;
    }
    let own = Symbol::new(&name.name);
    let both = |axis: &&SweptAxis| {
        let pairs = axis.meant.iter().zip(&meant);
        axis.own == own && pairs.into_iter().any(|(a, b)| *a && *b)
    };
    if let Some(first) = known.iter().find(both) {
        return Err(twice(&name.text(), &name.place, &first.over.typed.place));
    }
    if let Some(first) = model.given(name, &meant) {
        return Err(twice(&name.text(), &name.place, &first));
    }
    model.leave_open(name, &meant, value(over));
    Ok(SweptAxis {
        over: over.clone(),
        symbol,
        own,
        meant,
        anew: false,
        is_size: is_size(&model.model, &name.name),
        at: None,
    })
}

/// The mistake for a range that has too many values.
fn check_count(over: &Over) -> Result<(), Diagnostic> {
    if over.values().is_none() || axis_values(over).is_some() {
        return Ok(());
    }
    let message = "the range has more than 2^64 values";
    Err(Diagnostic::at(over.place(), message))
}
