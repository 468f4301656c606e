//! Sums of products with weights, and of windows.

use std::fmt::Write;

use super::Writer;
use super::text::{axes, quoted, times, window};
use crate::import::nir::flat::{FlatNode, NodeId};
use crate::import::nir::node::{Conv, Padding, Pool};

impl Writer<'_> {
    pub(super) fn linear(&mut self, at: NodeId, node: &FlatNode, weight: &[u64], bias: bool) {
        let taken = self.taken_of(at, node);
        let front = weight.len().saturating_sub(2);
        let before = self.taken(at).len().saturating_sub(front + 1);
        let named = |letter: char, count: usize| -> String {
            (0..count).map(|at| format!("{letter}{at} ")).collect()
        };
        let (before, front) = (named('a', before), named('b', front));
        let einsum = format!("{before}{front}i, {front}o i -> {before}{front}o");
        let weight = format!("[{}, {{ weight = \"{}\" }}]", quoted(&taken), axes(weight));
        let mut fields = vec![("einsum", quoted(&einsum)), ("inputs", weight)];
        if bias {
            fields.push(("bias", "true".to_owned()));
        }
        self.result(at, "linear", fields);
    }

    pub(super) fn conv(&mut self, at: NodeId, node: &FlatNode, conv: &Conv) {
        let taken = self.taken_of(at, node);
        let spatial = conv.weight.len().saturating_sub(2);
        let before = self.taken(at).len().saturating_sub(spatial + 1);
        let before: String = (0..before).map(|at| format!("a{at} ")).collect();
        let given = self.given(at);
        let places = given
            .get(given.len().saturating_sub(spatial)..)
            .unwrap_or(&[]);
        let (mut windows, mut kernel, mut result) = (String::new(), String::new(), String::new());
        let mut extents = Vec::new();
        for (axis, letter) in ["y", "z"].into_iter().take(spatial).enumerate() {
            let of = |shape: &[u64]| shape.get(axis).copied().unwrap_or(1);
            let (size, dilation) = (of(conv.weight.get(2..).unwrap_or(&[])), of(&conv.dilation));
            let padding = match &conv.padding {
                Padding::Of(padding) => of(padding),
                // What is odd of the padding lies behind.
                Padding::Same => dilation.saturating_mul(size.saturating_sub(1)) / 2,
            };
            let place = times(of(&conv.stride), letter);
            let within = times(dilation, &format!("k{letter}"));
            let _ = write!(windows, " {}", window(&place, &within, padding));
            let _ = write!(kernel, " k{letter}");
            let _ = write!(result, " {letter}");
            extents.push(format!("{letter} = {}", of(places)));
        }
        let einsum = match conv.groups {
            1 => format!("{before}c{windows}, o c{kernel} -> {before}o{result}"),
            groups => {
                extents.push(format!("g = {groups}"));
                format!("{before}(g c){windows}, (g o) c{kernel} -> {before}(g o){result}")
            }
        };
        let weight = axes(&conv.weight);
        let mut fields = vec![
            ("einsum", quoted(&einsum)),
            ("axes", format!("{{ {} }}", extents.join(", "))),
            (
                "inputs",
                format!("[{}, {{ weight = \"{weight}\" }}]", quoted(&taken)),
            ),
        ];
        if conv.bias {
            fields.push(("bias", "true".to_owned()));
        }
        self.result(at, "conv", fields);
    }

    pub(super) fn pool(&mut self, at: NodeId, node: &FlatNode, pool: &Pool) {
        let taken = self.taken_of(at, node);
        let before = self.taken(at).len().saturating_sub(2);
        let before: String = (0..before).map(|at| format!("a{at} ")).collect();
        let given = self.given(at);
        let places = given.get(given.len().saturating_sub(2)..).unwrap_or(&[]);
        let (mut windows, mut extents) = (Vec::new(), Vec::new());
        for (axis, letter) in ["y", "z"].into_iter().enumerate() {
            let of = |shape: &[u64]| shape.get(axis).copied().unwrap_or(1);
            let place = times(of(&pool.stride), letter);
            windows.push(window(&place, &format!("k{letter}"), of(&pool.padding)));
            extents.push(format!("{letter} = {}", of(places)));
            extents.push(format!("k{letter} = {}", of(&pool.kernel)));
        }
        let einsum = format!("{before}{} -> {before}y z", windows.join(" "));
        let fields = vec![
            ("einsum", quoted(&einsum)),
            ("axes", format!("{{ {} }}", extents.join(", "))),
            ("inputs", format!("[{}]", quoted(&taken))),
        ];
        if !pool.is_mean {
            return self.result(at, "pool", fields);
        }
        let sum = self.derived(at, "sum");
        self.op(&sum, "pool", &fields);
        self.result(at, "pool", vec![("apply", quoted(&format!("{sum} * 0.3")))]);
    }
}
