//! How often a convolution crosses the edge of a buffer: a bounded search.
//!
//! Where the windows of neighbouring outputs overlap, a tile of the input has
//! a halo, and no closed form is known. So boxes are searched: over the output
//! channels, the input channels and every axis along which windows slide. Of
//! two of these extents the third follows, as the largest that fits, in each of
//! three orders: with a tile of the result that stays, of the input, or of the
//! weights. The taps of a window are never taken apart.
//!
//! Halos are not kept between tiles: each tile loads its own anew. Padding is
//! not loaded, for it is nowhere.

use num_integer::Integer;

use super::boxes::{Boxes, ChannelTiles, Extent, Fixed, Room, largest};
use super::matrix::{Crossing, Stationary, Widths};
use super::steps::{Tiles, steps};

/// The extents of a convolution, for one group of channels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Convolution {
    /// How many inputs share the weights, whole: the batch.
    pub batch: u64,
    /// Input channels.
    pub channels: u64,
    /// Output channels.
    pub filters: u64,
    /// The axes along which windows slide.
    pub axes: Vec<WindowAxis>,
}

/// An axis along which a window slides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WindowAxis {
    /// How many windows there are.
    pub outputs: u64,
    /// How many taps one has.
    pub taps: u64,
    /// From one window to the next.
    pub stride: u64,
    /// From one tap to the next.
    pub dilation: u64,
    /// How many places before the input the first window begins.
    pub padding: u64,
    /// How long the input is.
    pub input: u64,
}

/// A box of a convolution, and which tensor it stays for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WindowPlan {
    /// Which tensor stays.
    pub stays: Stationary,
    /// Inputs of the batch at a time.
    pub batch: u64,
    /// Input channels at a time.
    pub channels: u64,
    /// Output channels at a time.
    pub filters: u64,
    /// Outputs at a time along each axis.
    pub outputs: Vec<u64>,
}

/// Of all axes together, no more boxes than this are tried.
const MAX_BOXES: usize = 1 << 10;
/// Of channels beside each box, no more sizes than this.
const MAX_CHANNELS: usize = 1 << 5;
/// Of so many outputs every size of a tile is tried where taps leave gaps.
const FEW_OUTPUTS: u64 = 1 << 6;
/// More tiles at the edge of an axis than this are taken as whole ones.
const MAX_CLIPPED: u64 = 1 << 12;
/// Of windows with more taps than this the gaps are not looked for.
const MAX_TAPS: u64 = 1 << 6;

impl WindowAxis {
    /// An axis without windows, as long as it is.
    fn plain(extent: u64) -> WindowAxis {
        WindowAxis {
            outputs: extent,
            taps: 1,
            stride: 1,
            dilation: 1,
            padding: 0,
            input: extent,
        }
    }

    /// The sizes of tiles that are tried. Where taps leave gaps between them, tiles
    /// of one number may touch more or less, and so all sizes count.
    fn sizes(&self, tiles: Tiles) -> Vec<u64> {
        let has_gaps = self.dilation > 1 && self.taps > 1;
        match tiles {
            Tiles::Any if has_gaps && self.outputs <= FEW_OUTPUTS => (1..=self.outputs).collect(),
            _ => steps(self.outputs, tiles),
        }
    }

    /// How many inputs the outputs `from..to` touch.
    fn inputs(&self, from: u64, to: u64) -> u128 {
        if to <= from {
            return 0;
        }
        if self.taps > MAX_TAPS {
            return self.spanned(from, to);
        }
        let [from, to] = [from, to].map(i128::from);
        let [stride, dilation] = [self.stride, self.dilation].map(|one| i128::from(one.max(1)));
        // Taps so far apart touch the same inputs, some outputs later.
        let period = stride / stride.gcd(&dilation);
        let later = period * dilation / stride;
        let taps = i128::from(self.taps);
        let mut touched = 0;
        for first in 0..period.min(taps) {
            // As outputs: which of them the first of these taps has inputs for.
            let before = i128::from(self.padding) - first * dilation;
            let least = Integer::div_ceil(&before, &stride);
            let most = Integer::div_floor(&(before + i128::from(self.input) - 1), &stride) + 1;
            let mut done = least;
            for tap in 0..Integer::div_ceil(&(taps - first), &period) {
                let begins = (from + tap * later).max(done);
                let ends = (to + tap * later).min(most);
                touched += (ends - begins).max(0);
                done = done.max(ends);
            }
        }
        u128::try_from(touched).unwrap_or(0)
    }

