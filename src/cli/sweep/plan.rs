//! What a sweep is over, and the expressions to evaluate.

use super::summary::plain;
use crate::catalog::{self, Kind};
use crate::cli::args::{PriceArgs, SweepArgs};
use crate::cli::axes::{self, Over, OverValues};
use crate::cli::request::{self, ModelRequest};
use crate::cli::wrong;
use crate::energy::{Counted, Estimate, Pricing};
use crate::format::Format;
use crate::graph::Constraint;
use crate::number::{plain as digits, to_f64};
use crate::render::rows::RowColumn;
use crate::report::left_out_over;
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::{Expr, Symbol, Values};
use crate::whatif::{Axis, Choice, Draw, Grid, Points, Scatter, Sweep, entry_values, priced};

/// The table that is meant where none is named.
const DEFAULT_TABLE: &str = "45nm";

/// A sweep, ready to run.
pub(super) struct Plan {
    model: String,
    /// The numeric axes.
    pub(super) axes: Vec<String>,
    /// Axes that decide which ops there are.
    switches: Vec<String>,
    pub(super) variants: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) settings: Vec<Setting>,
    /// The points of each setting.
    pub(super) points: Vec<Points>,
    pub(super) columns: Vec<Column>,
    /// What every number here leaves out.
    pub(super) left_out: Vec<String>,
}

/// A table, a format and the values of the switches.
pub(super) struct Setting {
    pub(super) table: String,
    pub(super) format: String,
    pub(super) switches: Vec<f64>,
}

impl Setting {
    /// The format, and the switches where there are any.
    pub(super) fn words(&self, plan: &Plan) -> String {
        let mut words = self.format.clone();
        for (name, value) in plan.switches.iter().zip(&self.switches) {
            words.push_str(&format!(", {name} = {}", plain(*value)));
        }
        words
    }
}

/// A column of the rows.
pub(super) enum Column {
    Table,
    Format,
    Switch(usize),
    Axis(usize),
    Energy(usize),
    Saving(usize),
}

/// The axes of a sweep by their kind.
struct Axes {
    words: Vec<Over>,
    numbers: Vec<Over>,
}

impl Plan {
    pub(super) fn new(args: &SweepArgs) -> Result<Plan, Problems> {
        let mut problems = Problems::new();
        let (words, numbers) = axes::read(&args.over, &mut problems)
            .into_iter()
            .partition(|over| axes::is_words(&over.name.value));
        problems.or(())?;
        let axes = Axes { words, numbers };
        if axes.numbers.is_empty() {
            return Err(wrong(
                "--over names no number to sweep; `picojoule compare` compares tables and formats",
            ));
        }
        // A number stays a symbol if it is set to one; which one is nothing to
        // a sweep, but 1 is a size, a share and a switch that is on.
        let first = Request::new(args, &axes, &|_| None)?;
        let switches = first.switches(&axes);
        let mut plan = Plan {
            model: args.model.model.clone(),
            axes: (axes.numbers.iter())
                .map(|over| over.name.value.clone())
                .filter(|name| !switches.contains(name))
                .collect(),
            switches,
            variants: first.model.variants.clone(),
            scopes: first.scopes(&args.scopes.scope)?,
            settings: Vec::new(),
            points: Vec::new(),
            columns: Vec::new(),
            left_out: Vec::new(),
        };
        if plan.axes.is_empty() {
            return Err(wrong(format!(
                "`{}` decides which ops the model has; sweep another number beside it",
                plan.switches.join("`, `")
            )));
        }
        if plan.switches.is_empty() {
            plan.add(args, &axes, &first, &[])?;
        } else {
            for chosen in combinations(&axes, &plan.switches) {
                let request = Request::new(args, &axes, &|name| {
                    let at = plan.switches.iter().position(|switch| switch == name)?;
                    chosen.get(at).cloned()
                })?;
                let values: Vec<f64> = chosen.iter().map(to_f64).collect();
                plan.add(args, &axes, &request, &values)?;
            }
        }
        plan.name_columns();
        Ok(plan)
    }

