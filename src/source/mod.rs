//! A place in a file, and what is wrong there.
//!
//! Everything that a user wrote (a model, a table, a report, a value on the
//! command line) is read as a [`Source`], and every value taken from it keeps
//! the [`Place`] where it stands. So whichever room finds a mistake, the
//! message can name file, line and column and show the line itself.
//!
//! Mistakes are data ([`Diagnostic`]) and are collected ([`Problems`]): a file
//! with five of them gets all five shown at once.

mod diagnostic;
mod fields;
mod json;
mod outline;
mod renamed;
mod shape;
mod suggest;
mod text;
mod toml;
mod toml_writer;
mod value;

pub use self::diagnostic::{Diagnostic, Problems};
pub use self::fields::Fields;
pub use self::json::parse_json;
pub use self::outline::Outline;
pub use self::renamed::{RenamedKey, RenamedKeys};
pub use self::shape::{Expect, Key, Names, Shape};
pub use self::suggest::{did_you_mean, one_of};
pub use self::text::{Place, Source};
pub use self::toml::parse_toml;
pub(crate) use self::toml_writer::{TomlValue, TomlWriter};
pub use self::value::{Datum, Spanned, Value, at_most};
