//! `picojoule crossover`

use super::print::Thresholds;
use super::solve::{share, solved};
use crate::cli::answer::Answer;
use crate::cli::args::CrossoverArgs;
use crate::cli::shown;
use crate::cli::usage::usage_error;
use crate::source::Problems;
use crate::view::crossover_table;

/// Whether there is any value where the saving passes the threshold.
pub(in crate::cli) fn run(args: &CrossoverArgs) -> Result<Answer, Problems> {
    let found = result(args)?;
    shown::print(&found, &args.threshold.format)?;
    Ok(Answer::of(found.is_anywhere()))
}

/// What is asked for.
pub(in crate::cli) fn result(args: &CrossoverArgs) -> Result<Thresholds, Problems> {
    let share = match args.at.split_once('=') {
        None if args.at == "energy" => None,
        Some(("saving", text)) => Some(share(text, "--at saving")?),
        _ => {
            return Err(usage_error(format!(
                "--at {}: write `saving=0.66`, or `energy` for where both cost the same",
                args.at
            )));
        }
    };
    let (question, solved) = solved(&args.threshold, share)?;
    Ok(Thresholds::new(question, solved, crossover_table))
}