    /// Adds every table and format of one request.
    fn add(
        &mut self,
        args: &SweepArgs,
        axes: &Axes,
        request: &Request,
        switches: &[f64],
    ) -> Result<(), Problems> {
        let varied: Vec<Symbol> = self.axes.iter().map(|name| Symbol::new(name)).collect();
        let counted: Vec<&Counted> = request.counted.iter().collect();
        for line in left_out_over(&counted, &varied) {
            if !self.left_out.contains(&line) {
                self.left_out.push(line);
            }
        }
        let pricings = request.prices.pricings(|_| vec![request.format])?;
        for pricing in pricings {
            self.points
                .push(self.points(args, axes, request, &pricing)?);
            self.settings.push(Setting {
                table: pricing.table.name().to_owned(),
                format: pricing.format.to_string(),
                switches: switches.to_vec(),
            });
        }
        Ok(())
    }

    fn points(
        &self,
        args: &SweepArgs,
        axes: &Axes,
        request: &Request,
        pricing: &Pricing<'_>,
    ) -> Result<Points, Problems> {
        let mut values = Values::default();
        let mut constraints: Vec<Constraint> = Vec::new();
        for counted in &request.counted {
            for info in counted.graph.symbols() {
                values.set(info.symbol.clone(), info.value.clone());
            }
            constraints.extend(counted.graph.constraints().iter().cloned());
        }
        entry_values(pricing.table, &mut values);
        let swept: Vec<Symbol> = self.axes.iter().map(|name| Symbol::new(name)).collect();
        for counted in &request.counted {
            counted.graph.check_without(&swept)?;
        }
        let mut outputs: Vec<Expr> = Vec::new();
        for scope in &self.scopes {
            for counted in &request.counted {
                outputs.push(priced(counted, pricing, &stages(counted, scope))?);
            }
        }
        let numbers = axes
            .numbers
            .iter()
            .filter(|over| !self.switches.contains(&over.name.value));
        let numbers: Vec<&Over> = numbers.collect();
        let failed = |error: crate::whatif::SweepError| wrong(error.to_string());
        let axis = |over: &&Over| {
            Some(Axis {
                symbol: Symbol::new(&over.name.value),
                values: over.values()?.clone(),
            })
        };
        if let Some(points) = args.sample {
            let draws = draws(&numbers, request)?;
            let choice = Choice::Random {
                draws,
                points,
                seed: args.random.seed,
                latin: args.latin,
            };
            let scatter = Scatter::new(choice, &outputs, &constraints, &values);
            return Ok(Points::Scatter(scatter.map_err(failed)?));
        }
        if let Some(over) = numbers
            .iter()
            .find(|over| matches!(over.values, OverValues::Range { log: true, .. }))
        {
            return Err(Diagnostic::at(
                &over.name.place,
                "a logarithmic range is drawn from: give --sample too",
            )
            .into());
        }
        let all: Vec<Axis> = numbers.iter().filter_map(axis).collect();
        if args.zip {
            let counts: Vec<u64> = all.iter().map(|axis| axis.values.count()).collect();
            if counts.windows(2).any(|pair| pair[0] != pair[1]) {
                let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
                return Err(wrong(format!(
                    "--zip runs all axes together, but they have {} values",
                    counts.join(", ")
                )));
            }
            let scatter = Scatter::new(Choice::Zip(all), &outputs, &constraints, &values);
            return Ok(Points::Scatter(scatter.map_err(failed)?));
        }
        let sweep = Sweep::new(Grid { axes: all }, &outputs, &constraints, &values);
        Ok(Points::Grid(sweep.map_err(failed)?))
    }

    /// How many points there are in all settings together.
    pub(super) fn total(&self) -> Option<u64> {
        let each = self.points.first().map_or(0, Points::count);
        each.checked_mul(self.points.len() as u64)
    }

    fn name_columns(&mut self) {
        self.columns = vec![Column::Table, Column::Format];
        self.columns
            .extend((0..self.switches.len()).map(Column::Switch));
        self.columns.extend((0..self.axes.len()).map(Column::Axis));
        for output in 0..self.scopes.len() * self.variants.len() {
            self.columns.push(Column::Energy(output));
            if output % self.variants.len() != 0 {
                self.columns.push(Column::Saving(output));
            }
        }
    }

