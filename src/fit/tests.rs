//! Fits of runs that follow from a known table.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::f64::consts::TAU;

use super::{
    Calibration, Coefficient, Errors, Features, Fitted, Hardware, Provenance, Start, Weighting,
    features, leave_out, written,
};
use crate::census::Conventions;
use crate::energy::Memory;
use crate::loader::Loader;
use crate::movement::{Movement, MovementOptions};
use crate::random::{bits, uniform};
use crate::runs::{CountedRun, Runs, count};
use crate::source::Source;
use crate::table::EnergyTable;

/// A memory for what goes between ops, and one for all else.
const BOARD: &str = "name = 'board'\nkind = 'assumed'\nboundary = 'all-in'\n\
    [[memory]]\nlevel = 'sram'\nsize_kib = 4096\nconfidence = 'assumed'\nwhy = 'a test'\n\
    [[memory]]\nlevel = 'dram'\nper = 'byte'\npj = 9\nconfidence = 'assumed'\nwhy = 'a test'\n\
    [[hierarchy]]\nname = 'board'\nlevels = ['sram', 'dram']\n";

/// Convolutions of many sizes and shapes.
fn runs() -> Runs {
    let mut text = "model,format,set,joules,group\n".to_owned();
    for channels in [16, 64, 256] {
        for rows in [7, 14, 28, 56] {
            for k in [1, 3] {
                text.push_str(&format!(
                    "convolution,int8/int32,c={channels} out={channels} rows={rows} cols={rows} k={k} p={},1,{rows}\n",
                    (k - 1) / 2
                ));
            }
        }
    }
    Runs::read(&Source::new("runs.csv", text)).unwrap()
}

fn coefficients(names: &[&str]) -> Vec<Coefficient> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// The start of a fit, in which everything is open.
fn open(
    coefficients: &[Coefficient],
    runs: &[CountedRun],
    board: &EnergyTable,
) -> (Hardware, String) {
    let memory = Memory {
        table: "fitted".to_owned(),
        movement: Movement::Compulsory,
        options: MovementOptions::default(),
        levels: board.levels(None).unwrap(),
    };
    let start = Start {
        base: None,
        memory: Some(&memory),
        runs,
        statics: true,
    };
    let provenance = Provenance {
        name: "fitted".to_owned(),
        base: None,
        runs: "runs.csv".to_owned(),
        source: None,
        how: "a test".to_owned(),
        options: Vec::new(),
    };
    let unknown = vec![Fitted::unknown(); coefficients.len()];
    let text = written(&provenance, start, coefficients, &unknown);
    let table = EnergyTable::read(&Source::new("fitted.toml", &*text), &Loader::shipped());
    let table = table.unwrap_or_else(|problems| panic!("{problems}"));
    let levels = ["sram 4096 KiB", "dram"].map(|name| {
        let of_name = table.memories().iter().find(|level| level.name() == name);
        of_name.unwrap().clone()
    });
    let hardware = Hardware {
        table,
        memory: Some(Memory {
            levels: levels.to_vec(),
            ..memory
        }),
        free: BTreeSet::new(),
        statics: true,
    };
    (hardware, text)
}

fn board() -> EnergyTable {
    EnergyTable::read(&Source::new("board.toml", BOARD), &Loader::shipped())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn design(names: &[&str]) -> (Vec<Features>, Vec<String>) {
    let runs = runs();
    let counted = count(&runs, &Loader::shipped(), Conventions::default(), None).unwrap();
    let coefficients = coefficients(names);
    let (hardware, _) = open(&coefficients, &counted, &board());
    let features = features(&runs, &counted, &hardware, &coefficients)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let groups = runs.runs.iter().map(|run| run.label(1).to_owned());
    (features, groups.collect())
}

/// Of 16 to 16 channels, 1×1, 7 × 7: 16·16·49 = 12 544 products; 256 bytes of
/// weights and 784 of the input are read from the farthest memory, and 784 of
/// the result are written there.
#[test]
fn features_are_what_is_counted_of_a_run() {
    let (features, _) = design(&["mul.int8", "dram.read", "dram.write", "inference"]);
    let first = &features[0];
    assert_eq!(first.offset, 0.0);
    let expected = [12_544e-12, (256.0 + 784.0) * 1e-12, 784e-12, 1.0];
    for (found, expected) in first.columns.iter().zip(expected) {
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
    }
}

/// A number of a normal distribution (Box and Muller).
fn normal(seed: u64, place: u64) -> f64 {
    let u = uniform(bits(seed, 2 * place)).max(f64::MIN_POSITIVE);
    let v = uniform(bits(seed, 2 * place + 1));
    (-2.0 * u.ln()).sqrt() * (TAU * v).cos()
}

/// Joules as a table would have them, each off by 2 % or so.
fn noisy(features: &[Features], truth: &[f64], seed: u64) -> Vec<f64> {
    let runs = features.iter().zip(0..);
    let joules = runs.map(|(row, at)| row.joules(truth) * (1.0 + 0.02 * normal(seed, at)));
    joules.collect()
}

/// 200 times runs are made from a known table with noise, and fitted. How often
/// an interval of 95 % holds the truth is binomial, with 200 and 0.95: it lies
/// from 179 to 198 but in 9 of 10 000 cases (0.0005 below, 0.0004 above, by the
/// exact sums).
#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let (features, _) = design(&["mul.int8", "dram", "inference"]);
    let truth = [2.0, 20.0, 3e-6];
    let mut held = [0; 3];
    for seed in 0..200 {
        let measured = noisy(&features, &truth, 1000 + seed);
        let fit = Calibration::fit(&features, &measured, Weighting::Relative).unwrap();
        for ((fitted, truth), held) in fit.fitted.iter().zip(truth).zip(&mut held) {
            let Fitted::Value(estimated) = fitted else {
                panic!("{fitted:?}");
            };
            let (low, high) = estimated.interval.unwrap();
            *held += u32::from((low..=high).contains(&truth));
        }
    }
    for held in held {
        assert!((179..=198).contains(&held), "{held} of 200");
    }
}

