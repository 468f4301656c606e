//! Where the energy goes: the tree of an estimate is the estimate, whatever is
//! read off it.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::{Command, Output};

use common::rounds::COUNTING;
use common::{NONE_FREE, format, graph, model, ratio, set, shipped, table, whole};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use picojoule::catalog::{self, Kind};
use picojoule::energy::{CostModel, Counted, Estimate, Memory, estimate};
use picojoule::graph::Unfold;
use picojoule::model::Model;
use picojoule::movement::{Movement, MovementOptions};
use picojoule::profile::{Node, Repeats, folded, hottest, layers, profile};
use picojoule::table::EnergyTable;
use proptest::prelude::*;

/// A block of three rounds and an op after it. On the 45 nm table a
/// multiplication costs 3.7 pJ and an addition 0.9 pJ, both 4.6 pJ. A round takes
/// 2·8·8 = 128 of each, 588.8 pJ; the head 2·8·4 = 64, 294.4 pJ; all of it
/// 3·588.8 + 294.4 = 2060.8 pJ.
const NET: &str = "
name = 'net'
inputs = { x = 'n 8' }
dims = { n = 2 }
params = { layers = 3 }

[[op]]
name = 'l'
block = 'b'
repeat = 'layers'
inputs = ['x']

[[op]]
name = 'out'
stage = 'head'
einsum = 'n d, d e -> n e'
inputs = ['l', { weight = '8 4' }]

[[block]]
name = 'b'
inputs = { x = 'n d' }

[[block.op]]
name = 'y'
stage = 'mix'
einsum = 'n d, d e -> n e'
inputs = ['x', { weight = 'd d' }]
";

fn counted(model: &Model, variant: &str, layers: Option<u64>) -> Counted {
    let set = match layers {
        Some(layers) => set(&[("layers", layers)]),
        None => set::<u64>(&[]),
    };
    let graph = graph(model, variant, &set, Unfold::No);
    Counted::new(graph, Default::default()).unwrap()
}

