//! Report files: which results of which model stand on a page, in which order,
//! under which conventions; and the page that they make. Every number on it is
//! computed, none copied.

mod cases;
mod curve;
mod headline;
mod inputs;
pub(crate) mod keys;
mod movement;
mod page;
mod read;
mod reading;
mod run;
mod spec;
mod stages;
mod subject;

pub use self::page::{Block, Page, PageFile};
pub use self::run::run;
pub use self::spec::{
    Case, ConventionSpec, KnownFrom, MovementShown, Over, Section, Show, Spec, Target,
};
pub use self::subject::{AuditSubject, audit_subject};
pub use crate::claims::PriceSpec;
