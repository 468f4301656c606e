//! Measuring a command: runs, the row that comes of them, and what is left behind when
//! something goes wrong. Every run takes a second, the shortest that is measured.

#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod meter;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use meter::{Bench, ONCE, RANGE, number, printed, refused, rows, shows};

/// From 7 J to 12 J are 5 J, 1.25 J for each of four inferences.
#[test]
fn the_joules_of_a_run_are_those_that_its_counter_counts() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 7_000_000, RANGE);
    let flags = [
        "--model",
        "bert-base",
        "--set",
        "n=384",
        "--set",
        "d=2 * 384",
    ];
    let more = ["--inferences", "4", "--label", "device=a board, \"mine\""];
    let row = bench.row(
        &[&flags[..], &more].concat(),
        &shows(&[("intel-rapl:0", 12_000_000)]),
    );
    assert_eq!(row["model"], "bert-base");
    assert_eq!(row["set"], "n=384 d=2*384");
    assert_eq!(row["phase"], "prefill");
    assert_eq!(row["device"], "a board, \"mine\"");
    assert_eq!(row["joules"], "1.25");
    assert_eq!(row["joules.package-0"], "1.25");
    assert_eq!(row["repeats"], "1");
    assert_eq!(row["idle_watts"], "");
    let seconds = 4.0 * number(&row, "seconds");
    assert!(seconds > 1.0, "{seconds}");
    let watts = number(&row, "watts");
    assert!((watts * seconds - 5.0).abs() < 1e-9, "{watts}");
    assert_eq!(row["watts"], row["watts.package-0"]);
}

/// Two runs of 2 J and 4 J: 3 J each. The first is no warm-up: that is 1 J.
#[test]
fn runs_are_repeated() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    bench.write("steps", "1000000 3000000 7000000 0 0");
    let script = "read step rest < steps; echo $rest > steps; sleep 1.05; \
        echo $step > powercap/intel-rapl:0/energy_uj";
    let flags = ["--idle", "0.1", "--repeats", "1", "--seconds", "1.5"];
    let arguments = [&flags[..], &["--", "sh", "-c", script]].concat();
    let row = rows(&printed(bench.command(&arguments).output().unwrap())).remove(0);
    assert_eq!(row["repeats"], "2");
    assert_eq!(row["joules"], "3");
    assert_eq!(row["idle_watts"], "0");
    assert_eq!(bench.read("steps").trim(), "0 0");
}

/// A row is added to a file with the same columns, in the order in which it has them,
/// with its comments and its line ends.
#[test]
fn rows_are_added_to_a_file_of_runs() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    let step = "sleep 1.05; echo $(($(cat powercap/intel-rapl:0/energy_uj) + 2000000)) > \
        powercap/intel-rapl:0/energy_uj";
    let add = |file: &str| printed(bench.once(&["-o", file], step));
    assert_eq!(add("new.csv"), "");
    let new = bench.read("new.csv");
    let (header, row) = new.trim_end().split_once('\n').unwrap();
    let mut names: Vec<&str> = header.split(',').collect();
    names.reverse();
    let mut cells: Vec<&str> = row.split(',').collect();
    cells.reverse();
    let old = format!(
        "# mine\r\n{}\r\n# more\r\n{}",
        names.join(","),
        cells.join(",")
    );
    bench.write("old.csv", &old);
    add("old.csv");
    let text = bench.read("old.csv");
    assert!(text.starts_with(&format!("{old}\r\n")), "{text}");
    assert!(text.ends_with("\r\n"), "{text}");
    let both = rows(&text);
    assert_eq!(both.len(), 2);
    assert!(both.iter().all(|row| row["joules"] == "2"), "{both:?}");
    bench.write("empty.csv", "");
    add("empty.csv");
    assert_eq!(rows(&bench.read("empty.csv"))[0]["joules"], "2");
    assert_eq!(std::fs::read_dir(bench.0.path()).unwrap().count(), 4);
}

