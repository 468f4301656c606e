//! `picojoule show`, as typed.

use clap::{Args, ValueEnum};

use crate::catalog::Kind;

/// `picojoule show`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule show attention                        the file, and where its stages lie
  picojoule show attention > mine.toml            a start of your own
  picojoule show e-att --kind report              the report, and not the block
  picojoule show ./mine.toml --output summary     a file of your own
  picojoule show 45nm --output json

The file is printed as it is; what is read in it follows as comments, so that all
of it is again a file. A name that several kinds have means the first of them: a
model, a block, a table, a claim, a report.")]
pub(in crate::cli) struct ShowArgs {
    /// Name of a model, block, hardware table, claim file or report that ships, or
    /// path of such a file
    pub(in crate::cli) name: String,
    /// What is meant, where the name is that of several
    #[arg(long, value_enum)]
    pub(in crate::cli) kind: Option<ShippedKind>,
    /// What to print
    #[arg(long, short, value_enum, default_value_t = ShowOutput::Text)]
    pub(in crate::cli) output: ShowOutput,
}

/// The kinds of files that ship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShippedKind {
    /// A model
    Model,
    /// A block
    Block,
    /// A hardware table
    Table,
    /// Claims of a publication
    Claim,
    /// A report
    Report,
}

impl ShippedKind {
    /// All, in the order in which a name is looked for.
    pub(in crate::cli) const ALL: [ShippedKind; 5] = [
        ShippedKind::Model,
        ShippedKind::Block,
        ShippedKind::Table,
        ShippedKind::Claim,
        ShippedKind::Report,
    ];

    /// The kind as the catalogue has it.
    pub(in crate::cli) fn kind(self) -> Kind {
        match self {
            ShippedKind::Model => Kind::Model,
            ShippedKind::Block => Kind::Block,
            ShippedKind::Table => Kind::Table,
            ShippedKind::Claim => Kind::Claim,
            ShippedKind::Report => Kind::Report,
        }
    }

    /// Its word in arguments.
    pub(in crate::cli) fn word(self) -> &'static str {
        self.kind().noun()
    }
}

/// What is printed of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShowOutput {
    /// The file, and what is read in it as comments
    Text,
    /// The file alone
    Toml,
    /// What is read in it alone
    Summary,
    /// The same for programs
    Json,
}
