//! `picojoule crossover`

use super::args::CrossoverArgs;
use super::threshold::{self, share};
use super::{Answer, answer, wrong};
use crate::source::Problems;
use crate::view::crossover_table;

/// Whether there is any value where the saving passes the threshold.
pub(super) fn run(args: &CrossoverArgs) -> Result<Answer, Problems> {
    let share = match args.at.split_once('=') {
        None if args.at == "energy" => None,
        Some(("saving", text)) => Some(share(text, "--at saving")?),
        _ => {
            return Err(wrong(format!(
                "--at {}: write `saving=0.66`, or `energy` for where both cost the same",
                args.at
            )));
        }
    };
    let (question, solved) = threshold::answer(&args.threshold, share)?;
    answer::print(
        &question,
        &solved,
        args.threshold.format.output,
        crossover_table,
    )?;
    let found =
        |one: &crate::view::Solved| one.solution.identical || !one.solution.crossings.is_empty();
    Ok(Answer::of(solved.iter().any(found)))
}