/// With what moves between the usual memories of the table, each tensor once.
fn priced(counted: &Counted, table: &EnergyTable, moves: bool) -> Estimate {
    let memory = moves.then(|| Memory {
        table: table.name().to_owned(),
        movement: Movement::Compulsory,
        options: MovementOptions::default(),
        levels: table.levels(None).unwrap(),
    });
    let model = CostModel {
        table,
        format: counted.graph.format.unwrap_or(format("fp32")),
        zero_cost: NONE_FREE,
        memory: memory.as_ref(),
        static_energy: true,
    };
    estimate(counted, &model, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Everything in an estimate that has an energy, added up without the tree.
fn total(estimate: &Estimate) -> BigRational {
    let lines = estimate.lines.iter().map(|line| &line.picojoules);
    let moved = estimate.moved.iter().flat_map(|moved| &moved.lines);
    let known = lines.chain(moved.map(|line| &line.picojoules)).flatten();
    let timing = estimate.timing.as_ref();
    let statics = timing.and_then(|timing| timing.picojoules());
    known.sum::<BigRational>() + statics.unwrap_or_default()
}

/// Every node is the sum of what it holds.
fn assert_adds_up(node: &Node) {
    if !node.children.is_empty() {
        let sum: BigRational = node.children.iter().map(|child| &child.picojoules).sum();
        assert_eq!(node.picojoules, sum, "{}", node.name);
    }
    node.children.iter().for_each(assert_adds_up);
}

fn assert_is_the_estimate(counted: &Counted, estimate: &Estimate) {
    let total = total(estimate);
    for repeats in [Repeats::Together, Repeats::Apart] {
        let profile = profile(counted, estimate, repeats);
        assert_eq!(profile.root.picojoules, total);
        assert_adds_up(&profile.root);
        let ops = hottest(&profile.root);
        assert_eq!(
            ops.iter().map(|op| &op.picojoules).sum::<BigRational>(),
            total
        );
        assert!(ops.is_sorted_by(|a, b| a.picojoules >= b.picojoules));
        let folded = folded(&profile.root, "all");
        let sum: BigInt = folded.stacks.iter().map(|(_, energy)| energy).sum();
        let scale = |unit: &str| {
            let places = ["pJ", "fJ", "aJ", "zJ", "yJ", "rJ", "qJ"];
            let at = places.iter().position(|known| *known == unit).unwrap();
            whole(BigInt::from(1000).pow(at.try_into().unwrap()))
        };
        let exact = &total * scale(folded.unit);
        match folded.is_exact {
            true => assert_eq!(whole(sum), exact),
            false => assert_eq!(whole(sum), exact.round()),
        }
    }
    let rows = layers(counted, estimate).unwrap();
    let parameters: BigRational = rows.iter().map(|layer| &layer.parameters).sum();
    assert_eq!(parameters, estimate.parameters);
    let macs = rows.iter().filter_map(|layer| layer.work.as_ref());
    assert_eq!(
        macs.map(|work| &work.macs).sum::<BigRational>(),
        estimate.macs
    );
    let energy = rows.iter().filter_map(|layer| layer.picojoules());
    assert_eq!(energy.sum::<BigRational>(), total);
    let bits = rows
        .iter()
        .flat_map(|layer| &layer.bits)
        .sum::<BigRational>();
    let moved = estimate.moved.iter().flat_map(|moved| &moved.lines);
    assert_eq!(bits, moved.map(|line| &line.bits).sum::<BigRational>());
}

#[test]
fn the_profiles_of_what_ships_are_its_estimates() {
    let table = table("45nm");
    for name in catalog::names(Kind::Model) {
        let model = shipped(name);
        if !model.root.needs.is_empty() {
            continue;
        }
        for variant in model.variant_names() {
            let counted = counted(&model, variant, None);
            for moves in [false, true] {
                assert_is_the_estimate(&counted, &priced(&counted, &table, moves));
            }
        }
    }
}

#[test]
fn static_energy_is_in_it_where_it_is_counted() {
    let counted = counted(&shipped("attention"), "e-att", None);
    let estimate = priced(&counted, &table("h100"), true);
    assert!(
        !estimate
            .timing
            .as_ref()
            .unwrap()
            .picojoules()
            .unwrap()
            .is_zero()
    );
    assert_is_the_estimate(&counted, &estimate);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_profile_of_any_model_is_its_estimate(
        blocks in proptest::collection::vec((1_u64..9, 1_u64..7, 0_usize..3), 0..4),
        n in 1_u64..5,
        loose in 0_usize..3,
        moves in any::<bool>(),
    ) {
        let counted = counted(&model(&random(&blocks, n, loose)), "net", None);
        assert_is_the_estimate(&counted, &priced(&counted, &table("45nm"), moves));
    }
}

/// A model of blocks with so many rounds, of some width inside, with a block
/// within each; then ops of the model itself.
fn random(blocks: &[(u64, u64, usize)], n: u64, loose: usize) -> String {
    let mut text = format!("name = 'net'\ninputs = {{ x = 'n 8' }}\ndims = {{ n = {n} }}\n");
    let mut last = "x".to_owned();
    for (at, (rounds, _, _)) in blocks.iter().enumerate() {
        text.push_str(&format!(
            "[[op]]\nname = 'l{at}'\nblock = 'b{at}'\nrepeat = {rounds}\ninputs = ['{last}']\n"
        ));
        last = format!("l{at}");
    }
    for at in 0..=loose {
        text.push_str(&format!(
            "[[op]]\nname = 'o{at}'\nstage = 's{}'\neinsum = 'n d, d e -> n e'\n\
             inputs = ['{last}', {{ weight = '8 8' }}]\nbias = true\n",
            at % 2
        ));
        last = format!("o{at}");
    }
    for (at, (_, width, inner)) in blocks.iter().enumerate() {
        text.push_str(&format!(
            "[[block]]\nname = 'b{at}'\ninputs = {{ x = 'n d' }}\n\
             [[block.op]]\nname = 'up'\neinsum = 'n d, d e -> n e'\n\
             inputs = ['x', {{ weight = 'd {width}' }}]\n\
             [[block.op]]\nname = 'act'\nstage = 's0'\napply = 'max(up, 0)'\n\
             [[block.op]]\nname = 'down'\neinsum = 'n e, e d -> n d'\n\
             inputs = ['act', {{ weight = '{width} 8' }}]\n"
        ));
        if *inner > 0 {
            text.push_str(&format!(
                "[[block.op]]\nname = 'in'\nblock = 'inner'\nrepeat = {inner}\ninputs = ['down']\n"
            ));
        }
    }
    text.push_str(
        "[[block]]\nname = 'inner'\ninputs = { x = 'n d' }\n\
         [[block.op]]\nname = 'twice'\nstage = 's1'\napply = 'x + x'\n",
    );
    text
}

#[test]
fn a_round_has_its_part_of_all_rounds() {
    let counted = counted(&model(NET), "net", None);
    let estimate = priced(&counted, &table("45nm"), false);
    let root = profile(&counted, &estimate, Repeats::Apart).root;
    let found: Vec<(&str, BigRational)> = (root.children.iter())
        .map(|node| (node.name.as_str(), node.picojoules.clone()))
        .collect();
    let round = ratio(5888, 10);
    let expected = [
        ("l.0", round.clone()),
        ("l.1", round.clone()),
        ("l.2", round),
        ("head", ratio(2944, 10)),
    ];
    assert_eq!(found, expected);
    // 128 multiplications of 3.7 pJ are most of a round.
    let ops = hottest(&root);
    assert_eq!(ops[0].most, Some(("mul.fp32".to_owned(), ratio(4736, 10))));
    assert_eq!(
        (ops[0].layer.as_deref(), ops[0].op.as_str()),
        (Some("l.0"), "y")
    );
    assert_eq!((ops[3].layer.as_deref(), ops[3].op.as_str()), (None, "out"));
}

/// Bits that add up: in the first round x is {0, 1}, in the second {0, 1, 2}, then
/// {0, 1, 2, 3}, then any whole number, so that three rounds stand by themselves
/// before nine that are alike. Each has 4·8·8 = 256 products: those of the first
/// take no multiplication, and are ACs; those of the second, by 0, 1 or 2, are
/// shifts; then they are MACs.
#[test]
fn rounds_that_differ_have_what_they_take() {
    let text = COUNTING.replace("layers = 2", "layers = 12");
    let counted = counted(&model(&text), "net", None);
    let estimate = priced(&counted, &table("45nm"), false);
    let rows = layers(&counted, &estimate).unwrap();
    let names: Vec<String> = rows.iter().map(|layer| layer.name.clone()).collect();
    assert_eq!(
        names,
        (0..12).map(|at| format!("l.{at}")).collect::<Vec<_>>()
    );
    let works: Vec<_> = rows
        .iter()
        .map(|layer| layer.work.clone().unwrap())
        .collect();
    assert_eq!(works[0].macs, whole(0));
    assert_eq!(works[0].synops, works[0].acs);
    assert_eq!((&works[1].macs, &works[1].acs), (&whole(0), &whole(0)));
    assert_eq!(works[1].synops, whole(256));
    assert!(works[2..].iter().all(|work| work.macs == whole(256)));
    assert!(rows.iter().all(|layer| layer.parameters == whole(64)));
    assert_is_the_estimate(&counted, &estimate);
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .arg("profile")
        .args(arguments)
        .output()
        .unwrap()
}

fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("net.toml"), text).unwrap();
    folder
}

