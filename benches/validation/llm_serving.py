"""Serving language models on H100: joules of a decoding step.

One run of the model is one step: a token for each of the sequences that are
served together, after the prompt and half of the mean answer. Its energy is that
of a token times the sequences, all boards together, idling included. The length
of the prompts is not published; PROMPT stands for it.
"""

from tool import HERE, measured, percent, quantile, table

PROMPT = 300
# Where the prompt is an unknown of the fit, it is one of these.
PROMPTS = (100, 300, 500, 800, 1200)
BASE = ("--base", "h100", "--movement", "compulsory")
SOURCE = f"ML.ENERGY benchmark v3, dense models in bfloat16 answering texts; prompts taken as {PROMPT} tokens"
FIT = ("--fit", "mac.bf16,hbm3")

MODELS = {
    "Qwen/Qwen3-8B": "qwen3-8b",
    "Qwen/Qwen3-14B": "qwen3-14b",
    "Qwen/Qwen3-32B": "qwen3-32b",
    "google/gemma-3-12b-it": "gemma-3-12b",
    "google/gemma-3-27b-it": "gemma-3-27b",
    "meta-llama/Llama-3.1-8B-Instruct": "llama-3.1-8b",
    "meta-llama/Llama-3.1-70B-Instruct": "llama-3-70b",
    "meta-llama/Llama-3.3-70B-Instruct": "llama-3-70b",
    "Qwen/Qwen3-30B-A3B-Instruct-2507": "qwen3-30b-a3b",
    "Qwen/Qwen3-30B-A3B-Thinking-2507": "qwen3-30b-a3b",
    "Qwen/Qwen3-Coder-30B-A3B-Instruct": "qwen3-30b-a3b",
    "Qwen/Qwen3-235B-A22B-Instruct-2507": "qwen3-235b-a22b",
    "Qwen/Qwen3-235B-A22B-Thinking-2507": "qwen3-235b-a22b",
    "meta-llama/Llama-3.1-405B-Instruct-FP8": "llama-3.1-405b",
    "Qwen/Qwen3-235B-A22B-Instruct-2507-FP8": "qwen3-235b-a22b",
    "Qwen/Qwen3-235B-A22B-Thinking-2507-FP8": "qwen3-235b-a22b",
}

# Answers to texts; pictures and films are prompts of unknown length.
TASKS = ("gpqa", "lm-arena-chat", "sourcegraph-fim")


FORMATS = {"bfloat16": "bf16", "fp8": "fp8"}


def is_used(row):
    is_text = row["task"] in TASKS and row["model"] in MODELS
    return is_text and row["weights"] in FORMATS


def run(row, prompt=PROMPT):
    """A row of the data as a run."""
    sequences = max(1, round(float(row["avg_batch"])))
    return {
        "model": str(HERE / "configs" / f"{MODELS[row['model']]}.json"),
        "phase": "decode",
        "format": FORMATS[row["weights"]],
        "set.batch": sequences,
        "set.context": round(prompt + float(row["avg_out"]) / 2),
        "joules": float(row["J_per_tok"]) * sequences,
        "name": row["model"].split("/")[1],
        "gpus": row["n_gpus"],
    }


def with_prompts(tool, rows):
    """Leaves out each model, and fits the prompt too to the others."""
    errors = []
    for name in sorted({row["model"] for row in rows}):
        others = [row for row in rows if row["model"] != name]
        best = None
        for prompt in PROMPTS:
            runs = tool.runs("llm-others", [run(row, prompt) for row in others])
            out = tool.folder / "llm-others.toml"
            _, fit = tool.calibrate(runs, *BASE, *FIT, "--out", out)
            if best is None or fit[0]["median_error"] < best[0]:
                best = (fit[0]["median_error"], prompt, out.read_text())
        out.write_text(best[2])
        own = [run(row, best[1]) for row in rows if row["model"] == name]
        _, predicted = tool.validate(tool.runs("llm-own", own), "--table", out, *BASE[2:])
        errors += [abs(one["error"]) for one in predicted]
    return quantile(errors, 0.5), quantile(errors, 0.9)


