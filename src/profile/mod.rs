//! Where the energy goes: an estimate as a tree, and what is read off it.
//!
//! An estimate is a long list of energies, each with its op. The tree puts them
//! where a reader looks for them: the model has layers, a layer has stages, a
//! stage ops, and an op pays for primitives, for levels of memory and for time.
//! Every node is the exact sum of what hangs below it, so that the root is the
//! total of the estimate, to the last digit.
//!
//! ```
//! use picojoule::profile::{Repeats, hottest, layers, profile};
//! use picojoule::{Format, Loader, Scenario};
//!
//! let loader = Loader::shipped();
//! let (model, table) = (loader.model("bert-base")?, loader.table("45nm")?);
//! let scenario = Scenario::new(&model);
//! let (counted, estimate) = (scenario.count()?, scenario.estimate(&table, Format::FP32)?);
//! let tree = profile(&counted, &estimate, Repeats::Apart);
//! for op in hottest(&tree.root).iter().take(5) {
//!     println!("{} {}: {} pJ", op.stage, op.op, op.picojoules);
//! }
//! for layer in layers(&counted, &estimate)? {
//!     println!("{}: {} parameters", layer.name, layer.parameters);
//! }
//! # Ok::<(), picojoule::Problems>(())
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `rounds` | layers that repeat, and how their rounds are called one by one |
//! | `tree` | the tree of one estimate |
//! | `hot` | its ops, the most expensive first |
//! | `change` | two trees held against each other |
//! | `folded` | a tree as folded stacks, for viewers of profiles |
//! | `layers` | layer by layer: shapes, parameters, products, traffic, energy |

mod change;
mod folded;
mod hot;
mod layers;
mod rounds;
mod tree;

pub use self::change::{Change, change};
pub use self::folded::{Folded, folded};
pub use self::hot::{HotOp, hottest};
pub use self::layers::{Layer, layers};
pub use self::rounds::{MAX_ROUNDS, Repeats};
pub use self::tree::{Node, NodeKind, Profile, profile};