/// 384 multiplications of 3.7 pJ and as many additions of 0.9 pJ, 64 of each in
/// the head: none is whole in picojoules, all are in femtojoules.
#[test]
fn folded_stacks_are_whole_numbers() {
    let folder = folder(NET);
    let expected = "\
net on 45nm, fp32 (fJ);l (×3);mix;y;mul.fp32 1420800
net on 45nm, fp32 (fJ);l (×3);mix;y;add.fp32 345600
net on 45nm, fp32 (fJ);head;out;mul.fp32 236800
net on 45nm, fp32 (fJ);head;out;add.fp32 57600
";
    assert_eq!(
        printed(folder.path(), &["net.toml", "--folded", "-"]),
        expected
    );
    let list = printed(folder.path(), &["net.toml", "--folded", "net.folded"]);
    assert!(list.contains("hottest ops"), "{list}");
    let file = std::fs::read_to_string(folder.path().join("net.folded")).unwrap();
    assert_eq!(file, expected);
    let apart = printed(folder.path(), &["net.toml", "--folded", "-", "--expand"]);
    // A third of 1420.8 pJ is 473.6 pJ.
    assert!(apart.contains(";l.2;mix;y;mul.fp32 473600\n"), "{apart}");
}

#[test]
fn layers_have_shapes_parameters_and_products() {
    let folder = folder(NET);
    let csv = printed(folder.path(), &["net.toml", "--by", "layer", "-o", "csv"]);
    let rows: Vec<String> = (csv.lines())
        .map(|line| line.rsplit_once(',').unwrap().0.to_owned())
        .collect();
    assert_eq!(
        rows,
        [
            "model,variant,table,format,layer,input_shape,output_shape,parameters,macs,acs,synops,energy_pj",
            "net,net,45nm,fp32,l.0,2×8,2×8,64,128,0,128,588.8",
            "net,net,45nm,fp32,l.1,2×8,2×8,64,128,0,128,588.8",
            "net,net,45nm,fp32,l.2,2×8,2×8,64,128,0,128,588.8",
            "net,net,45nm,fp32,out,2×8,2×4,32,64,0,64,294.4",
        ]
    );
}

