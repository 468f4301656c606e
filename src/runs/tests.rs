//! Files of runs, right and wrong.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::{Runs, count};
use crate::census::Conventions;
use crate::loader::Loader;
use crate::number::whole;
use crate::source::Source;

fn read(text: &str) -> Runs {
    Runs::read(&Source::new("runs.csv", text)).unwrap_or_else(|problems| panic!("{problems}"))
}

fn mistakes(text: &str) -> String {
    let problems = Runs::read(&Source::new("runs.csv", text)).unwrap_err();
    problems.to_string()
}

#[test]
fn columns_go_by_their_names() {
    let runs = read(
        "# a meter in the supply\n\ndevice,set,millijoules,model,set.img,milliseconds,variant,watts\n\
         board,\"b=2 classes = 10\",41.5,resnet-50,160,20,folded-norm,2.1\n\
         # a comment between\n\
         board,,9,alexnet,,,,\n"
            .replace("classes = 10", "classes=5*2")
            .as_str(),
    );
    assert_eq!(runs.labels, ["model", "device"]);
    let [first, second] = runs.runs.as_slice() else {
        panic!("{runs:?}");
    };
    assert!((first.joules - 0.0415).abs() < 1e-15);
    assert!((first.seconds.unwrap() - 0.02).abs() < 1e-15);
    assert_eq!(first.line, 4);
    assert_eq!(first.labels, ["resnet-50", "board"]);
    let set = first.set.iter();
    let set = set.map(|set| format!("{}={}", set.name.value, set.formula.text));
    assert_eq!(set.collect::<Vec<_>>(), ["b=2", "classes=5*2", "img=160"]);
    assert_eq!(first.variant.as_ref().unwrap().value, "folded-norm");
    assert_eq!(second.line, 6);
    assert_eq!(second.seconds, None);
    assert_eq!(second.variant, None);
    assert_eq!(runs.groups(0), ["resnet-50", "alexnet"]);
}

#[test]
fn models_are_called_by_their_files_where_that_tells_them_apart() {
    let named = |rows: &str| {
        let runs = read(&format!("model,joules\n{rows}"));
        let groups: Vec<String> = runs
            .groups(0)
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        groups
    };
    assert_eq!(
        named("/nets/a.json,1\nb.onnx,1\n/nets/a.json,2\n"),
        ["a.json", "b.onnx"]
    );
    assert_eq!(
        named("/x/a.json,1\n/y/a.json,1\n"),
        ["/x/a.json", "/y/a.json"]
    );
}

/// A pass of AlexNet at 1 and at 3 images: three times the products.
#[test]
fn a_run_is_counted_as_it_is_set() {
    let runs = read("model,set,joules\nalexnet,b=1,1\nalexnet,b=3,2\nalexnet,b=1,3\n");
    let counted = count(&runs, &Loader::shipped(), Conventions::default(), None).unwrap();
    let macs = |at: usize| &counted[at].counted.macs;
    assert_eq!(macs(1), &(macs(0) * whole(3)));
    assert_eq!(macs(2), macs(0));
}

#[test]
fn what_is_no_file_of_runs_is_told() {
    assert!(mistakes("").contains("`runs.csv` holds no runs"));
    assert!(mistakes("model,joules\n").contains("no run below"));
    let text = mistakes("net,energy\nalexnet,3\n");
    assert!(text.contains("no column `model`"), "{text}");
    assert!(text.contains("`energy` does not say its unit"), "{text}");
    assert!(text.contains("runs.csv:1:5"), "{text}");
    assert!(text.contains("`microjoules`"), "{text}");
    let text = mistakes("model,watts\nalexnet,3\n");
    assert!(text.contains("how many joules"), "{text}");
    for (header, message) in [
        ("model,joules,joules", "two columns `joules`"),
        ("model,joules,millijoules", "says again what `joules` says"),
        ("model,joules,", "a column has no name"),
        ("model,joules,latency", "`latency` does not say its unit"),
        ("model,joules,set.", "no name behind `set.`"),
    ] {
        let text = mistakes(&format!("{header}\nalexnet,1,1\n"));
        assert!(text.contains(message), "{text}");
    }
}

#[test]
fn what_is_wrong_in_a_row_is_told_at_its_cell() {
    for (row, message, place) in [
        ("alexnet,,", "without `joules`", "runs.csv:2:9"),
        ("alexnet,0,", "takes more than nothing", "runs.csv:2:9"),
        ("alexnet,-2,", "below 0", "runs.csv:2:9"),
        ("alexnet,nan,", "no number", "runs.csv:2:9"),
        ("alexnet,3 mJ,", "no number", "runs.csv:2:9"),
        ("alexnet,1e999,", "no number", "runs.csv:2:9"),
        (",1,", "without a `model`", "runs.csv:2:1"),
        ("alexnet,1", "2 cells under 3 columns", "runs.csv:2:1"),
        ("alexnet,1,b", "`b` sets nothing", "runs.csv:2:11"),
        ("alexnet,1,b=", "no value for `b`", "runs.csv:2:11"),
        ("alexnet,1,=3", "no name before", "runs.csv:2:12"),
        ("alexnet,1,b=2 b=3", "set twice", "runs.csv:2:17"),
        (
            "alexnet,1,b=2*",
            "ends where a value should stand",
            "runs.csv:2:14",
        ),
    ] {
        let text = mistakes(&format!("model,joules,set\n{row}\n"));
        assert!(text.contains(message), "{row}: {text}");
        assert!(text.contains(place), "{row}: {text}");
    }
    // All rows are told of in one go.
    let text = mistakes("model,joules\nalexnet,0\nalexnet,1\nalexnet,x\n");
    assert!(
        text.contains("runs.csv:2:9") && text.contains("runs.csv:4:9"),
        "{text}"
    );
}

#[test]
fn models_that_cannot_be_are_told_at_their_cells() {
    let told = |row: &str| {
        let runs = read(&format!("model,joules,set,phase,variant,format\n{row}\n"));
        let counted = count(&runs, &Loader::shipped(), Conventions::default(), None);
        counted.unwrap_err().to_string()
    };
    for (row, message, place) in [
        ("alexnett,1,,,,", "did you mean `alexnet`?", "runs.csv:2:1"),
        (
            "alexnet,1,q=3,,,",
            "unknown dim or parameter `q`",
            "runs.csv:2:11",
        ),
        (
            "alexnet,1,,decoding,,",
            "`decoding` is no phase",
            "runs.csv:2:12",
        ),
        ("alexnet,1,,decode,,", "decode", "runs.csv:2:1"),
        ("attention,1,,,e-at,", "e-at", "runs.csv:2:15"),
        ("alexnet,1,,,,int", "int", "runs.csv:2:14"),
    ] {
        let text = told(row);
        assert!(text.contains(message), "{row}: {text}");
        assert!(text.contains(place), "{row}: {text}");
    }
}

#[test]
fn hostile_files_are_told_of() {
    for text in [
        "model,joules\n\"alexnet,1\n",
        "\"model\"x,\"joules\"\"\n1,2\n",
        "model,joules\r\n\u{0},\u{1}\r\n",
        ",,,,\n,,,,\n",
        "model,joules\n\"a\nb\",1e400\n",
    ] {
        let _ = Runs::read(&Source::new("runs.csv", text));
    }
    let many = format!("model,joules\n{}", "alexnet,x\n".repeat(5_000));
    assert!(mistakes(&many).contains("and 4960 more"));
}
