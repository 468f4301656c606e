"""Small random configs of the families that keep a state of a fixed size, as the installed
`transformers` saves them, and what it says of their models: `parameters` as the sum over
`named_parameters()`, and `linear_macs`, the products of all matrices with 5 tokens, of experts
with as many as are chosen. What is no matrix product with a weight (recurrences, convolutions,
scores) is not in it. Writes `recurrent/*.json` and `recurrent/expected.csv`.
"""

import csv
import json
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

TOKENS = 5
SMALL = {"vocab_size": 61, "pad_token_id": 0, "hidden_size": 24, "num_hidden_layers": 5, "max_position_embeddings": 32}
HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 40}
DELTA = {"linear_key_head_dim": 4, "linear_value_head_dim": 6, "linear_num_key_heads": 2,
         "linear_num_value_heads": 4, "linear_conv_kernel_dim": 3}
MIX = {"moe_intermediate_size": 12, "num_experts": 4, "num_experts_per_tok": 2,
       "shared_expert_intermediate_size": 10}
SSD = {"mamba_n_heads": 6, "mamba_d_head": 8, "mamba_n_groups": 2, "mamba_d_state": 5, "mamba_d_conv": 3}
ALONE = {"vocab_size": 61, "pad_token_id": 0, "hidden_size": 24, "num_hidden_layers": 3}

CONFIGS = {
    "qwen3_next": ("qwen3_next", {**SMALL, **HEADS, **DELTA, **MIX, "head_dim": 8, "mlp_only_layers": [1]}),
    "qwen3_5_text": ("qwen3_5_text", {**SMALL, **HEADS, **DELTA, "head_dim": 8, "attention_bias": True}),
    "qwen3_5_moe_text": ("qwen3_5_moe_text", {**SMALL, **HEADS, **DELTA, **MIX, "head_dim": 8}),
    "olmo_hybrid": ("olmo_hybrid", {**SMALL, **HEADS, "num_key_value_heads": None, "rope_parameters": None}),
    "kimi_linear": ("kimi_linear", {
        **SMALL, **HEADS, "num_key_value_heads": 4, "kv_lora_rank": 7, "q_lora_rank": None, "qk_nope_head_dim": 6,
        "qk_rope_head_dim": 4, "v_head_dim": 5, "linear_num_heads": 3, "linear_head_dim": 4, "num_local_experts": 4,
        "num_experts_per_tok": 2, "moe_intermediate_size": 12, "n_shared_experts": 1}),
    "minimax": ("minimax", {**SMALL, **HEADS, "head_dim": 10, "num_local_experts": 4, "num_experts_per_tok": 2, "block_size": 4}),
    "lfm2": ("lfm2", {**SMALL, **HEADS, "block_auto_adjust_ff_dim": True, "block_multiple_of": 16, "conv_bias": True,
                      "layer_types": ["conv", "full_attention", "conv", "conv", "full_attention"]}),
    "lfm2_moe": ("lfm2_moe", {**SMALL, **HEADS, **{k: MIX[k] for k in list(MIX)[:3]}, "num_dense_layers": 1,
                              "layer_types": ["conv", "full_attention", "conv", "conv", "full_attention"]}),
    "lfm3": ("lfm3", {**SMALL, **HEADS, "head_dim": 8, "sliding_window": 4096, "conv_bias": True,
                      "layer_types": ["conv", "full_attention", "conv", "sliding_attention", "full_attention"]}),
    "lfm3-plain": ("lfm3", {**SMALL, **HEADS, "head_dim": 8, "sliding_window": 4096, "use_sandwich_norm": False, "use_attention_gate": False}),
    "mamba": ("mamba", {**ALONE, "state_size": 6, "conv_kernel": 3, "time_step_rank": 5, "use_bias": True}),
    "falcon_mamba": ("falcon_mamba", {**ALONE, "state_size": 6, "use_conv_bias": False}),
    "mamba2": ("mamba2", {**ALONE, "state_size": 6, "n_groups": 2, "num_heads": 6, "head_dim": 8, "chunk_size": 4}),
    "jamba": ("jamba", {**SMALL, **HEADS, "num_experts": 4, "mamba_d_state": 6, "mamba_dt_rank": 3, "attn_layer_period": 3,
                        "attn_layer_offset": 1, "use_mamba_kernels": False}),
    "jamba-dense": ("jamba", {**SMALL, **HEADS, "num_experts": 1, "mamba_d_state": 6, "attn_layer_period": 5,
                              "mamba_proj_bias": True, "use_mamba_kernels": False, "tie_word_embeddings": True}),
    "bamba": ("bamba", {**SMALL, **HEADS, **SSD, "attn_layer_indices": [1, 4], "mamba_proj_bias": True}),
    "granitemoehybrid": ("granitemoehybrid", {
        **SMALL, **HEADS, **SSD, "num_local_experts": 4, "shared_intermediate_size": 20,
        "layer_types": ["mamba", "attention", "mamba", "mamba", "attention"], "residual_multiplier": 0.5}),
    "granitemoehybrid-dense": ("granitemoehybrid", {
        **SMALL, **HEADS, **SSD, "num_local_experts": 0, "shared_intermediate_size": 20, "mamba_d_head": "auto",
        "layer_types": ["mamba", "attention", "mamba", "mamba", "mamba"], "position_embedding_type": "rope"}),
    "falcon_h1": ("falcon_h1", {**SMALL, **HEADS, **SSD, "mamba_d_ssm": 48, "mamba_rms_norm": True, "mlp_bias": True}),
    "falcon_h1-plain": ("falcon_h1", {**SMALL, **HEADS, **SSD, "mamba_d_ssm": 48, "projectors_bias": True}),
    "nemotron_h": ("nemotron_h", {
        **{key: SMALL[key] for key in ("vocab_size", "pad_token_id", "hidden_size", "max_position_embeddings")}, **HEADS, "head_dim": 7,
        "layers_block_type": ["mamba", "mlp", "mamba", "attention", "moe", "mlp"], "mamba_num_heads": 6,
        "mamba_head_dim": 5, "n_groups": 3, "ssm_state_size": 4, "n_routed_experts": 4, "moe_intermediate_size": 12,
        "moe_shared_expert_intermediate_size": 14, "mlp_bias": False}),
    "nemotron_h-latent": ("nemotron_h", {
        **{key: SMALL[key] for key in ("vocab_size", "pad_token_id", "hidden_size", "max_position_embeddings")}, **HEADS, "head_dim": 7,
        "layers_block_type": ["mamba", "mlp", "mamba", "attention", "moe", "mlp"], "mamba_num_heads": 6,
        "mamba_head_dim": 5, "n_groups": 3, "ssm_state_size": 4, "n_routed_experts": 4, "moe_intermediate_size": 12,
        "moe_shared_expert_intermediate_size": 14, "mlp_bias": True, "moe_latent_size": 10}),
    "recurrent_gemma": ("recurrent_gemma", {**SMALL, **HEADS, "lru_width": 32, "attention_window_size": 3}),
    "rwkv": ("rwkv", {"vocab_size": 61, "hidden_size": 24, "num_hidden_layers": 3, "attention_hidden_size": 20,
                      "intermediate_size": 56, "context_length": 32}),
    "xlstm": ("xlstm", {"vocab_size": 61, "hidden_size": 128, "num_hidden_layers": 2, "num_heads": 4}),
    "zamba": ("zamba", {**SMALL, **HEADS, "num_hidden_layers": 7, "n_mamba_heads": 2, "mamba_d_state": 6, "mamba_dt_rank": 3,
                        "attn_layer_period": 3, "attn_layer_offset": 1}),
    "zamba2": ("zamba2", {
        **SMALL, **HEADS, "num_key_value_heads": None, "num_hidden_layers": 6, "n_mamba_heads": 6, "mamba_d_state": 6,
        "layers_block_type": ["mamba", "mamba", "hybrid", "mamba", "hybrid", "hybrid"], "num_mem_blocks": 2}),
    "zamba2-adapted": ("zamba2", {
        **SMALL, **HEADS, "num_key_value_heads": None, "num_hidden_layers": 6, "n_mamba_heads": 6, "mamba_d_state": 6,
        "layers_block_type": ["mamba", "hybrid", "mamba", "hybrid", "mamba", "mamba"], "num_mem_blocks": 1,
        "use_shared_attention_adapter": True, "adapter_rank": 3, "use_mem_rope": True}),
}

