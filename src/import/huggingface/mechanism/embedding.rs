//! Words and positions, looked up in tables.

use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};

/// The input of a text model, its batch and its length.
pub(crate) fn tokens(draft: &mut Draft, longest: u64) {
    draft.indices("tokens", "batch seq");
    draft.dim("batch", 1, "sequences");
    draft.dim("seq", Config::usual_length(longest), "tokens");
}

/// The name of a table that words and heads share.
pub(crate) const TABLE: &str = "table";

/// The table of words: one that the head has too, or its own.
pub(crate) fn word_table(draft: &mut Draft, shared: bool) -> String {
    if !shared {
        return weight("vocab d");
    }
    draft.weight(TABLE, "vocab d", "of words, for the embedding and the head");
    TABLE.to_owned()
}

/// The words of a sequence, looked up.
pub(crate) fn words(draft: &mut Draft, table: &str) {
    draft.op(Op::new("words")
        .stage("embed")
        .gather("batch seq, v d -> batch seq d")
        .of(&["tokens", table]));
}

/// The sentence that goes with every table of positions.
pub(crate) fn limited(draft: &mut Draft) {
    draft.remark(
        "The table of positions has as many rows as the config says; a longer sequence is \
         counted all the same.",
    );
}

/// Learned positions, added to `x`. `rows` is how many the table has.
pub(crate) fn positions(draft: &mut Draft, x: &str, rows: u64) {
    limited(draft);
    draft.indices("position_ids", "seq");
    draft.dim("positions", rows, "rows of the table of positions");
    draft.op(Op::new("placed")
        .stage("embed")
        .block("positions")
        .of(&[x, "position_ids"]));
}
