//! Traffic against buffers that are simulated, and against what others count.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const ONE: Widths = Widths {
    a: 1,
    b: 1,
    partial: 1,
    result: 1,
};

fn least(matrix: Matrix, widths: Widths, capacity: u128, tiles: Tiles) -> Option<Crossing> {
    let plan = matrix.best(widths, capacity, tiles)?;
    assert!(Matrix::need(widths, plan) <= capacity);
    Some(matrix.crossing(widths, plan))
}

/// Runs the loops over tiles in an order given, with a buffer that holds one
/// tile of each tensor, and counts what is loaded and written back: bits of a,
/// of b, of partial sums in both directions, of results.
fn simulate(matrix: Matrix, widths: Widths, tile: [u64; 3], order: [usize; 3]) -> Crossing {
    let extents = [matrix.m, matrix.k, matrix.n];
    let tiles = |axis: usize| extents[axis].div_ceil(tile[axis]);
    let size = |axis: usize, at: u64| tile[axis].min(extents[axis] - at * tile[axis]);
    let mut crossing = Crossing::default();
    let mut held: [Option<(u64, u64)>; 3] = [None; 3];
    let mut begun: HashSet<(u64, u64)> = HashSet::new();
    let mut partial_reads = 0;
    let mut at = [0_u64; 3];
    let write_back = |tile: Option<(u64, u64)>, crossing: &mut Crossing| {
        if let Some((m, n)) = tile {
            crossing.partial += u128::from(size(0, m) * size(2, n) * widths.partial);
        }
    };
    for first in 0..tiles(order[0]) {
        for second in 0..tiles(order[1]) {
            for third in 0..tiles(order[2]) {
                at[order[0]] = first;
                at[order[1]] = second;
                at[order[2]] = third;
                let [m, k, n] = at;
                if held[0] != Some((m, k)) {
                    held[0] = Some((m, k));
                    crossing.a += u128::from(size(0, m) * size(1, k) * widths.a);
                }
                if held[1] != Some((k, n)) {
                    held[1] = Some((k, n));
                    crossing.b += u128::from(size(1, k) * size(2, n) * widths.b);
                }
                if held[2] != Some((m, n)) {
                    write_back(held[2], &mut crossing);
                    held[2] = Some((m, n));
                    if !begun.insert((m, n)) {
                        partial_reads += u128::from(size(0, m) * size(2, n) * widths.partial);
                    }
                }
            }
        }
    }
    write_back(held[2], &mut crossing);
    // The last time that a tile is written back it is done.
    let outputs = u128::from(matrix.m * matrix.n);
    crossing.partial -= outputs * u128::from(widths.partial);
    crossing.result = outputs * u128::from(widths.result);
    assert_eq!(crossing.partial, partial_reads);
    crossing
}

/// The least traffic over all boxes that fit and all orders of the loops.
fn exhaustive(matrix: Matrix, widths: Widths, capacity: u128, tiles: Tiles) -> Option<u128> {
    let sizes = |extent: u64| {
        (1..=extent).filter(move |size| tiles == Tiles::Any || extent.is_multiple_of(*size))
    };
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    let mut least: Option<u128> = None;
    for m in sizes(matrix.m) {
        for k in sizes(matrix.k) {
            for n in sizes(matrix.n) {
                let need = m * k * widths.a + k * n * widths.b + m * n * widths.partial;
                if u128::from(need) > capacity {
                    continue;
                }
                for order in orders {
                    let total = simulate(matrix, widths, [m, k, n], order).total();
                    least = Some(least.map_or(total, |known| known.min(total)));
                }
            }
        }
    }
    least
}

prop_compose! {
    fn widths()(a in 1..5_u64, b in 1..5_u64, partial in 1..5_u64, result in 1..5_u64) -> Widths {
        Widths { a, b, partial, result }
    }
}

