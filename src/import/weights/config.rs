//! What the keys of a GGUF file say, as the config that `transformers` would have
//! for the same model. So a family is written down once, whichever file a model
//! comes in.
//!
//! Some of a config is in no key: whether a table is shared, and where biases
//! are, shows in the tensors that are there.

use serde_json::{Map, Value as Json, json};

use super::gguf::{Gguf, Value};
use super::tensor::Tensors;
use crate::import::huggingface::label::harmless;
use crate::source::Diagnostic;

/// An architecture, the family of `transformers` that it is, and the class.
struct Architecture {
    name: &'static str,
    family: &'static str,
    class: &'static str,
}

const fn row(name: &'static str, family: &'static str, class: &'static str) -> Architecture {
    Architecture {
        name,
        family,
        class,
    }
}

/// The architectures that are read.
const ARCHITECTURES: [Architecture; 27] = [
    row("arcee", "arcee", "Arcee"),
    row("command-r", "cohere", "Cohere"),
    row("ernie4_5", "ernie4_5", "Ernie4_5"),
    row("exaone4", "exaone4", "Exaone4"),
    row("falcon", "falcon", "Falcon"),
    row("gemma", "gemma", "Gemma"),
    row("gemma2", "gemma2", "Gemma2"),
    row("gemma3", "gemma3_text", "Gemma3"),
    row("glm4", "glm4", "Glm4"),
    row("gpt-oss", "gpt_oss", "GptOss"),
    row("gpt2", "gpt2", "GPT2LMHead"),
    row("granite", "granite", "Granite"),
    row("granitemoe", "granitemoe", "GraniteMoe"),
    row("hunyuan-dense", "hunyuan_v1_dense", "HunYuanDenseV1"),
    row("llama", "llama", "Llama"),
    row("mamba", "mamba", "Mamba"),
    row("olmo2", "olmo2", "Olmo2"),
    row("olmoe", "olmoe", "Olmoe"),
    row("phi2", "phi", "Phi"),
    row("phi3", "phi3", "Phi3"),
    row("qwen2", "qwen2", "Qwen2"),
    row("qwen2moe", "qwen2_moe", "Qwen2Moe"),
    row("qwen3", "qwen3", "Qwen3"),
    row("qwen3moe", "qwen3_moe", "Qwen3Moe"),
    row("seed_oss", "seed_oss", "SeedOss"),
    row("smollm3", "smollm3", "SmolLM3"),
    row("starcoder2", "starcoder2", "Starcoder2"),
];

/// Keys of one number, with the fields that they are.
const NUMBERS: [(&str, &[&str]); 11] = [
    ("embedding_length", &["hidden_size"]),
    ("block_count", &["num_hidden_layers"]),
    ("context_length", &["max_position_embeddings"]),
    ("attention.sliding_window", &["sliding_window"]),
    ("expert_count", &["num_experts", "num_local_experts"]),
    ("expert_used_count", &["num_experts_per_tok"]),
    (
        "expert_shared_feed_forward_length",
        &["shared_expert_intermediate_size"],
    ),
    ("ssm.conv_kernel", &["conv_kernel"]),
    ("ssm.state_size", &["state_size"]),
    ("ssm.time_step_rank", &["time_step_rank"]),
    ("attention.head_count", &["num_attention_heads"]),
];

/// Keys of fractions.
const FRACTIONS: [(&str, &str); 5] = [
    ("attn_logit_softcapping", "attn_logit_softcapping"),
    ("final_logit_softcapping", "final_logit_softcapping"),
    ("embedding_scale", "embedding_multiplier"),
    ("residual_scale", "residual_multiplier"),
    ("logit_scale", "logit_scale"),
];

/// The architecture that a file names.
pub(super) fn architecture(gguf: &Gguf) -> Option<String> {
    gguf.text("general.architecture").map(harmless)
}

/// The config of a model, as JSON.
pub(super) fn config(gguf: &Gguf, tensors: &Tensors, shown: &str) -> Result<String, Diagnostic> {
    let Some(name) = architecture(gguf) else {
        let message = format!("`{shown}` says no `general.architecture`: it is no model");
        return Err(Diagnostic::new(message));
    };
    if let Some(kind) = gguf.text("general.type").filter(|kind| *kind != "model") {
        let message = format!("`{shown}` is no model but of the type `{}`", harmless(kind));
        return Err(Diagnostic::new(message));
    }
    let known = ARCHITECTURES.iter().find(|known| known.name == name);
    let Some(known) = known else {
        let names = ARCHITECTURES.map(|known| known.name);
        let message = format!("`{shown}` is of the architecture `{name}`, which is not known here");
        return Err(Diagnostic::new(message)
            .help(
                "with the `config.json` of the original model in the same folder, that gives the \
                 structure, and this file how its weights are stored",
            )
            .known(&name, names));
    };
    Reading {
        gguf,
        tensors,
        architecture: &name,
        shown,
        fields: Map::new(),
    }
    .config(known)
}