#[test]
fn too_many_rounds_stay_together_and_that_is_said() {
    let folder = folder(NET);
    let few = ["net.toml", "--by", "layer", "--set", "layers=4096"];
    assert!(printed(folder.path(), &few).contains("l.4095"));
    let many = ["net.toml", "--by", "layer", "--set", "layers=4097"];
    let text = printed(folder.path(), &many);
    assert!(text.contains("l (×4097)"), "{text}");
    assert!(
        text.contains("no more than 4096 rounds are told apart"),
        "{text}"
    );
    let many = ["net.toml", "--expand", "--set", "layers=4097"];
    let text = printed(folder.path(), &many);
    assert!(
        text.contains("no more than 4096 rounds are told apart"),
        "{text}"
    );
}

#[test]
fn a_difference_is_what_is_saved_and_added() {
    let folder = folder(NET);
    let arguments = ["attention", "--diff", "vanilla,e-att", "-o", "csv"];
    let csv = printed(folder.path(), &arguments);
    let mut lines = csv.lines();
    assert_eq!(
        lines.next().unwrap(),
        "model,variant,table,format,layer,stage,op,before_pj,after_pj,difference_pj,share"
    );
    // 25·512² multiplications and additions of 4.6 pJ are 30 146 560 pJ; in e-att
    // another op has the stage.
    let first = "attention,e-att,45nm,fp32,attention,k-proj,k,30146560,,-30146560,";
    assert!(lines.next().unwrap().starts_with(first), "{csv}");
    let same = ["attention", "--diff", "vanilla,vanilla"];
    assert!(refused(folder.path(), &same).contains("--diff a,b"));
    let three = ["attention", "--diff", "vanilla,e-att,l1"];
    assert!(refused(folder.path(), &three).contains("--diff a,b"));
}

#[test]
fn pictures_are_of_one_estimate() {
    let folder = folder(NET);
    printed(folder.path(), &["net.toml", "--plot", "a.svg"]);
    printed(folder.path(), &["net.toml", "--plot", "a.png"]);
    printed(
        folder.path(),
        &["attention", "--diff", "vanilla,l1", "--plot", "d.svg"],
    );
    let svg = std::fs::read_to_string(folder.path().join("a.svg")).unwrap();
    assert!(
        svg.contains("net › l (×3) › mix › y: 1.77 nJ, 85.71 %"),
        "{svg}"
    );
    let two = ["attention", "--variants", "vanilla,l1", "--plot", "b.svg"];
    assert!(refused(folder.path(), &two).contains("of one estimate"));
    let two = ["net.toml", "--table", "45nm,7nm", "--folded", "-"];
    assert!(refused(folder.path(), &two).contains("of one estimate"));
}

/// Each op is a stage of its own where none is named.
#[test]
fn a_legend_has_no_more_stages_than_there_are_fills() {
    let mut text = "name = 'net'\ninputs = { x = 'n 8' }\ndims = { n = 2 }\n".to_owned();
    let mut last = "x".to_owned();
    for at in 0..40 {
        text.push_str(&format!("[[op]]\nname = 'o{at}'\napply = '{last} + 1'\n"));
        last = format!("o{at}");
    }
    let folder = folder(&text);
    printed(folder.path(), &["net.toml", "--plot", "a.svg"]);
    let svg = std::fs::read_to_string(folder.path().join("a.svg")).unwrap();
    assert!(svg.contains("the 27 of 40 stages that take most"), "{svg}");
}

#[test]
fn a_model_that_costs_nothing_has_a_profile() {
    let folder = folder(
        "name = 'net'\ninputs = { x = 'n 8' }\ndims = { n = 2 }\n\
         [[op]]\nname = 'y'\napply = 'x + 1'\ninputs = ['x']\n",
    );
    let arguments = ["net.toml", "--free", "add", "--plot", "a.png"];
    let text = printed(folder.path(), &arguments);
    assert!(text.contains("Nothing here costs energy"), "{text}");
    let stacks = printed(
        folder.path(),
        &["net.toml", "--free", "add", "--folded", "-"],
    );
    assert!(stacks.ends_with(" 0\n"), "{stacks}");
    let rows = printed(
        folder.path(),
        &["net.toml", "--free", "add", "--by", "layer"],
    );
    assert!(rows.contains("0 pJ"), "{rows}");
}

#[test]
fn help_has_examples() {
    let help = printed(Path::new("."), &["--help"]);
    assert!(help.contains("picojoule profile bert-base --by layer --output csv"));
    assert!(help.contains("speedscope"));
}