    /// The columns as files name them: words that need no quotes in a query.
    pub(super) fn row_columns(&self) -> Vec<RowColumn> {
        let plain = |name: &str| name.replace(|c: char| !c.is_alphanumeric(), "_");
        let output = |at: usize, what: &str| {
            let scope = &self.scopes[at / self.variants.len()];
            let variant = &self.variants[at % self.variants.len()];
            format!("{}_{}_{what}", plain(scope), plain(variant))
        };
        self.columns
            .iter()
            .map(|column| RowColumn {
                name: match column {
                    Column::Table => "table".to_owned(),
                    Column::Format => "format".to_owned(),
                    Column::Switch(at) => plain(&self.switches[*at]),
                    Column::Axis(at) => plain(&self.axes[*at]),
                    Column::Energy(at) => output(*at, "pj"),
                    Column::Saving(at) => output(*at, "saving"),
                },
                words: matches!(column, Column::Table | Column::Format),
            })
            .collect()
    }

    /// `n = 25, d = 512`.
    pub(super) fn point(&self, at: &[f64]) -> String {
        let words = self.axes.iter().zip(at);
        let words: Vec<String> = words
            .map(|(name, value)| format!("{name} = {}", plain(*value)))
            .collect();
        words.join(", ")
    }

    pub(super) fn title(&self) -> String {
        match self.variants.as_slice() {
            [baseline, _, ..] => format!("{}: what is saved against {baseline}", self.model),
            _ => format!("{}: energy", self.model),
        }
    }
}

/// The stages of a scope in one variant.
fn stages(counted: &Counted, scope: &str) -> Vec<String> {
    if scope == Estimate::WHOLE {
        return counted
            .graph
            .stages()
            .into_iter()
            .map(str::to_owned)
            .collect();
    }
    let scopes = counted.graph.scopes().iter();
    let found = scopes.filter(|known| known.name == scope);
    found.flat_map(|known| known.stages.clone()).collect()
}

/// Every combination of the values of the switches.
fn combinations(axes: &Axes, switches: &[String]) -> Vec<Vec<num_rational::BigRational>> {
    let mut all = vec![Vec::new()];
    for switch in switches {
        let over = axes.numbers.iter().find(|over| over.name.value == *switch);
        let Some(values) = over.and_then(Over::values) else {
            continue;
        };
        // Switches are few and have few values; a thousand graphs is plenty.
        let values: Vec<_> = (0..values.count().min(1000))
            .map(|at| values.exact(at))
            .collect();
        all = all
            .iter()
            .flat_map(|so_far| {
                values.iter().map(move |value| {
                    let mut longer = so_far.clone();
                    longer.push(value.clone());
                    longer
                })
            })
            .take(1000)
            .collect();
    }
    all
}

/// What is drawn from each range.
fn draws(numbers: &[&Over], request: &Request) -> Result<Vec<Draw>, Problems> {
    let mut draws = Vec::new();
    for over in numbers {
        let name = &over.name.value;
        let OverValues::Range { from, to, log, .. } = &over.values else {
            return Err(Diagnostic::at(
                &over.name.place,
                format!("`{name}` is no range to draw from"),
            )
            .help("write `--over NAME=FROM..TO`, or `FROM..TO:log`")
            .into());
        };
        draws.push(Draw {
            symbol: Symbol::new(name),
            from: to_f64(from),
            to: to_f64(to),
            log: *log,
            whole: request.is_dim(name),
        });
    }
    Ok(draws)
}

/// A model, lowered with the swept numbers as symbols, and its prices.
struct Request {
    model: ModelRequest,
    prices: request::PriceRequest,
    counted: Vec<Counted>,
    format: Format,
}

