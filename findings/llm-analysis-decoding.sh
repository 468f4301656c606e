#!/usr/bin/env bash
# llm-analysis 0.2.2, a token generated after 4095 others: 32 layers of width 4096, 32
# heads, 8 of them for keys and values, 16 bits.
#
# Expected: the new query meets 4096 keys and values: 4 * 4096 * 4096 * 32 operations
# beside those of the weights, 13.7 * 10^9 in all against 11.5 * 10^9 for a first token;
# and the cache, 537 MB, is read once and grows by one token, 0.1 MB.
# Seen: 11.5 * 10^9 wherever the token stands: its attention is that of a sequence of
# one. The time for the cache is that of reading all of it and writing all of it,
# 1074 MB, and so for each token generated, at the length reached by the last.
# Why it matters: with long contexts decoding is all cache and attention: the one is
# twice too much (four times over a long text from a short prompt), the other is
# left out.

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
model = ModelConfig(
    name="model",
    num_layers=32,
    n_head=32,
    hidden_dim=4096,
    vocab_size=32000,
    max_seq_len=8192,
    num_key_value_heads=8,
)
analysis = LLMAnalysis(model, get_gpu_config_by_name("a100-sxm-80gb"), get_dtype_config_by_name("w16a16e16"))
bandwidth = analysis.get_gpu_hbm_bandwidth() * 1e9
seen = []
for before in (1, 4095):
    summary = analysis.inference(batch_size_per_gpu=1, seq_len=before, num_tokens_to_generate=1)
    operations = int(summary["decode_num_flops_fwd_total"])
    attention = 4 * 4096 * before * 32
    cache = int(summary["kv_cache_memory_per_gpu"])
    moved = round(summary["kv_cache_latency"] * bandwidth)
    seen.append((operations, cache, moved))
    print(f"after {before}: {operations + attention} operations, seen {operations}; "
          f"a cache of {cache} bytes, moved {moved}")
if seen != [(11536957440, 262144, 524288), (11536957440, 536870912, 1073741824)]:
    raise SystemExit("the behaviour has changed")
EOF
