//! Demands × cost: what every op costs.
//!
//! Counts are exact, entries are exact, and so is their product; only then is
//! it rounded to a double. An op that needs an entry which the table lacks is
//! an error, never a zero.
//!
//! | file | what it knows |
//! |---|---|
//! | `active` | how many parameters one token takes |
//! | `counted` | a graph with its counts, before it has a price |
//! | `cost` | by which entry a demand is priced, and the loop that prices |
//! | `price` | an estimate: every demand of a graph with its picojoules |
//! | `estimate` | what an estimate says, and its sums |
//! | `memory` | levels of memory, and what moved through them |
//! | `moved` | what moves, with its picojoules |
//! | `groups` | an estimate added up by stage, op, layer or primitive |
//! | `settings` | what was counted and priced how |
//! | `timing` | how long each op takes, and the static energy of that time |
//! | `roofline` | what an op's arithmetic and traffic take |
//! | `statics` | the same as an expression |
//! | `work` | MACs, ACs and synaptic operations |
//! | `by_stage` | sums by layer, op or primitive, and within these by stage |
//! | `formula` | counts and energies as closed forms |
//! | `sum` | long sums of exact numbers |

mod active;
mod by_stage;
mod cost;
mod counted;
mod estimate;
mod expression;
mod formula;
mod groups;
mod memory;
mod moved;
mod price;
mod roofline;
mod settings;
mod statics;
mod sum;
mod timing;
mod work;

pub use self::by_stage::StagesOf;
pub use self::cost::{Cost, CostModel, MissingEntry, Priced};
pub use self::counted::Counted;
pub use self::estimate::{Estimate, INFERENCE, Line, OpWork, Origin, Part, Unsupported, add_up};
pub use self::expression::{Saving, entry_values, picojoules, priced, priced_with_ranges};
pub use self::formula::{StageFormula, energy_formula, stage_formulas};
pub use self::groups::{By, Group};
pub use self::memory::{LevelNumber, LevelTraffic, Memory, Moved, MovedLine};
pub use self::moved::{StageTraffic, moved};
pub use self::price::estimate;
pub use self::settings::{Settings, StaticSetting};
pub(crate) use self::sum::Sum;
pub use self::timing::{Bound, MissingPeak, TimedOp, Timing, has_static};
pub use self::work::Work;
