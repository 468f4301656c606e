//! Data movement against a buffer that is simulated: loops that load and write
//! back elements one by one, and share no code with what they check.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use common::buffers::{self, crossing, memory, moved, table};
use common::{Blocks, counted, model, model_with, set, whole};
use num_rational::BigRational;
use picojoule::energy::Counted;
use picojoule::movement::{Fuse, Movement, MovementOptions, Tiles};
use picojoule::table::EnergyTable;
use proptest::prelude::*;

/// An index of a tensor: a sum of axes times factors and a number. Outside of
/// its extent there is nothing.
#[derive(Clone, Debug)]
struct Index {
    terms: Vec<(usize, i64)>,
    offset: i64,
    extent: i64,
}

fn plain(axis: usize, extent: u64) -> Index {
    Index {
        terms: vec![(axis, 1)],
        offset: 0,
        extent: extent as i64,
    }
}

/// A contraction as nested loops.
#[derive(Debug)]
struct Loops {
    /// How many steps each loop has.
    extents: Vec<u64>,
    /// Loops whose steps are never taken together: other operands each.
    outer: Vec<usize>,
    /// Loops that are never cut: the taps of a window.
    whole: Vec<usize>,
    /// Both operands and the result.
    tensors: [Vec<Index>; 3],
}

/// What is counted, in elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    loaded: u64,
    written: u64,
}

