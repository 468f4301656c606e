//! How results are laid out: what there is nothing to say of is not said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

fn stdout(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// A product of numbers: `Dims: .` would say nothing.
#[test]
fn a_model_without_dims_has_no_line_of_dims() {
    let folder = tempfile::tempdir().unwrap();
    let model = "name = 'own'\ninputs = { x = '4 8' }\n[[op]]\nname = 'y'\n\
                 einsum = 'n d, d e -> n e'\ninputs = ['x', { weight = '8 8' }]\n";
    std::fs::write(folder.path().join("own.toml"), model).unwrap();
    for arguments in [
        ["compare", "./own.toml", "--output", "markdown"],
        ["sensitivity", "./own.toml", "--output", "markdown"],
        ["estimate", "./own.toml", "--formula", "--output=markdown"],
    ] {
        let text = stdout(folder.path(), &arguments);
        assert!(text.contains("Conventions:"), "{arguments:?}: {text}");
        for empty in ["Dims: .", "At .", "with \n", "with\n"] {
            assert!(!text.contains(empty), "{arguments:?}: {text}");
        }
    }
}
