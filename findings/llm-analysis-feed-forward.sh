#!/usr/bin/env bash
# llm-analysis 0.2.2, the operations of the feed-forward part of a layer.
#
# Expected: two per weight and token: at a width of 4096, twice 2 * 4096 * the inner
# width, which the model gives as ffn_embed_dim; and as often as experts are active.
# Seen: 16 * 4096^2 whatever the inner width and the experts. The weights follow
# both; the operations take four times the width for granted: right at 16 384, four
# times too much at 4096, half at 32 768, half for two of eight experts.
# Why it matters: the time is the greater of operations and bytes, so that a prompt,
# bound by operations, costs the same for each of them; energies taken from its
# operations and from its weights contradict each other.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet --no-deps llm-analysis==0.2.2 fire==0.7.1 termcolor==3.2.0 || exit 2
venv/bin/python - <<'EOF'
import logging

from llm_analysis.analysis import LLMAnalysis
from llm_analysis.config import ModelConfig, get_dtype_config_by_name, get_gpu_config_by_name

logging.disable(logging.CRITICAL)
accelerator, types = get_gpu_config_by_name("h100-sxm-80gb"), get_dtype_config_by_name("w16a16e16")
seen = []
for inner, experts, active in ((4096, 1, 1), (16384, 1, 1), (32768, 1, 1), (16384, 8, 2)):
    model = ModelConfig(
        name="model",
        num_layers=1,
        n_head=32,
        hidden_dim=4096,
        vocab_size=32000,
        max_seq_len=4096,
        ffn_embed_dim=inner,
        moe_num_experts=experts,
        moe_top_k=active,
    )
    analysis = LLMAnalysis(model, accelerator, types)
    weights = analysis.get_num_params_per_layer_mlp()
    seen.append(analysis.get_num_flops_fwd_per_layer_mlp(1, 1))
    right = 2 * weights * active // experts
    print(f"inner width {inner}, {active} of {experts} experts: {right} operations a token, seen {seen[-1]}")
if seen != [16 * 4096**2] * 4:
    raise SystemExit("the behaviour has changed")
EOF
