//! Measuring, on made-up counters, a made-up library of GPUs and files of samples:
//! the command that is measured moves the counters, so that the joules are known by
//! hand. Every run takes a second, the shortest that is measured.

#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// 2³² units of 61 µJ, as of many packages.
const RANGE: u64 = 262_143_328_850;
/// One run, and nothing else.
const ONCE: [&str; 6] = ["--idle", "0", "--warmup", "0", "--repeats", "1"];

/// A folder with made-up counters in `powercap`, and whatever a test needs.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Bench {
        Bench(tempfile::tempdir().unwrap())
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    /// A zone of RAPL.
    fn zone(self, zone: &str, name: &str, energy: u64, range: u64) -> Bench {
        self.write(&format!("powercap/{zone}/name"), &format!("{name}\n"));
        self.write(
            &format!("powercap/{zone}/energy_uj"),
            &format!("{energy}\n"),
        );
        self.write(
            &format!("powercap/{zone}/max_energy_range_uj"),
            &format!("{range}\n"),
        );
        self
    }

    /// `picojoule measure` here, with these counters and no GPU.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_picojoule"));
        command
            .current_dir(self.0.path())
            .args(["measure", "--powercap", "powercap"])
            .args(arguments);
        command
    }

    /// One run of a shell script after flags.
    fn once(&self, flags: &[&str], script: &str) -> Output {
        let arguments = [&ONCE[..], flags, &["--", "sh", "-c", script]].concat();
        self.command(&arguments).output().unwrap()
    }

    /// The row that one run prints.
    fn row(&self, flags: &[&str], script: &str) -> Row {
        rows(&printed(self.once(flags, script))).pop().unwrap()
    }
}

/// The values of a row by their columns.
type Row = BTreeMap<String, String>;

fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[track_caller]
fn printed(output: Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(output: Output) -> String {
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(output.stdout.is_empty());
    errors
}

/// A script that shows what the counters are to show, and takes a second.
fn shows(counters: &[(&str, u64)]) -> String {
    let writes: Vec<String> = (counters.iter())
        .map(|(zone, energy)| format!("echo {energy} > powercap/{zone}/energy_uj; "))
        .collect();
    format!("sleep 0.5; {}sleep 0.6", writes.concat())
}

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

/// Packages and memory are 2 + 3 + 0.5 + 0.25 J. The cores are in their packages, the
/// platform has the packages in it, and memory-mapped zones are the same once more.
#[test]
fn nothing_is_added_twice() {
    let bench = Bench::new()
        .zone("intel-rapl:0", "package-0", 1_000_000, RANGE)
        .zone("intel-rapl:0:0", "core", 10, RANGE)
        .zone("intel-rapl:0:1", "dram", 0, 65_712_999_613)
        .zone("intel-rapl:1", "package-1", 2_000_000, RANGE)
        .zone("intel-rapl:1:0", "dram", 0, 65_712_999_613)
        .zone("intel-rapl:2", "psys", 0, RANGE)
        .zone("intel-rapl-mmio:0", "package-0", 1_000_000, RANGE);
    let row = bench.row(
        &[],
        &shows(&[
            ("intel-rapl:0", 3_000_000),
            ("intel-rapl:0:0", 1_500_010),
            ("intel-rapl:0:1", 500_000),
            ("intel-rapl:1", 5_000_000),
            ("intel-rapl:1:0", 250_000),
            ("intel-rapl:2", 9_000_000),
            ("intel-rapl-mmio:0", 3_000_000),
        ]),
    );
    assert_eq!(row["joules"], "5.75");
    for (domain, joules) in [
        ("package-0", "2"),
        ("package-0-core", "1.5"),
        ("package-0-dram", "0.5"),
        ("package-1", "3"),
        ("package-1-dram", "0.25"),
        ("psys", "9"),
    ] {
        assert_eq!(row[&format!("joules.{domain}")], joules, "{domain}");
    }
    assert_eq!(
        row.keys()
            .filter(|name| name.starts_with("joules."))
            .count(),
        6
    );
}

/// As the kernel nests them: zones within zones, all below the folder of their kind.
/// The platform is the whole where no package has a counter.
#[test]
fn zones_may_stand_within_each_other() {
    let bench = Bench::new()
        .zone("intel-rapl/intel-rapl:0", "package-0", 0, RANGE)
        .zone("intel-rapl/intel-rapl:0/intel-rapl:0:0", "dram", 0, RANGE);
    let script = shows(&[
        ("intel-rapl/intel-rapl:0", 1_000_000),
        ("intel-rapl/intel-rapl:0/intel-rapl:0:0", 500_000),
    ]);
    let row = bench.row(&["--meter", "rapl"], &script);
    assert_eq!(row["joules"], "1.5");
    assert_eq!(row["joules.package-0-dram"], "0.5");
    let bench = Bench::new().zone("intel-rapl:0", "psys", 0, RANGE);
    let row = bench.row(&[], &shows(&[("intel-rapl:0", 2_000_000)]));
    assert_eq!(row["joules"], "2");
}

/// 1 J up to the top and 4 J from 0; on a register of 6 J, 9 J in three steps of 3 J,
/// between which it is read.
#[test]
fn a_counter_that_was_full_starts_again() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", RANGE - 1_000_000, RANGE);
    let row = bench.row(&[], &shows(&[("intel-rapl:0", 4_000_000)]));
    assert_eq!(row["joules"], "5");
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 4_000_000, 6_000_000);
    let steps: Vec<String> = ([1_000_000, 4_000_000, 1_000_000].iter())
        .map(|step| format!("echo {step} > powercap/intel-rapl:0/energy_uj; sleep 0.4; "))
        .collect();
    assert_eq!(bench.row(&[], &steps.concat())["joules"], "9");
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
    let error = refused(bench.once(&["--label", "joules=3"], "touch was-run"));
    assert!(error.contains("a column `joules` already"), "{error}");
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
    let program = ["-o", "runs.csv", "--", "no-such-program", "x"];
    let arguments = [&ONCE[..], &program].concat();
    let error = refused(bench.command(&arguments).output().unwrap());
    assert!(error.contains("cannot run `no-such-program x`"), "{error}");
}

