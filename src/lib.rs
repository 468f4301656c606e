//! What each operation of a neural network costs, in picojoules, on hardware
//! tables that anyone can read and edit.
//!
//! A model is a file of einsums; how many multiplications, additions, selections, …
//! it takes follows from its shapes and from the values that its tensors can hold. A
//! hardware table says what each costs, with the source of every number. Together
//! they give an energy, exact until it is printed:
//!
//! 1. [`Loader`]: a name or a path → a [`Model`], an [`EnergyTable`]
//! 2. [`lower`]: a model, a variant, dims → an [`OpGraph`] of ops and tensors
//! 3. [`Counted`]: the primitives of every op, as expressions in the dims, and at their values
//! 4. [`estimate`]: counts × the entries of a [`CostModel`] → an [`Estimate`]
//! 5. [`compare`](compare()), [`sweep`], [`uncertainty`], [`threshold`], [`claims`]: what estimates say of one another; [`view`], [`render`]: as tables and charts
//!
//! A [`Scenario`] takes steps 2 to 4 at once. Here is one attention layer with binarised
//! queries and keys, at 1024 tokens, in 32-bit floating point on the 45 nm table: its
//! energy by stage, in joules.
//!
//! ```
//! use picojoule::{By, Format, Loader, Scenario};
//!
//! let loader = Loader::shipped();
//! let model = loader.model("attention")?;
//! let table = loader.table("45nm")?;
//! let scenario = Scenario::new(&model).variant("e-att").set("n", 1024);
//! for stage in scenario.estimate(&table, Format::FP32)?.by(By::Stage) {
//!     // Nothing where the stage has no operator that is supported.
//!     if let Some(energy) = stage.energy() {
//!         println!("{:10} {:.3e} J", stage.name, energy.joules());
//!     }
//! }
//! # Ok::<(), picojoule::Problems>(())
//! ```
//!
//! Whatever reads a user's file gives [`Problems`]: every mistake with its file, line
//! and column, and what would be right. Nothing here prints, exits, or opens a file
//! that it was not handed.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `cli` (default) | the program `picojoule`, as the module `cli`; meters, in `meter`; pages, in `explore` |
//! | `fit` (with `cli`) | files of runs, in `runs`, and tables fitted to them, in `fit` |
//! | `plots` (with `cli`) | charts as SVG and PNG, in `render::plot`; report files, in `report` |
//! | `parquet` (default) | rows of sweeps as Parquet files |
//!
//! Without them (`default-features = false`) a third of the crates is left.

pub mod catalog;
pub mod census;
pub mod claims;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compare;
pub mod demand;
pub mod domain;
pub mod energy;
#[cfg(feature = "cli")]
pub mod explore;
#[cfg(feature = "fit")]
pub mod fit;
pub mod format;
pub mod formula;
pub mod graph;
mod hash;
pub mod import;
pub mod loader;
#[cfg(feature = "cli")]
pub mod meter;
pub mod model;
pub mod movement;
pub mod number;
pub mod primitive;
pub mod profile;
mod random;
pub mod render;
#[cfg(feature = "plots")]
pub mod report;
#[cfg(feature = "fit")]
pub mod runs;
pub mod scenario;
#[cfg(feature = "plots")]
pub mod schema;
mod simd;
pub mod source;
pub mod sweep;
pub mod symbolic;
pub mod table;
pub mod threshold;
pub mod uncertainty;
pub mod units;
pub mod view;

pub use census::{BiasAs, Census, Conventions, DotAdds, Ineffectual, census};
pub use claims::{ClaimFile, Ledger, Verdict};
pub use compare::{Comparison, compare};
pub use demand::{CostKey, Demand};
pub use domain::Domain;
pub use energy::{By, CostModel, Counted, Estimate, Group, Line, estimate};
pub use format::{Format, NumberFormat};
pub use formula::Formula;
pub use graph::{Einsum, Op, OpGraph, OpKind, Setting, Tensor, Unfold, lower};
pub use loader::{Files, Loader};
pub use model::{Densities, Model};
pub use primitive::Primitive;
pub use render::table::{Table, TableFormat};
pub use scenario::Scenario;
pub use source::{Diagnostic, Place, Problems, Source};
pub use sweep::{AxisValues, Sweep, SweepAxis, SweepGrid};
pub use symbolic::{Bindings, Expr, Symbol};
pub use table::{Boundary, Citation, Confidence, EnergyTable, Entry, MemoryLevel};
pub use uncertainty::{Interval, Sensitivity, sensitivities};
pub use units::Energy;
