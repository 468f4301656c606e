//! The text of a model file, as a family puts it together.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use num_rational::BigRational;

use super::block::Block;
use super::op::{Op, quoted};
use crate::import::stored::{StoredKind, written};

/// A model file in the making. Every name and value in it is the importer's
/// own, except for the name of the model, which has been made harmless.
pub(crate) struct Draft {
    name: String,
    about: String,
    format: Option<&'static str>,
    linear: Option<Linear>,
    /// What it is written from.
    origin: &'static str,
    stored: Vec<StoredKind>,
    remarks: Vec<String>,
    inputs: Vec<String>,
    /// The dim that counts tokens, none of which sees a later one.
    tokens: Option<&'static str>,
    /// Parameters that have another value when decoding.
    decode: Vec<(&'static str, String)>,
    sections: [Vec<Entry>; 4],
    ops: Vec<Op>,
    blocks: Vec<(String, Block)>,
    variants: bool,
    /// Whether a causal mask hides from every layer what comes later.
    causal: bool,
}

/// In which numbers linear layers multiply and add.
pub(crate) struct Linear {
    /// If not in that of the estimate.
    pub(crate) format: Option<String>,
    /// The bits that a number of a weight takes, if others than in its format.
    pub(crate) bits: Option<BigRational>,
    /// Which values their weights hold, if few.
    pub(crate) domain: Option<&'static str>,
    /// Whether the head is one of them.
    pub(crate) has_head: bool,
    /// Whether the projections of attention are none of them.
    pub(crate) spares_attention: bool,
}

/// The tables of a model file that hold names and values.
#[derive(Clone, Copy)]
enum Section {
    Dims,
    Params,
    Slots,
    Weights,
}

struct Entry {
    name: Cow<'static, str>,
    value: String,
    comment: &'static str,
}

impl Draft {
    pub(crate) fn new(name: String) -> Draft {
        Draft {
            name,
            about: String::new(),
            format: None,
            linear: None,
            origin: "its Hugging Face config",
            stored: Vec::new(),
            remarks: Vec::new(),
            inputs: Vec::new(),
            tokens: None,
            decode: Vec::new(),
            sections: [const { Vec::new() }; 4],
            ops: Vec::new(),
            blocks: Vec::new(),
            variants: false,
            causal: false,
        }
    }

    /// What the model is, in a sentence.
    pub(crate) fn about(&mut self, sentence: String) {
        self.about = sentence;
    }

    /// What it is computed in.
    pub(crate) fn format(&mut self, format: &'static str) {
        self.format = Some(format);
    }

    /// What its linear layers are computed in, if in something else.
    pub(crate) fn linear(&mut self, linear: Linear) {
        self.linear = Some(linear);
    }

    /// What the model is written from, in words.
    pub(crate) fn from(&mut self, origin: &'static str) {
        self.origin = origin;
    }

    pub(crate) fn origin(&self) -> &'static str {
        self.origin
    }

    /// How its weights lie in memory.
    pub(crate) fn stored(&mut self, kinds: Vec<StoredKind>) {
        self.stored = kinds;
    }

    /// A sentence for the head of the file.
    pub(crate) fn remark(&mut self, sentence: impl Into<String>) {
        self.remarks.push(sentence.into());
    }

    /// No token, counted by this dim, sees a later one.
    pub(crate) fn tokens(&mut self, tokens: &'static str) {
        self.tokens = Some(tokens);
    }

    /// When decoding, a parameter has this value.
    pub(crate) fn decodes(&mut self, name: &'static str, value: u64) {
        self.decode.push((name, value.to_string()));
    }

    /// The same by a formula.
    pub(crate) fn decodes_as(&mut self, name: &'static str, formula: &str) {
        self.decode.push((name, quoted(formula)));
    }

    /// An input of whole numbers, such as words and their positions.
    pub(crate) fn indices(&mut self, name: &str, shape: &str) {
        let input = format!("{name} = {{ shape = \"{shape}\", domain = \"integer\" }}");
        self.inputs.push(input);
    }

    /// An input of any numbers.
    pub(crate) fn numbers(&mut self, name: &str, shape: &str) {
        self.inputs.push(format!("{name} = \"{shape}\""));
    }

    fn entry(
        &mut self,
        section: Section,
        name: impl Into<Cow<'static, str>>,
        value: String,
        comment: &'static str,
    ) {
        let name = name.into();
        let entries = &mut self.sections[section as usize];
        if !entries.iter().any(|entry| entry.name == name) {
            entries.push(Entry {
                name,
                value,
                comment,
            });
        }
    }

    /// A size that a user may set.
    pub(crate) fn dim(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: u64,
        comment: &'static str,
    ) {
        self.entry(Section::Dims, name, value.to_string(), comment);
    }

