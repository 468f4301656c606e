//! Commands called by another program: the words of the command line in, results out.
//!
//! ```
//! use picojoule::cli::{Call, Shown};
//!
//! let call = Call::new(["estimate", "bert-base", "--set=n=512", "--table=7nm"]);
//! let estimates = call.estimates()?;
//! assert_eq!(estimates.all().len(), 1);
//! assert!(estimates.json()?.contains("\"model\": \"bert-base\""));
//! # Ok::<(), picojoule::Problems>(())
//! ```

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use super::args::{Cli, Command};
use super::caller::Caller;
use super::claims::{self, Ledgers};
use super::compare::{self, Compared};
use super::estimate::{self, Estimates};
use super::sensitivity::{self, Sensitivities};
use super::sweep::SweepJob;
use super::threshold::{self, Thresholds};
use super::usage::usage_error;
use crate::source::Problems;

/// A command and its arguments, without the program's name.
#[derive(Debug, Clone)]
pub struct Call {
    words: Vec<OsString>,
    caller: Caller,
}

impl Call {
    /// The command of these words.
    pub fn new(words: impl IntoIterator<Item = impl Into<OsString>>) -> Call {
        Call::with_files(words, BTreeMap::new())
    }

    /// The same, with files that lie on no disk, by the names under which the words and
    /// other files have them.
    pub fn with_files(
        words: impl IntoIterator<Item = impl Into<OsString>>,
        files: BTreeMap<PathBuf, Arc<[u8]>>,
    ) -> Call {
        Call {
            words: words.into_iter().map(Into::into).collect(),
            caller: Caller::program(files),
        }
    }

    /// What is to be said beside the results, and was not taken yet.
    pub fn take_notes(&self) -> Vec<String> {
        self.caller.take_notes()
    }

    /// What `estimate` works out.
    ///
    /// # Errors
    /// What is wrong with the arguments, or with a file that they name; here and below.
    pub fn estimates(&self) -> Result<Estimates, Problems> {
        match self.command()? {
            Command::Estimate(mut args) => {
                args.model.scan.caller = self.caller.clone();
                Ok(estimate::result(&args)?.1)
            }
            _ => Err(self.other("estimate")),
        }
    }

    /// What `compare` works out.
    ///
    /// # Errors
    /// As of [`Call::estimates`].
    pub fn comparison(&self) -> Result<Compared, Problems> {
        match self.command()? {
            Command::Compare(mut args) => {
                args.model.scan.caller = self.caller.clone();
                compare::result(&args)
            }
            _ => Err(self.other("compare")),
        }
    }

    /// What `sensitivity` works out.
    ///
    /// # Errors
    /// As of [`Call::estimates`].
    pub fn sensitivities(&self) -> Result<Sensitivities, Problems> {
        match self.command()? {
            Command::Sensitivity(mut args) => {
                args.model.scan.caller = self.caller.clone();
                sensitivity::result(&args)
            }
            _ => Err(self.other("sensitivity")),
        }
    }

    /// What `crossover` works out.
    ///
    /// # Errors
    /// As of [`Call::estimates`].
    pub fn crossovers(&self) -> Result<Thresholds, Problems> {
        match self.command()? {
            Command::Crossover(mut args) => {
                args.threshold.model.scan.caller = self.caller.clone();
                threshold::crossovers(&args)
            }
            _ => Err(self.other("crossover")),
        }
    }

    /// What `claims` works out.
    ///
    /// # Errors
    /// As of [`Call::estimates`].
    pub fn claims(&self) -> Result<Ledgers, Problems> {
        match self.command()? {
            Command::Claims(mut args) => {
                args.caller = self.caller.clone();
                let (ledgers, problems) = claims::result(&args);
                problems.or(ledgers)
            }
            _ => Err(self.other("claims")),
        }
    }

    /// What `sweep` is over, before anything is worked out.
    ///
    /// # Errors
    /// As of [`Call::estimates`].
    pub fn sweep(&self) -> Result<SweepJob, Problems> {
        match self.command()? {
            Command::Sweep(mut args) => {
                args.model.scan.caller = self.caller.clone();
                SweepJob::new(args)
            }
            _ => Err(self.other("sweep")),
        }
    }

    fn command(&self) -> Result<Command, Problems> {
        let program = [OsString::from("picojoule")];
        let words: Vec<OsString> = program.iter().chain(&self.words).cloned().collect();
        match Cli::read(&words) {
            Ok(cli) => Ok(cli.command),
            // What is wrong stands first, and then how the command is called from a shell.
            Err(error) => {
                let text = error.to_string();
                let said = text.split("\n\nUsage:").next().unwrap_or(&text);
                let said = said
                    .split("\n\nFor more information")
                    .next()
                    .unwrap_or(said);
                Err(usage_error(said.strip_prefix("error: ").unwrap_or(said)))
            }
        }
    }

    fn other(&self, asked: &str) -> Problems {
        let typed = self.words.first().map(|word| word.display().to_string());
        usage_error(format!(
            "`{}` is called as `{asked}`",
            typed.unwrap_or_default()
        ))
    }
}
