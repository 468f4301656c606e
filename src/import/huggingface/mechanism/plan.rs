//! A decoder as it will be written down: what stands before the layers, the
//! layers one by one, and what follows them.

use num_rational::BigRational;

use super::attention::causal;
use super::embedding::{positions, word_table, words};
use super::head::decoder_head;
use super::layer::{Layer, Mixer, stack};
use super::norm::Norm;
use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};
use crate::number;

/// A decoder.
pub(crate) struct Plan {
    /// What the names of its classes begin with.
    pub(crate) classes: &'static str,
    pub(crate) embed: Embed,
    pub(crate) layers: Vec<Layer>,
    /// The norm behind the layers.
    pub(crate) norm: Option<Norm>,
    pub(crate) logits: Logits,
}

/// What stands between the words and the layers.
#[derive(Default)]
pub(crate) struct Embed {
    /// Whether words are multiplied by a number.
    pub(crate) scaled: bool,
    /// Rows of a table of positions.
    pub(crate) positions: Option<u64>,
    /// Whether positions are waves, which are no parameters.
    pub(crate) waves: bool,
    pub(crate) norm: Option<Norm>,
    /// Words of the table that no score is for.
    pub(crate) spare: u64,
}

/// The scores of words.
#[derive(Default)]
pub(crate) struct Logits {
    /// Whether they come from the table of words.
    pub(crate) tied: bool,
    pub(crate) bias: bool,
    /// Whether they are multiplied by a number.
    pub(crate) scaled: bool,
    /// A bound of theirs.
    pub(crate) softcap: Option<BigRational>,
}

/// What a config around this one says, which stands over what it says itself.
#[derive(Default)]
pub(crate) struct Outer {
    /// The head, from a class that belongs to the whole.
    pub(crate) head: Option<Head>,
    /// Whether the head shares the table of words.
    pub(crate) tied: Option<bool>,
    pub(crate) labels: Option<u64>,
}

/// What is known of a decoder once its beginning is written down.
pub(crate) struct Begun {
    head: Head,
    /// The table of words, where the head has it too.
    table: Option<String>,
    /// What goes into the layers.
    pub(crate) x: String,
}

/// The heads that decoders have in `transformers`, by the ends of the names of
/// their classes.
pub(crate) const HEADS: [(&str, Head); 8] = [
    ("ForCausalLM", Head::Words),
    ("LMHeadModel", Head::Words),
    ("ForConditionalGeneration", Head::Words),
    ("Model", Head::Hidden),
    ("TextModel", Head::Hidden),
    ("ForSequenceClassification", Head::Sequence),
    ("ForTokenClassification", Head::Tokens),
    ("ForQuestionAnswering", Head::Spans),
];

impl Plan {
    /// Writes it down.
    pub(crate) fn write(&self, config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
        let begun = self.begin(config, draft, outer);
        if self.is_vanilla() {
            draft.attentions();
        }
        let last = stack(draft, &self.layers, &begun.x);
        self.end(config, draft, (outer, &begun), &last);
    }

    /// Writes what stands before the layers.
    pub(crate) fn begin(&self, config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) -> Begun {
        causal(draft);
        let head = match outer.head {
            Some(head) => head,
            None => {
                let (name, head) = class_of(config, self.classes, &HEADS);
                about(draft, &name);
                head
            }
        };
        let tied = outer.tied.unwrap_or(self.logits.tied) && head == Head::Words;
        let table = match self.embed.spare {
            0 => word_table(draft, tied),
            spare => {
                draft.dim("spare", spare, "words that no score is for");
                weight("(vocab + spare) d")
            }
        };
        words(draft, &table);
        let x = self.embedded(draft);
        Begun {
            head,
            table: tied.then_some(table),
            x,
        }
    }

    /// Writes what follows the layers, of which `last` is the last.
    pub(crate) fn end(
        &self,
        config: &mut Config<'_>,
        draft: &mut Draft,
        (outer, begun): (&Outer, &Begun),
        last: &str,
    ) {
        let mut last = last.to_owned();
        if let Some(norm) = self.norm {
            draft.op(norm.of("normed", &last));
            "normed".clone_into(&mut last);
        }
        if let Some(labels) = outer.labels {
            draft.dim("labels", labels, "classes");
        }
        match begun.head {
            Head::Words => self.words(draft, &last, begun.table.as_ref()),
            head => decoder_head(config, draft, head, &last, None),
        }
    }

    /// Whether another attention may take the place of that of all layers.
    fn is_vanilla(&self) -> bool {
        self.layers.iter().all(|layer| match &layer.mixer {
            Mixer::Attention(attention) => attention.is_vanilla(),
            _ => false,
        })
    }

    fn embedded(&self, draft: &mut Draft) -> String {
        let mut last = "words";
        if self.embed.scaled {
            draft.op(Op::new("scaled").stage("embed").scaled().of(&[last]));
            last = "scaled";
        }
        if let Some(rows) = self.embed.positions {
            positions(draft, last, rows);
            last = "placed";
        }
        if self.embed.waves {
            draft.op(Op::new("placed")
                .comment("waves of the positions")
                .stage("embed")
                .per_element("add = 1")
                .of(&[last]));
            last = "placed";
        }
        if let Some(norm) = self.embed.norm {
            draft.op(norm.of("embedded", last));
            last = "embedded";
        }
        last.to_owned()
    }

    fn words(&self, draft: &mut Draft, x: &str, table: Option<&String>) {
        let op = Op::new("logits").stage("head");
        let op = match table {
            Some(table) => op.einsum("batch seq d, v d -> batch seq v").of(&[x, table]),
            None => op
                .einsum("batch seq d, d v -> batch seq v")
                .of(&[x, &weight("d vocab")]),
        };
        draft.op(if self.logits.bias { op.bias() } else { op });
        let mut last = "logits";
        if self.logits.scaled {
            draft.op(Op::new("scaled_logits").stage("head").scaled().of(&[last]));
            last = "scaled_logits";
        }
        if let Some(cap) = &self.logits.softcap {
            let cap = number::plain(cap);
            let formula = format!("{cap} * tanh({last} * (1 / {cap}))");
            draft.op(Op::new("capped").stage("head").apply(&formula));
        }
    }
}
