//! What a config says of quantised weights: `quantization_config`.
//!
//! Where weights alone are of few bits, they are brought to fractions before
//! they are multiplied: products are in the format of the model. Where
//! activations are whole numbers too, linear layers multiply these. Fractions
//! of 8 or 4 bits are priced as the fractions of the model: no table that ships
//! has their energy, some have a rate, and the note says how another one prices
//! them. In memory a number takes what it is packed into, and its part of the scales
//! and offsets beside.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::config::Config;
use super::draft::{Draft, Linear};
use super::label::harmless;
use super::numeric::FORMATS;
use crate::number as exact;
use crate::source::{Datum, Value};

/// Ways to quantise of which only the weights are of few bits.
const WEIGHTS_ALONE: [&str; 13] = [
    "aqlm",
    "auto-round",
    "awq",
    "eetq",
    "gguf",
    "gptq",
    "higgs",
    "hqq",
    "mxfp4",
    "sinq",
    "spqr",
    "vptq",
    "quip",
];
/// Names of modules by which configs except the head and routers, which stay as
/// they are anyway, and parts that are not computed here.
const EXCEPTED: [&str; 9] = [
    "lm_head",
    "output",
    "score",
    "classifier",
    "gate",
    "router",
    "embed",
    "vision",
    "visual",
];
/// No operand is wider than so many bits.
const MOST_BITS: u64 = 64;