impl Loops {
    /// The elements of a tensor that some steps of the loops touch.
    fn touched(&self, tensor: usize, steps: &[std::ops::Range<u64>]) -> HashSet<Vec<i64>> {
        let mut all: Vec<Vec<i64>> = vec![Vec::new()];
        let axes: BTreeSet<usize> = self.axes(tensor);
        let mut points: Vec<BTreeMap<usize, i64>> = vec![BTreeMap::new()];
        for axis in axes {
            let with = |point: &BTreeMap<usize, i64>, at: u64| {
                let mut point = point.clone();
                point.insert(axis, at as i64);
                point
            };
            points = (points.iter())
                .flat_map(|point| steps[axis].clone().map(move |at| with(point, at)))
                .collect();
        }
        all.clear();
        'points: for point in points {
            let mut element = Vec::new();
            for index in &self.tensors[tensor] {
                let terms = index.terms.iter();
                let at: i64 = terms.map(|(axis, factor)| point[axis] * factor).sum();
                let at = at + index.offset;
                if !(0..index.extent).contains(&at) {
                    continue 'points;
                }
                element.push(at);
            }
            all.push(element);
        }
        all.into_iter().collect()
    }

    fn axes(&self, tensor: usize) -> BTreeSet<usize> {
        let indices = self.tensors[tensor].iter();
        indices
            .flat_map(|index| index.terms.iter().map(|(axis, _)| *axis))
            .collect()
    }

    /// What moves with a box and an order of the loops over boxes, in a buffer
    /// that holds one box of every tensor; nothing where it does not.
    fn run(
        &self,
        sizes: &[u64],
        order: &[usize],
        known: &mut Known,
        buffer: u64,
    ) -> Option<Counts> {
        let tiles: Vec<u64> = (self.extents.iter().zip(sizes))
            .map(|(extent, size)| extent.div_ceil(*size))
            .collect();
        let mut counts = Counts::default();
        let mut held: [Option<Vec<u64>>; 3] = [None, None, None];
        let mut begun: HashSet<Vec<u64>> = HashSet::new();
        let mut most = [0; 3];
        let mut at = vec![0_u64; tiles.len()];
        loop {
            for tensor in 0..3 {
                let axes = self.axes(tensor);
                let place: Vec<u64> = axes.iter().map(|axis| at[*axis]).collect();
                if held[tensor].as_ref() == Some(&place) {
                    continue;
                }
                let own: Vec<u64> = axes.iter().map(|axis| sizes[*axis]).collect();
                let key = (tensor, own, place.clone());
                let count = *known.entry(key).or_insert_with(|| {
                    let steps: Vec<std::ops::Range<u64>> = (0..tiles.len())
                        .map(|axis| {
                            let from = at[axis] * sizes[axis];
                            from..(from + sizes[axis]).min(self.extents[axis])
                        })
                        .collect();
                    self.touched(tensor, &steps).len() as u64
                });
                most[tensor] = most[tensor].max(count);
                if tensor < 2 {
                    counts.loaded += count;
                } else {
                    // A tile of the result is written whenever it makes place,
                    // and read again unless it is the first time.
                    counts.written += count;
                    if !begun.insert(place.clone()) {
                        counts.loaded += count;
                    }
                }
                held[tensor] = Some(place);
            }
            let next = order
                .iter()
                .rev()
                .find(|axis| at[**axis] + 1 < tiles[**axis]);
            let Some(next) = next.copied() else { break };
            at[next] += 1;
            let place = order.iter().position(|axis| *axis == next).unwrap();
            for inner in &order[place + 1..] {
                at[*inner] = 0;
            }
        }
        (most.iter().sum::<u64>() <= buffer).then_some(counts)
    }

    /// The least that moves over all boxes and all orders.
    fn least(&self, buffer: u64, tiles: Tiles) -> Option<u64> {
        let mut boxes: Vec<Vec<u64>> = vec![Vec::new()];
        for (axis, extent) in self.extents.iter().enumerate() {
            let sizes: Vec<u64> = match (self.outer.contains(&axis), self.whole.contains(&axis)) {
                (true, _) => vec![1],
                (_, true) => vec![*extent],
                _ => (1..=*extent)
                    .filter(|size| tiles == Tiles::Any || extent % size == 0)
                    .collect(),
            };
            boxes = (boxes.iter())
                .flat_map(|one| sizes.iter().map(|size| [&one[..], &[*size]].concat()))
                .collect();
        }
        let mut known = HashMap::new();
        let mut least: Option<u64> = None;
        for sizes in boxes {
            let cut = |axis: &usize| self.extents[*axis] > sizes[*axis];
            let free: Vec<usize> = (0..sizes.len())
                .filter(|axis| cut(axis) && !self.outer.contains(axis))
                .collect();
            for order in orders(&free) {
                let order = [&self.outer[..], &order].concat();
                let Some(counts) = self.run(&sizes, &order, &mut known, buffer) else {
                    break;
                };
                let total = counts.loaded + counts.written;
                least = Some(least.map_or(total, |least| least.min(total)));
            }
        }
        least
    }

    /// What a cache that keeps what was used last moves when every product is
    /// done in the order of the loops.
    fn cached(&self, order: &[usize], buffer: usize) -> u64 {
        let mut cache: VecDeque<(usize, Vec<i64>)> = VecDeque::new();
        let mut begun: HashSet<Vec<i64>> = HashSet::new();
        let mut moved = 0;
        let mut at = vec![0_u64; self.extents.len()];
        loop {
            let steps: Vec<std::ops::Range<u64>> = at.iter().map(|at| *at..*at + 1).collect();
            for tensor in 0..3 {
                for element in self.touched(tensor, &steps) {
                    let key = (tensor, element);
                    if let Some(place) = cache.iter().position(|known| *known == key) {
                        cache.remove(place);
                    } else {
                        moved += u64::from(tensor < 2 || !begun.insert(key.1.clone()));
                        if cache.len() == buffer {
                            let out = cache.pop_front().unwrap();
                            moved += u64::from(out.0 == 2);
                        }
                    }
                    cache.push_back(key);
                }
            }
            let next = order
                .iter()
                .rev()
                .find(|axis| at[**axis] + 1 < self.extents[**axis]);
            let Some(next) = next.copied() else { break };
            at[next] += 1;
            let place = order.iter().position(|axis| *axis == next).unwrap();
            for inner in &order[place + 1..] {
                at[*inner] = 0;
            }
        }
        moved + cache.iter().filter(|(tensor, _)| *tensor == 2).count() as u64
    }
}

