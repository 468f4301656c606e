//! What one box of a convolution leaves room for, and what crosses then: asked
//! hundreds of times for one answer, so that nothing in it is computed twice.

use super::matrix::{Crossing, Stationary, Widths};
use super::steps::{Tiles, steps};

/// What a box along one axis, or all of them, has of outputs and inputs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extent {
    /// Which of the boxes it is.
    pub(super) at: usize,
    /// Tiles.
    pub(super) tiles: u128,
    /// Outputs in a tile.
    pub(super) outputs: u128,
    /// Inputs in a tile, at most.
    pub(super) inputs: u128,
    /// Inputs that all tiles load together.
    pub(super) loaded: u128,
}

impl Extent {
    /// Of every box with each of the extents along another axis.
    fn times(self, other: Extent, others: usize) -> Option<Extent> {
        Some(Extent {
            at: self.at * others + other.at,
            tiles: self.tiles.checked_mul(other.tiles)?,
            outputs: self.outputs.checked_mul(other.outputs)?,
            inputs: self.inputs.checked_mul(other.inputs)?,
            loaded: self.loaded.checked_mul(other.loaded)?,
        })
    }
}

/// Every box of some sizes along each axis.
pub(super) struct Boxes {
    /// The sizes along each axis.
    sizes: Vec<Vec<u64>>,
    /// Those that can be counted.
    pub(super) all: Vec<Extent>,
}

impl Boxes {
    /// No axis yet.
    pub(super) fn new() -> Boxes {
        let whole = Extent {
            at: 0,
            tiles: 1,
            outputs: 1,
            inputs: 1,
            loaded: 1,
        };
        Boxes {
            sizes: Vec::new(),
            all: vec![whole],
        }
    }

    /// Every box, in each of the sizes along one more axis.
    pub(super) fn along(self, axis: Vec<(u64, Extent)>) -> Boxes {
        let Boxes { mut sizes, all } = self;
        let pairs = (all.iter()).flat_map(|one| axis.iter().map(move |(_, other)| (one, other)));
        let all = pairs.filter_map(|(one, other)| one.times(*other, axis.len()));
        let all = all.collect();
        sizes.push(axis.into_iter().map(|(size, _)| size).collect());
        Boxes { sizes, all }
    }

    /// The sizes of one along every axis.
    pub(super) fn sizes(&self, extent: &Extent) -> Vec<u64> {
        let mut at = extent.at;
        let mut sizes = Vec::with_capacity(self.sizes.len());
        for axis in self.sizes.iter().rev() {
            sizes.extend(axis.get(at % axis.len()));
            at /= axis.len();
        }
        sizes.reverse();
        sizes
    }
}

/// Tiles of channels of one size.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChannelTiles {
    pub(super) size: u64,
    /// How many there are.
    pub(super) count: u64,
}

impl ChannelTiles {
    /// Of so many channels tiles of this size.
    pub(super) fn of(channels: u64, size: u64) -> ChannelTiles {
        ChannelTiles {
            size,
            count: channels.div_ceil(size),
        }
    }

    /// Those that are tried, the smallest first.
    pub(super) fn all(channels: u64, tiles: Tiles) -> Vec<ChannelTiles> {
        let sizes = steps(channels, tiles).into_iter();
        sizes.map(|size| ChannelTiles::of(channels, size)).collect()
    }
}

/// The largest of some tiles in rising order that is not above `most`.
pub(super) fn largest(tiles: &[ChannelTiles], most: u64) -> Option<ChannelTiles> {
    let at = tiles.partition_point(|tiles| tiles.size <= most);
    tiles.get(at.checked_sub(1)?).copied()
}

/// What is the same for every box: hundreds are tried for one answer.
pub(super) struct Fixed {
    /// Input channels.
    channels: u64,
    /// Bits of an input, and of a sum on its way.
    a: u128,
    partial: u128,
    /// Bits of the weights between two channels, and of all.
    weight: u64,
    weights: u128,
    /// Bits of all sums on their way, and of all results.
    sums: u128,
    result: u128,
}

