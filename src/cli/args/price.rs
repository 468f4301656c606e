//! What a model is priced with, and by which conventions.

use clap::Args;

/// What every command takes that prices something.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct PriceArgs {
    /// Hardware tables, by name or path, several with commas; 45nm if none is
    /// given, for `compare` 45nm, 7nm and fpga-zc706
    #[arg(
        long,
        visible_alias = "tables",
        value_name = "TABLE",
        value_delimiter = ','
    )]
    pub(in crate::cli) table: Vec<String>,
    /// What the tables were typed after, for messages: `--base` in a fit.
    #[arg(skip = "--table")]
    pub(in crate::cli) table_flag: &'static str,
    /// Number formats: `fp32`, `int8`, or `int8/int32` for operand and
    /// accumulator, several with commas; the model's own or fp32 if none is
    /// given, for `compare` those that each table proposes
    #[arg(
        long,
        visible_alias = "formats",
        value_name = "FORMAT",
        value_delimiter = ','
    )]
    pub(in crate::cli) format: Vec<String>,
    /// The same of the formats.
    #[arg(skip = "--format")]
    pub(in crate::cli) format_flag: &'static str,
    /// Primitives to price at 0 whatever the table says, as some papers do
    #[arg(long, value_name = "PRIMITIVE", value_delimiter = ',')]
    pub(in crate::cli) free: Vec<String>,
    /// Additions of a dot product of length k: `k` or `k-1`
    #[arg(long, value_name = "COUNT", default_value = "k")]
    pub(in crate::cli) dot_adds: String,
    /// A bias: where a sum starts (`start`), or an operation of its own
    /// (`counted`)
    #[arg(long, value_name = "COUNT", default_value = "start")]
    pub(in crate::cli) bias: String,
    /// Products with the zeros that pad a convolution: `counted` or `skipped`
    #[arg(long, value_name = "COUNT", default_value = "counted")]
    pub(in crate::cli) padding: String,
    /// Scores of attention that a causal mask hides: `counted` or `skipped`
    #[arg(long, value_name = "COUNT", default_value = "counted")]
    pub(in crate::cli) causal: String,
    /// How data moves: `none` (not counted), `no-reuse` (every operand of every
    /// operation is fetched from the nearest memory), `compulsory` (every tensor
    /// moves once) or `tiled` (products tile by tile, as few bits as tiles
    /// allow)
    #[arg(long, value_name = "MODEL", default_value = "none")]
    pub(in crate::cli) movement: String,
    /// Between which memories: a hierarchy of the table by its name, or its rows
    /// one by one, nearest first, such as `sram 8 KiB,dram`; the table's usual
    /// hierarchy if none is given
    #[arg(long, value_name = "LEVELS")]
    pub(in crate::cli) memory: Option<String>,
    /// Tiles of `tiled`: of `any` size, or `divisors` of the extents, as many
    /// mappers have them
    #[arg(long, value_name = "TILES", default_value = "any")]
    pub(in crate::cli) tiles: String,
    /// What `tiled` does in one pass: `none`, or `attention`, which keeps scores
    /// in the nearer memory where a row of them fits and that moves less
    #[arg(long, value_name = "OPS", default_value = "none")]
    pub(in crate::cli) fuse: String,
    /// Zeros and ones whose share of ones is known: `bits`, one each, or
    /// `events`, the addresses of the ones, each of which fetches its weights
    #[arg(long, value_name = "FORM", default_value = "bits")]
    pub(in crate::cli) spikes: String,
    /// Counts time, and static energy as a third part of every total: an op takes
    /// as long as its arithmetic at the table's peaks or its traffic at the
    /// bandwidth of a level, whichever is longest, and all the while the device
    /// takes its static power; what each run of the model takes beside is added
    #[arg(long = "static")]
    pub(in crate::cli) statics: bool,
}
