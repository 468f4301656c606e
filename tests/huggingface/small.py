"""Small networks of many families, against the library itself.

Writes `small/TYPE.json`, a config of a network with a few thousand parameters, and
`small/expected.csv`: what the installed `transformers` and `torch` say of it. Parameters are those
of `named_parameters`, tied ones once; multiply-accumulates are half of what `FlopCounterMode` counts
in one forward pass of 10 tokens with eager attention and eager experts. Where the counter
misleads, the test has the number by hand, and says why.

    pip install torch transformers
    python tests/huggingface/small.py [TYPE ...]

With types, only these are made anew.
"""

import csv
import importlib
import json
import sys
from pathlib import Path

import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, logging

logging.set_verbosity_error()
HERE = Path(__file__).parent / "small"
TOKENS = 10

# Sizes under every name that configs have for them.
SIZES = {
    "hidden_size": 32, "n_embd": 32, "d_model": 32, "embed_dim": 32,
    "num_attention_heads": 4, "n_head": 4, "n_heads": 4, "num_heads": 4,
    "encoder_attention_heads": 4, "decoder_attention_heads": 2,
    "num_key_value_heads": 2, "head_dim": 8, "d_kv": 8,
    "intermediate_size": 36, "n_inner": 36, "ffn_hidden_size": 36, "d_ff": 36, "ffn_dim": 36,
    "encoder_ffn_dim": 36, "decoder_ffn_dim": 28,
    "num_hidden_layers": 4, "n_layer": 4, "n_layers": 4, "num_layers": 4, "encoder_layers": 2,
    "decoder_layers": 3, "num_decoder_layers": 3,
    "vocab_size": 61, "max_position_embeddings": 50, "n_positions": 50, "max_seq_len": 50, "n_ctx": 50,
    "num_experts": 6, "num_local_experts": 6, "n_routed_experts": 6, "moe_num_experts": 6,
    "num_experts_per_tok": 2, "moe_topk": 2, "moe_k": 2, "top_k": 2, "num_shared_experts": 1, "n_shared_experts": 1,
    "moe_num_shared_experts": 1,
    "moe_intermediate_size": 14, "shared_expert_intermediate_size": 22, "shared_intermediate_size": 22,
    "expert_ffn_hidden_size": 14, "first_k_dense_replace": 1, "n_group": 1, "topk_group": 1,
    "q_lora_rank": 10, "kv_lora_rank": 8, "qk_nope_head_dim": 6, "qk_rope_head_dim": 4, "v_head_dim": 6,
    "qk_head_dim": 10, "index_n_heads": 3, "index_head_dim": 8, "index_topk": 5,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
}

LATENT = {"num_key_value_heads": 4, "head_dim": 4}