    /// The value of a size, as it was written down.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let [dims, ..] = &self.sections;
        let found = dims.iter().find(|entry| entry.name == name);
        found.map(|entry| entry.value.as_str())
    }

    /// A size that follows from others.
    pub(crate) fn dim_as(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        formula: &str,
        comment: &'static str,
    ) {
        self.entry(Section::Dims, name, quoted(formula), comment);
    }

    /// A number that a user may set.
    pub(crate) fn param(&mut self, name: &'static str, value: impl Display, comment: &'static str) {
        self.entry(Section::Params, name, value.to_string(), comment);
    }

    /// A number that folds away unless it is set, or a formula.
    pub(crate) fn param_as(&mut self, name: &'static str, formula: &str, comment: &'static str) {
        self.entry(Section::Params, name, quoted(formula), comment);
    }

    /// Whether something is there, for blocks that leave it open.
    pub(crate) fn switch(&mut self, name: &'static str, on: bool) {
        self.param_as(name, if on { "1" } else { "0" }, "");
    }

    /// The block that fills a slot.
    pub(crate) fn slot(&mut self, name: &'static str, block: &str) {
        self.entry(Section::Slots, name, quoted(block), "");
    }

    /// A weight that several ops use.
    pub(crate) fn weight(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        shape: &str,
        comment: &'static str,
    ) {
        self.entry(Section::Weights, name, quoted(shape), comment);
    }

    /// A block of the model's own. Gives its name: `name` unless another block
    /// has it.
    pub(crate) fn block(&mut self, name: &str, block: Block) -> String {
        if let Some((known, _)) = self.blocks.iter().find(|(_, known)| *known == block) {
            return known.clone();
        }
        let taken = |name: &str| self.blocks.iter().any(|(known, _)| known == name);
        let numbered = (2..).map(|at| format!("{name}-{at}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let name = names.find(|name| !taken(name)).unwrap_or_default();
        self.blocks.push((name.clone(), block));
        name
    }

    /// Those of `names` that are sizes or numbers of this model.
    pub(crate) fn known<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<String> {
        let [dims, params, ..] = &self.sections;
        let mut known = Vec::new();
        for name in names {
            let is = |entry: &Entry| entry.name == name;
            if dims.iter().chain(params).any(is) && !known.iter().any(|known| known == name) {
                known.push(name.to_owned());
            }
        }
        known
    }

    pub(crate) fn op(&mut self, op: Op) {
        let is_masked = self.causal && op.is_repeated;
        self.ops.push(if is_masked { op.causal() } else { op });
    }

    /// From here on no token of a layer sees what comes later.
    pub(crate) fn causal(&mut self) {
        self.causal = true;
    }

    /// Whether a mask hides what comes later.
    pub(crate) fn is_causal(&self) -> bool {
        self.causal
    }

    /// The attentions that ship may take each other's place.
    pub(crate) fn attentions(&mut self) {
        self.slot("attention", "vanilla");
        self.variants = true;
    }

    /// The file.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for line in self.remarks.iter().flat_map(|remark| wrapped(remark)) {
            push(&mut text, format_args!("# {line}"));
        }
        push(&mut text, format_args!("name = \"{}\"", self.name));
        push(&mut text, format_args!("about = \"{}\"", self.about));
        if let Some(format) = self.format {
            push(&mut text, format_args!("format = \"{format}\""));
        }
        let inputs = self.inputs.join(", ");
        push(&mut text, format_args!("inputs = {{ {inputs} }}"));
        if let Some(tokens) = self.tokens {
            push(&mut text, format_args!("tokens = \"{tokens}\""));
        }
        let decode = self.decode.iter();
        let decode: Vec<String> = decode
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        if !decode.is_empty() {
            let decode = decode.join(", ");
            push(&mut text, format_args!("decode = {{ {decode} }}"));
        }
        if let Some(linear) = &self.linear {
            push(&mut text, format_args!("\n[linear]"));
            if let Some(format) = &linear.format {
                push(&mut text, format_args!("format = \"{format}\""));
            }
            if let Some(bits) = &linear.bits {
                push(&mut text, format_args!("bits = {}", written(bits)));
            }
            if let Some(domain) = linear.domain {
                push(&mut text, format_args!("domain = \"{domain}\""));
            }
            let mut except = vec!["conv", "patch-embed", "router"];
            if !linear.has_head {
                except.insert(0, "head");
            }
            if linear.spares_attention {
                except.extend(["q-proj", "k-proj", "v-proj", "out-proj"]);
            }
            let except: Vec<String> = except.into_iter().map(quoted).collect();
            push(&mut text, format_args!("except = [{}]", except.join(", ")));
        }
        let titles = ["dims", "params", "slots", "weights"];
        for (title, entries) in titles.iter().zip(&self.sections) {
            if !entries.is_empty() {
                push(&mut text, format_args!("\n[{title}]"));
                table(&mut text, entries);
            }
        }
        for op in &self.ops {
            push(&mut text, format_args!("\n[[op]]"));
            for line in op.lines() {
                push(&mut text, format_args!("{line}"));
            }
        }
        for kind in &self.stored {
            push(&mut text, format_args!("\n[[stored]]"));
            for line in kind.lines() {
                push(&mut text, format_args!("{line}"));
            }
        }
        for (name, block) in &self.blocks {
            for line in block.lines(name) {
                push(&mut text, format_args!("{line}"));
            }
        }
        if self.variants {
            for block in ["vanilla", "e-att", "l1"] {
                push(&mut text, format_args!("\n[[variant]]\nname = \"{block}\""));
                push(
                    &mut text,
                    format_args!("slots = {{ attention = \"{block}\" }}"),
                );
            }
        }
        text
    }
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{line}");
}

/// `name = value # comment`, the comments below each other.
fn table(text: &mut String, entries: &[Entry]) {
    let line = |entry: &Entry| format!("{} = {}", entry.name, entry.value);
    let commented = entries.iter().filter(|entry| !entry.comment.is_empty());
    let width = commented.map(|entry| line(entry).len()).max().unwrap_or(0);
    for entry in entries {
        if entry.comment.is_empty() {
            push(text, format_args!("{}", line(entry)));
        } else {
            push(
                text,
                format_args!("{:width$} # {}", line(entry), entry.comment),
            );
        }
    }
}

/// A sentence in lines that fit a page.
fn wrapped(sentence: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 78 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
