//! What is swept, and a model in which it is left open.

use num_rational::BigRational;

use crate::cli::args::{PriceArgs, SweepArgs};
use crate::cli::axes::{self, Over, OverValues};
use crate::cli::loading::scanning;
use crate::cli::request::{DEFAULT_TABLE, ModelRequest, PriceRequest, Unnamed, with_prices};
use crate::energy::{Counted, Estimate};
use crate::model::NumberRole;
use crate::number::plain;
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::Symbol;

/// The axes of a sweep by their kind.
pub(super) struct Axes {
    words: Vec<Over>,
    pub(super) numbers: Vec<Over>,
}

impl Axes {
    pub(super) fn read(flags: &[String]) -> Result<Axes, Problems> {
        let mut problems = Problems::new();
        let (words, numbers) = axes::read(flags, &mut problems)
            .into_iter()
            .partition(|over| axes::is_words(&over.name.value));
        problems.or(Axes { words, numbers })
    }

    /// The axes of numbers that are no switches.
    pub(super) fn without(&self, switches: &[String]) -> Vec<&Over> {
        let numbers = self.numbers.iter();
        numbers
            .filter(|over| !switches.contains(&over.name.value))
            .collect()
    }

    /// The first value of an axis.
    pub(super) fn first(&self, name: &str) -> Option<BigRational> {
        let over = self.numbers.iter().find(|over| over.name.value == name)?;
        over.values().map(|values| values.exact(0))
    }

    /// Every combination of the values of the switches.
    pub(super) fn combinations(&self, switches: &[String]) -> Vec<Vec<BigRational>> {
        let mut all = vec![Vec::new()];
        for switch in switches {
            let over = self.numbers.iter().find(|over| over.name.value == *switch);
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
}

/// A model, lowered with the swept numbers as symbols, and its prices.
pub(super) struct Request {
    pub(super) model: ModelRequest,
    pub(super) prices: PriceRequest,
    pub(super) counted: Vec<Counted>,
}

impl Request {
    /// `switch` gives the value of an axis that is no symbol.
    pub(super) fn new(
        args: &SweepArgs,
        axes: &Axes,
        switch: &dyn Fn(&str) -> Option<BigRational>,
    ) -> Result<Request, Problems> {
        let mut model = args.model.clone();
        for over in &axes.numbers {
            let name = &over.name.value;
            let value = switch(name).map_or_else(|| "1".to_owned(), |value| plain(&value));
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
        let loader = scanning(&model.scan)?;
        let (model, prices) = with_prices(
            &loader,
            &model,
            &variants,
            Unnamed::All,
            &price,
            &[DEFAULT_TABLE],
        )
        .map_err(|mistakes| placed(&mistakes, axes))?;
        let counted = model.unchecked(prices.conventions)?;
        let request = Request {
            model,
            prices,
            counted,
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
    pub(super) fn switches(&self, axes: &Axes) -> Vec<String> {
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
    pub(super) fn is_dim(&self, name: &str) -> bool {
        let root = &self.model.model.root;
        let dims = root
            .numbers
            .iter()
            .filter(|number| number.role == NumberRole::Dim);
        dims.map(|number| &number.name)
            .chain(&root.needs)
            .any(|dim| dim.value == name)
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