    /// Of long windows no fewer than they touch: all from the first tap to the
    /// last.
    fn spanned(&self, from: u64, to: u64) -> u128 {
        let [from, to] = [from, to].map(i128::from);
        let [taps, stride, dilation] = [self.taps, self.stride, self.dilation].map(i128::from);
        let first = from * stride - i128::from(self.padding);
        let end = (to - 1) * stride - i128::from(self.padding) + (taps - 1) * dilation + 1;
        let span = end.min(i128::from(self.input)) - first.max(0);
        u128::try_from(span.min((to - from) * taps)).unwrap_or(0)
    }

    /// How many inputs are loaded in tiles of `size` outputs.
    #[cfg(test)]
    pub(super) fn loaded(&self, size: u64) -> u128 {
        self.extent(0, size).loaded
    }

    /// Of tiles of `size` outputs, which is the size number `at`.
    fn extent(&self, at: usize, size: u64) -> Extent {
        let tiles = self.outputs.div_ceil(size.max(1));
        let tile = |tile: u64| self.inputs(tile * size, ((tile + 1) * size).min(self.outputs));
        let clipped = |tile: &u64| {
            let (first, last) = (tile * size, (tile + 1) * size - 1);
            let begins = u128::from(first) * u128::from(self.stride);
            let ends = u128::from(last) * u128::from(self.stride)
                + u128::from(self.taps.saturating_sub(1)) * u128::from(self.dilation);
            begins < u128::from(self.padding)
                || ends >= u128::from(self.input) + u128::from(self.padding)
                || last >= self.outputs
        };
        let before = (0..tiles).take(MAX_CLIPPED as usize).take_while(clipped);
        let before = before.count() as u64;
        let after = (before..tiles).rev().take(MAX_CLIPPED as usize);
        let after = after.take_while(clipped).count() as u64;
        let at_edges = (0..before).chain(tiles - after..tiles).map(tile);
        let between = tiles - before - after;
        let whole = if between > 0 { tile(before) } else { 0 };
        let largest = (0..before).chain(tiles - after..tiles).map(tile).max();
        Extent {
            at,
            tiles: u128::from(tiles),
            outputs: u128::from(size.min(self.outputs)),
            inputs: largest.unwrap_or(0).max(whole),
            loaded: at_edges.sum::<u128>() + u128::from(between) * whole,
        }
    }
}

/// At most so many of them, the first and the last among them.
fn thinned<T: Copy>(sizes: Vec<T>, most: usize) -> Vec<T> {
    let count = sizes.len();
    if count <= most {
        return sizes;
    }
    let last = most.saturating_sub(1).max(1);
    let picked = (0..=last).filter_map(|at| sizes.get(at * (count - 1) / last).copied());
    picked.collect()
}

impl Convolution {
    /// Whether it has no product at all.
    pub fn is_empty(&self) -> bool {
        let axes = (self.axes.iter()).flat_map(|axis| [axis.outputs, axis.taps]);
        let mut extents = axes.chain([self.batch, self.channels, self.filters]);
        extents.any(|extent| extent == 0)
    }