/// How many elements a tile of a tensor has, by its size and its place.
type Known = HashMap<(usize, Vec<u64>, Vec<u64>), u64>;

fn orders(axes: &[usize]) -> Vec<Vec<usize>> {
    if axes.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (place, axis) in axes.iter().enumerate() {
        let rest = [&axes[..place], &axes[place + 1..]].concat();
        all.extend(
            orders(&rest)
                .into_iter()
                .map(|order| [&[*axis], &order[..]].concat()),
        );
    }
    all
}

/// A model of one contraction of two inputs of a byte an element.
fn one(einsum: &str, shapes: [&str; 2], dims: &[(&str, u64)]) -> Counted {
    let dims: String = dims
        .iter()
        .map(|(name, value)| format!("{name} = {value}\n"))
        .collect();
    let [a, b] = shapes;
    let text = format!(
        "name = \"one\"\ninputs = {{ a = \"{a}\", b = \"{b}\" }}\n[dims]\n{dims}\
         [[op]]\nname = \"product\"\neinsum = \"{einsum}\"\ninputs = [\"a\", \"b\"]\n"
    );
    counted(&model(&text), "one", &set::<u8>(&[]))
}

fn tiled(counted: &Counted, table: &EnergyTable, tiles: Tiles, buffer: u64) -> BigRational {
    let options = MovementOptions::default();
    let memory = memory(table, Movement::Tiled(tiles), options, Some(8 * buffer));
    crossing(counted, table, &memory) / whole(8)
}

/// The bound in elements of a byte.
fn bound(counted: &Counted, table: &EnergyTable, buffer: u64) -> BigRational {
    let options = MovementOptions::default();
    let memory = memory(
        table,
        Movement::Tiled(Tiles::Any),
        options,
        Some(8 * buffer),
    );
    moved(counted, table, &memory).lower_bound_bits.unwrap() / whole(8)
}

/// `times` products of M×K by K×N, and the model of it: batches, heads, or
/// groups of queries that share keys.
fn product(times: u64, [m, k, n]: [u64; 3], group: Option<u64>) -> (Loops, Counted) {
    let rows = m * group.unwrap_or(1);
    let loops = Loops {
        extents: vec![times, rows, k, n],
        outer: vec![0],
        whole: Vec::new(),
        tensors: [
            vec![plain(0, times), plain(1, rows), plain(2, k)],
            vec![plain(0, times), plain(2, k), plain(3, n)],
            vec![plain(0, times), plain(1, rows), plain(3, n)],
        ],
    };
    let dims = [("h", times), ("m", m), ("k", k), ("n", n)];
    let counted = match group {
        Some(group) => {
            let dims = [&dims[..], &[("g", group)]].concat();
            one("h g m k, h n k -> h g m n", ["h g m k", "h n k"], &dims)
        }
        None => one("h m k, h n k -> h m n", ["h m k", "h n k"], &dims),
    };
    (loops, counted)
}

/// A window along an axis.
#[derive(Debug, Clone, Copy)]
struct Window {
    side: u64,
    taps: u64,
    stride: u64,
    dilation: u64,
    padding: u64,
}

impl Window {
    fn outputs(&self) -> u64 {
        let reach = (self.taps - 1) * self.dilation + 1;
        (self.side + 2 * self.padding - reach) / self.stride + 1
    }
}

