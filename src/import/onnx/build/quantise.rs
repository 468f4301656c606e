//! Whole numbers for fractions.
//!
//! `DequantizeLinear` before a product and `QuantizeLinear` after it mean what
//! `QLinearMatMul` says in one node: a product of whole numbers, one
//! multiplication for each sum that brings it to scale, rounding and bounds. The
//! numbers are priced as wide as the file says, sums in 32 bits.
//! Corrections for zero points are part of the bias, as runtimes have it.

use super::builder::NetBuilder;
use super::held::{Held, Quantised};
use crate::domain::Domain;
use crate::format::Format;
use crate::import::onnx::error::ImportError;
use crate::import::onnx::net::{Binary, KnownValue, QUANTISE, Scale, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// What a product multiplies.
pub(crate) struct Factors {
    pub(crate) a: TensorId,
    pub(crate) b: TensorId,
    /// The format, where these are numbers that stand for fractions.
    format: Option<Format>,
    /// Whether the scales of both are 1.
    unscaled: bool,
    /// How the scales of either vary.
    grids: [Option<TensorId>; 2],
}

impl NetBuilder {
    /// The operands of a product: the numbers that both stand for, if both do
    /// and can be multiplied.
    pub(crate) fn factors(&self, a: TensorId, b: TensorId) -> Factors {
        let fractions = Factors {
            a,
            b,
            format: None,
            unscaled: false,
            grids: [None, None],
        };
        let (Some(a), Some(b)) = (self.quantised_form(a), self.quantised_form(b)) else {
            return fractions;
        };
        let format = a.held.product(b.held);
        format.map_or(fractions, |format| Factors {
            a: a.numbers,
            b: b.numbers,
            format: Some(format),
            unscaled: a.unscaled && b.unscaled,
            grids: [a.grid, b.grid],
        })
    }

    /// The numbers that stand for fractions, if some do.
    pub(crate) fn quantised_form(&self, fractions: TensorId) -> Option<Quantised> {
        self.quantised.get(&fractions).copied()
    }

    /// Whether numbers of two tensors mean the same fractions.
    pub(crate) fn is_same_scale(&self, a: Quantised, b: Quantised) -> bool {
        let same = |a: Option<TensorId>, b: Option<TensorId>| match (a, b) {
            (Some(a), Some(b)) => {
                a == b || self.value(a).is_some() && self.value(a) == self.value(b)
            }
            (a, b) => a == b,
        };
        let known = a.unscaled && b.unscaled || a.scale.is_some() && same(a.scale, b.scale);
        known && same(a.zero, b.zero) && a.held == b.held
    }

    /// Says which numbers stand for fractions.
    pub(crate) fn stands_for_fractions(&mut self, fractions: TensorId, quantised: Quantised) {
        self.quantised.insert(fractions, quantised);
    }

    /// A tensor moved, and the numbers that stand for its elements with it.
    pub(crate) fn moved_with_numbers(
        &mut self,
        x: TensorId,
        shape: Vec<Expr>,
    ) -> Result<TensorId, ImportError> {
        let moved = self.moved(&[x], shape.clone())?;
        if let Some(quantised) = self.quantised_form(x) {
            let numbers = self.moved(&[quantised.numbers], shape)?;
            let quantised = Quantised {
                numbers,
                grid: None,
                ..quantised
            };
            self.stands_for_fractions(moved, quantised);
        }
        Ok(moved)
    }

    /// Says between which bounds the whole numbers of a tensor are.
    pub(crate) fn bounded(&mut self, numbers: TensorId, low: f64, high: f64) {
        self.held.insert(numbers, Held::between(low, high));
    }

    /// How the numbers of a tensor are held.
    pub(crate) fn held(&self, numbers: TensorId) -> Held {
        let known = self.held.get(&numbers).copied();
        known.unwrap_or_else(|| Held::of(self.element(numbers)))
    }

    /// A product of such operands with its bias, brought to scale.
    pub(crate) fn finished(
        &mut self,
        product: TensorId,
        bias: Option<TensorId>,
        factors: &Factors,
    ) -> Result<TensorId, ImportError> {
        self.finished_with(product, factors, |net, product| {
            net.with_bias(product, bias)
        })
    }

    /// The same, its bias added by `biased`.
    pub(crate) fn finished_with(
        &mut self,
        product: TensorId,
        factors: &Factors,
        biased: impl FnOnce(&mut NetBuilder, TensorId) -> Result<TensorId, ImportError>,
    ) -> Result<TensorId, ImportError> {
        let Some(format) = factors.format else {
            return biased(self, product);
        };
        let blocks = self.blocks(product, factors);
        self.in_format(product, format);
        if blocks != Expr::one() && !factors.unscaled {
            let sums = self.scaled_by_blocks(product, &blocks)?;
            return biased(self, sums);
        }
        let sums = biased(self, product)?;
        match factors.unscaled {
            true => Ok(sums),
            false => self.scaled(sums),
        }
    }

    /// Says that a product is one of the numbers in `a` and `b`, each held as
    /// its type tells.
    pub(crate) fn of_numbers(&mut self, product: TensorId, a: TensorId, b: TensorId) {
        if let Some(format) = self.held(a).product(self.held(b)) {
            self.in_format(product, format);
        }
    }

    fn in_format(&mut self, product: TensorId, format: Format) {
        if let Some(node) = self.last(product) {
            node.format = Some(format);
        }
        self.tensor_mut(product).element = ElementType::Int32;
    }

    /// Sums of whole numbers brought to the scale of fractions.
    pub(crate) fn scaled(&mut self, sums: TensorId) -> Result<TensorId, ImportError> {
        let scale = self.scale();
        let shape = self.shape(sums)?;
        let scaled = self.compute(
            Work::Binary(Binary::Mul),
            &[sums, scale],
            shape,
            ElementType::Float,
        )?;
        self.set_stage(scaled, QUANTISE);
        Ok(scaled)
    }

    /// Says that a constant has a number for each index of an axis, or for each
    /// block, where it has few values times numbers.
    fn scales_by(&mut self, constant: TensorId, grid: TensorId) -> Result<(), ImportError> {
        let (shape, grid) = (self.shape(constant)?, self.shape(grid)?);
        let made = self.tensor_mut(constant);
        if made.scale.is_none() {
            return Ok(());
        }
        let mut scaled = (shape.iter().zip(&grid).enumerate())
            .filter(|(_, (_, scales))| **scales != Expr::one());
        match (scaled.next(), scaled.next()) {
            (None, _) => {}
            (Some((axis, (extent, scales))), None) if extent == scales => {
                made.scale = Some(Scale::Along(axis));
            }
            _ => {
                made.domain = Domain::Real;
                made.scale = None;
            }
        }
        Ok(())
    }

    /// Sums of whole numbers, each made of so many of blocks that have a scale of
    /// their own, brought to the scale of fractions and added up.
    fn scaled_by_blocks(&mut self, sums: TensorId, blocks: &Expr) -> Result<TensorId, ImportError> {
        let steps = [
            (Primitive::Mul, blocks.clone()),
            (Primitive::Add, blocks - &Expr::one()),
        ];
        let shape = self.shape(sums)?;
        let scaled = self.per_element(&steps, &[sums], shape, ElementType::Float)?;
        self.set_stage(scaled, QUANTISE);
        Ok(scaled)
    }

    /// How many parts of each sum of a product have a scale of their own.
    fn blocks(&mut self, product: TensorId, factors: &Factors) -> Expr {
        let grids = factors.grids.map(|grid| self.shape(grid?).ok());
        match self.last(product).map(|node| &node.work) {
            Some(Work::Product(product)) => product.blocks(&grids.each_ref().map(Option::as_deref)),
            _ => Expr::one(),
        }
    }

    /// A scale of which only that it is one number matters.
    pub(crate) fn scale(&mut self) -> TensorId {
        self.add_constant("scale", vec![], ElementType::Float)
    }

    /// One step of turning fractions to whole numbers, or back.
    pub(crate) fn step(
        &mut self,
        work: Work,
        inputs: &[TensorId],
        element: ElementType,
    ) -> Result<TensorId, ImportError> {
        let first = inputs.first().copied().unwrap_or_default();
        let shape = self.shape(first)?;
        let made = self.compute(work, inputs, shape, element)?;
        self.set_stage(made, QUANTISE);
        Ok(made)
    }

    /// Fractions to whole numbers.
    pub(crate) fn quantised(
        &mut self,
        x: TensorId,
        zero: Option<TensorId>,
        element: ElementType,
    ) -> Result<TensorId, ImportError> {
        let rounded = self.rounded(x, zero, false)?;
        let (low, high) = bounds(element);
        self.step(Work::Clip(low, high), &[rounded], element)
    }

    /// Fractions, divided by a scale unless that is 1, to the next whole number,
    /// and moved by what stands for 0.
    pub(crate) fn rounded(
        &mut self,
        x: TensorId,
        zero: Option<TensorId>,
        unscaled: bool,
    ) -> Result<TensorId, ImportError> {
        let mut scaled = x;
        if !unscaled {
            let scale = self.scale();
            scaled = self.step(Work::Binary(Binary::Mul), &[x, scale], ElementType::Float)?;
        }
        let rounded = self.step(Work::Unary(Unary::Round), &[scaled], ElementType::Float)?;
        match zero.filter(|zero| !self.is_zero(*zero)) {
            Some(zero) => {
                let moved = Work::Binary(Binary::Add);
                self.step(moved, &[rounded, zero], ElementType::Float)
            }
            None => Ok(rounded),
        }
    }

    fn is_zero(&self, zero: TensorId) -> bool {
        match self.value(zero) {
            Some(KnownValue::Whole(values)) => values.iter().all(Expr::is_zero),
            Some(KnownValue::Real(values)) => values.iter().all(|value| *value == 0.0),
            None => false,
        }
    }

    /// Numbers to fractions; a product takes the numbers instead.
    pub(crate) fn dequantise(
        &mut self,
        x: TensorId,
        scale: Option<TensorId>,
        zero: Option<TensorId>,
        grid: Option<TensorId>,
    ) -> Result<TensorId, ImportError> {
        let quantised = Quantised {
            numbers: x,
            scale,
            zero,
            held: self.held(x),
            unscaled: false,
            grid,
        };
        self.fractions_of(quantised)
    }

    /// The fractions that numbers stand for.
    pub(crate) fn fractions_of(&mut self, quantised: Quantised) -> Result<TensorId, ImportError> {
        let x = quantised.numbers;
        let mut result = x;
        if let Some(zero) = quantised.zero.filter(|zero| !self.is_zero(*zero)) {
            result = self.step(Work::Binary(Binary::Sub), &[x, zero], ElementType::Float)?;
        }
        if quantised.unscaled {
            result = self.step(Work::Unary(Unary::Cast), &[result], ElementType::Float)?;
        } else {
            let scale = self.scale();
            let inputs = [result, scale];
            result = self.step(Work::Binary(Binary::Mul), &inputs, ElementType::Float)?;
        }
        self.stands_for_fractions(result, quantised);
        if let Some(grid) = quantised.grid {
            self.scales_by(result, grid)?;
        }
        let weight = self.tensor_mut(x);
        weight.stored |= weight.origin.is_some();
        Ok(result)
    }
}

/// The smallest and the largest number of a type.
fn bounds(element: ElementType) -> (f64, f64) {
    match element {
        ElementType::Uint2 => (0.0, 3.0),
        ElementType::Int2 => (-2.0, 1.0),
        ElementType::Uint4 => (0.0, 15.0),
        ElementType::Int4 => (-8.0, 7.0),
        ElementType::Uint8 => (0.0, 255.0),
        ElementType::Uint16 => (0.0, 65535.0),
        ElementType::Int16 => (-32768.0, 32767.0),
        ElementType::Float8E4M3Fn => (-448.0, 448.0),
        ElementType::Float8E4M3Fnuz => (-240.0, 240.0),
        ElementType::Float8E5M2 | ElementType::Float8E5M2Fnuz => (-57344.0, 57344.0),
        ElementType::Float4E2M1 => (-6.0, 6.0),
        _ => (-128.0, 127.0),
    }
}
