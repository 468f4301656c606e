//! The meters, each on what is made up for it: counters of RAPL in a folder, a library
//! of GPUs that is compiled here, and files of samples.

#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod meter;

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use meter::{Bench, ONCE, RANGE, number, printed, refused, rows, shows};

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
        // The times of files are coarser than clocks: not in the first moment.
        "sleep 0.1; echo 0.5,5 >> watts.csv; sleep 1.3; printf '60,' >> watts.csv; sleep 0.3; \
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

/// The folder of the made-up library, compiled once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("made-up-gpus");
        std::fs::create_dir_all(&folder).unwrap();
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
            .arg(folder.join("libnvidia-ml.so.1"))
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/meter/nvml.rs"))
            .status();
        assert!(compiled.unwrap().success());
        folder
    })
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