/// A convolution along one axis, of `groups` groups of channels, and the model
/// of it.
fn convolution(batch: u64, groups: u64, [c, o]: [u64; 2], window: Window) -> (Loops, Counted) {
    let Window {
        side,
        taps,
        stride,
        dilation,
        padding,
    } = window;
    let y = window.outputs();
    let along = Index {
        terms: vec![(4, stride as i64), (5, dilation as i64)],
        offset: -(padding as i64),
        extent: side as i64,
    };
    let loops = Loops {
        extents: vec![groups, batch, c, o, y, taps],
        outer: vec![0],
        whole: vec![5],
        tensors: [
            vec![plain(0, groups), plain(1, batch), plain(2, c), along],
            vec![plain(0, groups), plain(3, o), plain(2, c), plain(5, taps)],
            vec![plain(0, groups), plain(1, batch), plain(3, o), plain(4, y)],
        ],
    };
    let einsum =
        format!("batch g c ({stride}*y + {dilation}*t - {padding}), g o c t -> batch g o y");
    let dims = [
        ("batch", batch),
        ("g", groups),
        ("c", c),
        ("o", o),
        ("side", side),
        ("t", taps),
    ];
    let counted = one(&einsum, ["batch g c side", "g o c t"], &dims);
    (loops, counted)
}

/// The same of two axes.
fn image(channels: u64, filters: u64, window: Window) -> (Loops, Counted) {
    let Window {
        side,
        taps,
        stride,
        dilation,
        padding,
    } = window;
    let along = |outputs: usize, taps: usize| Index {
        terms: vec![(outputs, stride as i64), (taps, dilation as i64)],
        offset: -(padding as i64),
        extent: side as i64,
    };
    let out = window.outputs();
    let loops = Loops {
        extents: vec![channels, filters, out, out, taps, taps],
        outer: Vec::new(),
        whole: vec![4, 5],
        tensors: [
            vec![plain(0, channels), along(2, 4), along(3, 5)],
            vec![
                plain(1, filters),
                plain(0, channels),
                plain(4, taps),
                plain(5, taps),
            ],
            vec![plain(1, filters), plain(2, out), plain(3, out)],
        ],
    };
    let einsum = format!(
        "c ({stride}*y + {dilation}*t - {padding}) ({stride}*z + {dilation}*u - {padding}), o c t u -> o y z"
    );
    let dims = [
        ("c", channels),
        ("o", filters),
        ("side", side),
        ("t", taps),
        ("u", taps),
    ];
    (loops, one(&einsum, ["c side side", "o c t u"], &dims))
}

prop_compose! {
    fn window()(taps in 1..4_u64, stride in 1..4_u64, dilation in 1..3_u64, padding in 0..3_u64,
        more in 0..5_u64) -> Window {
        let reach = (taps - 1) * dilation + 1;
        let padding = padding.min(reach - 1);
        Window { side: reach + more, taps, stride, dilation, padding }
    }
}

proptest! {
    #![proptest_config(common::cases(24))]

    /// Ragged sizes and primes, batches and groups of queries.
    #[test]
    fn products_move_what_a_buffer_does(
        times in 1..3_u64, m in 1..8_u64, k in 1..8_u64, n in 1..8_u64,
        group in proptest::option::of(2..4_u64), buffer in 3..90_u64, divide: bool,
    ) {
        let tiles = if divide { Tiles::Divisors } else { Tiles::Any };
        let m = if group.is_some() { m.min(3) } else { m };
        let (loops, counted) = product(times, [m, k, n], group);
        let found = tiled(&counted, &table(), tiles, buffer);
        prop_assert_eq!(found, whole(loops.least(buffer, tiles).unwrap()));
    }

    /// Strides, dilations, padding, groups, batches.
    #[test]
    fn convolutions_move_what_a_buffer_does(
        batch in 1..3_u64, groups in 1..3_u64, c in 1..4_u64, o in 1..4_u64,
        window in window(), buffer in 12..90_u64, divide: bool,
    ) {
        let tiles = if divide { Tiles::Divisors } else { Tiles::Any };
        let (loops, counted) = convolution(batch, groups, [c, o], window);
        let found = tiled(&counted, &table(), tiles, buffer);
        prop_assert_eq!(found, whole(loops.least(buffer, tiles).unwrap()), "{:?}", window);
    }

    /// A cache that keeps what was used last moves no less than the bound, in
    /// whatever order the products are done.
    #[test]
    fn no_cache_moves_less_than_the_bound(
        m in 1..7_u64, k in 1..7_u64, n in 1..7_u64, buffer in 3..40_u64, order in 0..6_usize,
    ) {
        let (loops, counted) = product(1, [m, k, n], None);
        let order = [&[0][..], &orders(&[1, 2, 3])[order]].concat();
        let cached = loops.cached(&order, buffer as usize);
        prop_assert!(whole(cached) >= bound(&counted, &table(), buffer));
    }
}

