//! The axes of index notation.
//!
//! Every axis gets an extent: from the operand it runs over alone, from the
//! dim of the same name, by dividing the rest out of a split axis, or, for the
//! outputs of a convolution, from how often its window fits.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::One;

use super::shape::{axis_label, axis_list, shown_shape};
use super::window::Window;
use crate::formula::Formula;
use crate::graph::constraint::{Constraint, Rule};
use crate::graph::names::Names;
use crate::model::{AxisGroup, Signature};
use crate::number::whole;
use crate::source::{Diagnostic, Place, Problems, Spanned};
use crate::symbolic::Expr;

/// The axes of one op and their extents.
pub(in crate::graph) struct Axes<'a> {
    pub(in crate::graph) names: &'a Names,
    pub(in crate::graph) op: &'a str,
    pub(in crate::graph) extents: BTreeMap<String, Expr>,
    /// The axes whose extents the file gives.
    given: BTreeSet<String>,
    /// What must hold of the extents found.
    pub(in crate::graph) constraints: Vec<Constraint>,
}

impl<'a> Axes<'a> {
    /// The axes of `op` of which only the `extents` given are known.
    pub(in crate::graph) fn new(
        op: &'a str,
        extents: BTreeMap<String, Expr>,
        names: &'a Names,
    ) -> Axes<'a> {
        Axes {
            names,
            op,
            given: extents.keys().cloned().collect(),
            extents,
            constraints: Vec::new(),
        }
    }

    /// Finds the extent of every axis of `signature`, whose operands have the
    /// `shapes` given. `false` after a mistake.
    pub(in crate::graph) fn infer(
        &mut self,
        signature: &Signature,
        shapes: &[&[Expr]],
        problems: &mut Problems,
    ) -> bool {
        let axes = self;
        let op = axes.op;
        let before = problems.len();
        if signature.inputs.len() != shapes.len() {
            let mistake = Diagnostic::at(
                &signature.place,
                format!(
                    "`{op}` has {} {}, but its notation names {}",
                    shapes.len(),
                    if shapes.len() == 1 { "input" } else { "inputs" },
                    signature.inputs.len()
                ),
            );
            problems.push(if shapes.len() < signature.inputs.len() {
                mistake.help("a weight stands among them as `{ weight = \"d e\" }`")
            } else {
                mistake
            });
            return false;
        }
        for (at, (groups, shape)) in signature.inputs.iter().zip(shapes).enumerate() {
            if groups.len() != shape.len() {
                problems.push(
                    Diagnostic::at(
                        &signature.place,
                        format!(
                            "input {} of `{op}` has {} axes, but its notation names {}",
                            at + 1,
                            shape.len(),
                            groups.len()
                        ),
                    )
                    .help(format!("its shape is {}", shown_shape(shape))),
                );
            }
        }
        if problems.len() > before {
            return false;
        }
        let pairs: Vec<(&AxisGroup, &Expr)> = (signature.inputs.iter().zip(shapes))
            .flat_map(|(groups, shape)| groups.iter().zip(shape.iter()))
            .collect();
        axes.ones(&pairs, shapes, problems);
        // Plain axes first: they tell most; then what is split; then what is
        // indexed by a formula.
        for (group, extent) in &pairs {
            if let Some(axis) = group.single() {
                axes.plain(axis, extent, shapes, problems);
            }
        }
        for (group, extent) in &pairs {
            match group {
                AxisGroup::Product(parts) if parts.len() > 1 => {
                    axes.split(parts, extent, shapes, problems);
                }
                _ => {}
            }
        }
        for (group, extent) in &pairs {
            if let AxisGroup::Affine(formula) = group {
                axes.windowed(formula, extent, signature, problems);
            }
        }
        problems.len() == before
    }

    /// What an operand has against what is known, with the shapes at hand.
    fn mismatch(&self, place: &Place, message: &str, shapes: &[&[Expr]]) -> Diagnostic {
        let shapes: Vec<String> = shapes.iter().map(|shape| shown_shape(shape)).collect();
        Diagnostic::at(place, message).help(format!(
            "the {} of `{}`: {}",
            if shapes.len() == 1 { "input" } else { "inputs" },
            self.op,
            shapes.join(", ")
        ))
    }

    /// An axis written `1` must be one of extent 1.
    fn ones(&self, pairs: &[(&AxisGroup, &Expr)], shapes: &[&[Expr]], problems: &mut Problems) {
        for (group, extent) in pairs {
            if let AxisGroup::One(place) = group
                && **extent != Expr::one()
            {
                let message = format!("this axis of `{}` is {extent}, not 1", self.op);
                problems.push(self.mismatch(place, &message, shapes));
            }
        }
    }

    /// The extent of an axis, if an operand or a dim of its name tells it.
    pub(in crate::graph) fn known(&self, axis: &str) -> Option<Expr> {
        self.extents
            .get(axis)
            .or_else(|| self.names.get(axis))
            .cloned()
    }

    fn plain(
        &mut self,
        axis: &Spanned<String>,
        extent: &Expr,
        shapes: &[&[Expr]],
        problems: &mut Problems,
    ) {
        match self.known(&axis.value) {
            Some(known) if known != *extent => {
                let message = format!(
                    "{} of `{}` is {extent} here, but {known} elsewhere",
                    axis_label(&axis.value),
                    self.op
                );
                problems.push(self.mismatch(&axis.place, &message, shapes));
            }
            _ => {
                self.extents.insert(axis.value.clone(), extent.clone());
            }
        }
    }

    fn split(
        &mut self,
        parts: &[Spanned<String>],
        extent: &Expr,
        shapes: &[&[Expr]],
        problems: &mut Problems,
    ) {
        let mut product = Expr::one();
        let mut open: Vec<&Spanned<String>> = Vec::new();
        for part in parts {
            match self.known(&part.value) {
                Some(known) => {
                    product = &product * &known;
                    self.extents.insert(part.value.clone(), known);
                }
                None => open.push(part),
            }
        }
        let quotient = extent.divide(&product);
        match (open.as_slice(), quotient) {
            ([], _) if product == *extent => {}
            ([], _) => {
                let names: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
                if let Some(first) = parts.first() {
                    let message = format!(
                        "axes `{}` of `{}` make {product}, but the input has {extent}",
                        names.join(" "),
                        self.op
                    );
                    problems.push(self.mismatch(&first.place, &message, shapes));
                }
            }
            ([part], Some(quotient)) => {
                self.constrain(&part.value, &quotient, &part.place);
                self.extents.insert(part.value.clone(), quotient);
            }
            ([part, ..], _) => {
                let message = format!(
                    "nothing tells how large axis `{}` of `{}` is",
                    part.value, self.op
                );
                problems.push(
                    Diagnostic::at(&part.place, message)
                        .help("give it a dim of the same name, or say it with `axes = { … }`"),
                );
            }
        }
    }

    /// An operand's axis that is indexed by a formula such as `2*y + ky - 3`.
    /// If one of its axes is still open, the window slides along that one: it
    /// fits ⌊(size − 1 + 2·padding − Σ reach of the others) / stride⌋ + 1 times,
    /// where the padding on either side is what the formula subtracts.
    fn windowed(
        &mut self,
        formula: &Formula,
        extent: &Expr,
        signature: &Signature,
        problems: &mut Problems,
    ) {
        let window = match self.window(formula, signature) {
            Ok(window) => window,
            Err(mistake) => {
                problems.push(mistake);
                return;
            }
        };
        let mut reach = Expr::zero();
        let mut open: Vec<(String, Expr)> = Vec::new();
        for (axis, factor) in window.factors {
            match self.known(&axis) {
                Some(known) => {
                    reach += &(&factor * &(&known - &Expr::one()));
                    self.extents.insert(axis, known);
                }
                None => open.push((axis, factor)),
            }
        }
        let room = &(&(extent - &Expr::one()) - &window.offset.scale(&whole(2))) - &reach;
        match open.as_slice() {
            // How many windows there are was said, with whatever padding that
            // takes behind the input.
            [] if self.says_places(formula, signature) => {}
            // All is known: the last window must end within the input.
            [] => self.leave_room(room, &formula.place),
            [(axis, stride)] => {
                let Some(steps) = room.divide(stride) else {
                    problems.push(Diagnostic::at(&formula.place, "a stride of 0"));
                    return;
                };
                // A stride of 1 always fits a whole number of times.
                let one = stride.as_constant().is_some_and(|stride| stride.is_one());
                let steps = if one { steps } else { steps.floor() };
                let fits = &steps + &Expr::one();
                self.constrain(axis, &fits, &formula.place);
                self.extents.insert(axis.clone(), fits);
            }
            several => {
                let open: Vec<&str> = several.iter().map(|(axis, _)| axis.as_str()).collect();
                let message = format!(
                    "nothing tells how large axes `{}` of `{}` are; one of them may be open",
                    open.join("` and `"),
                    self.op
                );
                problems.push(Diagnostic::at(&formula.place, message).help(
                    "the extents of a window are told by a weight, a dim, or `axes = { ky = 3 }`",
                ));
            }
        }
    }

    /// Whether the file gives the extent of an axis of a window that is one of
    /// the result.
    fn says_places(&self, formula: &Formula, signature: &Signature) -> bool {
        let names = formula.names();
        let kept = signature.output.iter().flat_map(AxisGroup::parts);
        kept.filter(|label| names.iter().any(|(name, _)| name == label))
            .any(|label| self.given.contains(label))
    }

    pub(super) fn window(
        &self,
        formula: &Formula,
        signature: &Signature,
    ) -> Result<Window, Diagnostic> {
        let labels = signature.axis_names();
        Window::read(formula, self.op, self.names, |name| {
            labels.contains(&name) || self.extents.contains_key(name)
        })
    }

    /// Notes that what is left of an input after its windows is not negative.
    pub(in crate::graph) fn leave_room(&mut self, room: Expr, place: &Place) {
        self.constraints.push(Constraint {
            what: format!(
                "what is left of the input of `{}` after its windows",
                self.op
            ),
            expr: room,
            rule: Rule::Room,
            place: place.clone(),
        });
    }

    pub(in crate::graph) fn constrain(&mut self, axis: &str, extent: &Expr, place: &Place) {
        let is_fractional = self.names.fractional.contains(axis);
        self.constraints.push(Constraint {
            what: format!("axis `{axis}` of `{}`", self.op),
            expr: extent.clone(),
            rule: if is_fractional {
                Rule::MeanExtent
            } else {
                Rule::Extent
            },
            place: place.clone(),
        });
    }

    /// The extent of one axis (or split axis) of the result.
    pub(in crate::graph) fn extent(
        &self,
        group: &AxisGroup,
        problems: &mut Problems,
    ) -> Option<Expr> {
        match group {
            AxisGroup::Product(parts) => {
                let mut product = Expr::one();
                for part in parts {
                    let Some(extent) = self.known(&part.value) else {
                        let message = format!(
                            "axis `{}` of the result of `{}` is on no input",
                            part.value, self.op
                        );
                        let known = axis_list(self.extents.keys());
                        problems.push(Diagnostic::at(&part.place, message).help(format!(
                            "its inputs have `{}`; a dim may stand there too",
                            known.join("`, `")
                        )));
                        return None;
                    };
                    product = &product * &extent;
                }
                Some(product)
            }
            AxisGroup::Affine(formula) => {
                problems.push(Diagnostic::at(
                    &formula.place,
                    "a result cannot be indexed by a formula",
                ));
                None
            }
            AxisGroup::One(_) => Some(Expr::one()),
            // Where an operand has it too it has been written out.
            AxisGroup::Ellipsis(place) => {
                let message = format!("`...` of the result of `{}` is on no input", self.op);
                problems.push(Diagnostic::at(place, message));
                None
            }
        }
    }

    /// The shape of the result.
    pub(in crate::graph) fn output(
        &self,
        signature: &Signature,
        problems: &mut Problems,
    ) -> Option<Vec<Expr>> {
        let shape: Vec<Expr> = (signature.output.iter())
            .filter_map(|group| self.extent(group, problems))
            .collect();
        (shape.len() == signature.output.len()).then_some(shape)
    }
}