/// The file is looked at before anything is run.
#[test]
fn a_file_of_other_columns_is_left_as_it_is() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    for (text, say) in [
        ("model,joules,device\nbert-base,1,x\n", "`device`"),
        ("model,joules,device\nbert-base,1,x\n", "`seconds`, `watts`"),
        ("\u{1}\u{2}", "other columns"),
    ] {
        bench.write("runs.csv", text);
        let error = refused(bench.once(&["-o", "runs.csv"], "touch was-run"));
        assert!(error.contains("`runs.csv` has other columns"), "{error}");
        assert!(error.contains(say), "{error}");
        assert_eq!(bench.read("runs.csv"), text);
    }
    std::fs::write(bench.path("runs.csv"), [0xff, 0xfe, b'\n']).unwrap();
    let error = refused(bench.once(&["-o", "runs.csv"], "touch was-run"));
    assert!(error.contains("`runs.csv` is no file of runs"), "{error}");
    let error = refused(bench.once(&["-o", "powercap"], "touch was-run"));
    assert!(error.contains("`powercap`: it is no file"), "{error}");
    let error = refused(bench.once(&["-o", "nowhere/runs.csv"], "touch was-run"));
    assert!(error.contains("cannot write `nowhere/runs.csv`"), "{error}");
    let twice = ["--label", "box=3", "--label", "box=4"];
    let error = refused(bench.once(&twice, "touch was-run"));
    assert!(error.contains("a column `box` already"), "{error}");
    assert!(!bench.path("was-run").exists());
}

/// A model or a setting that there is not is told of before anything is run.
#[test]
fn what_a_row_stands_for_is_checked() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    for (flags, say) in [
        ("--model bert-bas", "no model `bert-bas` ships"),
        (
            "--model bert-base --set m=3",
            "unknown dim or parameter `m`",
        ),
        ("--model bert-base --set h=7", "7"),
        ("--model bert-base --phase sleep", "`sleep` is no phase"),
        ("--model bert-base --variant x", "`x`"),
        ("--model bert-base --format real", "`real`"),
        (
            "--model bert-base --set 45nm.fp32.mul=3",
            "no prices to set",
        ),
        ("--set n=3", "--model"),
        ("--label device", "no value for `device`"),
        ("--label milliseconds=3", "no label of a run"),
        ("--label set.n=3", "no label of a run"),
        ("--label energy=3", "no label of a run"),
        ("--meter rapl --gpus 0", "--meter names no nvml"),
        ("--gpus 0", "no NVML"),
        ("--repeats 0", "0"),
        ("--inferences 0", "0"),
        ("--idle nan", "no number of seconds"),
        ("--seconds -1", "-1"),
    ] {
        let flags: Vec<&str> = flags.split(' ').collect();
        let command = ["--", "touch", "was-run"];
        let output = bench.command(&[&flags[..], &command].concat()).output();
        let error = refused(output.unwrap());
        assert!(error.contains(say), "{flags:?}: {error}");
    }
    assert!(!bench.path("was-run").exists());
}

/// A path is found from the folder of the file of runs.
#[test]
fn a_model_by_its_path_is_found_from_the_file_of_runs() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    let model = "name = 'm'\ninputs = { x = '4' }\n[[op]]\nname = 'y'\napply = 'x + 1'\n";
    bench.write("m.toml", model);
    bench.write("data/note", "");
    let step = "sleep 1.05; echo $(($(cat powercap/intel-rapl:0/energy_uj) + 2000000)) > \
        powercap/intel-rapl:0/energy_uj";
    let flags = ["--model", "./m.toml", "-o"];
    printed(bench.once(&[&flags[..], &["runs.csv"]].concat(), step));
    assert_eq!(rows(&bench.read("runs.csv"))[0]["model"], "./m.toml");
    printed(bench.once(&[&flags[..], &["data/runs.csv"]].concat(), step));
    let path = rows(&bench.read("data/runs.csv"))[0]["model"].clone();
    assert!(Path::new(&path).is_absolute(), "{path}");
    assert!(Path::new(&path).is_file(), "{path}");
}

