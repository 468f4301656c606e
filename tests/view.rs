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

/// A page about a file of one's own says where that is.
#[test]
fn a_page_of_claims_names_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let claims = "name = 'own'\ntitle = 'A product'\n\
                  source = { title = 'A paper', identifier = 'none', at = 'table 1' }\n\
                  [[claim]]\nname = 'a product'\npublished = '3.7 pJ/op'\n\
                  formula = '45nm.fp32.mul'\nexpect = 'holds'\n";
    std::fs::write(folder.path().join("own.toml"), claims).unwrap();
    let page = stdout(folder.path(), &["claims", "./own.toml", "--page"]);
    assert!(page.contains("computed from `./own.toml`:"), "{page}");
    assert!(page.contains("`picojoule claims ./own.toml --page`"));
    assert!(!page.contains("reports/claims"), "{page}");
    assert!(!page.contains("docs/claims.md"), "{page}");
    let all = stdout(folder.path(), &["claims", "--page"]);
    assert!(all.contains("[`reports/claims/`](../reports/claims)"));
}