#[test]
fn counters_are_read_or_told_of() {
    let error = |bench: &Bench| refused(bench.once(&["--meter", "rapl"], "true"));
    let without = error(&Bench::new());
    assert!(without.contains("no RAPL in `powercap`"), "{without}");
    let bench = Bench::new();
    bench.write("powercap/dtpm/name", "dtpm");
    assert!(error(&bench).contains("no zone `intel-rapl:0`"));
    let zone = || Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    for (file, text, say) in [
        ("energy_uj", "", "holds ``, no whole number"),
        ("energy_uj", "-5", "holds `-5`, no whole number"),
        ("max_energy_range_uj", "0", "is 0"),
        ("max_energy_range_uj", "lots", "holds `lots`"),
        ("name", "", "holds no name"),
    ] {
        let bench = zone();
        bench.write(&format!("powercap/intel-rapl:0/{file}"), text);
        let error = error(&bench);
        assert!(error.contains(say), "{error}");
        assert!(error.contains(file), "{error}");
    }
    // Without its range it works until it would have been full.
    let bench = zone();
    std::fs::remove_file(bench.path("powercap/intel-rapl:0/max_energy_range_uj")).unwrap();
    let row = bench.row(&[], &shows(&[("intel-rapl:0", 3_000_000)]));
    assert_eq!(row["joules"], "3");
}

/// Root may read everything, so as root the program runs as nobody, where nobody may
/// run it.
#[test]
fn counters_that_only_root_may_read() {
    let bench = Bench::new()
        .zone("intel-rapl:0", "package-0", 0, RANGE)
        .zone("intel-rapl:0:0", "dram", 0, RANGE);
    for zone in ["intel-rapl:0", "intel-rapl:0:0"] {
        let energy = bench.path(&format!("powercap/{zone}/energy_uj"));
        std::fs::set_permissions(energy, std::fs::Permissions::from_mode(0o400)).unwrap();
    }
    let readable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(bench.0.path(), readable).unwrap();
    let mut command = bench.command(&["--", "touch", "was-run"]);
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if is_root {
        command.uid(65534).gid(65534);
    } else {
        for zone in ["intel-rapl:0", "intel-rapl:0:0"] {
            let energy = bench.path(&format!("powercap/{zone}/energy_uj"));
            std::fs::set_permissions(energy, std::fs::Permissions::from_mode(0o0)).unwrap();
        }
    }
    let output = match command.output() {
        Err(error) if is_root && error.kind() == std::io::ErrorKind::PermissionDenied => return,
        output => output.unwrap(),
    };
    let error = refused(output);
    for say in [
        "`powercap/intel-rapl:0/energy_uj` may not be read, nor 1 more: permission denied",
        "since 2020",
        "`sudo chmod a+r powercap/intel-rapl:*/energy_uj`",
        "udev",
    ] {
        assert!(error.contains(say), "{error}");
    }
}

