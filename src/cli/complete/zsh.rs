//! How zsh asks and is answered: a value to a line, and behind a colon what it is.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;
use clap_complete::env::EnvCompleter;

use super::script::filled;

const SCRIPT: &str = r#"#compdef NAME
_NAME() {
    local line
    local -a open closed
    for line in "${(@f)$(ASKED=zsh PROGRAM -- "${(@Q)words[1,CURRENT]}" 2>/dev/null)}"; do
        # What goes on behind a `=`, a `/` or a `.` is no word of its own yet.
        case ${line%%:*} in
            '') ;;
            *[=/.]) open+=("$line") ;;
            *) closed+=("$line") ;;
        esac
    done
    (( $#open )) && _describe -V values open -S ''
    (( $#closed )) && _describe -V values closed
}
compdef _NAME NAME
"#;

/// The shell.
pub(super) struct Zsh;

impl EnvCompleter for Zsh {
    fn name(&self) -> &'static str {
        "zsh"
    }

    fn is(&self, name: &str) -> bool {
        name == "zsh"
    }

    fn write_registration(
        &self,
        var: &str,
        _: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        buf.write_all(filled(SCRIPT, var, bin, completer).as_bytes())
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        let last = args.len().saturating_sub(1);
        let plain = |text: &str| text.replace('\\', "\\\\").replace(':', "\\:");
        for candidate in complete(cmd, args, last, current_dir)? {
            let value = candidate.get_value().to_string_lossy();
            let about = candidate.get_help().map(ToString::to_string);
            let about = about.as_deref().and_then(|about| about.lines().next());
            match about {
                Some(about) => writeln!(buf, "{}:{about}", plain(&value))?,
                None => writeln!(buf, "{}", plain(&value))?,
            }
        }
        Ok(())
    }
}
