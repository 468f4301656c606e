//! Files of weights: what their heads say of how weights are stored.
//!
//! A GGUF file lists in its head what the model is and how each of its tensors is
//! stored; a safetensors file the tensors alone. No weight is read. From the keys
//! of a GGUF file follows a config as Hugging Face has them; with a `config.json`
//! beside either, that gives the structure. The tensors give the bits that the
//! weights of each stage take (`[[stored]]` in the model file) and how many there
//! are, which a result is held against.
//!
//! | file | what it knows |
//! |---|---|
//! | `cursor` | a head, read through a small buffer and within bounds |
//! | `gguf`, `safetensors` | the two formats |
//! | `block` | the types of GGUF tensors, and what a block of each takes |
//! | `tensor` | a tensor as a head lists it |
//! | `index` | the list of the files that a model is spread over |
//! | `config` | the keys of a GGUF file as a config |
//! | `role` | which stages take a tensor |
//! | `part` | what is read apart in one stage |
//! | `modules` | tensors of safetensors files: packed ones, and their scales |
//! | `kinds` | the tensors by stages: how many numbers, and their bits |

mod block;
mod config;
mod cursor;
mod gguf;
mod index;
mod kinds;
mod modules;
mod part;
mod role;
mod safetensors;
mod tensor;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::gguf::{Gguf, Value};
use self::kinds::{Kinds, Role, mean, sorted};
use self::tensor::{StoredTensor, Tensors};
use super::bytes::Bytes;
use super::huggingface::label::harmless;
use super::huggingface::{self, Beside, StoredWeights};
use super::imported::Imported;
use crate::number;
use crate::source::{Diagnostic, Problems, Source};

pub use self::block::{BLOCK_TYPES, BlockType};
pub use self::index::{shard_names, split_names};

/// The heads of the files of one model.
#[derive(Debug)]
pub struct Head {
    /// The keys of a GGUF file.
    gguf: Option<Gguf>,
    tensors: Tensors,
    /// The files, one after the other.
    files: Vec<Extent>,
}

impl Head {
    /// The head of a GGUF file, called `shown`.
    ///
    /// # Errors
    /// It is none, or something is wrong in it.
    pub fn of_gguf(bytes: &dyn Bytes, shown: &str) -> Result<Head, Diagnostic> {
        let read = Gguf::read(bytes).map_err(|error| refused(shown, &error));
        let (gguf, tensors, needed) = read?;
        Ok(Head {
            gguf: Some(gguf),
            tensors,
            files: extent(bytes, shown, needed),
        })
    }

    /// The head of a safetensors file.
    ///
    /// # Errors
    /// It is none, or something is wrong in it.
    pub fn of_safetensors(bytes: &dyn Bytes, shown: &str) -> Result<Head, Diagnostic> {
        let read = safetensors::read(bytes).map_err(|error| refused(shown, &error));
        let (tensors, needed) = read?;
        Ok(Head {
            gguf: None,
            tensors,
            files: extent(bytes, shown, needed),
        })
    }

    /// Over how many files a GGUF model is spread.
    pub fn shards(&self) -> Option<usize> {
        match self.gguf.as_ref()?.value("split.count")? {
            Value::Whole(count) => usize::try_from(*count).ok().filter(|count| *count > 1),
            _ => None,
        }
    }

    /// Adds the tensors of another file of the same model.
    ///
    /// # Errors
    /// Both have a tensor of one name, or all together are larger than any model.
    pub fn join(&mut self, other: Head, shown: &str) -> Result<(), Diagnostic> {
        self.files.extend(other.files);
        for tensor in other.tensors.into_all() {
            let name = harmless(&tensor.name);
            if !self.tensors.add(tensor) {
                let message = format!("`{shown}` has the tensor `{name}`, as a file before has");
                return Err(Diagnostic::new(message));
            }
        }
        match self.tensors.beyond_measure() {
            Some(message) => Err(Diagnostic::new(format!("with `{shown}`, {message}"))),
            None => Ok(()),
        }
    }

    /// The model file that is made of the heads, and of the config beside where
    /// there is one.
    ///
    /// # Errors
    /// The structure follows from neither, or something is wrong in the config.
    pub fn import(&self, config: Option<&Arc<Source>>, shown: &str) -> Result<Imported, Problems> {
        let stored = |packed: Option<u64>| self.stored(packed, shown);
        match (config, &self.gguf) {
            (Some(config), _) => {
                let beside = Beside {
                    origin: "its Hugging Face config and the head of its weights",
                    name: shown,
                    stored: &stored,
                };
                huggingface::import_beside(config, &beside)
            }
            (None, Some(gguf)) => {
                let text = config::config(gguf, &self.tensors, shown)?;
                let source = Source::generated(format!("{shown} (its keys as a config)"), text);
                let beside = Beside {
                    origin: "the head of its GGUF file",
                    name: shown,
                    stored: &stored,
                };
                huggingface::import_beside(&source, &beside)
            }
            (None, None) => {
                let message =
                    format!("`{shown}` says how weights are stored, not what they are of");
                let help = "with the `config.json` of the model in the same folder it is read";
                Err(Diagnostic::new(message).help(help).into())
            }
        }
    }

