//! Random numbers.

use clap::Args;

/// Which random numbers are drawn.
#[derive(Debug, Args)]
pub(in crate::cli) struct SeedArgs {
    /// Where the random numbers start
    #[arg(long, default_value_t = 1)]
    pub(in crate::cli) seed: u64,
}
