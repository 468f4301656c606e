//! `picojoule measure`, as typed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::output::file;
use crate::meter::POWERCAP;

/// `picojoule measure`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule measure -- ./benchmark --batches 100
  picojoule measure --model bert-base --set n=384 --inferences 200 -o runs.csv -- python3 bert.py
  picojoule measure --meter nvml --model llama-3.1-8b --phase decode --set context=1024 \\
      --inferences 500 --label device=h100 -o runs.csv -- python3 decode.py 500
  picojoule measure --watts plug.csv --seconds 60 -o runs.csv -- ./infer image.jpg

Every domain (a package, its memory, a GPU) has columns of its own; `joules`,
`watts` and `idle_watts` are the whole, in which nothing is counted twice. Without
--meter and --watts all meters of the machine are read. Counters of processors may
be root's alone; the message says how to allow reading them.")]
pub(in crate::cli) struct MeasureArgs {
    /// What the command does, as for `estimate`: a model that ships, or the path of
    /// one
    #[arg(long)]
    pub(in crate::cli) model: Option<String>,
    /// Its variant; the baseline if none is named
    #[arg(long, value_name = "VARIANT", requires = "model")]
    pub(in crate::cli) variant: Option<String>,
    /// The format that the command computes in; the model's own if none is named
    #[arg(long, value_name = "FORMAT", requires = "model")]
    pub(in crate::cli) format: Option<String>,
    /// Set a dim or parameter of the model (`n=384`)
    #[arg(long, value_name = "NAME=VALUE", requires = "model")]
    pub(in crate::cli) set: Vec<String>,
    /// What the model does: `prefill`, the default, `decode` or `train`
    #[arg(long, value_name = "PHASE", requires = "model")]
    pub(in crate::cli) phase: Option<String>,
    /// How many inferences one run of the command does; joules and seconds are of
    /// one
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) inferences: u64,
    /// A column of your own in the row, to group runs by (`device=h100`,
    /// `group=cnn`)
    #[arg(long, value_name = "NAME=VALUE")]
    pub(in crate::cli) label: Vec<String>,
    /// How many runs are measured
    #[arg(long, value_name = "N", default_value_t = 3,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) repeats: u32,
    /// Measure more runs until they have taken so many seconds together
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    pub(in crate::cli) seconds: Duration,
    /// How many runs come first that are not measured
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(in crate::cli) warmup: u32,
    /// How long the idle machine is measured, before all runs and after them; 0 for
    /// not at all
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub(in crate::cli) idle: Duration,
    /// Meters that must be there: RAPL, the counters of processors, or NVML, those
    /// of NVIDIA's GPUs; all that are there if none is given
    #[arg(long, value_name = "METER", value_enum, value_delimiter = ',')]
    pub(in crate::cli) meter: Vec<MeterArg>,
    /// Measure only these of the GPUs, by the driver's numbers, and not those that the
    /// command does not use (`0,1`)
    #[arg(long, value_name = "GPU", value_delimiter = ',')]
    pub(in crate::cli) gpus: Vec<u32>,
    /// Samples of an external meter, as lines `seconds,watts`, its seconds counted
    /// since 1970 or since measuring began
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) watts: Option<PathBuf>,
    /// Where the kernel shows the counters of RAPL
    #[arg(long, value_name = "DIR", default_value = POWERCAP)]
    pub(in crate::cli) powercap: PathBuf,
    /// Add the row to a file of runs with the same columns, or begin one; without
    /// it the row goes to stdout
    #[arg(long, short, value_name = "FILE", value_parser = file)]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Show what the command prints, on stderr
    #[arg(long)]
    pub(in crate::cli) show_output: bool,
    /// The command and its arguments; its standard input is empty, as it may be run
    /// often
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(in crate::cli) command: Vec<OsString>,
}

/// The meters that a machine may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum MeterArg {
    /// Counters of processors and their memory
    Rapl,
    /// Counters of NVIDIA's GPUs
    Nvml,
}

/// A number of seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let number: Result<f64, _> = text.parse();
    let seconds = number.ok().filter(|seconds| *seconds <= 1e7);
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "no number of seconds, from 0 to 10 million".to_owned())
}
