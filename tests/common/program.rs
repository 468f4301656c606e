//! The program as it is typed: what it prints, and what it says of mistakes.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A run in a folder.
pub fn picojoule(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// Standard output of what must succeed.
pub fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = picojoule(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Standard error of what must be refused.
pub fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = picojoule(folder, arguments);
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

/// Exit code, standard output, standard error of what is typed in the folder of
/// the project.
pub fn run(arguments: &str) -> (i32, String, String) {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let output = picojoule(Path::new(env!("CARGO_MANIFEST_DIR")), &words);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// The estimate of a file as JSON, or what is wrong with it. Of the settings
/// `name=value` is set, and what starts with `--` is passed on.
pub fn estimated(folder: &Path, file: &str, settings: &str) -> Result<Value, String> {
    let mut arguments = vec!["estimate", file, "--output", "json"];
    for setting in settings.split_whitespace() {
        if !setting.starts_with("--") {
            arguments.push("--set");
        }
        arguments.push(setting);
    }
    let output = picojoule(folder, &arguments);
    match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// How often a primitive, or what is done in a format, is counted over all
/// formats: of one stage, or of all of them.
pub fn count(estimate: &Value, stage: Option<&str>, name: &str) -> u64 {
    let stages = estimate["stages"].as_array().unwrap().iter();
    let counts = stages
        .filter(|found| stage.is_none_or(|stage| found["stage"] == stage))
        .filter_map(|found| found["counts"].as_object())
        .flatten();
    counts
        .filter(|(key, _)| key.split('.').any(|part| part == name))
        .map(|(_, count)| count.as_u64().unwrap())
        .sum()
}