/// A config in the making.
struct Reading<'g> {
    gguf: &'g Gguf,
    tensors: &'g Tensors,
    architecture: &'g str,
    shown: &'g str,
    fields: Map<String, Json>,
}

impl Reading<'_> {
    fn config(mut self, known: &Architecture) -> Result<String, Diagnostic> {
        let has_experts = self.number("expert_count")?.is_some_and(|count| count > 0);
        let (family, class) = match (known.name, has_experts) {
            ("llama", true) => ("mixtral", "Mixtral"),
            _ => (known.family, known.class),
        };
        let class = match class.ends_with("Head") {
            true => format!("{class}Model"),
            false => format!("{class}ForCausalLM"),
        };
        self.set("model_type", family);
        self.set("architectures", vec![class]);
        for (key, fields) in NUMBERS {
            let Some(value) = self.number(key)? else {
                continue;
            };
            let taken = match fields {
                [many, local] => match family {
                    "qwen2_moe" | "qwen3_moe" | "olmoe" => many,
                    _ if has_experts => local,
                    _ => continue,
                },
                [field] => field,
                _ => continue,
            };
            self.set(taken, value);
        }
        for (key, field) in FRACTIONS {
            if let Some(Value::Fraction(value)) = self.value(key) {
                let value = *value;
                self.set(field, value);
            }
        }
        if family.starts_with("granite")
            && let Some(scale) = self.fields.remove("logit_scale")
        {
            self.set("logits_scaling", scale);
        }
        self.heads()?;
        self.widths(family, has_experts)?;
        self.words()?;
        self.switches(family);
        self.own(family)?;
        self.stored_in();
        let config = Json::Object(self.fields);
        Ok(format!("{config:#}\n"))
    }

    fn set(&mut self, field: &str, value: impl Into<Json>) {
        self.fields.insert(field.to_owned(), value.into());
    }

    fn value(&self, key: &str) -> Option<&Value> {
        let own = format!("{}.{key}", self.architecture);
        self.gguf.value(&own)
    }

    /// The number under a key; the same in every layer where there is a list.
    fn number(&self, key: &str) -> Result<Option<u64>, Diagnostic> {
        let wrong = |what: String| {
            let message = format!(
                "`{}` says that `{}.{key}` is {what}",
                self.shown, self.architecture
            );
            Diagnostic::new(message)
        };
        let one = |value: &Value| match value {
            Value::Whole(value) => u64::try_from(*value).ok(),
            _ => None,
        };
        match self.value(key) {
            None => Ok(None),
            Some(Value::List(items)) => {
                let numbers: Option<Vec<u64>> = items.iter().map(one).collect();
                match numbers.as_deref() {
                    Some([first, rest @ ..]) if rest.iter().all(|other| other == first) => {
                        Ok(Some(*first))
                    }
                    _ => Err(wrong("another one in other layers".to_owned()).help(
                        "with the `config.json` of the original model in the same folder, that \
                         gives the structure",
                    )),
                }
            }
            Some(value) => match one(value) {
                Some(value) => Ok(Some(value)),
                None => Err(wrong("no whole number".to_owned())),
            },
        }
    }

    fn needed(&self, key: &str) -> Result<u64, Diagnostic> {
        self.number(key)?.filter(|value| *value > 0).ok_or_else(|| {
            let message = format!(
                "`{}` lacks `{}.{key}`, which its structure needs",
                self.shown, self.architecture
            );
            Diagnostic::new(message)
        })
    }

    fn has(&self, tensor: &str) -> bool {
        self.tensors.get(tensor).is_some()
    }

    /// Heads of keys and values, and the size of each head.
    fn heads(&mut self) -> Result<(), Diagnostic> {
        let Some(heads) = self
            .number("attention.head_count")?
            .filter(|heads| *heads > 0)
        else {
            self.fields.remove("num_attention_heads");
            return Ok(());
        };
        let width = self.needed("embedding_length")?;
        let kv = self.number("attention.head_count_kv")?.unwrap_or(heads);
        self.set("num_key_value_heads", kv);
        let key = self.number("attention.key_length")?;
        let value = self.number("attention.value_length")?;
        let size = key.unwrap_or(width / heads);
        if value.is_some_and(|value| value != size) {
            let message = format!(
                "heads of `{}` have keys and values of different sizes, which `{}` of \
                 `transformers` has not",
                self.shown, self.architecture
            );
            return Err(Diagnostic::new(message));
        }
        self.set("head_dim", size);
        let turned = self.number("rope.dimension_count")?;
        if let Some(turned) = turned.filter(|turned| *turned < size) {
            self.set("rotary_dim", turned);
        }
        Ok(())
    }

    /// The widths of feed-forward layers and of experts.
    fn widths(&mut self, family: &str, has_experts: bool) -> Result<(), Diagnostic> {
        let dense = self
            .number("feed_forward_length")?
            .filter(|width| *width > 0);
        let expert = self.number("expert_feed_forward_length")?.or(dense);
        match (family, has_experts) {
            ("qwen2_moe" | "qwen3_moe", _) => {
                self.set("intermediate_size", dense.or(expert));
                self.set("moe_intermediate_size", expert);
            }
            (_, true) => self.set("intermediate_size", expert),
            ("falcon", _) => self.set("ffn_hidden_size", dense),
            ("gpt2", _) => self.set("n_inner", dense),
            (_, false) if dense.is_some() => self.set("intermediate_size", dense),
            _ => {}
        }
        Ok(())
    }

    /// How many words there are: rows of their table, or as many as the file
    /// lists.
    fn words(&mut self) -> Result<(), Diagnostic> {
        let table = self.tensors.get("token_embd.weight");
        let rows = table.and_then(|table| table.shape.first().copied());
        let listed = match self.gguf.value("tokenizer.ggml.tokens") {
            Some(Value::Long(count)) => Some(*count),
            _ => None,
        };
        let words = rows.or(listed).or(self.number("vocab_size")?);
        if let Some(words) = words {
            self.set("vocab_size", words);
        }
        Ok(())
    }

    /// What shows in the tensors that are there.
    fn switches(&mut self, family: &str) {
        self.set("tie_word_embeddings", !self.has("output.weight"));
        let of_heads = ["blk.0.attn_q.bias", "blk.0.attn_qkv.bias"];
        let of_heads = of_heads.iter().any(|name| self.has(name));
        match family {
            "llama" | "arcee" | "glm4" | "granite" | "granitemoe" | "smollm3" | "cohere"
            | "seed_oss" => {
                self.set("attention_bias", of_heads);
                if family == "seed_oss" {
                    self.set("attention_out_bias", self.has("blk.0.attn_output.bias"));
                }
            }
            "qwen2_moe" => self.set("qkv_bias", of_heads),
            "ernie4_5" | "starcoder2" => self.set("use_bias", of_heads),
            "falcon" => self.set("bias", of_heads),
            _ => {}
        }
        match family {
            "llama" | "arcee" => self.set("mlp_bias", self.has("blk.0.ffn_down.bias")),
            "cohere" => self.set("use_qk_norm", self.has("blk.0.attn_q_norm.weight")),
            "phi" => self.set("qk_layernorm", self.has("blk.0.attn_q_norm.weight")),
            _ => {}
        }
    }

    /// What single families say in fields of their own.
    fn own(&mut self, family: &str) -> Result<(), Diagnostic> {
        match family {
            // llama.cpp makes the shares of the experts of Qwen 3 sum to 1.
            "qwen3_moe" => self.set("norm_topk_prob", true),
            "mamba" => {
                let width = self.needed("embedding_length")?;
                let inner = self.needed("ssm.inner_size")?;
                if !inner.is_multiple_of(width) {
                    let message = format!(
                        "`{}` has an inner width of {inner}, no multiple of {width}",
                        self.shown
                    );
                    return Err(Diagnostic::new(message));
                }
                self.set("expand", inner / width);
                self.set("use_conv_bias", self.has("blk.0.ssm_conv1d.bias"));
                for field in ["head_dim", "max_position_embeddings"] {
                    self.fields.remove(field);
                }
            }
            "falcon" => {
                let kv = self.number("attention.head_count_kv")?;
                let grouped = kv.is_some_and(|kv| kv > 1);
                self.set("new_decoder_architecture", grouped);
                self.set("multi_query", !grouped);
                if let Some(kv) = self.fields.remove("num_key_value_heads") {
                    self.set("num_kv_heads", kv);
                }
                self.fields.remove("head_dim");
            }
            "gpt2" => {
                for (field, own) in [
                    ("hidden_size", "n_embd"),
                    ("num_hidden_layers", "n_layer"),
                    ("num_attention_heads", "n_head"),
                    ("max_position_embeddings", "n_positions"),
                ] {
                    if let Some(value) = self.fields.remove(field) {
                        self.set(own, value);
                    }
                }
                for field in ["head_dim", "num_key_value_heads"] {
                    self.fields.remove(field);
                }
            }
            // Every fourth layer knows no positions.
            "smollm3" => {
                let layers = self.needed("block_count")?.min(10_000);
                let turned = (1..=layers).map(|layer| u8::from(!layer.is_multiple_of(4)));
                let turned: Vec<Json> = turned.map(|turned| json!(turned)).collect();
                self.set("no_rope_layers", turned);
            }
            _ => {}
        }
        Ok(())
    }

    /// The format of a model whose weights are fractions of 16 bits.
    fn stored_in(&mut self) {
        let table = self.tensors.get("token_embd.weight");
        match table.map(|table| table.kind) {
            Some("f16") => self.set("torch_dtype", "float16"),
            Some("bf16") => self.set("torch_dtype", "bfloat16"),
            _ => {}
        }
    }
}
