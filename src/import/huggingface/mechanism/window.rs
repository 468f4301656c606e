//! Which keys a layer attends to: all, the last ones, or those of its chunk.

use super::grouped::Window;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;

/// Which layers have a window, unless `layer_types` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Windows {
    /// None.
    None,
    /// All, if the config gives one under `sliding_window`; with a number, so
    /// many where it says nothing.
    All(Option<u64>),
    /// All but every so many.
    Every(u64),
    /// Chunks in all but every so many.
    Chunks(u64),
    /// Those from `max_window_layers` on, if `use_sliding_window` says so.
    Qwen,
    /// All, if `use_sliding_window` says so.
    QwenAll,
    /// Those that `attention_layers` calls local, of `window_size` keys.
    Neo,
    /// None but what is listed.
    Listed,
}

impl Window {
    /// What tells layers with it from those without.
    pub(crate) fn name(&self) -> &'static str {
        if self.chunked { "chunked" } else { "local" }
    }
}

/// The words of `layer_types`.
const TYPES: [&str; 5] = [
    "full_attention",
    "sliding_attention",
    "chunked_attention",
    "attention",
    "no_rope",
];

/// The window of every layer.
pub(crate) fn windowed(
    config: &mut Config<'_>,
    draft: &mut Draft,
    windows: Windows,
    layers: u64,
) -> Vec<Option<Window>> {
    let used = match windows {
        Windows::None => return vec![None; as_usize(layers)],
        Windows::Neo => return neo(config, draft, layers),
        Windows::Qwen | Windows::QwenAll | Windows::Listed if config.has("use_sliding_window") => {
            config.truth_or("use_sliding_window", false)
        }
        Windows::Qwen | Windows::QwenAll => false,
        _ => true,
    };
    let first = match windows {
        Windows::Qwen if used => config.count_or("max_window_layers", 28),
        _ => {
            config.without_effect(&["max_window_layers"]);
            0
        }
    };
    let kinds = kinds(config, windows, (first, layers));
    let sliding = used && kinds.contains(&"sliding_attention");
    let size = match windows {
        _ if !sliding => {
            config.without_effect(&["sliding_window"]);
            None
        }
        Windows::All(Some(usual)) => config.size_unless_null("sliding_window", usual),
        Windows::All(None) => config.optional_size("sliding_window"),
        _ => config.size_unless_null("sliding_window", 4096),
    };
    let chunk = match kinds.contains(&"chunked_attention") {
        true => config.size_unless_null("attention_chunk_size", 8192),
        false => {
            config.without_effect(&["attention_chunk_size"]);
            None
        }
    };
    told(draft, size, chunk);
    kinds
        .iter()
        .map(|kind| match *kind {
            "sliding_attention" => size.map(|_| window("window", false)),
            "chunked_attention" => chunk.map(|_| window("in_chunk", true)),
            _ => None,
        })
        .collect()
}

/// The word for layers with a window.
pub(crate) const SLIDING: &str = "sliding_attention";

/// The window of layers that are known to have one, unless the config says `null`.
pub(crate) fn sliding(config: &mut Config<'_>, draft: &mut Draft, usual: u64) -> Option<Window> {
    let size = config.size_unless_null("sliding_window", usual);
    told(draft, size, None);
    size.map(|_| window("window", false))
}

fn window(size: &str, chunked: bool) -> Window {
    Window {
        size: size.to_owned(),
        chunked,
    }
}

fn as_usize(layers: u64) -> usize {
    usize::try_from(layers).unwrap_or(0)
}

/// The kind of every layer, as listed or by rule.
fn kinds(
    config: &mut Config<'_>,
    windows: Windows,
    (first, layers): (u64, u64),
) -> Vec<&'static str> {
    if config.has("layer_types") && !config.is_null("layer_types") {
        config.without_effect(&["sliding_window_pattern"]);
        return config.kinds("layer_types", layers, &TYPES);
    }
    let every = match windows {
        Windows::Every(usual) => config
            .optional_size("sliding_window_pattern")
            .unwrap_or(usual),
        _ => 1,
    };
    if let Windows::Chunks(every) = windows {
        return chunks(config, layers, every);
    }
    let is_local = |at: u64| match windows {
        Windows::Chunks(_) => false,
        Windows::None | Windows::Neo | Windows::Listed => false,
        Windows::All(_) | Windows::QwenAll => true,
        Windows::Every(_) => !(at + 1).is_multiple_of(every),
        Windows::Qwen => at >= first,
    };
    let word = |at| {
        if is_local(at) {
            "sliding_attention"
        } else {
            "full_attention"
        }
    };
    (0..layers).map(word).collect()
}

/// The sizes, and the sentences that go with them.
fn told(draft: &mut Draft, size: Option<u64>, chunk: Option<u64>) {
    if let Some(size) = size {
        draft.remark(
            "Every token is counted with a window of its full size, at the start of a sequence \
             too; `--causal skipped` counts the keys that each sees.",
        );
        draft.dim(
            "window",
            size,
            "tokens that one attends to in a layer with a window",
        );
    }
    if let Some(chunk) = chunk {
        draft.remark(
            "A token attends to those of its chunk, and is counted with all of them; `--causal \
             skipped` counts the keys that each sees, and so does decoding: those of the new \
             token's chunk up to itself.",
        );
        draft.dim("chunk", chunk, "tokens of a chunk");
        let (whole, comment) = ("min(chunk, seq)", "of which one attends to so many");
        draft.param_as("in_chunk", whole, comment);
        draft.decodes_as("in_chunk", "seq - chunk * floor((seq - 1) / chunk)");
    }
}

/// The windows of GPT-Neo.
fn neo(config: &mut Config<'_>, draft: &mut Draft, layers: u64) -> Vec<Option<Window>> {
    config.without_effect(&["attention_types"]);
    let kinds = match config.has("attention_layers") {
        true => config.kinds("attention_layers", layers, &["global", "local"]),
        // Every second one in `transformers`.
        false => (0..layers)
            .map(|at| if at % 2 == 1 { "local" } else { "global" })
            .collect(),
    };
    let size = config.size_or("window_size", 256);
    told(draft, kinds.contains(&"local").then_some(size), None);
    let local = |kind: &&str| (*kind == "local").then(|| window("window", false));
    kinds.iter().map(local).collect()
}

/// Layers with chunks: those that know positions, as listed or by rule.
fn chunks(config: &mut Config<'_>, layers: u64, every: u64) -> Vec<&'static str> {
    let listed = config.counts("no_rope_layers").unwrap_or_default();
    let known = |at: u64| match usize::try_from(at).ok().and_then(|at| listed.get(at)) {
        Some(turned) => *turned != 0,
        None => !(at + 1).is_multiple_of(every),
    };
    let word = |at| match known(at) {
        true => "chunked_attention",
        false => "full_attention",
    };
    (0..layers).map(word).collect()
}