# What a type needs beside, or is more telling with. A name before `-` is a type.
MROPE = {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [1, 1, 2]}}
OTHERS = {
    "axk1": LATENT, "sarvam_mla": LATENT, "cosmos3_edge_text": MROPE, "paddleocr_vl_text": MROPE,
    "qwen2_5_omni_text": MROPE, "glm_ocr_text": {"rope_parameters": {**MROPE["rope_parameters"], "partial_rotary_factor": 1.0}},
    "glm_image_text": {"rope_parameters": {**MROPE["rope_parameters"], "partial_rotary_factor": 1.0}},
    "dbrx": {
        "attn_config": {"kv_n_heads": 2, "clip_qkv": 8.0, "rope_theta": 10000.0},
        "ffn_config": {"hidden_size": 32, "ffn_hidden_size": 14, "moe_num_experts": 6, "moe_top_k": 2},
    },
    "deepseek_ocr2_text": {"mlp_layer_types": ["dense", "sparse", "sparse", "sparse"]},
    "jetmoe": {"kv_channels": 8, "num_key_value_heads": 2},
    "deepseek_v2": LATENT, "deepseek_v3": LATENT, "deepseek_v32": LATENT, "glm4_moe_lite": LATENT,
    "glm_moe_dsa": LATENT, "longcat_flash": {**LATENT, "num_layers": 2, "zero_expert_num": 2}, "minicpm3": LATENT,
    "mistral4": LATENT, "youtu": LATENT,
    "deepseek_v2-plain": {**LATENT, "q_lora_rank": None, "n_shared_experts": 2, "first_k_dense_replace": 0},
    "doge-neurons": {"is_moe": True, "num_experts": 18, "num_experts_per_tok": 3, "norm_topk_prob": True},
    "codegen": {"rotary_dim": 4}, "gptj": {"rotary_dim": 4},
    "cohere-norm": {"use_qk_norm": True}, "ctrl": {"dff": 36},
    "falcon-new": {"new_decoder_architecture": True, "num_kv_heads": 2},
    "falcon-one": {"new_decoder_architecture": True, "num_kv_heads": 2, "num_ln_in_parallel_attn": 1},
    "falcon-old": {"multi_query": False, "parallel_attn": False, "alibi": True, "bias": True},
    "gemma3n_text": {
        "layer_types": ["sliding_attention", "full_attention"] * 2, "num_kv_shared_layers": 2, "laurel_rank": 4,
        "hidden_size_per_layer_input": 6, "vocab_size_per_layer_input": 50, "altup_num_inputs": 3,
        "intermediate_size": [36, 36, 40, 40], "activation_sparsity_pattern": [0.95, 0.0, 0.0, 0.0],
    },
    "gemma4_text": {
        "layer_types": ["sliding_attention", "full_attention"] * 2, "num_kv_shared_layers": 2,
        "hidden_size_per_layer_input": 6, "vocab_size_per_layer_input": 61, "global_head_dim": 12,
    },
    "gemma4_text-large": {
        "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"],
        "num_kv_shared_layers": 0, "hidden_size_per_layer_input": 0, "global_head_dim": 12,
        "num_global_key_value_heads": 1, "attention_k_eq_v": True, "enable_moe_block": True,
        "num_experts": 6, "top_k_experts": 2, "moe_intermediate_size": 14,
    },
    "gemma4_text-wide": {
        "layer_types": ["sliding_attention", "full_attention"] * 2, "num_kv_shared_layers": 2,
        "hidden_size_per_layer_input": 6, "vocab_size_per_layer_input": 61, "global_head_dim": 12,
        "use_double_wide_mlp": True,
    },
    "afmoe-biased": {"attention_bias": True}, "hy_v3-biased": {"mlp_bias": True}, "ernie4_5_moe-biased": {"use_bias": True},
    "deepseek_v2-biased": {**LATENT, "mlp_bias": True}, "minicpm3-biased": {**LATENT, "mlp_bias": True},
    "laguna-elements": {"gating": False},
    "glm4_moe-norm": {"use_qk_norm": True, "attention_bias": True},
    "gpt_neo": {"attention_types": [[["global", "local"], 2]], "intermediate_size": 36},
    "mimo_v2_flash": {"v_head_dim": 6},
    "mpt": {"expansion_ratio": 2},
    "olmo-clip": {"clip_qkv": 8.0},
    "phi-norm": {"qk_layernorm": True},
    "molmo2_text-olmo": {"qk_norm_type": "olmo", "norm_after": True, "attention_bias": True},
    "smollm3-rope": {"no_rope_layers": [1, 0, 1, 0]},
    "switch_transformers-some": {"num_sparse_encoder_layers": 2, "num_sparse_decoder_layers": 1, "router_bias": True},
    "switch_transformers-none": {"num_sparse_encoder_layers": 0, "num_sparse_decoder_layers": 0},
    "stablelm-norm": {"qk_layernorm": True, "use_qkv_bias": True},
    "stablelm-parallel": {"use_parallel_residual": True},
    "xglm": {"attention_heads": 4},
}

# Text models that no list of the library has by their type.
BY_CLASS = {
    "cosmos3_edge_text": "cosmos3_edge.Cosmos3EdgeTextModel", "deepseek_ocr2_text": "deepseek_ocr2.DeepseekOcr2TextModel",
    "emu3_text_model": "emu3.Emu3ForCausalLM", "glm_image_text": "glm_image.GlmImageTextModel",
    "glm_ocr_text": "glm_ocr.GlmOcrTextModel", "granite4_vision_text": "granite4_vision.Granite4VisionTextModel",
    "granite_docling_text": "granite_docling.GraniteDoclingTextModel", "hunyuan_vl_text": "hunyuan_vl.HunYuanVLTextModel",
    "molmo2_text": "molmo2.Molmo2TextModel", "molmo2_text-olmo": "molmo2.Molmo2TextModel",
    "mistral4": "mistral4.Mistral4ForCausalLM", "paddleocr_vl_text": "paddleocr_vl.PaddleOCRTextModel",
    "qwen2_5_omni_text": "qwen2_5_omni.Qwen2_5OmniThinkerTextModel",
    "qwen3_omni_moe_text": "qwen3_omni_moe.Qwen3OmniMoeThinkerTextModel",
}