/// 5 W at all times, since measuring began or since 1970; idle as well.
#[test]
fn samples_of_a_meter_are_the_whole() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = now.as_secs_f64();
    let epoch = format!("time,watts,seconds\nx,5,{}\ny,5,{}", now - 60.0, now + 60.0);
    for text in ["# 5 W\n0,5\n\n1,5\r\n60,5\n", &epoch] {
        let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
        bench.write("watts.csv", text);
        let flags = ["--watts", "watts.csv", "--meter", "rapl"];
        let once = ["--idle", "0.2", "--warmup", "0", "--repeats", "1"];
        let script = shows(&[("intel-rapl:0", 3_000_000)]);
        let arguments = [&flags[..], &once, &["--", "sh", "-c", &script]].concat();
        let row = rows(&printed(bench.command(&arguments).output().unwrap())).remove(0);
        for column in ["watts", "watts.meter", "idle_watts"] {
            assert!((number(&row, column) - 5.0).abs() < 1e-6, "{row:?}");
        }
        assert_eq!(row["joules"], row["joules.meter"]);
        assert_eq!(row["joules.package-0"], "3");
        let joules = 5.0 * number(&row, "seconds");
        assert!((number(&row, "joules") - joules).abs() < 1e-6, "{row:?}");
    }
}

/// 10 W more every second: from a to b it is 5·(b² − a²) J, with a mean of 5·(a + b) W,
/// where a is the little time until the command starts.
#[test]
fn samples_are_integrated_by_trapezoids() {
    let bench = Bench::new();
    bench.write("watts.csv", "seconds,watts\n0,0\n100,1000\n");
    let row = bench.row(&["--watts", "watts.csv"], "sleep 1.05");
    let (seconds, watts) = (number(&row, "seconds"), number(&row, "watts"));
    assert!(watts >= 5.0 * seconds, "{row:?}");
    assert!(watts < 5.0 * seconds + 5.0, "{row:?}");
    let joules = number(&row, "joules");
    assert!((joules - watts * seconds).abs() < 1e-9 * joules, "{row:?}");
}

/// A logger that is still writing when the command has ended is waited for.
#[test]
fn a_meter_may_be_a_little_late() {
    let bench = Bench::new();
    bench.write("watts.csv", "seconds,watts\n0,5\n");
    bench.write(
        "logger.sh",
        "echo 0.5,5 >> watts.csv; sleep 1.3; printf '60,' >> watts.csv; sleep 0.3; \
         echo 5 >> watts.csv",
    );
    // The logger is no part of the command, and does not end with it.
    let script = "setsid sh logger.sh & sleep 1.05";
    let row = bench.row(&["--watts", "watts.csv"], script);
    assert!((number(&row, "watts") - 5.0).abs() < 1e-6, "{row:?}");
}

#[test]
fn samples_that_are_wrong_are_told_of_by_line_and_column() {
    let bench = Bench::new();
    for (text, say) in [
        ("seconds,watt\n0,1\n", "watts.csv:1:1"),
        ("seconds,watt\n0,1\n", "did you mean `watt`?"),
        ("0,1\n1,x\n", "watts.csv:2:3"),
        ("0,1\n1,x\n", "`x` is no number"),
        ("0,1\n1,inf\n", "`inf` is no number"),
        ("0,1\n1,\n", "watts.csv:2:3"),
        ("0,1\n1, -2\n", "watts.csv:2:4"),
        ("0,1\n1, -2\n", "a power of -2 W is below 0"),
        ("0,1\n1,1e300\n", "more than any meter shows"),
        ("0,1\n1,2,3\n", "3 values in a line of 2"),
        ("0,1\n1\n", "1 values in a line of 2"),
        ("# x\n0,1\n5,1\n4,1\n9,1\n", "watts.csv:4:1"),
        ("# x\n0,1\n5,1\n4,1\n9,1\n", "run backwards to 4 s"),
        ("\u{feff}seconds,watts\n", "holds no sample"),
    ] {
        bench.write("watts.csv", text);
        let error = refused(bench.once(&["--watts", "watts.csv"], "sleep 1.05"));
        assert!(error.contains(say), "{text}: {error}");
    }
    std::fs::write(bench.path("watts.csv"), [0xff]).unwrap();
    let error = refused(bench.once(&["--watts", "watts.csv"], "sleep 1.05"));
    assert!(error.contains("cannot read `watts.csv`"), "{error}");
    let error = refused(bench.once(&["--watts", "."], "sleep 1.05"));
    assert!(error.contains("it is no file"), "{error}");
    let error = refused(bench.once(&["--watts", "none.csv"], "sleep 1.05"));
    assert!(error.contains("cannot read `none.csv`"), "{error}");
}