prop_compose! {
    fn small()(m in 1..9_u64, k in 1..9_u64, n in 1..9_u64) -> Matrix {
        Matrix { m, k, n }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// No box and no order of the loops moves less than the closed form,
    /// whatever the tensors' widths are.
    #[test]
    fn the_closed_form_is_the_best_of_all_tiles(
        matrix in small(), widths in widths(), capacity in 1..300_u128, divide: bool,
    ) {
        let tiles = if divide { Tiles::Divisors } else { Tiles::Any };
        let found = least(matrix, widths, capacity, tiles).map(|crossing| crossing.total());
        prop_assert_eq!(found, exhaustive(matrix, widths, capacity, tiles));
    }
}

proptest! {
    /// The staircase over all capacities is what each capacity gives alone.
    #[test]
    fn the_staircase_is_the_search(
        m in 1..80_u64, k in 1..80_u64, n in 1..80_u64, widths in widths(),
        capacity in 0..20_000_u128, divide: bool,
    ) {
        let matrix = Matrix { m, k, n };
        let tiles = if divide { Tiles::Divisors } else { Tiles::Any };
        let frontier = Frontier::of(matrix, widths, tiles).unwrap();
        let crossing = frontier.at(capacity).map(|(_, crossing)| crossing);
        prop_assert_eq!(crossing, least(matrix, widths, capacity, tiles));
    }

    /// Never below the bound, never more where there is more room, and
    /// everything once where everything fits.
    #[test]
    fn traffic_keeps_its_laws(
        m in 1..200_u64, k in 1..200_u64, n in 1..200_u64, widths in widths(),
        capacity in 20..200_000_u128,
    ) {
        let matrix = Matrix { m, k, n };
        let total = |capacity| least(matrix, widths, capacity, Tiles::Any).unwrap().total();
        prop_assert!(total(capacity) as f64 >= lower_bound(matrix, widths, capacity) * (1.0 - 1e-12));
        prop_assert!(total(capacity + 17) <= total(capacity));
        let divided = least(matrix, widths, capacity, Tiles::Divisors).unwrap();
        prop_assert!(divided.total() >= total(capacity));
        let once = u128::from(m * k * widths.a + k * n * widths.b + m * n * widths.result);
        prop_assert_eq!(total(1_000_000), once);
        // With an element of each, every product fetches both operands.
        let none = u128::from(m * k * n * (widths.a + widths.b) + m * n * widths.result);
        prop_assert!(total(capacity) <= none);
    }
}

/// 256³ in 4096 elements: tiles of 43 × 86 of the result, 6 × 3 of them. A is
/// loaded for each of 3, B for each of 6: 65 536 · (3 + 6 + 1). With tiles that
/// divide, 32 × 64: 65 536 · (4 + 8 + 1). Of the prime 257, 66 049 elements: 10
/// times.
#[test]
fn ragged_tiles_beat_those_that_divide() {
    let cube = |side| Matrix {
        m: side,
        k: side,
        n: side,
    };
    let total = |side, tiles| least(cube(side), ONE, 4096, tiles).unwrap().total();
    assert_eq!(total(256, Tiles::Any), 655_360);
    assert_eq!(total(256, Tiles::Divisors), 851_968);
    assert_eq!(total(257, Tiles::Any), 660_490);
    assert_eq!(total(257, Tiles::Divisors), 17_106_691);
}

/// Sizes at which doubles would round, and such as do not fit.
#[test]
fn large_extents_are_counted_exactly() {
    let long = Matrix {
        m: 1 << 40,
        k: 3,
        n: 3,
    };
    assert!(long.is_countable());
    let crossing = least(long, ONE, 9 + 3 + 3, Tiles::Any).unwrap();
    assert_eq!(crossing.total(), (3 << 40) + 9 + (3 << 40));
    let cube = Matrix {
        m: 1 << 40,
        k: 1 << 40,
        n: 1 << 40,
    };
    assert!(!cube.is_countable());
    assert_eq!(cube.best(ONE, 2, Tiles::Any), None);
    // Sums that would not fit are as large as can be, and none wraps around.
    let plan = Plan {
        stays: Stationary::Weight,
        rows: 1,
        columns: 1,
    };
    let huge = 1 << 50;
    let cube = Matrix {
        m: huge,
        k: huge,
        n: huge,
    };
    assert_eq!(cube.crossing(ONE, plan).total(), u128::MAX);
}

fn square(batch: u64, [channels, filters]: [u64; 2], axis: WindowAxis) -> Convolution {
    Convolution {
        batch,
        channels,
        filters,
        axes: vec![axis; 2],
    }
}

/// 3×3 over 30×30 without padding, 64 channels in and out. In 4096 elements
/// four tiles of 14×14 of 16 filters stay: of each of 64 channels 4 · 16 · 16
/// inputs are loaded, once for each 16 filters; the weights once a tile:
/// 64 · 1024 · 4 + 36 864 · 4 + 50 176. In 32 Ki two tiles of 14×28 of all
/// filters: 64 · 2 · 16 · 30 + 2 · 36 864 + 50 176.
#[test]
fn halos_are_loaded_anew() {
    let axis = WindowAxis {
        outputs: 28,
        taps: 3,
        stride: 1,
        dilation: 1,
        padding: 0,
        input: 30,
    };
    let convolution = square(1, [64, 64], axis);
    let at = |capacity, tiles| {
        let (_, crossing) = convolution.best(ONE, capacity, tiles).unwrap();
        [crossing.a, crossing.b, crossing.partial, crossing.result]
    };
    for tiles in [Tiles::Any, Tiles::Divisors] {
        assert_eq!(at(4096, tiles), [262_144, 147_456, 0, 50_176]);
        assert_eq!(at(1 << 15, tiles), [61_440, 73_728, 0, 50_176]);
        assert_eq!(at(1 << 18, tiles), [57_600, 36_864, 0, 50_176]);
    }
    // A filter a channel: everything once.
    let depthwise = square(1, [1, 1], axis);
    let (_, crossing) = depthwise.best(ONE, 4096, Tiles::Any).unwrap();
    assert_eq!(128 * crossing.total(), 216_704);
}

/// With 1 of padding the same outputs come of 28×28 inputs, and of these no
/// more is loaded. A 1×1 window of stride 2 touches a quarter of them.
#[test]
fn only_what_is_there_and_touched_is_loaded() {
    let padded = WindowAxis {
        outputs: 28,
        taps: 3,
        stride: 1,
        dilation: 1,
        padding: 1,
        input: 28,
    };
    let loaded = |axis| {
        let convolution = square(1, [8, 8], axis);
        convolution.best(ONE, 1 << 20, Tiles::Any).unwrap().1.a
    };
    assert_eq!(loaded(padded), 8 * 28 * 28);
    let strided = WindowAxis {
        outputs: 14,
        taps: 1,
        stride: 2,
        dilation: 1,
        padding: 0,
        input: 28,
    };
    assert_eq!(loaded(strided), 8 * 14 * 14);
}

/// The elements that the outputs of each tile touch, marked one by one.
fn touched(axis: WindowAxis, size: u64) -> u128 {
    let mut loaded = 0;
    for first in (0..axis.outputs).step_by(size as usize) {
        let outputs = first..(first + size).min(axis.outputs);
        let taps = outputs.flat_map(|at| {
            (0..axis.taps).map(move |tap| {
                (at * axis.stride + tap * axis.dilation) as i64 - axis.padding as i64
            })
        });
        let inside = taps.filter(|at| (0..axis.input as i64).contains(at));
        loaded += inside.collect::<HashSet<i64>>().len() as u128;
    }
    loaded
}

proptest! {
    /// Exactly what is touched is loaded, gaps between taps or not.
    #[test]
    fn loads_are_what_windows_touch(
        outputs in 1..30_u64, taps in 1..6_u64, stride in 1..7_u64, dilation in 1..7_u64,
        padding in 0..9_u64, cut in 0..3_u64, size in 1..8_u64,
    ) {
        let padding = padding.min((taps - 1) * dilation);
        let input = (outputs - 1) * stride + (taps - 1) * dilation + 1;
        let input = input.saturating_sub(padding + cut).max(1);
        let axis = WindowAxis { outputs, taps, stride, dilation, padding, input };
        let loaded = axis.loaded(size.min(outputs));
        prop_assert_eq!(loaded, touched(axis, size.min(outputs)));
    }

    /// More room is never worse, and with room for all everything moves once.
    #[test]
    fn convolutions_keep_the_laws_too(
        batch in 1..4_u64, channels in 1..9_u64, filters in 1..9_u64, outputs in 1..12_u64,
        taps in 1..4_u64, capacity in 64..4_000_u128, widths in widths(),
    ) {
        let axis = WindowAxis {
            outputs, taps, stride: 1, dilation: 1, padding: 0, input: outputs + taps - 1,
        };
        let convolution = square(batch, [channels, filters], axis);
        let total = |capacity| {
            let found = convolution.best(widths, capacity, Tiles::Any);
            found.map(|(_, crossing)| crossing.total())
        };
        let (less, more) = (total(capacity), total(capacity + 100));
        if let Some(less) = less {
            prop_assert!(more.unwrap() <= less);
        }
        let input = batch * channels * axis.input * axis.input * widths.a;
        let weights = channels * filters * taps * taps * widths.b;
        let once = input + weights + batch * filters * outputs * outputs * widths.result;
        prop_assert_eq!(total(1 << 40), Some(u128::from(once)));
    }

    /// What no bound leaves out is tried: of windows of one tap, which have no halo, the
    /// box found is the best of all, with each tensor that may stay.
    #[test]
    fn the_box_found_is_the_best_of_all(
        batch in 1..4_u64, channels in 1..7_u64, filters in 1..7_u64, outputs in 1..9_u64,
        capacity in 8..400_u64, widths in widths(),
    ) {
        let convolution = Convolution {
            batch, channels, filters,
            axes: vec![WindowAxis {
                outputs, taps: 1, stride: 1, dilation: 1, padding: 0, input: outputs,
            }],
        };
        let found = convolution.best(widths, capacity.into(), Tiles::Any);
        let Widths { a, b, partial, result } = widths;
        let mut least: Option<u64> = None;
        for (tile, of_batch) in (1..=outputs).flat_map(|tile| (1..=batch).map(move |n| (tile, n))) {
            for (down, across) in (1..=channels).flat_map(|c| (1..=filters).map(move |f| (c, f))) {
                let inside = tile * of_batch;
                let need = down * inside * a + down * across * b + across * inside * partial;
                if need > capacity {
                    continue;
                }
                let boxes = outputs.div_ceil(tile) * batch.div_ceil(of_batch);
                let (rows, columns) = (channels.div_ceil(down), filters.div_ceil(across));
                let (inputs, sums) = (batch * outputs * channels, batch * outputs * filters);
                let weights = channels * filters;
                let total = |of_a: u64, of_b: u64, visits: u64| {
                    inputs * of_a * a
                        + weights * of_b * b
                        + 2 * sums * (visits - 1) * partial
                        + sums * result
                };
                let mut totals = vec![total(columns, 1, rows)];
                if across == 1 {
                    totals.push(total(1, boxes, rows));
                }
                if down == 1 {
                    totals.push(total(columns, boxes, 1));
                }
                least = least.into_iter().chain(totals).min();
            }
        }
        let found = found.map(|(_, crossing)| crossing.total());
        prop_assert_eq!(found, least.map(u128::from));
    }
}