#[test]
fn runs_without_noise_are_fitted_back() {
    let (features, groups) = design(&["mul.int8", "dram", "inference"]);
    let truth = [2.0, 20.0, 3e-6];
    let measured: Vec<f64> = features.iter().map(|row| row.joules(&truth)).collect();
    for weighting in [Weighting::Relative, Weighting::Absolute] {
        let fit = Calibration::fit(&features, &measured, weighting).unwrap();
        for (value, truth) in fit.values().iter().zip(truth) {
            assert!((value / truth - 1.0).abs() < 1e-9, "{value} {truth}");
        }
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        let pairs = leave_out(&features, &measured, &groups, weighting).unwrap();
        let errors = Errors::of(&pairs).unwrap();
        assert_eq!(errors.runs, 24);
        assert!(errors.worst < 1e-9, "{errors:?}");
    }
}

/// A run of one model alone: whatever is fitted goes together.
#[test]
fn what_cannot_be_told_apart_is_not_fitted() {
    let (features, _) = design(&["mul.int8", "add.int32", "mul.fp32", "dram"]);
    let measured: Vec<f64> = features
        .iter()
        .map(|row| row.joules(&[1.0, 1.0, 0.0, 5.0]))
        .collect();
    let fit = Calibration::fit(&features, &measured, Weighting::Relative).unwrap();
    // Every product is added up, and nothing is multiplied in fp32.
    assert_eq!(fit.fitted[1], Fitted::Together(vec![0]));
    assert_eq!(fit.fitted[2], Fitted::Unused);
    assert!((fit.fitted[0].value() - 2.0).abs() < 1e-9);
    assert!((fit.fitted[3].value() - 5.0).abs() < 1e-9);
}

#[test]
fn fewer_runs_than_coefficients_are_refused() {
    let (features, groups) = design(&["mul.int8", "dram", "inference"]);
    let few = Calibration::fit(&features[..2], &[1.0, 1.0], Weighting::Relative);
    assert!(
        few.unwrap_err()
            .message()
            .contains("2 runs are too few to fit 3 coefficients")
    );
    // As many say nothing of how far they are off.
    let just = Calibration::fit(&features[3..6], &[1e-5, 1.0, 1e-5], Weighting::Relative).unwrap();
    for fitted in just.fitted {
        assert!(matches!(fitted, Fitted::Value(one) if one.interval.is_none()));
    }
    let groups: Vec<&str> = groups.iter().map(|_| "all").collect();
    let none = leave_out(&features, &[1.0; 24], &groups, Weighting::Relative).unwrap_err();
    assert!(none.helps().any(|help| help == "`all` is left out"));
}

/// A fitted table is a table: it is read, and prices what it was fitted to as
/// the fit does.
#[test]
fn a_fitted_table_prices_runs() {
    let runs = runs();
    let counted = count(&runs, &Loader::shipped(), Conventions::default(), None).unwrap();
    let coefficients = coefficients(&["mul.int8", "dram.read", "dram.write"]);
    let (hardware, _) = open(&coefficients, &counted, &board());
    let features = features(&runs, &counted, &hardware, &coefficients).unwrap();
    let measured = noisy(&features, &[2.0, 20.0, 30.0], 7);
    let fit = Calibration::fit(&features, &measured, Weighting::Relative).unwrap();
    let start = Start {
        base: None,
        memory: hardware.memory.as_ref(),
        runs: &counted,
        statics: true,
    };
    let provenance = Provenance {
        name: "fitted".to_owned(),
        base: None,
        runs: "a \"file\" of runs.csv".to_owned(),
        source: None,
        how: "a test".to_owned(),
        options: Vec::new(),
    };
    let text = written(&provenance, start, &coefficients, &fit.fitted);
    let table = EnergyTable::read(&Source::new("fitted.toml", text), &Loader::shipped());
    let table = table.unwrap_or_else(|problems| panic!("{problems}"));
    let dram = table.memories().iter().find(|level| level.level == "dram");
    let mut memory = hardware.memory.clone().unwrap();
    memory.levels[1] = dram.unwrap().clone();
    let priced = Hardware {
        memory: Some(memory),
        table,
        free: BTreeSet::new(),
        statics: true,
    };
    let values = fit.values();
    for ((run, counted), row) in runs.runs.iter().zip(&counted).zip(&features) {
        let joules = priced.joules(run, counted).unwrap();
        assert!(
            (joules / row.joules(&values) - 1.0).abs() < 1e-4,
            "{joules}"
        );
    }
}
