//! The iteration space of an einsum, and how its operands are indexed in it.

use super::axes::Axes;
use crate::graph::einsum::{AffineIndex, Axis, Projection};
use crate::graph::limits;
use crate::model::{AxisGroup, Signature};
use crate::source::Diagnostic;
use crate::symbolic::Expr;

impl Axes<'_> {
    /// The iteration space: the axes of the result, then those that are
    /// reduced over, each with its extent.
    pub(in crate::graph) fn iteration_space(
        &self,
        signature: &Signature,
    ) -> Result<Vec<Axis>, Diagnostic> {
        let mut axes: Vec<Axis> = Vec::new();
        let kept: Vec<&str> = (signature.output.iter())
            .flat_map(AxisGroup::parts)
            .collect();
        // Axes of the result alone are dims that it is spread over.
        for label in &kept {
            if let Some(extent) = self.known(label)
                && !axes.iter().any(|axis| axis.label == *label)
            {
                axes.push(Axis {
                    label: (*label).to_owned(),
                    extent,
                    is_reduced: false,
                });
            }
        }
        let reduced = self.extents.iter();
        axes.extend(
            reduced
                .filter(|(label, _)| !kept.contains(&label.as_str()))
                .map(|(label, extent)| Axis {
                    label: label.clone(),
                    extent: extent.clone(),
                    is_reduced: true,
                }),
        );
        let what = format!("the size of `{}`", self.op);
        let extents = axes.iter().map(|axis| &axis.extent);
        limits::product(extents, &what, &signature.place)?;
        Ok(axes)
    }

    /// How a tensor with the axes `groups` is indexed in the iteration space
    /// of `axes`.
    pub(in crate::graph) fn projection(
        &self,
        groups: &[AxisGroup],
        signature: &Signature,
        axes: &[Axis],
    ) -> Result<Projection, Diagnostic> {
        let indices = groups
            .iter()
            .map(|group| self.index(group, signature, axes));
        Ok(Projection(indices.collect::<Result<_, _>>()?))
    }

    fn index(
        &self,
        group: &AxisGroup,
        signature: &Signature,
        axes: &[Axis],
    ) -> Result<AffineIndex, Diagnostic> {
        let place = |label: &str| axes.iter().position(|axis| axis.label == label);
        let mut index = AffineIndex {
            terms: Vec::new(),
            offset: Expr::zero(),
        };
        match group {
            // The last axis runs fastest.
            AxisGroup::Product(parts) => {
                let mut factor = Expr::one();
                for part in parts.iter().rev() {
                    if let Some(at) = place(&part.value) {
                        index.terms.insert(0, (at, factor.clone()));
                        factor = &factor * &axes[at].extent;
                    }
                }
            }
            AxisGroup::Affine(formula) => {
                let window = self.window(formula, signature)?;
                let terms = window.factors.into_iter();
                index.terms = terms
                    .filter_map(|(label, factor)| Some((place(&label)?, factor)))
                    .collect();
                index.offset = window.offset;
            }
            AxisGroup::One(_) | AxisGroup::Ellipsis(_) => {}
        }
        Ok(index)
    }
}
