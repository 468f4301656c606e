//! What a run writes is whole or not there, whatever ends it: a signal that nothing
//! can catch, a full disk, a reader that leaves.

#![cfg(all(feature = "cli", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

#[path = "common/program.rs"]
mod program;

use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use program::{picojoule, printed, refused};

const CONFIG: &str = r#"{"model_type": "llama", "hidden_size": 16, "intermediate_size": 32,
 "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 32}"#;

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A sweep that does not end soon, once it has begun its file.
fn endless(folder: &Path, out: &str) -> Child {
    let before = names(folder).len();
    let child = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .args(["sweep", "attention", "--over", "n=1..1000000000", "--out"])
        .arg(out)
        .spawn()
        .unwrap();
    let begun = (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        names(folder).len() > before
    });
    assert!(begun, "the sweep does not begin its file");
    // The file is held just after it is made.
    std::thread::sleep(Duration::from_millis(50));
    child
}

/// What a killed run leaves is taken away by the next one that writes the same file,
/// and what a living one writes is not.
#[test]
fn the_next_run_takes_away_what_a_killed_one_left() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for out in ["rows.csv", "rows.parquet"] {
        let mut dead = endless(here, out);
        dead.kill().unwrap();
        dead.wait().unwrap();
        let left = names(here);
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].starts_with(&format!(".{out}.picojoule-")));
        // Another file is nothing to it.
        printed(
            here,
            &["sweep", "attention", "--over", "n=1..3", "--out", "x.csv"],
        );
        assert_eq!(names(here).len(), 2);
        let mut living = endless(here, "other.csv");
        let unfinished = names(here)
            .into_iter()
            .find(|name| name.starts_with(".other.csv"))
            .unwrap();
        std::fs::rename(
            here.join(&unfinished),
            here.join(format!(".{out}.picojoule-living")),
        )
        .unwrap();
        printed(
            here,
            &["sweep", "attention", "--over", "n=1..3", "--out", out],
        );
        let expected = [
            format!(".{out}.picojoule-living"),
            out.to_owned(),
            "x.csv".to_owned(),
        ];
        assert_eq!(names(here), expected);
        living.kill().unwrap();
        living.wait().unwrap();
        printed(
            here,
            &["sweep", "attention", "--over", "n=1..3", "--out", out],
        );
        assert_eq!(names(here), [out, "x.csv"]);
        for name in [out, "x.csv"] {
            std::fs::remove_file(here.join(name)).unwrap();
        }
    }
}

/// A disk is full: `/dev/full` always is.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_with_the_file_that_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("config.json"), CONFIG).unwrap();
    let sweep = ["sweep", "attention", "--over", "n=1..3", "--out"];
    for (name, typed) in [
        ("rows.csv", &sweep[..]),
        ("rows.jsonl", &sweep),
        ("rows.parquet", &sweep),
        ("model.toml", &["import", "config.json", "-o"]),
        ("page.html", &["explore", "attention", "-o"]),
        ("plot.svg", &["estimate", "attention", "--plot"]),
    ] {
        symlink("/dev/full", here.join(name)).unwrap();
        let message = refused(here, &[typed, &[name]].concat());
        let expected = format!("cannot write `{name}`: No space left on device");
        assert!(message.contains(&expected), "{message}");
    }
    for typed in [
        &["estimate", "attention"][..],
        &["sweep", "attention", "--over", "n=1..3", "--output", "csv"],
        &["sweep", "attention", "--over", "n=1..3"],
        &["import", "config.json"],
        &["claims"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
            .current_dir(here)
            .args(typed)
            .stdout(full)
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{typed:?}: {message}");
        assert!(message.contains("No space left on device"), "{message}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("file"), "").unwrap();
    std::fs::create_dir(here.join("taken.svg")).unwrap();
    for (path, expected) in [
        (
            "none/a.svg",
            "cannot write `none/a.svg`: there is no folder `none`",
        ),
        (
            "file/a.svg",
            "cannot write `file/a.svg`: `file` is no folder",
        ),
        ("taken.svg", "cannot write `taken.svg`: it is a folder"),
    ] {
        let message = refused(here, &["estimate", "attention", "--plot", path]);
        assert!(message.contains(expected), "{message}");
    }
    let message = refused(
        here,
        &[
            "sweep",
            "attention",
            "--over",
            "n=1,2",
            "--out",
            "none/a.csv",
        ],
    );
    assert!(message.contains("there is no folder `none`"), "{message}");
    assert_eq!(names(here), ["file", "taken.svg"]);
}

/// A reader that has read enough of a pipe ends the run, and nothing is wrong.
#[test]
fn a_reader_of_a_pipe_may_leave() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for name in ["rows.csv", "rows.jsonl", "rows.parquet"] {
        let made = Command::new("mkfifo")
            .arg(here.join(name))
            .status()
            .unwrap();
        assert!(made.success());
        let child = Command::new(env!("CARGO_BIN_EXE_picojoule"))
            .current_dir(here)
            .args([
                "sweep",
                "attention",
                "--over",
                "n=1..1000000",
                "--out",
                name,
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut some = [0; 4];
        std::fs::File::open(here.join(name))
            .unwrap()
            .read_exact(&mut some)
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}: {message}");
        assert_eq!(message, "");
    }
    assert_eq!(names(here).len(), 3);
}

/// The jobs of an array run again, after the second of three was lost.
#[test]
fn an_array_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for extension in ["csv", "jsonl", "parquet"] {
        let part = |at: usize| format!("part-{at}.{extension}");
        // d = 4 and n = 0 are refused at both ends of the first part, and none at the others'.
        let run = |at: usize, more: &[&str]| {
            let (shard, out) = (format!("{at}/3"), part(at));
            let typed = [
                "sweep",
                "attention",
                "--over",
                "d=4..64:4",
                "--over",
                "n=0..999",
            ];
            let part = ["--shard", shard.as_str(), "--out", out.as_str()];
            picojoule(here, &[&typed[..], &part, more].concat())
        };
        let read = |at: usize| std::fs::read(here.join(part(at))).unwrap();
        let parts: Vec<Vec<u8>> = (0..3)
            .map(|at| {
                assert_eq!(run(at, &[]).status.code(), Some(0));
                read(at)
            })
            .collect();
        // What is run again replaces itself.
        std::fs::write(here.join(part(0)), "older").unwrap();
        assert_eq!(run(0, &[]).status.code(), Some(0));
        assert!(read(0) == parts[0]);
        // The second is lost; the others stay as they are.
        std::fs::remove_file(here.join(part(1))).unwrap();
        let written = |at: usize| here.join(part(at)).metadata().unwrap().modified().unwrap();
        let before = [written(0), written(2)];
        for (at, skipped) in [(0, true), (1, false), (2, true)] {
            let output = run(at, &["--skip-existing"]);
            let message = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(0), "{message}");
            let told = format!(
                "`{}` is there and holds these rows; it stays as it is\n",
                part(at)
            );
            assert_eq!(message.contains(&told), skipped, "{message}");
            assert_eq!(output.stdout.is_empty(), skipped);
            assert!(read(at) == parts[at]);
        }
        assert_eq!([written(0), written(2)], before);
        // Another sweep is not taken for this one, nor written over.
        for (more, why) in [
            (&["--table", "7nm"][..], "first or last row is another"),
            (&["--columns", "n,d"], "columns are not these"),
        ] {
            let output = run(2, &[&["--skip-existing"], more].concat());
            let message = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{message}");
            let json = extension == "jsonl" && more[0] == "--columns";
            let why = if json {
                "first or last row is another"
            } else {
                why
            };
            assert!(
                message.contains(&format!("`{}` holds other rows", part(2))),
                "{message}"
            );
            assert!(message.contains(why), "{message}");
            assert!(read(2) == parts[2]);
        }
        // What is cut short was not written here, and is no part.
        std::fs::write(here.join(part(2)), &parts[2][..parts[2].len() - 9]).unwrap();
        assert_eq!(run(2, &["--skip-existing"]).status.code(), Some(2));
    }
}

