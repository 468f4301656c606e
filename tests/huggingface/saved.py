"""Configs as the installed `transformers` saves them, of every family and class that is read,
against the models themselves: parameters as `sum(p.numel() for p in model.parameters())` on the
meta device. Prints what differs or is refused.

    pip install torch transformers
    python tests/huggingface/saved.py target/debug/picojoule [FAMILY ...]
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import logging

logging.set_verbosity_error()

# The classes of each family, behind the beginning of their names.
CLASSES = {
    "Bart": "ForConditionalGeneration Model ForSequenceClassification ForQuestionAnswering ForCausalLM",
    "Bert": "Model ForMaskedLM ForPreTraining LMHeadModel ForNextSentencePrediction ForMultipleChoice"
    " ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "DeepseekV3": "ForCausalLM Model ForSequenceClassification ForTokenClassification",
    "DistilBert": "Model ForMaskedLM ForMultipleChoice ForSequenceClassification ForTokenClassification"
    " ForQuestionAnswering",
    "Gemma2": "ForCausalLM Model ForSequenceClassification ForTokenClassification",
    "Gemma3": "ForConditionalGeneration Model ForSequenceClassification",
    "Gemma3Text": "Model ForSequenceClassification Gemma3ForCausalLM",
    "GPT2": "LMHeadModel DoubleHeadsModel Model ForSequenceClassification ForTokenClassification"
    " ForQuestionAnswering",
    "GPTNeoX": "ForCausalLM Model ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "Llama": "ForCausalLM Model ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "Marian": "MTModel Model ForCausalLM",
    "Mistral": "ForCausalLM Model ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "Mixtral": "ForCausalLM Model ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "OPT": "ForCausalLM Model ForSequenceClassification ForQuestionAnswering",
    "Phi3": "ForCausalLM Model ForSequenceClassification ForTokenClassification",
    "Qwen2": "ForCausalLM Model ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "Qwen3": "ForCausalLM Model ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "Qwen3Moe": "ForCausalLM Model ForSequenceClassification ForTokenClassification ForQuestionAnswering",
    "Roberta": "Model ForMaskedLM ForCausalLM ForMultipleChoice ForSequenceClassification"
    " ForTokenClassification ForQuestionAnswering",
    "T5": "ForConditionalGeneration Model EncoderModel ForSequenceClassification ForTokenClassification"
    " ForQuestionAnswering",
    "ViT": "Model ForImageClassification ForMaskedImageModeling",
    "Whisper": "ForConditionalGeneration Model ForCausalLM ForAudioClassification",
}

# What a config is changed to, beside its defaults: each alone, where the class has the field.
CHANGES = [
    {},
    {"dtype": "bfloat16"},
    {"num_labels": 7},
    {"tie_word_embeddings": True},
    {"tie_word_embeddings": False},
    {"attention_bias": True},
    {"attention_bias": False},
    {"mlp_bias": True},
    {"qkv_bias": False},
    {"use_bias": True},
    {"enable_bias": False},
    {"num_key_value_heads": 2, "num_attention_heads": 8, "head_dim": 24, "hidden_size": 192},
    {"num_key_value_heads": None},
    {"head_dim": 40},
    {"q_lora_rank": None},
    {"first_k_dense_replace": 0},
    {"n_shared_experts": 2},
    {"sliding_window": None},
    {"use_sliding_window": True, "sliding_window": 128},
    {"decoder_sparse_step": 2},
    {"mlp_only_layers": [0, 3]},
    {"num_experts": 16},
    {"num_local_experts": 16},
    {"n_routed_experts": 16},
    {"shared_expert_intermediate_size": 80},
    {"word_embed_proj_dim": 96},
    {"do_layer_norm_before": False},
    {"_remove_final_layer_norm": True},
    {"n_inner": 100},
    {"use_parallel_residual": False},
    {"rotary_pct": 1.0},
    {"partial_rotary_factor": 0.5},
    {"feed_forward_proj": "gated-gelu"},
    {"num_decoder_layers": 2},
    {"image_size": [64, 96], "patch_size": [16, 8]},
    {"image_size": 64, "patch_size": 16, "encoder_stride": 16},
    {"pooler_output_size": 48},
    {"pooler_act": "relu"},
    {"type_vocab_size": 1},
    {"max_position_embeddings": 77},
    {"vocab_size": 1001},
    {"pad_token_id": None},
    {"share_encoder_decoder_embeddings": False},
    {"decoder_vocab_size": 900},
    {"scale_embedding": True},
    {"sinusoidal_pos_embds": True},
    {"use_weighted_layer_sum": True},
    {"classifier_proj_size": 33},
    {"num_mel_bins": 128},
    {"max_source_positions": 100},
    {"max_target_positions": 90},
    {"d_model": 96, "d_kv": 16, "d_ff": 100},
    {"encoder_layers": 3, "decoder_layers": 2},
    {"encoder_ffn_dim": 50, "decoder_ffn_dim": 70},
    {"encoder_attention_heads": 4, "decoder_attention_heads": 2},
    {"summary_use_proj": True, "num_labels": 3},
    {"layer_norm_elementwise_affine": False},
    {"use_qk_norm": True},
]

# Fewer layers than the defaults, so that all models together take a few minutes.
SHRINK = {"num_hidden_layers": 4, "n_layer": 3, "n_layers": 3, "num_layers": 3}


def config_of(family, change):
    kind = getattr(transformers, f"{family}Config")
    defaults = kind()
    # attributes of old names are aliases: only what is saved counts as a field
    known = set(defaults.to_dict()) | {"num_labels", "tie_word_embeddings", "dtype"}
    if not set(change) <= known:
        return None
    small = {key: value for key, value in SHRINK.items() if key in known and change}
    return kind(**{**small, **change})


# Parts that are not read, which a note says.
UNREAD = ("vision_tower", "multi_modal_projector")

# Where the two differ for a reason: a beginning of a name, a change, and why.
EXPLAINED = [
    ("T5", "tie_word_embeddings", "5.x builds a tied model whatever a config says, and reads one that is not tied"),
    ("Gemma3For", "tie_word_embeddings", "4.57 builds a tied model from a config that unties it at the top"),
    ("Bert", "tie_word_embeddings", "5.x keeps a second bias of the scores that nothing reads where words are not tied"),
    ("Roberta", "tie_word_embeddings", "the same"),
    ("Bart", "tie_word_embeddings", "refused: three tables of words, one of which nothing reads"),
    ("Marian", "tie_word_embeddings", "the same"),
    ("Marian", "share_encoder_decoder_embeddings", "refused: two vocabularies"),
    ("Whisper", "use_weighted_layer_sum", "refused: a sum over the results of all layers"),
]


def explained(name, change):
    return any(name.startswith(start) and key in change for start, key, _ in EXPLAINED)


def parameters(kind, config):
    with torch.device("meta"):
        named = kind(config).named_parameters()
        return sum(p.numel() for name, p in named if not any(part in name for part in UNREAD))


def estimated(binary, text, folder):
    path = Path(folder) / "config.json"
    path.write_text(text)
    run = subprocess.run([binary, "estimate", path, "--output", "json"], capture_output=True, text=True, timeout=120)
    if run.returncode:
        return " / ".join(line.strip() for line in run.stderr.strip().splitlines() if line.strip())[:300]
    result = json.loads(run.stdout)
    notes = [line for line in run.stderr.splitlines() if "not known here" in line]
    return (result[0] if isinstance(result, list) else result)["parameters"], notes


def main():
    binary, *wanted = sys.argv[1:]
    tried, equal, known, told = 0, 0, 0, set()
    print("transformers", transformers.__version__)
    with tempfile.TemporaryDirectory() as folder:
        for family, names in CLASSES.items():
            if wanted and family not in wanted:
                continue
            for change in CHANGES:
                try:
                    config = config_of(family, change)
                except Exception as error:
                    print(f"{family} {change}: no config: {str(error)[:100]}")
                    continue
                if config is None:
                    continue
                for name in names.split():
                    name = name if name.startswith("Gemma3F") else family + name
                    try:
                        config.architectures = [name]
                        right = parameters(getattr(transformers, name), config)
                    except Exception as error:
                        print(f"{name} {change}: no model: {type(error).__name__} {str(error)[:100]}")
                        continue
                    for text in {config.to_json_string(), config.to_json_string(use_diff=False)}:
                        got = estimated(binary, text, folder)
                        tried += 1
                        if isinstance(got, tuple):
                            told.update(got[1])
                            got = got[0]
                        if got == right:
                            equal += 1
                        elif explained(name, change):
                            known += 1
                        else:
                            print(f"{name} {change}: {got} instead of {right}", flush=True)
    for note in sorted(told):
        print("told:", note)
    print(f"{equal} of {tried} configs have the parameters of their models, {known} differ for a known reason:")
    for start, key, why in EXPLAINED:
        print(f"  {start} with another `{key}`: {why}")


if __name__ == "__main__":
    main()