/// Whatever goes wrong while it runs, the file of runs stays as it was and nothing
/// is left beside it.
#[test]
fn a_measurement_that_fails_writes_nothing() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 5_000_000, RANGE);
    bench.write("runs.csv", "");
    for (script, say) in [
        ("echo mind the gap >&2; exit 3", "failed: exit status: 3"),
        ("echo mind the gap >&2; exit 3", "mind the gap"),
        ("kill -9 $$", "signal: 9"),
        ("kill -STOP $$", "failed: stopped"),
        ("kill -STOP $$", "the terminal"),
        ("true", "too short to be measured"),
        ("true", "`--inferences N`"),
        ("sleep 1.05", "the meter did not move"),
        (
            "echo 1000000 > powercap/intel-rapl:0/energy_uj",
            "runs backwards, from 5000000 to 1000000 µJ",
        ),
        (
            "echo many > powercap/intel-rapl:0/energy_uj",
            "energy_uj` holds `many`, no whole number",
        ),
        ("rm powercap/intel-rapl:0/energy_uj", "cannot read"),
    ] {
        bench.write("powercap/intel-rapl:0/energy_uj", "5000000");
        let error = refused(bench.once(&["-o", "runs.csv"], script));
        assert!(error.contains(say), "{script}: {error}");
        assert_eq!(bench.read("runs.csv"), "");
        assert_eq!(std::fs::read_dir(bench.0.path()).unwrap().count(), 2);
    }
    bench.write("powercap/intel-rapl:0/energy_uj", "5000000");
    bench.write("script", "no program");
    for program in ["no-such-program", "./no-such-program"] {
        let arguments = ["-o", "runs.csv", "--", program, "x"];
        let error = refused(bench.command(&arguments).output().unwrap());
        assert!(
            error.contains(&format!("cannot run `{program} x`")),
            "{error}"
        );
        assert!(error.contains("on the PATH"), "{error}");
    }
    let arguments = [&ONCE[..], &["--", "./script"]].concat();
    let error = refused(bench.command(&arguments).output().unwrap());
    assert!(error.contains("cannot run `./script`: "), "{error}");
}

#[test]
fn without_a_meter_it_says_what_was_tried() {
    let bench = Bench::new();
    let error = refused(bench.once(&["-o", "runs.csv"], "touch was-run"));
    for say in [
        "no meter can be read",
        "no RAPL in `powercap`",
        "no NVML",
        "`--watts FILE`",
    ] {
        assert!(error.contains(say), "{error}");
    }
    let error = refused(bench.once(&["--meter", "nvml"], "touch was-run"));
    assert!(
        error.starts_with("error: no NVML: libnvidia-ml.so.1"),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(bench.0.path()).unwrap().count(), 0);
}

/// Starts a measurement of a command that starts another, interrupts it, and gives
/// the processes that were started.
fn interrupted(bench: &Bench, signal: &str) -> Vec<String> {
    let script = "sleep 60 & echo $! $$ > pids.part; mv pids.part pids; wait";
    let arguments = [&ONCE[..], &["-o", "runs.csv", "--", "sh", "-c", script]].concat();
    let mut running = bench.command(&arguments).spawn().unwrap();
    let began = Instant::now();
    while !bench.path("pids").exists() {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
    let sent = Command::new("kill")
        .args([signal, &running.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    assert_eq!(running.wait().unwrap().code(), Some(130));
    bench
        .read("pids")
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// What has ended may be waiting for who started it.
fn is_running(pid: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = status.rsplit(')').next().unwrap_or_default().trim();
    !state.is_empty() && !state.starts_with('Z')
}

#[test]
fn an_interrupted_measurement_leaves_nothing_behind() {
    for signal in ["-INT", "-TERM"] {
        let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
        let pids = interrupted(&bench, signal);
        assert_eq!(pids.len(), 2);
        for pid in pids {
            assert!(!is_running(&pid), "{pid} runs after {signal}");
        }
        // The counters and the processes' numbers.
        assert_eq!(std::fs::read_dir(bench.0.path()).unwrap().count(), 2);
    }
}

/// What a command leaves in the background would be measured as idle.
#[test]
fn what_a_command_leaves_running_ends_with_it() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    let script = format!(
        "sleep 60 & echo $! > pid; {}",
        shows(&[("intel-rapl:0", 9)])
    );
    bench.row(&[], &script);
    assert!(!is_running(bench.read("pid").trim()));
}

/// What a command prints goes nowhere, or to stderr.
#[test]
fn the_row_alone_is_on_stdout() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    let script = format!(
        "cat; echo out; echo error >&2; {}",
        shows(&[("intel-rapl:0", 9)])
    );
    let quiet = bench.once(&[], &script);
    assert!(quiet.stderr.is_empty());
    assert_eq!(printed(quiet).lines().count(), 2);
    bench.write("powercap/intel-rapl:0/energy_uj", "0");
    let shown = bench.once(&["--show-output"], &script);
    assert_eq!(shown.stderr, b"out\nerror\n");
    assert_eq!(printed(shown).lines().count(), 2);
}