proptest! {
    #![proptest_config(common::cases(6))]

    /// Windows along two axes.
    #[test]
    fn images_move_what_a_buffer_does(
        c in 1..3_u64, o in 1..3_u64, window in window(), buffer in 30..120_u64,
    ) {
        let (loops, counted) = image(c, o, window);
        let found = tiled(&counted, &table(), Tiles::Any, buffer);
        prop_assert_eq!(found, whole(loops.least(buffer, Tiles::Any).unwrap()), "{:?}", window);
    }
}

/// A graph as it grows: tensors with their extents, and the ops in TOML.
struct Growing {
    tensors: Vec<(String, [u64; 2])>,
    ops: String,
}

impl Growing {
    fn pick(&self, seed: u8) -> (String, [u64; 2]) {
        // Late tensors rather than early ones.
        let count = self.tensors.len();
        self.tensors[count - 1 - usize::from(seed) % count.min(3)].clone()
    }

    fn with_shape(&self, shape: [u64; 2], seed: u8) -> String {
        let like: Vec<&String> = (self.tensors.iter())
            .filter(|(_, own)| *own == shape)
            .map(|(name, _)| name)
            .collect();
        like[usize::from(seed) % like.len()].clone()
    }

    fn add(&mut self, op: &str, shape: [u64; 2]) {
        let name = format!("t{}", self.tensors.len());
        self.ops
            .push_str(&format!("[[op]]\nname = \"{name}\"\n{op}\n"));
        self.tensors.push((name, shape));
    }

    /// One more op, by a few random numbers.
    fn grow(&mut self, [kind, from, other, size]: [u8; 4]) {
        let (a, [n, d]) = self.pick(from);
        let b = self.with_shape([n, d], other);
        let e = 1 + u64::from(size) % 13;
        match kind % 11 {
            0 | 1 => self.add(
                &format!("einsum = \"n d, d e -> n e\"\naxes = {{ e = {e} }}\ninputs = [\"{a}\", {{ weight = \"{d} {e}\" }}]"),
                [n, e],
            ),
            2 => self.add(&format!("apply = \"{a} + {b}\""), [n, d]),
            3 => self.add(&format!("apply = \"max({a} * {a}, 0)\""), [n, d]),
            4 => self.add(&format!("einsum = \"n d -> d n\"\ninputs = [\"{a}\"]"), [d, n]),
            5 => self.add(&format!("reshape = \"1 {}\"\ninputs = [\"{a}\"]", n * d), [1, n * d]),
            6 => self.add(
                &format!("concat = \"n d, m d -> (n + m) d\"\ninputs = [\"{a}\", \"{b}\"]"),
                [2 * n, d],
            ),
            10 => {
                let at = self.tensors.len();
                self.ops.push_str(&format!(
                    "[[op]]\nname = \"score{at}\"\neinsum = \"n d, m d -> n m\"\ninputs = [\"{a}\", \"{b}\"]\n\
                     [[op]]\nname = \"weights{at}\"\nblock = \"softmax\"\ninputs = [\"score{at}\"]\n"
                ));
                self.add(
                    &format!("einsum = \"n m, m d -> n d\"\ninputs = [\"weights{at}\", \"{b}\"]"),
                    [n, d],
                );
            }
            7 => {
                let rows = format!("rows{}", self.tensors.len());
                self.ops.push_str(&format!(
                    "[[op]]\nname = \"{rows}\"\neinsum = \"n d -> n\"\ninputs = [\"{a}\"]\n"
                ));
                self.add(
                    &format!("gather = \"n, v e -> n e\"\ninputs = [\"{rows}\", {{ weight = \"9 {e}\" }}]"),
                    [n, e],
                );
            }
            8 => self.add(
                &format!("einsum = \"n d, m d -> n m\"\ninputs = [\"{a}\", \"{b}\"]"),
                [n, n],
            ),
            _ => self.add(
                &format!("block = \"layer\"\nrepeat = {}\ninputs = [\"{a}\"]", 1 + size % 3),
                [n, d],
            ),
        }
    }
}

