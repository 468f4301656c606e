//! `picojoule new`: a file to begin with, which runs at once.

use std::path::{Path, PathBuf};

use super::args::{NewArgs, ShippedKind};
use super::usage::usage_error;
use super::{files, output};
use crate::source::{Diagnostic, Problems};

/// The longest name, in bytes: files of longer ones cannot be written everywhere.
const LONGEST: usize = 100;
/// What stands in a start where the name is put.
const NAME: &str = "\"NAME\"";

pub(super) fn run(args: &NewArgs) -> Result<(), Problems> {
    let (path, name) = target(&args.name, args.kind)?;
    let text = start(args.kind).replace(NAME, &format!("\"{name}\""));
    files::write_new(&path, text.as_bytes())?;
    let path = shell_word(&path);
    let page = page(args.kind);
    output::print(&format!(
        "wrote {path}\n\nIt runs as it is:\n  {}\n\n{}\n  picojoule help {page}",
        command(args.kind, &path),
        "What can stand in it:"
    ))
}

/// The start of each kind.
fn start(kind: ShippedKind) -> &'static str {
    match kind {
        ShippedKind::Model => include_str!("../../assets/starts/model.toml"),
        ShippedKind::Block => include_str!("../../assets/starts/block.toml"),
        ShippedKind::Table => include_str!("../../assets/starts/table.toml"),
        ShippedKind::Claim => include_str!("../../assets/starts/claim.toml"),
        ShippedKind::Report => include_str!("../../assets/starts/report.toml"),
    }
}

/// What to type next.
fn command(kind: ShippedKind, path: &str) -> String {
    match kind {
        ShippedKind::Model => format!("picojoule compare {path}"),
        ShippedKind::Block => format!("picojoule compare attention --variants vanilla,{path}"),
        ShippedKind::Table => format!("picojoule compare attention --tables {path}"),
        ShippedKind::Claim => format!("picojoule claims {path}"),
        ShippedKind::Report => format!("picojoule report {path}"),
    }
}

/// The topic of `picojoule help` that explains such a file.
fn page(kind: ShippedKind) -> &'static str {
    match kind {
        ShippedKind::Model | ShippedKind::Block => "models",
        ShippedKind::Table => "tables",
        ShippedKind::Claim => "claim-files",
        ShippedKind::Report => "report-files",
    }
}

/// The file that is begun, and what stands in it as its name. The folder must be there.
fn target(typed: &str, kind: ShippedKind) -> Result<(PathBuf, String), Problems> {
    let text = typed.strip_suffix(".toml").unwrap_or(typed);
    let (folder, name) = match text.rsplit_once(['/', '\\']) {
        Some((folder, name)) => (Some(folder), name),
        None => (None, text),
    };
    check(name, kind)?;
    let file = format!("{name}.toml");
    let Some(folder) = folder else {
        return Ok((Path::new(".").join(file), name.to_owned()));
    };
    // What stands before a first slash is nothing: the root.
    let folder = match folder {
        "" => Path::new("/"),
        folder => Path::new(folder),
    };
    if !folder.is_dir() {
        let message = format!("there is no folder `{}`", shown(&folder.to_string_lossy()));
        return Err(usage_error(message));
    }
    Ok((folder.join(file), name.to_owned()))
}

/// A name that can stand on a command line, in a file and as a file.
fn check(name: &str, kind: ShippedKind) -> Result<(), Problems> {
    // A report is written into a folder of its name.
    let is_plain = |c: char| {
        c.is_alphanumeric() || matches!(c, '-' | '_') || (c == '.' && kind != ShippedKind::Report)
    };
    let begins_well = name.starts_with(char::is_alphanumeric);
    if begins_well && name.len() <= LONGEST && name.chars().all(is_plain) {
        return Ok(());
    }
    let message = format!("`{}` cannot name a {}", shown(name), kind.word());
    let dots = if kind == ShippedKind::Report {
        ""
    } else {
        ", `.`"
    };
    Err(Diagnostic::new(message)
        .help(format!(
            "a name begins with a letter or digit, and has letters, digits, `-`, `_`{dots}, \
             {LONGEST} bytes at most"
        ))
        .into())
}

/// What was typed, as it can be printed: what a terminal would obey or turn around is
/// spelled out, and a long one cut.
fn shown(text: &str) -> String {
    let letters = text.chars().take(LONGEST);
    let shown: String = letters.flat_map(char::escape_debug).collect();
    match text.chars().nth(LONGEST) {
        Some(_) => format!("{shown}…"),
        None => shown,
    }
}

/// A path as one word of a command.
fn shell_word(path: &Path) -> String {
    let path = path.to_string_lossy();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+');
    match path.chars().all(is_plain) {
        true => path.into_owned(),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_start_has_its_name_once() {
        for kind in ShippedKind::ALL {
            assert_eq!(start(kind).matches(NAME).count(), 1, "{}", kind.word());
        }
    }

    #[test]
    fn paths_are_words_of_a_shell() {
        for (path, word) in [
            ("./mine.toml", "./mine.toml"),
            ("my chips/a.toml", "'my chips/a.toml'"),
            ("it's/$a.toml", "'it'\\''s/$a.toml'"),
        ] {
            assert_eq!(shell_word(Path::new(path)), word);
        }
    }
}
