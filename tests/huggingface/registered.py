"""All types of configs that `transformers` registers, with what they are for.

Writes `registered.csv`: the `model_type`, what its models do (from the lists of classes that the
library loads automatically), and which of the fields that `hints.rs` knows its default config has.
Its first line names the version.

    pip install torch transformers
    python tests/huggingface/registered.py
"""

import csv
import re
from pathlib import Path

import transformers
from transformers import CONFIG_MAPPING, logging
from transformers.models.auto import modeling_auto as auto

logging.set_verbosity_error()
HERE = Path(__file__).parent
HINTS = (HERE.parents[1] / "src/import/huggingface/hints.rs").read_text()
FIELDS = set(re.findall(r'"([a-zA-Z_]+)"', HINTS.split("const HINTS")[1].split("];")[0]))

# What a model does, by the first list that has its type.
TASKS = [
    ("CAUSAL_LM", "writes text"),
    ("MASKED_LM", "reads text"),
    ("IMAGE_TEXT_TO_TEXT", "sees and writes"),
    ("MULTIMODAL_LM", "sees or hears and writes"),
    ("SPEECH_SEQ_2_SEQ", "hears and writes"),
    ("CTC", "hears and writes"),
    ("SEQ_TO_SEQ_CAUSAL_LM", "reads one text and writes another"),
    ("AUDIO_CLASSIFICATION", "hears"),
    ("TEXT_TO_WAVEFORM", "speaks"),
    ("OBJECT_DETECTION", "finds things in images"),
    ("ZERO_SHOT_OBJECT_DETECTION", "finds things in images"),
    ("UNIVERSAL_SEGMENTATION", "outlines things in images"),
    ("SEMANTIC_SEGMENTATION", "outlines things in images"),
    ("MASK_GENERATION", "outlines things in images"),
    ("DEPTH_ESTIMATION", "tells distances in images"),
    ("KEYPOINT_DETECTION", "finds points in images"),
    ("IMAGE_CLASSIFICATION", "sees"),
    ("ZERO_SHOT_IMAGE_CLASSIFICATION", "holds images against texts"),
    ("VIDEO_CLASSIFICATION", "sees films"),
    ("TIME_SERIES_PREDICTION", "continues series"),
    ("SEQUENCE_CLASSIFICATION", "reads text"),
]


def task(kind):
    for name, what in TASKS:
        mapping = getattr(auto, f"MODEL_FOR_{name}_MAPPING_NAMES", {})
        if kind in mapping:
            return what
    return "is a part or a kind of its own"


def fields(kind):
    try:
        return sorted(FIELDS & set(CONFIG_MAPPING[kind]().to_dict()))
    except Exception:
        return []


def main():
    with (HERE / "registered.csv").open("w", newline="") as file:
        file.write(f"# transformers {transformers.__version__}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["type", "task", "fields"])
        for kind in sorted(CONFIG_MAPPING.keys()):
            writer.writerow([kind, task(kind), " ".join(fields(kind))])


main()
