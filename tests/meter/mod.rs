//! A bench to measure on, with made-up counters: the command that is measured moves
//! them, so that the joules are known by hand.

#![allow(dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// 2³² units of 61 µJ, as of many packages.
pub const RANGE: u64 = 262_143_328_850;
/// One run, and nothing else.
pub const ONCE: [&str; 6] = ["--idle", "0", "--warmup", "0", "--repeats", "1"];

/// A folder with made-up counters in `powercap`, and whatever a test needs.
pub struct Bench(pub tempfile::TempDir);

impl Bench {
    pub fn new() -> Bench {
        Bench(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    /// A zone of RAPL.
    pub fn zone(self, zone: &str, name: &str, energy: u64, range: u64) -> Bench {
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
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_picojoule"));
        command
            .current_dir(self.0.path())
            .env("LD_LIBRARY_PATH", no_gpus())
            .args(["measure", "--powercap", "powercap"])
            .args(arguments);
        command
    }

    /// One run of a shell script after flags.
    pub fn once(&self, flags: &[&str], script: &str) -> Output {
        let arguments = [&ONCE[..], flags, &["--", "sh", "-c", script]].concat();
        self.command(&arguments).output().unwrap()
    }

    /// The row that one run prints.
    pub fn row(&self, flags: &[&str], script: &str) -> Row {
        rows(&printed(self.once(flags, script))).pop().unwrap()
    }
}

/// The values of a row by their columns.
pub type Row = BTreeMap<String, String>;

pub fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

pub fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[track_caller]
pub fn printed(output: Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
pub fn refused(output: Output) -> String {
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(output.stdout.is_empty());
    errors
}

/// A script that shows what the counters are to show, and takes a second.
pub fn shows(counters: &[(&str, u64)]) -> String {
    let writes: Vec<String> = (counters.iter())
        .map(|(zone, energy)| format!("echo {energy} > powercap/{zone}/energy_uj; "))
        .collect();
    format!("sleep 0.5; {}sleep 0.6", writes.concat())
}

/// The folder of a library that cannot be loaded, so that the GPUs of a machine are
/// none of a test's.
fn no_gpus() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-gpus");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("libnvidia-ml.so.1"), "no library").unwrap();
        folder
    })
}