#[test]
fn samples_that_do_not_cover_the_run_are_told_of() {
    let bench = Bench::new();
    for (text, say) in [
        ("0,1\n0.5,1\n", ["watts.csv:2:1", "the last is at 0.500 s"]),
        ("9,1\n10,1\n", ["watts.csv:1:1", "the first is at 9.000 s"]),
        (
            "1700000000,1\n1700000099,1\n",
            ["watts.csv:2:1", "the last is at"],
        ),
    ] {
        bench.write("watts.csv", text);
        let error = refused(bench.once(&["--watts", "watts.csv"], "sleep 1.05"));
        for say in say {
            assert!(error.contains(say), "{error}");
        }
    }
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
        error.starts_with("error: no NVML: libnvidia-ml.so.1 is not found"),
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

/// The folder of the made-up library, compiled once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = LIBRARY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let compiled = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()))
            .args([
                "--edition",
                "2024",
                "--crate-type",
                "cdylib",
                "--crate-name",
                "nvml",
            ])
            .arg("-o")
            .arg(folder.path().join("libnvidia-ml.so.1"))
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/meter/nvml.rs"))
            .status();
        assert!(compiled.unwrap().success());
        folder
    });
    folder.path()
}

/// One run with the made-up GPUs of a bench.
fn with_gpus(bench: &Bench, flags: &[&str], script: &str) -> Output {
    let arguments = [&ONCE[..], flags, &["--", "sh", "-c", script]].concat();
    let mut command = bench.command(&arguments);
    command.env("LD_LIBRARY_PATH", library());
    command.env("MADE_UP_GPUS", bench.path("gpus"));
    command.output().unwrap()
}

/// One GPU counts from 1000 to 6000 mJ; another tells 20 W at all times.
#[test]
fn gpus_count_their_energy_or_tell_their_power() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    bench.write("gpus/0/energy_mj", "1000");
    bench.write("gpus/1/power_mw", "20000");
    let script = "echo 6000 > gpus/0/energy_mj; echo 1500000 > powercap/intel-rapl:0/energy_uj; \
        sleep 1.05";
    let row = rows(&printed(with_gpus(&bench, &[], script))).remove(0);
    assert_eq!(row["joules.gpu-0"], "5");
    assert_eq!(row["joules.package-0"], "1.5");
    let power = 20.0 * number(&row, "seconds");
    assert!(
        (number(&row, "joules.gpu-1") - power).abs() < 1e-6,
        "{row:?}"
    );
    assert!(
        (number(&row, "joules") - power - 6.5).abs() < 1e-6,
        "{row:?}"
    );
}

/// RAPL is not asked for, or not there, which is said.
#[test]
fn gpus_may_be_measured_alone() {
    let bench = Bench::new().zone("intel-rapl:0", "package-0", 0, RANGE);
    bench.write("gpus/0/energy_mj", "1000");
    let script = "echo 3500 > gpus/0/energy_mj; sleep 1.05";
    bench.write("gpus/1/energy_mj", "1");
    let flags = ["--meter", "nvml", "--gpus", "0"];
    let row = rows(&printed(with_gpus(&bench, &flags, script))).remove(0);
    assert_eq!(row["joules"], "2.5");
    assert!(!row.contains_key("joules.gpu-1"), "{row:?}");
    assert!(!row.contains_key("joules.package-0"), "{row:?}");
    std::fs::remove_dir_all(bench.path("powercap")).unwrap();
    let output = with_gpus(&bench, &[], "echo 9000 > gpus/0/energy_mj; sleep 1.05");
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(
        errors.contains("note: GPUs alone: no RAPL in `powercap`"),
        "{errors}"
    );
    assert_eq!(rows(&printed(output))[0]["joules"], "5.5");
}

#[test]
fn gpus_that_cannot_be_measured_are_told_of() {
    let bench = Bench::new();
    let refused = |script: &str| refused(with_gpus(&bench, &["--meter", "nvml"], script));
    let none = refused("true");
    assert!(none.contains("no NVML: the driver shows no GPU"), "{none}");
    bench.write("gpus/0/energy_mj", "6000");
    let back = refused("echo 5 > gpus/0/energy_mj");
    assert!(
        back.contains("GPU 0 runs backwards, from 6000 to 5 mJ"),
        "{back}"
    );
    let other = ["--meter", "nvml", "--gpus", "0,2"];
    let other = self::refused(with_gpus(&bench, &other, "true"));
    assert!(other.contains("there is no GPU 2"), "{other}");
    assert!(other.contains("the last one is 0"), "{other}");
    bench.write("gpus/1/name", "old");
    let neither = refused("true");
    assert!(
        neither.contains("GPU 1 tells neither energy nor power"),
        "{neither}"
    );
}