impl Fixed {
    /// Of so many input channels; numbers of the taps of a window, of all weights and
    /// of all outputs. Nothing where it cannot be counted.
    pub(super) fn of(
        channels: u64,
        [taps, weights, outputs]: [u128; 3],
        widths: Widths,
    ) -> Option<Fixed> {
        Some(Fixed {
            channels,
            a: widths.a.into(),
            partial: widths.partial.into(),
            weight: short(taps.saturating_mul(widths.b.into())),
            weights: weights.saturating_mul(widths.b.into()),
            sums: outputs.saturating_mul(widths.partial.into()),
            result: outputs.checked_mul(widths.result.into())?,
        })
    }
}

/// Bits in a machine word: what is longer fits into no buffer.
fn short(bits: u128) -> u64 {
    u64::try_from(bits).unwrap_or(u64::MAX)
}

/// A box over the batch and the axes, and the room for channels beside it.
pub(super) struct Room<'a> {
    fixed: &'a Fixed,
    /// Bits of the buffer.
    capacity: u64,
    /// Bits that a box takes of an input channel, and of an output channel.
    input: u64,
    sum: u64,
    /// How many boxes there are.
    boxes: u128,
    /// Bits of all inputs, each as often as it is loaded for one output channel.
    loaded: u128,
}

impl Room<'_> {
    pub(super) fn of<'a>(fixed: &'a Fixed, capacity: u128, extent: &Extent) -> Room<'a> {
        let loaded = extent.loaded.saturating_mul(fixed.channels.into());
        Room {
            fixed,
            capacity: short(capacity),
            input: short(extent.inputs.saturating_mul(fixed.a)),
            sum: short(extent.outputs.saturating_mul(fixed.partial)),
            boxes: extent.tiles,
            loaded: loaded.saturating_mul(fixed.a),
        }
    }

    /// How many input channels fit beside so many output channels.
    pub(super) fn channels(&self, filters: u64) -> u64 {
        let weights = filters.saturating_mul(self.fixed.weight);
        let sums = filters.saturating_mul(self.sum);
        let each = self.input.saturating_add(weights).max(1);
        self.capacity.saturating_sub(sums) / each
    }

    /// How many output channels fit beside one input channel.
    pub(super) fn filters(&self) -> u64 {
        let each = self.sum.saturating_add(self.fixed.weight).max(1);
        self.capacity.saturating_sub(self.input) / each
    }

    /// No fewer bits cross where output channels are taken in `across` tiles, unless
    /// it is the input that stays: then no fewer than in one.
    pub(super) fn least(&self, across: u64) -> u128 {
        let inputs = self.loaded.saturating_mul(across.into());
        let others = self.fixed.weights.saturating_add(self.fixed.result);
        inputs.saturating_add(others)
    }

    /// What crosses where input channels are taken in `down` tiles and output
    /// channels in `across`; nothing where it cannot be counted.
    pub(super) fn crossing(&self, stays: Stationary, down: u64, across: u64) -> Option<Crossing> {
        let (down, across) = (u128::from(down), u128::from(across));
        let (of_a, of_b, visits) = match stays {
            Stationary::Output => (across, self.boxes, 1),
            Stationary::Input => (1, self.boxes, down),
            Stationary::Weight => (across, 1, down),
        };
        let crossing = Crossing {
            a: self.loaded.saturating_mul(of_a),
            b: self.fixed.weights.saturating_mul(of_b),
            partial: self.fixed.sums.saturating_mul(visits - 1),
            result: self.fixed.result,
        };
        // Its sums must fit as well.
        let parts = [crossing.a, crossing.b, crossing.partial, crossing.result];
        parts
            .iter()
            .all(|part| part >> 120 == 0)
            .then_some(crossing)
    }
}