impl Request {
    /// `switch` gives the value of an axis that is no symbol.
    fn new(
        args: &SweepArgs,
        axes: &Axes,
        switch: &dyn Fn(&str) -> Option<num_rational::BigRational>,
    ) -> Result<Request, Problems> {
        let mut model = args.model.clone();
        for over in &axes.numbers {
            let name = &over.name.value;
            let value = switch(name).map_or_else(|| "1".to_owned(), |value| digits(&value));
            model.set.push(format!("{name}={value}"));
        }
        let word = |axis: &str, flag: &[String]| -> Result<Vec<String>, Problems> {
            let over = axes.words.iter().find(|over| over.name.value == axis);
            match over {
                Some(over) if !flag.is_empty() => Err(Diagnostic::at(
                    &over.name.place,
                    format!("`{axis}` is swept, and given by --{axis} too"),
                )
                .into()),
                Some(Over {
                    values: OverValues::Words(words),
                    ..
                }) => Ok(words.iter().map(|word| word.value.clone()).collect()),
                _ => Ok(flag.to_vec()),
            }
        };
        let variants = word("variant", &args.variants.variants)?;
        let price = PriceArgs {
            table: word("table", &args.price.table)?,
            format: word("format", &args.price.format)?,
            ..args.price.clone()
        };
        let tables: Vec<&str> = catalog::names(Kind::Table)
            .filter(|name| *name == DEFAULT_TABLE)
            .collect();
        let (model, prices) =
            ModelRequest::with_prices(&model, &variants, request::Default::All, &price, &tables)
                .map_err(|mistakes| placed(&mistakes, axes))?;
        let counted = model.unchecked(prices.conventions)?;
        let format = model.model.root.format.unwrap_or(Format::FP32);
        let request = Request {
            model,
            prices,
            counted,
            format,
        };
        request.check_axes(axes)?;
        Ok(request)
    }

    /// Every axis must change something.
    fn check_axes(&self, axes: &Axes) -> Result<(), Problems> {
        let mut problems = Problems::new();
        for over in &axes.numbers {
            let name = over.name.value.as_str();
            let known = name.contains('.')
                || self.counted.iter().any(|counted| {
                    counted
                        .graph
                        .symbols()
                        .iter()
                        .any(|info| info.symbol.name() == name)
                });
            if !known {
                problems.push(Diagnostic::at(
                    &over.name.place,
                    format!(
                        "`{name}` changes nothing in {}: no variant uses it",
                        self.model.variants.join(", ")
                    ),
                ));
            }
        }
        problems.or(())
    }

    /// The axes that decide which ops there are.
    fn switches(&self, axes: &Axes) -> Vec<String> {
        let names = axes.numbers.iter().map(|over| over.name.value.clone());
        names
            .filter(|name| {
                let symbol = Symbol::new(name);
                self.counted
                    .iter()
                    .any(|counted| counted.graph.switches().contains(&symbol))
            })
            .collect()
    }

    /// Whether a number is a size, and so whole.
    fn is_dim(&self, name: &str) -> bool {
        let root = &self.model.model.root;
        let dims = root
            .numbers
            .iter()
            .filter(|number| number.role == crate::model::NumberRole::Dim);
        dims.map(|number| &number.name)
            .chain(&root.needs)
            .any(|dim| dim.value == name)
    }

    /// The scopes asked for, or all that every variant has.
    fn scopes(&self, asked: &[String]) -> Result<Vec<String>, Problems> {
        let has = |counted: &Counted, scope: &str| {
            scope == Estimate::WHOLE
                || counted
                    .graph
                    .scopes()
                    .iter()
                    .any(|known| known.name == scope)
        };
        let mut common: Vec<String> = Vec::new();
        for scope in self
            .counted
            .iter()
            .flat_map(|counted| counted.graph.scopes())
        {
            let everywhere = self.counted.iter().all(|counted| has(counted, &scope.name));
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

/// Mistakes about a swept name, shown where it was typed and not at the `--set`
/// that stands for it.
fn placed(mistakes: &Problems, axes: &Axes) -> Problems {
    let mut placed = Problems::new();
    for mistake in mistakes.iter() {
        let text = |place: &Place| place.source().text().get(place.span()).map(str::to_owned);
        let named = mistake.place().and_then(text);
        let over = axes
            .numbers
            .iter()
            .find(|over| Some(&over.name.value) == named.as_ref());
        placed.push(match over {
            Some(over) => mistake.clone().labelled(&over.name.place, ""),
            None => mistake.clone(),
        });
    }
    placed
}
