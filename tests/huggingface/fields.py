"""Configs in which one field is another, against the library itself.

Takes every config of a folder as the library reads it, changes one of its fields at a time (the other
truth, a neighbour, half, twice, a list backwards or of one kind), and holds what picojoule counts
against the network that `transformers` builds from the same file: its parameters, and how many
multiply-accumulates more or fewer `FlopCounterMode` counts for 10 tokens than before the change. Prints
what differs; what picojoule refuses, too, unless the sizes do not divide, which the library notices
only when it runs. A config takes up to a minute; nothing is written, and no test runs it.

    pip install torch transformers
    cargo build
    python tests/huggingface/fields.py target/debug/picojoule tests/huggingface/small [NAME ...]

Left over with transformers 5.24.0 are configs that contradict themselves (a list that is longer than
its number, a size of heads that the library saves and does not read again, two fields that say
different things), and multiply-accumulates of windows and of what is chosen, which the library computes
in full, and of recurrences, which it computes in another way.
"""

import copy
import json
import signal
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoConfig, AutoModel, logging

warnings.filterwarnings("ignore")
logging.set_verbosity_error()

# Nothing of the network depends on them.
SKIPPED = {
    "_name_or_path", "architectures", "transformers_version", "model_type", "dtype", "initializer_range",
    "output_attentions", "output_hidden_states", "return_dict", "chunk_size_feed_forward", "problem_type", "id2label",
    "label2id", "use_cache", "initializer_factor", "is_encoder_decoder", "is_decoder", "rope_parameters", "rope_scaling",
}
SKIPPED_ENDS = ("_token_id", "dropout", "_pdrop", "_eps")
# As long may the library take to build one of these networks.
SECONDS = 20


def theirs(config):
    """The parameters of the network, tied ones once, its MACs where it runs, and the config as the
    library has it."""
    fields = copy.deepcopy(config)
    names = fields.get("architectures") or []
    kind = type(AutoConfig.for_model(fields.pop("model_type")))
    read = kind.from_dict(fields)
    read._attn_implementation = read._experts_implementation = "eager"
    named = getattr(transformers, names[0], None) if names else None
    signal.alarm(SECONDS)
    try:
        with torch.device("meta"):
            model = named(read) if named else AutoModel.from_config(read)
        parameters = sum(parameter.numel() for _, parameter in model.named_parameters())
        return parameters, macs(model), read
    finally:
        signal.alarm(0)


def macs(model):
    """Multiply-accumulates of 10 tokens; nothing where it does not run on tokens."""
    tokens = torch.randint(3, 60, (1, 10))
    inputs = {"input_ids": tokens}
    if model.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = tokens
    try:
        model = model.to_empty(device="cpu").eval()
        model.init_weights()
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            model(**inputs, use_cache=False)
    except TimeoutError:
        raise
    except Exception:
        return None
    return counter.get_total_flops() // 2


def ours(program, config, folder):
    """Parameters and MACs that picojoule counts, or what it says instead."""
    file = Path(folder) / "config.json"
    file.write_text(json.dumps(config))
    said = ""
    for dims in (["seq=10", "target=10"], ["seq=10"], []):
        sets = [word for dim in dims for word in ("--set", dim)]
        run = subprocess.run([program, "estimate", file, *sets, "-o", "json"], capture_output=True, text=True)
        if run.returncode == 0:
            found = json.loads(run.stdout)
            return found["parameters"], found["macs"], ""
        # Not all have two lengths, or one.
        said = run.stderr if "unknown dim" not in run.stderr else said
    return None, None, " ".join(said.split())


def others(value, is_outer):
    """Values that a field might have as well."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return sorted({value * 2, value + 1, max(1, value // 2)} - {value})
    if isinstance(value, list) and value and all(type(one) in (int, str) for one in value):
        doubled = [[one * 2 for one in value]] if isinstance(value[0], int) else []
        same = [[value[0]] * len(value), [value[-1]] * len(value)] if isinstance(value[0], str) else []
        return [other for other in [value[::-1], *doubled, *same] if other != value]
    if isinstance(value, list) and not value:
        return [[1]]
    return [1, 4, 8, True] if value is None and is_outer else []


def changed(config, path=()):
    """Every config in which one field is another, with the path of the field and what it is."""
    inner = config
    for key in path:
        inner = inner[key]
    for key, value in inner.items():
        if key in SKIPPED or key.endswith(SKIPPED_ENDS):
            continue
        if isinstance(value, dict):
            yield from changed(config, (*path, key))
        for other in others(value, not path):
            fresh = copy.deepcopy(config)
            at = fresh
            for name in path:
                at = at[name]
            at[key] = other
            yield ".".join((*path, key)), other, fresh


def compare(program, file, folder):
    """How many fields were changed, and how many of them count something else."""
    config = json.loads(file.read_text())
    parameters, whole, read = theirs(config)
    _, known, _ = ours(program, config, folder)
    full = json.loads(json.dumps(read.to_dict(), default=str))
    full["architectures"] = config.get("architectures")
    tried = differ = 0
    for field, value, fresh in [("as it is", "", config), *changed(full)]:
        try:
            parameters, run, _ = theirs(fresh)
        except Exception:
            # The library refuses it, too.
            continue
        tried += 1
        counted, products, said = ours(program, fresh, folder)
        if "divide" in said or "no multiple" in said:
            continue
        is_run = None not in (whole, known, run, products)
        if counted != parameters or is_run and products - known != run - whole:
            differ += 1
            print(
                f"{file.stem} {field} = {value}: {counted} parameters and {products} MACs, the library "
                f"{parameters} and {run} {said[:200]}", flush=True,
            )
    return tried, differ


def too_long(*_):
    raise TimeoutError("the library builds too long")


def main():
    program, configs, *names = sys.argv[1:]
    signal.signal(signal.SIGALRM, too_long)
    with tempfile.TemporaryDirectory() as folder:
        for file in sorted(Path(configs).glob("*.json")):
            if names and file.stem not in names:
                continue
            try:
                tried, differ = compare(program, file, folder)
            except Exception as error:
                print(f"{file.stem}: no network: {type(error).__name__} {str(error)[:200]}", flush=True)
                continue
            print(f"{file.stem}: {differ} of {tried} differ", flush=True)


main()