def in_fp8(tool, dense, experts, table_of_bf16):
    """A price of a multiply–accumulate in fp8, fitted to the dense model alone."""
    runs = tool.runs("llm-fp8", [run(row) for row in dense])
    out = tool.folder / "h100-fp8.toml"
    found, errors = tool.calibrate(
        runs, "--base", table_of_bf16, *BASE[2:], "--fit", "mul.fp8", "--out", out
    )
    moe = tool.runs("llm-moe-fp8", [run(row) for row in experts])
    groups, _ = tool.validate(moe, "--table", out, *BASE[2:], "--group", "name")
    return found["mul.fp8"], errors[0], groups


def lines(groups):
    """A line for each group of runs."""
    return [
        [
            name,
            one["runs"],
            percent(one["median_error"]),
            percent(one["p90_error"]),
            percent(one["bias"]),
            f"{one['spearman']:.3f}",
        ]
        for name, one in groups.items()
    ]


def section(data, tool):
    rows = [row for row in measured(data / "llm_serving_h100.csv") if is_used(row)]

    def of(arch, weights):
        return [
            row for row in rows if row["arch"].startswith(arch) and row["weights"] == weights
        ]

    dense, experts = of("Dense", "bfloat16"), of("MoE", "bfloat16")
    out = tool.folder / "h100-fitted.toml"
    runs = tool.runs("llm-h100", [run(row) for row in dense])
    plot = tool.folder / "llm-h100.svg"
    found, errors = tool.ship(
        "h100-fitted", runs, SOURCE, *BASE, *FIT, "--leave-out", "name", "--plot", plot
    )
    all_in, one_out = errors
    prompt_median, prompt_p90 = with_prompts(tool, dense)
    moe = tool.runs("llm-moe", [run(row) for row in experts])
    groups, _ = tool.validate(moe, "--table", out, *BASE[2:], "--group", "name")
    eight, eight_errors, groups_eight = in_fp8(tool, of("Dense", "fp8"), of("MoE", "fp8"), out)
    mul, byte = found["mul.bf16"], found["hbm3"]
    text = f"""## Language models on H100

Joules of a token while {len(dense)} settings of {len({r['model'] for r in dense})} dense models answer texts (vLLM on one to four H100, bfloat16; ML.ENERGY benchmark v3). A step is a decoding step of the model by its config, for as many sequences as were served together: weights are read once a step, each sequence reads its cache. The context is the prompt and half of the mean answer; the prompts are not published, and taken as {PROMPT} tokens. Idling and the prefill are in what was measured, and so in the prices.

Two prices are fitted: {mul['value']:.2f} pJ ({mul['low']:.2f} to {mul['high']:.2f}) a multiply–accumulate in bf16, and {byte['value']:.0f} pJ ({byte['low']:.0f} to {byte['high']:.0f}) a byte of HBM3. This is the table [`h100-fitted`](../energy-tables/h100-fitted.toml).

{table(["Predicted", "runs", "median error", "90 % within", "bias"], [
    [name, one["runs"], percent(one["median_error"]), percent(one["p90_error"]), percent(one["bias"])]
    for name, one in [
        ("all, fitted to all", all_in),
        ("each model by a fit to the others", one_out),
    ]
] + [["the same, the prompt fitted too", one_out["runs"], percent(prompt_median), percent(prompt_p90), ""]])}

Mixtures of experts, predicted by the same table, so that nothing of them was fitted. Tokens are taken to choose evenly and independently. More is measured than predicted, the more the larger the batch and the more the boards: what routing and traffic between boards take is in no count, and the prompts of code may be longer.

{table(["Mixture of experts", "runs", "median error", "90 % within", "bias", "rank"], lines(groups))}

In fp8 everything but a multiply–accumulate is priced as in the same table; that one price, {eight['value']:.2f} pJ ({eight['low']:.2f} to {eight['high']:.2f}), is fitted to the one dense model in fp8, Llama 3.1 405B on eight boards. The cache is taken to be in fp8 too. It fits its {eight_errors['runs']} settings with a median error of {percent(eight_errors['median_error'])}; mixtures of experts in fp8, of which nothing was fitted:

{table(["Mixture of experts in fp8", "runs", "median error", "90 % within", "bias", "rank"], lines(groups_eight))}

Questions about pictures and films are left out, since their prompts are long and of unknown length; so are models in mxfp4, which is no format here.
"""
    headline = [
        "H100, language models, J a token",
        "a multiply–accumulate in bf16 and a byte of HBM, to all models but the one predicted",
        f"median error {percent(one_out['median_error'])}, 90 % within {percent(one_out['p90_error'])}",
        one_out["runs"],
    ]
    return text, [headline]