/// What is of few bits.
enum Scheme {
    /// Weights, of so many bits where that is said; products are in a format
    /// of their own where that is said.
    Weights(Option<u64>, Option<&'static str>),
    /// Whole numbers on both sides, of so many bits.
    Whole(u64),
    /// The same, and weights of −1, 0 and 1.
    Ternary,
    /// Fractions on both sides, of so many bits.
    Fractions(u64),
    /// That is not told in a way that is known here.
    Unknown,
}

/// Writes down in which numbers linear layers multiply and how their weights lie
/// in memory, unless heads of files say that, and tells it. Gives the bits of
/// numbers that are packed into others.
pub(crate) fn quantisation(
    config: &mut Config<'_>,
    draft: &mut Draft,
    has_heads: bool,
) -> Option<u64> {
    let node = config.take("quantization_config")?;
    let method = text(node, "quant_method").unwrap_or_else(|| "unknown".to_owned());
    let scheme = scheme(node, &method);
    let (products, domain) = match scheme {
        Scheme::Weights(_, computed_in) => (computed_in.map(str::to_owned), None),
        Scheme::Whole(bits) => (Some(format!("int{bits}/int{}", bits.max(32))), None),
        Scheme::Ternary => (Some("int8/int32".to_owned()), Some("ternary")),
        Scheme::Fractions(_) | Scheme::Unknown => (None, None),
    };
    let bits = in_memory(node, &method, &scheme).filter(|_| !has_heads);
    config.remark(sentence(node, &method, &scheme, bits.as_ref()));
    if products.is_some() || bits.is_some() {
        if let Some(sentence) = others(node) {
            config.remark(sentence);
        }
        draft.linear(Linear {
            format: products,
            bits,
            domain,
            has_head: has_head(node, &method),
            spares_attention: skipped(node).iter().any(|name| is_all_attention(name)),
        });
    }
    packed(&method, &scheme)
}

/// The bits of a number that is packed into others.
fn packed(method: &str, scheme: &Scheme) -> Option<u64> {
    let bits = match scheme {
        Scheme::Weights(None, _) if method == "mxfp4" => Some(4),
        Scheme::Weights(bits, _) => *bits,
        Scheme::Fractions(bits) => Some(*bits),
        Scheme::Whole(_) | Scheme::Ternary | Scheme::Unknown => None,
    };
    bits.filter(|bits| *bits > 0)
}

/// What is of few bits, by the way it was quantised.
fn scheme(node: &Datum, method: &str) -> Scheme {
    match method {
        "bitnet" => Scheme::Ternary,
        "bitsandbytes" if is_true(node, "load_in_4bit") => {
            let computed_in = text(node, "bnb_4bit_compute_dtype");
            let computed_in = computed_in.and_then(|name| format_of(&name));
            Scheme::Weights(Some(4), computed_in)
        }
        "bitsandbytes" if is_true(node, "load_in_8bit") => Scheme::Whole(8),
        "fp8" | "fbgemm_fp8" => Scheme::Fractions(8),
        "fp_quant" => Scheme::Fractions(4),
        "compressed-tensors" => compressed(node),
        "quanto" => named(text(node, "weights"), text(node, "activations")),
        "torchao" => torchao(node),
        known if WEIGHTS_ALONE.contains(&known) => {
            let keys = ["bits", "w_bit", "num_bits", "nbits"];
            Scheme::Weights(keys.into_iter().find_map(|key| bits(node, key)), None)
        }
        _ => Scheme::Unknown,
    }
}

/// The bits that a number takes in memory, with its part of what stands beside
/// its group or block; nothing where a format says it, or nothing is known.
fn in_memory(node: &Datum, method: &str, scheme: &Scheme) -> Option<BigRational> {
    let bits = packed(method, scheme)?;
    let share = |bits: u64, among: u64| exact::whole(bits) / exact::whole(among.max(1));
    // Groups of −1 are whole rows, whose length is not told here.
    let group = group_size(node).filter(|size| *size > 0);
    let of_group = |beside: u64| group.map_or_else(|| exact::whole(0), |size| share(beside, size));
    let beside = match method {
        // A scale of 16 bits, and an offset as wide as a number.
        "gptq" | "auto-round" => of_group(16 + bits),
        "awq" if is_true(node, "zero_point") || field(node, "zero_point").is_none() => {
            of_group(16 + bits)
        }
        "awq" | "compressed-tensors" => of_group(16),
        // An exponent of 8 bits for 32 numbers.
        "mxfp4" => share(8, 32),
        // A scale of 32 bits for 64 numbers; or one of 8, and one of 32 for 256 of
        // these.
        "bitsandbytes" if is_true(node, "bnb_4bit_use_double_quant") => {
            share(8, 64) + share(32, 64 * 256)
        }
        "bitsandbytes" => share(32, 64),
        "fp8" => match block(node) {
            Some(block) => share(32, block),
            None => exact::whole(0),
        },
        _ => exact::whole(0),
    };
    Some(exact::whole(bits) + beside)
}

/// How many numbers share a scale.
fn group_size(node: &Datum) -> Option<u64> {
    let first = || {
        let Value::Table(groups) = &field(node, "config_groups")?.value else {
            return None;
        };
        let (_, group) = groups.first()?;
        number(field(group, "weights")?, "group_size")
    };
    let keys = ["group_size", "q_group_size"];
    keys.into_iter()
        .find_map(|key| number(node, key))
        .or_else(first)
}

/// How many numbers a block has, of rows and columns.
fn block(node: &Datum) -> Option<u64> {
    let Value::Array(sides) = &field(node, "weight_block_size")?.value else {
        return None;
    };
    let side = |side: &Datum| match &side.value {
        Value::Number(value) if value.is_integer() => value.numer().to_u64(),
        _ => None,
    };
    let sides: Option<Vec<u64>> = sides.iter().map(side).collect();
    let all = sides?.into_iter().try_fold(1_u64, u64::checked_mul)?;
    Some(all).filter(|all| *all > 0)
}

/// The first group of `compressed-tensors`: bits of the weights, and of the
/// activations where these are quantised too.
fn compressed(node: &Datum) -> Scheme {
    let Some(Value::Table(groups)) = field(node, "config_groups").map(|node| &node.value) else {
        return Scheme::Unknown;
    };
    let Some((_, group)) = groups.first() else {
        return Scheme::Unknown;
    };
    let side = |key: &str| {
        let side = field(group, key).filter(|side| !side.is_null())?;
        Some((bits(side, "num_bits")?, text(side, "type")?))
    };
    match (side("weights"), side("input_activations")) {
        (Some((bits, _)), None) => Scheme::Weights(Some(bits), None),
        (Some((a, of_a)), Some((b, of_b))) if of_a == of_b => match of_a.as_str() {
            "int" => Scheme::Whole(a.max(b)),
            "float" => Scheme::Fractions(a.max(b)),
            _ => Scheme::Unknown,
        },
        _ => Scheme::Unknown,
    }
}

/// Two formats by their names, such as `int8` and `float8`.
fn named(weights: Option<String>, activations: Option<String>) -> Scheme {
    let parts = |name: &str| {
        let digits = name.find(|c: char| c.is_ascii_digit())?;
        let (family, rest) = name.split_at(digits);
        let bits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some((family.to_owned(), bits.parse::<u64>().ok()?))
    };
    let weights = weights.as_deref().and_then(parts);
    let of_activations = activations.as_deref().and_then(parts);
    match (weights, of_activations) {
        (Some((_, bits)), None) if activations.is_none() => Scheme::Weights(Some(bits), None),
        (Some((of_a, a)), Some((of_b, b)))
            if of_a == of_b && (1..=MOST_BITS).contains(&a.max(b)) =>
        {
            match of_a.as_str() {
                "int" => Scheme::Whole(a.max(b)),
                _ => Scheme::Fractions(a.max(b)),
            }
        }
        _ => Scheme::Unknown,
    }
}

/// `torchao` names what it does in one word, with or without `_`.
fn torchao(node: &Datum) -> Scheme {
    let kind = field(node, "quant_type");
    let own = text(node, "quant_type");
    let nested = kind
        .and_then(|kind| field(kind, "default"))
        .and_then(|default| text(default, "_type"));
    let Some(name) = own.or(nested) else {
        return Scheme::Unknown;
    };
    let name: String = name.to_lowercase().chars().filter(|c| *c != '_').collect();
    let has = |part: &str| name.contains(part);
    match () {
        () if has("float8") && has("activation") => Scheme::Fractions(8),
        () if has("int8dynamicactivation") => Scheme::Whole(8),
        () if has("weightonly") && has("int4") => Scheme::Weights(Some(4), None),
        () if has("weightonly") => Scheme::Weights(Some(8), None),
        () => Scheme::Unknown,
    }
}

/// Whether the scores of words are quantised as other layers are: only one way
/// takes every linear layer that it is not told to leave out.
fn has_head(node: &Datum, method: &str) -> bool {
    let left_out = skipped(node).iter().any(|name| name.contains("lm_head"));
    method == "compressed-tensors" && !left_out
}

/// Whether a name means the attention of every layer.
fn is_all_attention(name: &str) -> bool {
    name.ends_with("self_attn") && !name.chars().any(|c| c.is_ascii_digit())
}

/// Modules that are not quantised, by the names that configs have for the list.
fn skipped(node: &Datum) -> Vec<String> {
    let lists = ["modules_to_not_convert", "llm_int8_skip_modules", "ignore"];
    let lists = lists.into_iter().filter_map(|key| field(node, key));
    let mut names = Vec::new();
    for list in lists {
        if let Value::Array(items) = &list.value {
            names.extend(items.iter().filter_map(|item| match &item.value {
                Value::Text(text) => Some(harmless(text)),
                _ => None,
            }));
        }
    }
    names
}

fn sentence(node: &Datum, method: &str, scheme: &Scheme, stored: Option<&BigRational>) -> String {
    let groups = number(node, "group_size").map(|size| format!(", groups of {size}"));
    let groups = groups.unwrap_or_default();
    let in_memory = match stored {
        Some(bits) => format!(
            " In memory each takes {} bits, its part of scales and offsets included.",
            exact::plain(bits)
        ),
        None => String::new(),
    };
    match scheme {
        Scheme::Weights(bits, computed_in) => {
            let bits = bits
                .map(|bits| format!(", {bits} bits"))
                .unwrap_or_default();
            let format = computed_in.unwrap_or("the format of the estimate");
            format!(
                "The weights are quantised (`{method}`{bits}{groups}) and multiply in {format}; \
                 unpacking them is left out, as all that depends on weights alone.{in_memory}"
            )
        }
        Scheme::Whole(bits) => format!(
            "Linear layers multiply whole numbers of {bits} bits (`{method}`); rounding \
             activations to them and bringing sums to scale is left out."
        ),
        Scheme::Ternary => format!(
            "Linear layers have weights of -1, 0 and 1 and activations of 8 bits (`{method}`); \
             rounding activations and bringing sums to scale is left out, and how many weights \
             are 0 is not told: none is taken to be."
        ),
        Scheme::Fractions(bits) => format!(
            "Linear layers multiply in fp{bits} (`{method}`), and no table that ships has the \
             energy of such an operation: they are counted in the format of the estimate instead. \
             {}With a table that has it, `[linear]` with `format = 'fp{bits}/fp32'` in the \
             imported file prices them.{in_memory}",
            match bits {
                8 =>
                    "`h100`, `h200` and `b200` have its rate, which `--static --format fp8` takes. ",
                _ => "",
            }
        ),
        Scheme::Unknown => format!(
            "The config says that it is quantised (`{method}`), but not in a way that is known \
             here, so that is not priced: all products are counted in the format of the estimate."
        ),
    }
}

/// Modules that stay as they are and that no stage tells apart from others.
fn others(node: &Datum) -> Option<String> {
    let names = skipped(node);
    let known =
        |name: &String| EXCEPTED.iter().any(|part| name.contains(part)) || is_all_attention(name);
    let mut others: Vec<String> = names.into_iter().filter(|name| !known(name)).collect();
    let more = others.len().saturating_sub(5);
    others.truncate(5);
    let list = others.iter().map(|name| format!("`{name}`"));
    let mut list = list.collect::<Vec<_>>().join(", ");
    if more > 0 {
        list.push_str(&format!(" and {more} more"));
    }
    (!others.is_empty()).then(|| {
        format!("Modules that are not quantised are counted as if they were, too: {list}.")
    })
}

/// The format of a `dtype`.
fn format_of(name: &str) -> Option<&'static str> {
    let name = name.trim_start_matches("torch.");
    let known = FORMATS.iter().find(|(known, _)| *known == name);
    known.map(|(_, format)| *format)
}

fn text(node: &Datum, key: &str) -> Option<String> {
    match &field(node, key)?.value {
        Value::Text(text) => Some(harmless(text)),
        _ => None,
    }
}

/// A number of bits.
fn bits(node: &Datum, key: &str) -> Option<u64> {
    number(node, key).filter(|bits| *bits <= MOST_BITS)
}

fn number(node: &Datum, key: &str) -> Option<u64> {
    match &field(node, key)?.value {
        Value::Number(value) if value.is_integer() => value.numer().to_u64(),
        _ => None,
    }
}

fn is_true(node: &Datum, key: &str) -> bool {
    field(node, key).is_some_and(|node| node.value == Value::Bool(true))
}

/// The field `key` of a table.
fn field<'n>(node: &'n Datum, key: &str) -> Option<&'n Datum> {
    let Value::Table(entries) = &node.value else {
        return None;
    };
    let found = entries.iter().find(|(name, _)| name.value == key);
    found.map(|(_, node)| node)
}