const LAYER: &str = "name = \"layer\"\ninputs = { x = \"n d\" }\n\
    [[op]]\nname = \"up\"\neinsum = \"n d, d e -> n e\"\naxes = { e = 7 }\ninputs = [\"x\", { weight = \"d 7\" }]\n\
    [[op]]\nname = \"active\"\napply = \"max(up, 0)\"\n\
    [[op]]\nname = \"down\"\neinsum = \"n e, e d -> n d\"\ninputs = [\"active\", { weight = \"7 d\" }]\n";

/// A small model of random ops.
fn grown(seeds: &[[u8; 4]], [n, d]: [u64; 2]) -> (String, Counted) {
    let mut growing = Growing {
        tensors: vec![("x".to_owned(), [n, d])],
        ops: String::new(),
    };
    for seed in seeds {
        growing.grow(*seed);
    }
    let text = format!(
        "name = \"one\"\ninputs = {{ x = \"{n} {d}\" }}\n{}",
        growing.ops
    );
    let blocks = Blocks::shipped().with("layer", LAYER);
    let counted = counted(&model_with(&text, &blocks), "one", &set::<u8>(&[]));
    (text, counted)
}

proptest! {
    #![proptest_config(common::cases(120))]

    /// Never below the bound, never above what no reuse moves, never more with
    /// more room, and everything once where there is room for all.
    #[test]
    fn graphs_keep_the_laws_of_traffic(
        seeds in proptest::collection::vec(any::<[u8; 4]>(), 1..7), n in 1..9_u64, d in 1..9_u64,
    ) {
        let (text, counted) = grown(&seeds, [n, d]);
        let table = table();
        let usual = MovementOptions::default();
        let of = |movement, buffer: Option<u64>| {
            crossing(&counted, &table, &memory(&table, movement, usual, buffer))
        };
        let tiled = Movement::Tiled(Tiles::Any);
        let mut before = of(Movement::NoReuse, None);
        let mut passed = before.clone();
        for buffer in [24, 100, 500, 2_000, 10_000, 1 << 40] {
            let found = of(tiled, Some(buffer));
            let memory = memory(&table, tiled, usual, Some(buffer));
            let bound = moved(&counted, &table, &memory).lower_bound_bits.unwrap();
            prop_assert!(found >= bound, "{}\n{}: {} below {}", text, buffer, found, bound);
            prop_assert!(found <= before, "{}\n{}: {} above {}", text, buffer, found, before);
            before = found;
            // In one pass no more moves, and not less than its own bound.
            let options = MovementOptions { fuse: Fuse::Attention, ..usual };
            let memory = buffers::memory(&table, tiled, options, Some(buffer));
            let fused = moved(&counted, &table, &memory);
            let bound = fused.lower_bound_bits.unwrap();
            let fused = crossing(&counted, &table, &memory);
            prop_assert!(fused >= bound, "{}\n{}: {} below {}", text, buffer, fused, bound);
            prop_assert!(fused <= before, "{}\n{}: {} above {}", text, buffer, fused, before);
            prop_assert!(fused <= passed, "{}\n{}: {} above {}", text, buffer, fused, passed);
            passed = fused;
        }
        let once = of(Movement::Compulsory, Some(1 << 40));
        prop_assert_eq!(before, once, "{}", text);
    }
}