TYPES = """
afmoe apertus arcee biogpt bitnet bloom codegen cohere cohere2 cohere2_moe ctrl cwm deepseek_v2 deepseek_v3
deepseek_v32 dots1 ernie4_5 ernie4_5_moe exaone4 exaone_moe falcon flex_olmo flint gemma gemma2
gemma3_text gemma3n_text gemma4_text glm glm4 glm4_moe glm4_moe_lite glm_moe_dsa gpt_bigcode gpt_neo gpt_neox
gpt_neox_japanese gpt_oss gptj granite granite_swa granitemoe granitemoe_swa granitemoeshared helium
hunyuan_v1_dense hunyuan_v1_moe hy_v3 hyperclovax jais2 kolibri1 laguna llama llama4_text longcat_flash
mellum mimo_v2_flash minicpm3 minimax_m2 ministral ministral3 mistral mistral4 mixtral mpt nanochat nemotron olmo
olmo2 olmo3 olmoe openai-gpt opt persimmon phi phi3 phimoe qwen2 qwen2_moe qwen3 qwen3_moe seed_oss
smollm3 solar_open stablelm starcoder2 vaultgemma xglm youtu
apertus1p5_text aria_text axk1 cosmos3_edge_text dbrx deepseek_ocr2_text diffllama doge emu3_text_model exaone glm_image_text
glm_ocr_text granite4_vision_text granite_docling_text hunyuan_vl_text internlm3 iquestcoder jetmoe molmo2_text
paddleocr_vl_text qwen2_5_omni_text qwen3_omni_moe_text sarvam_mla sarvam_moe
t5 mt5 umt5 switch_transformers bart mbart plbart m2m_100 pegasus marian blenderbot blenderbot-small mvp
""".split()


VARIANTS = [name for name in OTHERS if name not in TYPES]


def small(name):
    kind = type(AutoConfig.for_model(name.split("-")[0] if name in VARIANTS else name))
    known = set(kind().to_dict())
    sizes = {key: value for key, value in SIZES.items() if key in known}
    sizes.update(OTHERS.get(name, {}))
    return kind(**sizes)


def main():
    wanted = sys.argv[1:] or TYPES + VARIANTS
    HERE.mkdir(exist_ok=True)
    table = HERE / "expected.csv"
    rows = {}
    if table.exists() and sys.argv[1:]:
        with table.open() as file:
            rows = {row["type"]: row for row in csv.DictReader(file)}
    for name in wanted:
        try:
            config = small(name)
            auto = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
            config._experts_implementation = "eager"
            torch.manual_seed(0)
            if name in BY_CLASS:
                module, kind = BY_CLASS[name].split(".")
                module = importlib.import_module(f"transformers.models.{module}.modeling_{module}")
                auto = getattr(module, kind)
            build = getattr(auto, "from_config", None) or auto._from_config
            model = build(config, attn_implementation="eager").eval()
            config.architectures = [type(model).__name__]
            parameters = sum(p.numel() for _, p in model.named_parameters())
        except Exception as error:
            print(f"{name}: no model: {type(error).__name__} {str(error)[:200]}")
            continue
        try:
            tokens = torch.randint(3, 60, (1, TOKENS))
            inputs = {"input_ids": tokens}
            if config.is_encoder_decoder:
                inputs["decoder_input_ids"] = torch.randint(3, 60, (1, TOKENS))
            with torch.no_grad(), FlopCounterMode(display=False) as counter:
                model(**inputs, use_cache=False)
            macs = counter.get_total_flops() // 2
        except Exception as error:
            print(f"{name}: does not run: {type(error).__name__} {str(error)[:200]}")
            macs = ""
        saved = config.to_dict()
        drop = ("_name_or_path", "dtype", "transformers_version", "_experts_implementation", "_attn_implementation")
        saved = {key: value for key, value in sorted(saved.items()) if key not in drop}
        (HERE / f"{name}.json").write_text(json.dumps(saved, indent=1) + "\n")
        rows[name] = {"type": name, "class": config.architectures[0], "parameters": parameters, "macs_at_10_tokens": macs}
        print(name, parameters, macs, flush=True)
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["type", "class", "parameters", "macs_at_10_tokens"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[name] for name in sorted(rows))


main()
