//! What one step leaves for the next: membrane potentials. Against numbers by
//! hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;

use common::{counted, format, model, set, whole};
use num_rational::BigRational;
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::movement::{
    Direction, Hierarchy, Movement, MovementOptions, Role, Sizes, Tiles, traffic,
};
use picojoule::source::Source;
use picojoule::symbolic::Expr;

/// Three neurons of each of two rows over four steps: what comes in is added to
/// the potential, which fires above 1.
const NEURONS: &str = "name = 'net'\ninputs = { x = 'n d' }\n[dims]\nn = 2\nd = 3\n[params]\nsteps = 4\n\
    [[op]]\nname = 'fired'\nblock = 'neurons'\ntimes = 'steps'\ninputs = ['x']\n\
    [[block]]\nname = 'neurons'\ninputs = { x = 'n d' }\noutput = 'spikes'\n\
    weights = { v = { shape = 'n d', state = true } }\n\
    [[block.op]]\nname = 'potential'\napply = 'x + v'\nkeeps = 'v'\n\
    [[block.op]]\nname = 'spikes'\napply = 'potential > 1'\n";

type Bits = BTreeMap<(usize, Role, Direction), BigRational>;

fn moved(text: &str, movement: Movement, buffer: Option<i64>) -> Bits {
    let counted = counted(&model(text), "net", &set::<u8>(&[]));
    let mut capacities: Vec<Option<Expr>> =
        buffer.iter().map(|bits| Some(Expr::whole(*bits))).collect();
    capacities.push(None);
    let hierarchy = Hierarchy {
        movement,
        options: MovementOptions::default(),
        capacities,
    };
    let values = counted.graph.values();
    let mut all = Bits::new();
    let found = traffic(&counted.graph, format("int8"), &hierarchy, Sizes::Open);
    for access in found.accesses {
        let key = (access.level, access.role, access.direction);
        *all.entry(key).or_insert_with(|| whole(0)) += access.bits.evaluate(&values).unwrap();
    }
    all
}

const READ: (Role, Direction) = (Role::State, Direction::Read);
const WRITTEN: (Role, Direction) = (Role::State, Direction::Write);

/// Six potentials of 8 bits are read in each of four steps and written as often:
/// 192 bits each way, in the nearest level where nothing is reused, and else in
/// the one that keeps them, on whose way there they pass the buffer. They are no
/// parameters.
#[test]
fn potentials_are_read_and_written_in_every_step() {
    let all = |movement, buffer| moved(NEURONS, movement, buffer);
    let of = |bits: &Bits, level, (role, direction)| bits.get(&(level, role, direction)).cloned();
    let near = all(Movement::NoReuse, Some(10_000));
    assert_eq!(of(&near, 0, READ), Some(whole(192)));
    assert_eq!(of(&near, 0, WRITTEN), Some(whole(192)));
    for buffer in [None, Some(20), Some(10_000)] {
        let far = usize::from(buffer.is_some());
        for movement in [Movement::Compulsory, Movement::Tiled(Tiles::Any)] {
            let bits = all(movement, buffer);
            assert_eq!(
                of(&bits, far, READ),
                Some(whole(192)),
                "{movement} {buffer:?}"
            );
            assert_eq!(
                of(&bits, far, WRITTEN),
                Some(whole(192)),
                "{movement} {buffer:?}"
            );
        }
        // A spike of a bit for each, and what comes in once: element by element
        // the potential itself is handed on.
        let tiled = all(Movement::Tiled(Tiles::Any), buffer);
        let written = of(&tiled, far, (Role::Activation, Direction::Write));
        assert_eq!(written, Some(whole(24)), "{buffer:?}");
    }
    let counted = counted(&model(NEURONS), "net", &set::<u8>(&[]));
    assert_eq!(counted.parameters, whole(0));
}

/// Where a block of neurons repeats, each has its own potentials.
#[test]
fn every_layer_has_potentials_of_its_own() {
    let layers = NEURONS.replace("times = 'steps'", "times = 'steps'\nrepeat = 5");
    let bits = moved(&layers, Movement::Compulsory, None);
    for (role, direction) in [READ, WRITTEN] {
        assert_eq!(bits[&(0, role, direction)], whole(5 * 192));
    }
}

#[test]
fn what_is_wrong_with_a_state_is_told_with_its_place() {
    let refused = |text: &str| {
        let source = Source::new("model.toml", text);
        let read = Model::read(&source, &Loader::shipped());
        let lowered = read.and_then(|model| {
            picojoule::graph::lower(&model, "net", &[], picojoule::Unfold::No).map(drop)
        });
        lowered.unwrap_err().to_string()
    };
    for (from, to, parts) in [
        (
            "keeps = 'v'\n",
            "",
            ["no op keeps the state `v`", "model.toml:17:13"],
        ),
        (
            "keeps = 'v'",
            "keeps = 'w'",
            ["no state `w` that could be kept", "model.toml:21:9"],
        ),
        (
            "apply = 'potential > 1'",
            "apply = 'potential > 1'\nkeeps = 'v'",
            ["the state `v` is kept twice", "model.toml:25:9"],
        ),
        (
            "shape = 'n d', state",
            "shape = '1 d', state",
            [
                "`potential` gives [n, d], but the state `v` has [1, d]",
                "declared here",
            ],
        ),
        (
            "state = true",
            "state = true, constant = true",
            ["`v` is both `constant` and a `state`", "model.toml:17:13"],
        ),
        (
            "times = 'steps'",
            "times = 'steps'\nkeeps = 'x'",
            [
                "`keeps` means nothing where a block is called",
                "model.toml:",
            ],
        ),
    ] {
        let text = NEURONS.replace(from, to);
        assert_ne!(text, NEURONS, "{from}");
        let told = refused(&text);
        for part in parts {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }
}
