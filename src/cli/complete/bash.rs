//! How bash asks and is answered.
//!
//! To bash `=` and `:` end a word, so that `--set n=` is three of them to it. Here the
//! line is taken as it was typed, and of every answer only what is behind the last
//! such end is told.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;
use clap_complete::env::EnvCompleter;

use super::script::filled;

/// The variable with the word that bash completes: the end of the one typed.
const WORD: &str = "_PICOJOULE_WORD";

const SCRIPT: &str = r#"_NAME() {
    local reply
    COMPREPLY=()
    while IFS= read -r reply; do
        COMPREPLY+=("$reply")
    done < <(ASKED=bash WORD="$2" PROGRAM -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    # What goes on behind a `=`, a `/` or a `.` is no word of its own yet.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/.] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o nosort -o default -F _NAME NAME 2>/dev/null || complete -o default -F _NAME NAME
"#;

/// The shell.
pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        var: &str,
        _: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        let script = SCRIPT.replace("WORD", WORD);
        buf.write_all(filled(&script, var, bin, completer).as_bytes())
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        let last = args.len().saturating_sub(1);
        let typed = args.last().map(|word| word.to_string_lossy().into_owned());
        let typed = typed.unwrap_or_default();
        let word = std::env::var(WORD).unwrap_or_default();
        let kept = typed.strip_suffix(word.as_str()).unwrap_or_default();
        for candidate in complete(cmd, args, last, current_dir)? {
            let value = candidate.get_value().to_string_lossy();
            let told = value.strip_prefix(kept).unwrap_or(&value);
            writeln!(buf, "{}", told.replace(' ', "\\ "))?;
        }
        Ok(())
    }
}

/// The words of a line: what blanks part that are not quoted. The last one is the one
/// at its end, which may be empty.
pub(super) fn words(line: &str) -> Vec<OsString> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut is_open = false;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let mut add = |letter| {
            if let Some(word) = words.last_mut() {
                word.push(letter);
            }
        };
        match (letter, quote) {
            ('\'' | '"', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            ('\\', None) => letters.next().into_iter().for_each(add),
            (' ' | '\t', None) => {
                if is_open {
                    words.push(String::new());
                }
                is_open = false;
                continue;
            }
            (letter, _) => add(letter),
        }
        is_open = true;
    }
    words.into_iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart_as_a_shell_does() {
        for (line, expected) in [
            ("picojoule ", &["picojoule", ""][..]),
            ("picojoule  est", &["picojoule", "est"]),
            ("p --set n=6", &["p", "--set", "n=6"]),
            ("p 'a b' \"c\" d\\ e", &["p", "a b", "c", "d e"]),
            ("p ''", &["p", ""]),
            ("p 'a b", &["p", "a b"]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }
}
