//! Neurons, and what they keep for the next step.
//!
//! A step of time `dt` is that of Euler, with constants multiplied beforehand.
//! What comes in is `x`, its gain in the weights before it where there are any:
//!
//! | neuron | a step | counted for each |
//! |---|---|---|
//! | I | v ← v + x | 1 add |
//! | IF | v ← v + x, fires where v > θ, v ← v_reset there | 1 add, 1 compare, 1 select |
//! | LI | v ← α·v + x | 1 mul, 1 add |
//! | LIF | the same, fires and is reset | 1 mul, 1 add, 1 compare, 1 select |
//! | CubaLI | i ← α·i + x, v ← β·v + i | 2 mul, 2 add |
//! | CubaLIF | the same, fires and is reset | 2 mul, 2 add, 1 compare, 1 select |
//!
//! τ·dv/dt = (v_leak − v) + R·I gives v ← (1 − dt/τ)·v + (dt/τ)·R·I + (dt/τ)·v_leak:
//! the first factor is α, the second the gain, the third the drift, an addition
//! where v_leak is not 0 and no bias before it can take it. The current of a
//! CubaLIF is kept times dt/τ·R, which the gain takes too.

use super::Writer;
use super::text::quoted;
use crate::import::nir::flat::{FlatNode, NodeId, Work};
use crate::import::nir::node::Neuron;

impl Writer<'_> {
    /// A neuron for each element.
    pub(super) fn neuron(&mut self, at: NodeId, node: &FlatNode, neuron: &Neuron) {
        let mut driven = self.taken_of(at, node);
        let shape = self.given(at);
        if neuron.model.has_current {
            let state = self.derived(at, "i");
            self.state(&state, shape, false);
            let current = self.derived(at, "current");
            let formula = quoted(&format!("{state} * 0.9 + {driven}"));
            self.op(
                &current,
                "neuron",
                &[("apply", formula), ("keeps", quoted(&state))],
            );
            driven = current;
        }
        let leak = if neuron.model.leaks { " * 0.9" } else { "" };
        let drift = if self.drifts(node, neuron) {
            " + 0.2"
        } else {
            ""
        };
        if !neuron.model.fires {
            let state = self.before.get(&at).cloned().unwrap_or_default();
            let formula = quoted(&format!("{state}{leak} + {driven}{drift}"));
            return self.result(at, "neuron", vec![("apply", formula)]);
        }
        self.fires = true;
        let state = self.derived(at, "v");
        self.state(&state, shape, false);
        let formula = quoted(&format!("{state}{leak} + {driven}{drift}"));
        let potential = self.derived(at, "potential");
        self.op(&potential, "neuron", &[("apply", formula)]);
        self.result(
            at,
            "neuron",
            vec![("apply", quoted(&format!("{potential} > 1")))],
        );
        let left = self.derived(at, "left");
        let reset = quoted(&format!("where({}, 0, {potential})", self.name(at)));
        self.op(
            &left,
            "neuron",
            &[("apply", reset), ("keeps", quoted(&state))],
        );
    }

    /// Whether the potential to which it leaks is an addition of its own: a
    /// constant that is added to what comes in goes into the bias of a product
    /// before it.
    fn drifts(&self, node: &FlatNode, neuron: &Neuron) -> bool {
        let has_bias = |from: &NodeId| {
            let before = self.flat.nodes.get(*from).map(|node| &node.work);
            self.takes_gain(*from)
                && match before {
                    Some(Work::Linear { bias, .. }) => *bias,
                    Some(Work::Conv(conv)) => conv.bias,
                    _ => false,
                }
        };
        neuron.drifts && (neuron.model.has_current || !node.inputs.iter().any(has_bias))
    }
}
