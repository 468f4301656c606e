//! A net as a model file.
//!
//! What repeats becomes a block of the file, called once with `repeat`; the
//! rest are ops, one or two for each node.
//!
//! | file | what it writes |
//! |---|---|
//! | `formula` | expressions and shapes |
//! | `section` | names, operands and fields of ops |
//! | `node`, `product` | one node as ops |
//! | `block` | what repeats |
//! | `header` | name, format, inputs, scopes |

mod block;
mod formula;
mod header;
mod node;
mod product;
mod section;

use self::block::{block, block_names};
pub(super) use self::header::other_format;
use self::header::{header, scopes};
use self::section::Section;
use super::layers::Repeat;
use super::net::Net;
use super::parameters::Parameters;
use crate::source::TomlWriter;

/// The model file of `net`, which was read from `file`.
pub(super) fn write(
    net: &Net,
    repeats: &[Repeat],
    parameters: &Parameters,
    file: &str,
) -> TomlWriter {
    let mut main = Section::new(net, parameters, None);
    for input in &net.inputs {
        main.name(*input);
    }
    main.apart();
    let blocks = block_names(net, repeats);
    let mut repeated = Vec::new();
    let mut at = 0;
    let mut next = repeats.iter().zip(&blocks).peekable();
    while at < net.nodes.len() {
        match next.peek() {
            Some((repeat, name)) if repeat.start == at => {
                repeated.push(block(net, parameters, repeat, name));
                main.call(repeat, name);
                at = repeat.end();
                next.next();
            }
            _ => {
                main.node(at);
                at += 1;
            }
        }
    }
    let mut toml = header(net, &main, file);
    toml.append(main.toml);
    scopes(net, &mut toml);
    for block in repeated {
        toml.append(block);
    }
    toml
}