/// A part of a sweep of which the model refuses every point has a file without rows.
#[test]
fn a_part_without_rows_is_whole_too() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for out in ["none.csv", "none.jsonl", "none.parquet"] {
        let typed = [
            "sweep",
            "attention",
            "--over",
            "d=1..7",
            "--shard",
            "0/1",
            "--out",
            out,
        ];
        printed(here, &typed);
        let again = picojoule(here, &[&typed[..], &["--skip-existing"]].concat());
        assert_eq!(again.status.code(), Some(0));
        let message = String::from_utf8(again.stderr).unwrap();
        assert!(message.contains("stays as it is"), "{message}");
        let more = [
            "sweep",
            "attention",
            "--over",
            "d=1..8",
            "--out",
            out,
            "--skip-existing",
        ];
        assert!(refused(here, &more).contains("holds other rows"));
    }
    for (typed, expected) in [
        (&["--skip-existing"][..], "--out"),
        (
            &["--skip-existing", "--out", "x.csv", "--plot", "x.svg"],
            "--plot",
        ),
    ] {
        let typed = [&["sweep", "attention", "--over", "n=1..3"], typed].concat();
        assert!(refused(here, &typed).contains(expected));
    }
}

/// A link is written through, also where nothing is there yet; one that leads to
/// itself leads nowhere.
#[test]
fn a_link_that_leads_to_nothing_yet_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::create_dir(here.join("data")).unwrap();
    symlink("data/rows.csv", here.join("rows.csv")).unwrap();
    let sweep = [
        "sweep",
        "attention",
        "--over",
        "n=1..3",
        "--out",
        "rows.csv",
    ];
    printed(here, &sweep);
    let is_link = |name: &str| {
        std::fs::symlink_metadata(here.join(name))
            .unwrap()
            .is_symlink()
    };
    assert!(is_link("rows.csv"));
    assert_eq!(names(&here.join("data")), ["rows.csv"]);
    symlink("b.csv", here.join("a.csv")).unwrap();
    symlink("a.csv", here.join("b.csv")).unwrap();
    let sweep = ["sweep", "attention", "--over", "n=1..3", "--out", "a.csv"];
    let told = refused(here, &sweep);
    assert!(
        told.contains("cannot write `a.csv`: it is a link to itself"),
        "{told}"
    );
    assert!(is_link("a.csv") && is_link("b.csv"));
    symlink("none/c.csv", here.join("c.csv")).unwrap();
    let sweep = ["sweep", "attention", "--over", "n=1..3", "--out", "c.csv"];
    let told = refused(here, &sweep);
    assert!(told.contains("there is no folder `./none`"), "{told}");
}
