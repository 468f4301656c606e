//! How long a model of 100 000 ops takes, as an importer writes it: to read,
//! to lower, to count and to price. `cargo bench --bench large`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Instant;

use picojoule::census::Conventions;
use picojoule::energy::{CostModel, Counted, estimate};
use picojoule::format::Format;
use picojoule::graph::{Unfold, lower};
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::source::Source;

/// A chain of products, formulas, moves and lists of primitives, no two alike;
/// extents are dims or numbers.
fn text(ops: usize, symbolic: bool) -> String {
    let (b, n) = if symbolic { ("b", "n") } else { ("2", "64") };
    let mut text = format!("name = 'large'\ninputs = {{ x = '{b} {n} 512' }}\n");
    if symbolic {
        text.push_str("needs = ['b', 'n']\n[dims]\nd = 512\n");
    }
    let mut last = "x".to_owned();
    for at in 0..ops {
        let wide = if symbolic {
            "d".to_owned()
        } else {
            "512".to_owned()
        };
        let form = match at % 5 {
            0 => format!(
                "einsum = 'i j k, k m -> i j m'\ninputs = ['{last}', {{ weight = '{wide} {wide}' }}]"
            ),
            1 => format!("apply = '{last} * {}.5 + 1'", at % 97),
            2 => format!("move = '{b} {n} 8 ({wide} / 8)'\ninputs = ['{last}']"),
            3 => format!("move = '{b} {n} {wide}'\ninputs = ['{last}']"),
            _ => format!(
                "each = {{ exp = 1, add = {} }}\ninputs = ['{last}']",
                at % 7 + 1
            ),
        };
        last = format!("node_{at}");
        writeln!(
            text,
            "[[op]]\nname = '{last}'\nstage = 'stage {}'\n{form}",
            at % 50
        )
        .unwrap();
    }
    text.replace("x = 'b n 512'", "x = 'b n d'")
}

fn run(ops: usize, symbolic: bool) {
    let text = text(ops, symbolic);
    let bytes = text.len();
    let mut settings = Vec::new();
    if symbolic {
        for (name, value) in [("b", 2), ("n", 64)] {
            let place = picojoule::source::Place::whole(&Source::new("set", name));
            settings.push(picojoule::graph::Setting {
                name: picojoule::source::Spanned::new(name.to_owned(), place.clone()),
                formula: picojoule::formula::Formula::number(
                    picojoule::number::whole(value),
                    &place,
                ),
            });
        }
    }
    let loader = Loader::shipped();
    let table = loader.table("45nm").unwrap();
    let start = Instant::now();
    let model = Model::read(&Source::generated("large.toml", text), &loader)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let read = start.elapsed();
    let graph = lower(&model, "large", &settings, Unfold::No)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let lowered = start.elapsed();
    let nodes = graph.ops().node_count();
    let counted = Counted::new(graph, Conventions::default()).unwrap();
    let census = start.elapsed();
    let free = BTreeSet::from(["exp".parse().unwrap()]);
    let pricing = CostModel {
        table: &table,
        format: Format::FP32,
        zero_cost: &free,
        memory: None,
        static_energy: false,
    };
    let estimate =
        estimate(&counted, &pricing, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let total = estimate.total();
    let all = start.elapsed();
    println!(
        "{ops} ops, symbolic {symbolic}: {bytes} bytes, {nodes} nodes, {total:?}\n  read {read:?}, lower {:?}, count {:?}, price {:?}; all {all:?}",
        lowered - read,
        census - lowered,
        all - census,
    );
}

fn main() {
    // Cargo gives `--bench`; tests only look whether it runs.
    let ops = if std::env::args().any(|word| word == "--bench") {
        100_000
    } else {
        1_000
    };
    for symbolic in [false, true] {
        run(ops, symbolic);
    }
}