# Parameters of several dimensions that are no matrices that tokens are multiplied by.
NO_MATRIX = ("conv1d", "conv_1d", "conv.conv.", "A_log", "time_mix", "bias", ".D", "norm")


def linear_macs(model, config):
    total, adapters = 0, set()
    # what several layers share is multiplied in each of them, what a layer adds of its own once
    for name, parameter in model.named_parameters(remove_duplicate=False):
        is_head = name.startswith(("lm_head", "head"))
        if parameter.dim() < 2 or any(part in name for part in NO_MATRIX):
            continue
        if "embed" in name and not is_head or id(parameter) in adapters:
            continue
        if "adapter" in name:
            adapters.add(id(parameter))
        share = 1
        if ".experts." in name:
            share = config.num_experts_per_tok / parameter.shape[0]
        total += int(parameter.numel() * share) * TOKENS
    return total


def main():
    folder = Path(__file__).parent / "recurrent"
    folder.mkdir(exist_ok=True)
    print("transformers", transformers.__version__)
    rows = []
    for name, (kind, changes) in CONFIGS.items():
        config = AutoConfig.for_model(kind, **changes)
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config)
        config.architectures = [type(model).__name__]
        parameters = sum(parameter.numel() for parameter in model.parameters())
        text = json.loads(config.to_json_string(use_diff=False))
        kept = {key: value for key, value in text.items() if key not in UNSAID}
        (folder / f"{name}.json").write_text(json.dumps(kept) + "\n")
        rows.append([name, parameters, linear_macs(model, config)])
    with open(folder / "expected.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["config", "parameters", "linear_macs"])
        writer.writerows(rows)


# What every config says and says nothing by.
UNSAID = set(transformers.PretrainedConfig().to_dict()) - {"architectures", "model_type", "tie_word_embeddings"}

if __name__ == "__main__":
    main()