    /// All boxes over the batch and the axes that are tried.
    fn boxes(&self, tiles: Tiles) -> Boxes {
        let batch = WindowAxis::plain(self.batch);
        let axes: Vec<&WindowAxis> = [&batch].into_iter().chain(&self.axes).collect();
        let sizes: Vec<Vec<u64>> = axes.iter().map(|axis| axis.sizes(tiles)).collect();
        let open = sizes.iter().filter(|sizes| sizes.len() > 1).count().max(1);
        let most = (MAX_BOXES as f64).powf(1.0 / open as f64) as usize;
        let each = axes.iter().zip(sizes);
        each.fold(Boxes::new(), |boxes, (axis, sizes)| {
            let sizes = thinned(sizes, most.max(2)).into_iter().enumerate();
            let extents = sizes.map(|(at, size)| (size, axis.extent(at, size)));
            boxes.along(extents.collect())
        })
    }

    fn taps(&self) -> u128 {
        let taps = self.axes.iter().map(|axis| u128::from(axis.taps));
        taps.fold(1, u128::saturating_mul)
    }

    /// What is the same for every box; nothing where it cannot be counted.
    fn fixed(&self, widths: Widths) -> Option<Fixed> {
        let (channels, filters) = (self.channels, self.filters);
        let taps = self.taps();
        let outputs = self.axes.iter().map(|axis| axis.outputs);
        let mut outputs = outputs.chain([self.batch, filters]);
        let outputs = outputs.try_fold(1_u128, |all, one| all.checked_mul(one.into()))?;
        let weights = (u128::from(channels) * u128::from(filters)).checked_mul(taps)?;
        Fixed::of(channels, [taps, weights, outputs], widths)
    }

    /// The box with the least traffic through a buffer of `capacity` bits, and
    /// what crosses then. Nothing where not even one window and its weights
    /// fit.
    pub fn best(
        &self,
        widths: Widths,
        capacity: u128,
        tiles: Tiles,
    ) -> Option<(WindowPlan, Crossing)> {
        let mut best: Option<(u128, Crossing, _)> = None;
        let filters = ChannelTiles::all(self.filters, tiles);
        let channels = ChannelTiles::all(self.channels, tiles);
        let few_filters = thinned(filters.clone(), MAX_CHANNELS);
        let one_filter = ChannelTiles::of(self.filters, 1);
        let one_channel = ChannelTiles::of(self.channels, 1);
        let fixed = self.fixed(widths)?;
        let boxes = self.boxes(tiles);
        for extent in &boxes.all {
            let room = Room::of(&fixed, capacity, extent);
            let found = best.as_ref().map_or(u128::MAX, |(total, ..)| *total);
            if room.least(1) >= found {
                continue;
            }
            let few_filters = few_filters.iter();
            let hopeful = few_filters.filter(|filters| room.least(filters.count) < found);
            // Where none fits beside some output channels, none does beside more.
            let weight = hopeful.map_while(|&filters| {
                let most = room.channels(filters.size);
                Some((Stationary::Weight, largest(&channels, most)?, filters))
            });
            let input = largest(&channels, room.channels(1));
            let output = largest(&filters, room.filters());
            let others = [
                input.map(|channels| (Stationary::Input, channels, one_filter)),
                output.map(|filters| (Stationary::Output, one_channel, filters)),
            ];
            for (stays, channels, filters) in weight.chain(others.into_iter().flatten()) {
                let Some(crossing) = room.crossing(stays, channels.count, filters.count) else {
                    continue;
                };
                let total = crossing.total();
                if best.as_ref().is_none_or(|(least, ..)| total < *least) {
                    best = Some((total, crossing, (stays, channels, filters, extent)));
                }
            }
        }
        let (_, crossing, (stays, channels, filters, extent)) = best?;
        let sizes = boxes.sizes(extent);
        let (batch, outputs) = sizes.split_first()?;
        let plan = WindowPlan {
            stays,
            batch: *batch,
            channels: channels.size,
            filters: filters.size,
            outputs: outputs.to_vec(),
        };
        Some((plan, crossing))
    }
}
