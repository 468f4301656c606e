//! The dims and parameters that a result holds for, in a line.

use num_rational::BigRational;

use crate::compare::Comparison;
use crate::energy::Estimate;
use crate::number;
use crate::units::significant;

/// The dims of each variant, each name once. Where variants differ, the line
/// says in which: `steps = 1 (ann) / 4 (snn)`.
#[derive(Debug, Clone, Default)]
pub struct Dims<'a> {
    all: Vec<(&'a str, Vec<Shared<'a>>)>,
}

/// A value, and the variants that share it.
#[derive(Debug, Clone)]
struct Shared<'a> {
    value: &'a BigRational,
    variants: Vec<&'a str>,
}

impl<'a> Dims<'a> {
    /// Adds one dim of a variant.
    pub fn add(&mut self, variant: &'a str, name: &'a str, value: &'a BigRational) {
        let at = match self.all.iter().position(|(known, _)| *known == name) {
            Some(at) => at,
            None => {
                self.all.push((name, Vec::new()));
                self.all.len() - 1
            }
        };
        let values = &mut self.all[at].1;
        match values.iter_mut().find(|known| known.value == value) {
            Some(known) if known.variants.contains(&variant) => {}
            Some(known) => known.variants.push(variant),
            None => values.push(Shared {
                value,
                variants: vec![variant],
            }),
        }
    }

    /// All of them in a line; nothing where there are none.
    pub fn line(&self) -> Option<String> {
        let dims = self.all.iter().map(|(name, values)| {
            let values: Vec<String> = match values.as_slice() {
                [one] => vec![shown(one.value)],
                several => (several.iter())
                    .map(|one| format!("{} ({})", shown(one.value), one.variants.join(", ")))
                    .collect(),
            };
            format!("{name} = {}", values.join(" / "))
        });
        let dims: Vec<String> = dims.collect();
        (!dims.is_empty()).then(|| dims.join(", "))
    }
}

fn shown(value: &BigRational) -> String {
    match number::is_decimal(value) {
        true => number::plain(value),
        false => significant(number::to_f64(value), 4),
    }
}

/// `b = 1, n = 25, d = 512, h = 8`; nothing for a model without dims.
pub fn dims_line(estimate: &Estimate) -> Option<String> {
    of([estimate])
}

/// The dims of all variants; nothing where there are none.
pub fn comparison_dims(comparison: &Comparison) -> Option<String> {
    of(comparison.settings.iter().flatten())
}

fn of<'a>(estimates: impl IntoIterator<Item = &'a Estimate>) -> Option<String> {
    let mut dims = Dims::default();
    for estimate in estimates {
        for (name, value) in &estimate.dims {
            dims.add(&estimate.variant, name, value);
        }
    }
    dims.line()
}
