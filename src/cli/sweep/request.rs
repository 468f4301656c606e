//! What is swept, and a model in which it is left open.

use num_rational::BigRational;

use crate::cli::args::{PriceArgs, SweepArgs};
use crate::cli::loading::scanning;
use crate::cli::name::Name;
use crate::cli::over::{Over, OverValues, Overs};
use crate::cli::request::{DEFAULT_TABLE, ModelRequest, PriceRequest, Unnamed, with_prices};
use crate::cli::settings::{check_known, check_most, is_size, twice};
use crate::energy::{Counted, Estimate};
use crate::source::{Diagnostic, Problems};
use crate::sweep::AxisValues;
use crate::symbolic::{Bindings, EvalError, Expr, Symbol};

/// Graphs are made anew for every combination of values of the switches; more
/// of them are refused.
const MAX_GRAPHS: u64 = 1000;

/// An axis of numbers, and what it moves.
pub(super) struct SweptAxis {
    pub(super) over: Over,
    /// What it is called in energies: `n`, `snn.t`, `45nm.fp32.mul`.
    pub(super) symbol: Symbol,
    /// What it is called in the graphs of the variants, and in which of them it
    /// varies.
    pub(super) own: Symbol,
    meant: Vec<bool>,
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
        Some(match self.over.values()? {
            OverValues::List(values) => AxisValues::List(values.clone()),
            OverValues::Range(range) => AxisValues::Steps {
                from: range.from.clone(),
                step: range.step(),
                count: range.count()?,
            },
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
    /// switch, or any.
    pub(super) fn new(
        args: &SweepArgs,
        overs: &Overs,
        value: &dyn Fn(&Symbol, &Over) -> BigRational,
    ) -> Result<Request, Problems> {
        let variants = words(overs, "variant", &args.variants.variants)?;
        let price = PriceArgs {
            table: words(overs, "table", &args.price.table)?,
            format: words(overs, "format", &args.price.format)?,
            ..args.price.clone()
        };
        let loader = scanning(&args.model.scan)?;
        let (mut model, mut prices) = with_prices(
            &loader,
            &args.model,
            &variants,
            Unnamed::All,
            &price,
            &[DEFAULT_TABLE],
        )?;
        let mut problems = Problems::new();
        let mut axes: Vec<SweptAxis> = Vec::new();
        // What varies in one variant goes before what varies in all.
        let (of_one, of_all): (Vec<&Over>, Vec<&Over>) =
            overs.numbers.iter().partition(|over| over.name.is_of_one());
        for over in of_one.into_iter().chain(of_all) {
            match open(over, value, &axes, &mut model, &mut prices) {
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
        for axis in &self.axes {
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

    /// The axes that decide which ops there are.
    pub(super) fn switches(&self) -> Vec<Symbol> {
        let switches = self.axes.iter().filter(|axis| {
            self.counted.iter().enumerate().any(|(variant, counted)| {
                let own = axis.symbol_in(variant);
                own.is_some_and(|own| counted.graph.switches().contains(own))
            })
        });
        switches.map(|axis| axis.symbol.clone()).collect()
    }

    /// The axes of numbers that are no switches.
    pub(super) fn without(&self, switches: &[Symbol]) -> Vec<&SweptAxis> {
        let axes = self.axes.iter();
        axes.filter(|axis| !switches.contains(&axis.symbol))
            .collect()
    }

    /// Leaves an axis the one value for which this graph was made.
    pub(super) fn keep(&mut self, symbol: &Symbol, value: &BigRational) {
        let axis = self.axes.iter_mut().find(|axis| axis.symbol == *symbol);
        if let Some(axis) = axis {
            axis.at = Some(value.clone());
        }
    }

    /// Every combination of the values of the switches.
    pub(super) fn combinations(
        &self,
        switches: &[Symbol],
    ) -> Result<Vec<Vec<(Symbol, BigRational)>>, Diagnostic> {
        let switches: Vec<&SweptAxis> = (self.axes.iter())
            .filter(|axis| switches.contains(&axis.symbol))
            .collect();
        let count = switches
            .iter()
            .try_fold(1_u64, |count, axis| count.checked_mul(axis.count()));
        if let Some(first) = switches.first()
            && count.is_none_or(|count| count > MAX_GRAPHS)
        {
            let names: Vec<&str> = switches.iter().map(|axis| axis.symbol.name()).collect();
            let count = count.map_or("more than 2^64".to_owned(), |count| count.to_string());
            let message = format!(
                "`{}` decides which ops there are, and {count} values make as many graphs, \
                 more than {MAX_GRAPHS}",
                names.join("` and `")
            );
            return Err(Diagnostic::at(first.over.place(), message)
                .help("sweep fewer of them: a list, or `FROM..TO:STEP`"));
        }
        let mut all = vec![Vec::new()];
        for axis in switches {
            let values = axis.values().into_iter().flat_map(|values| {
                let count = values.count();
                (0..count).map(move |at| values.exact(at))
            });
            let values: Vec<BigRational> = values.collect();
            let with = |so_far: &Vec<(Symbol, BigRational)>| {
                let longer = values.iter().map(|value| {
                    let mut longer = so_far.clone();
                    longer.push((axis.symbol.clone(), value.clone()));
                    longer
                });
                longer.collect::<Vec<_>>()
            };
            all = all.iter().flat_map(with).collect();
        }
        Ok(all)
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
        let notes = self.axes.iter().filter_map(|axis| match &axis.over.name {
            Name::Number(name) => name.kept(&axis.own, &self.counted, &axis.meant),
            Name::Entry(_) | Name::Level(_) => None,
        });
        notes.collect()
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
fn words(overs: &Overs, axis: &str, flag: &[String]) -> Result<Vec<String>, Diagnostic> {
    match overs.words.iter().find(|over| over.axis.value == axis) {
        Some(over) if !flag.is_empty() => Err(Diagnostic::at(
            &over.axis.place,
            format!("`{axis}` is swept, and given by --{axis} too"),
        )),
        Some(over) => Ok(over.words.clone()),
        None => Ok(flag.to_vec()),
    }
}

/// Leaves open what `over` names: it has the value given, and stays a symbol.
fn open(
    over: &Over,
    value: &dyn Fn(&Symbol, &Over) -> BigRational,
    known: &[SweptAxis],
    model: &mut ModelRequest,
    prices: &mut PriceRequest,
) -> Result<SweptAxis, Diagnostic> {
    let over = &over.by_names_of(&model.model);
    if let Some(OverValues::Range(range)) = over.values()
        && range.count().is_none()
    {
        let message = "the range has more than 2^64 values";
        return Err(Diagnostic::at(over.place(), message));
    }
    let name = match &over.name {
        Name::Number(name) => name,
        Name::Level(name) => {
            let symbol = prices.level(name)?.symbol;
            if let Some(first) = known.iter().find(|axis| axis.symbol == symbol) {
                return Err(twice(symbol.name(), &name.place, &first.over.typed.place));
            }
            if let Some(first) = prices.given(&symbol) {
                return Err(twice(symbol.name(), &name.place, first));
            }
            prices.leave_level_open(name, &value(&symbol, over))?;
            return Ok(SweptAxis {
                over: over.clone(),
                own: symbol.clone(),
                symbol,
                meant: vec![true; model.variants.len()],
                is_size: false,
                at: None,
            });
        }
        Name::Entry(name) => {
            let symbol = name.symbol(&prices.tables[name.find(&prices.tables)?]);
            if let Some(first) = known.iter().find(|axis| axis.symbol == symbol) {
                return Err(twice(symbol.name(), &name.place, &first.over.typed.place));
            }
            if let Some(first) = prices.given(&symbol) {
                return Err(twice(symbol.name(), &name.place, first));
            }
            prices.leave_open(name, value(&symbol, over))?;
            return Ok(SweptAxis {
                over: over.clone(),
                own: symbol.clone(),
                symbol,
                meant: vec![true; model.variants.len()],
                is_size: false,
                at: None,
            });
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
    model.leave_open(name, &meant, value(&symbol, over));
    Ok(SweptAxis {
        over: over.clone(),
        symbol,
        own,
        meant,
        is_size: is_size(&model.model, &name.name),
        at: None,
    })
}