    /// How the weights are stored, where packed ones have so many bits.
    fn stored(&self, packed: Option<u64>, shown: &str) -> StoredWeights {
        let tensors = self.tensors.iter();
        let found = sorted(tensors.map(|tensor| (tensor, self.role(tensor, packed))));
        let notes = self.notes(&found, shown);
        StoredWeights {
            kinds: found.kinds,
            notes,
        }
    }

    fn role(&self, tensor: &StoredTensor, packed: Option<u64>) -> Option<Role> {
        let name = tensor.name.as_str();
        if self.gguf.is_none() {
            return modules::role(tensor, packed);
        }
        let mut stages = role::of_gguf(name)?;
        if role::stem(name) == "ffn_up" && self.is_fused(name, tensor) {
            stages = role::GATE_UP;
        }
        Some(Role {
            stages,
            is_vector: tensor.is_vector() || name.ends_with(".bias"),
            numbers: tensor.elements,
        })
    }

    /// Whether a matrix is a gate, too: it has twice as many rows as the one behind
    /// it takes.
    fn is_fused(&self, name: &str, up: &StoredTensor) -> bool {
        let down = name.replace("ffn_up", "ffn_down");
        let down = self.tensors.get(&down);
        match (up.shape.first(), down.and_then(|down| down.shape.last())) {
            (Some(rows), Some(taken)) => taken.checked_mul(2) == Some(*rows),
            _ => false,
        }
    }

    /// What there is to say of files that end before their tensors do.
    fn cut(&self) -> Option<String> {
        let cut = self.files.iter().filter(|file| file.size < file.needed);
        let told = |file: &Extent| {
            let Extent {
                shown,
                size,
                needed,
            } = file;
            format!("`{shown}` ({size} of {needed} bytes)")
        };
        let names: BTreeSet<String> = cut.map(told).collect();
        (!names.is_empty()).then(|| {
            format!(
                "Files that end before their tensors do, heads alone or cut off: {}. What is \
                 counted is what the heads say.",
                kinds::listed(&names)
            )
        })
    }

    fn notes(&self, found: &Kinds, shown: &str) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some((numbers, bits)) = mean(&found.kinds) {
            let bits = number::to_f64(&bits);
            notes.push(format!(
                "Weights lie in memory as the head of `{shown}` says: {numbers} numbers in {} \
                 tensors, {bits:.3} bits each in the mean. What is computed with them is in the \
                 format of the estimate; unpacking them is left out.",
                self.tensors.len()
            ));
        }
        if let Some(gguf) = self.gguf.as_ref().filter(|gguf| gguf.is_big_endian) {
            notes.push(format!(
                "`{shown}` (GGUF of version {}) is for machines that have the highest byte of a \
                 number first.",
                gguf.version
            ));
        }
        if found.kinds.is_empty() {
            let none = match self.tensors.len() {
                0 => "no weights",
                _ => "no weights that a stage is known to take",
            };
            notes.push(format!(
                "`{shown}` holds {none}: all are counted in the format of the estimate."
            ));
        }
        if !found.mixed.is_empty() {
            let stages: Vec<&str> = found.mixed.iter().map(String::as_str).collect();
            notes.push(format!(
                "The bits of `{}` are a mean over tensors that are not read equally often, of \
                 several stacks of layers or of experts and all else, and not stored alike: what \
                 is read of some of them takes other bits.",
                stages.join("`, `")
            ));
        }
        notes.extend(self.cut());
        if !found.others.is_empty() {
            let names = kinds::listed(&found.others.iter().cloned().collect());
            notes.push(format!(
                "Tensors of `{shown}` that no stage is known to take, and whose bytes are not \
                 counted: {names}."
            ));
        }
        notes
    }
}

/// The bytes that a file has and that its tensors need.
#[derive(Debug)]
struct Extent {
    shown: String,
    size: u64,
    needed: u64,
}

fn extent(bytes: &dyn Bytes, shown: &str, needed: u64) -> Vec<Extent> {
    let size = bytes.size().ok();
    let extent = size.map(|size| Extent {
        shown: shown.to_owned(),
        size,
        needed,
    });
    extent.into_iter().collect()
}

fn refused(shown: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    Diagnostic::new(format!("cannot read `{shown}`: {error}"))
}
