"""Whether two builds say the same: a thousand random commands, byte by byte.

    python3 benches/same.py BASE NEW [--commands 1000] [--seed 0] [--plain PICOJOULE_SIMD=off] [--list]

The commands run over models, tables, formats, phases, conventions, movement and outputs of all kinds;
some are wrong, as those that users type. Compared are standard output, standard error, the exit code
and the files that are written, of BASE and of NEW: as it is, on one thread and on two, and with
the variable of --plain set, which turns off what only some processors can. Every difference is printed
with its command, as it can be typed in the folder of the project; Parquet files are not compared, whose
bytes may change while their rows do not. Exit code 1 if anything differs.
"""

import argparse
import difflib
import os
import random
import shlex
import subprocess
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# No command takes longer here, and what does in BASE is not compared.
LIMIT = 60
FORMATS = ["fp32", "bf16", "fp16", "int8", "int8/int32", "int4", "fp32,int8"]
# In one of so many draws no care is taken that what is drawn is known.
CARELESS = 0.05
OUTPUTS = ["text", "markdown", "csv", "json", "latex"]
PRIMITIVES = ["mul", "add", "exp", "div", "sqrt", "compare", "select"]


def models():
    """Every model that ships: its variants, and its numbers."""
    found = {}
    for path in sorted((ROOT / "models").glob("*.toml")):
        model = tomllib.loads(path.read_text())
        numbers = {**model.get("dims", {}), **model.get("params", {})}
        numbers = {name: value for name, value in numbers.items() if isinstance(value, (int, float))}
        variants = [variant["name"] for variant in model.get("variant", []) if "name" in variant]
        found[model["name"]] = variants, numbers
    return found


def tables():
    """Every table that prices operations: its formats, and the levels of its memory."""
    read = {path.stem: tomllib.loads(path.read_text()) for path in (ROOT / "energy-tables").glob("*.toml")}
    found = {}
    for name, table in sorted(read.items()):
        base = read.get(table.get("extends"), {})
        formats = [key for key in table | base if key.startswith(("fp", "bf", "int", "fix")) and key != "int1"]
        levels = [f"{level['level']} {level['size_kib']} KiB" if "size_kib" in level else level["level"]
                  for level in table.get("memory", base.get("memory", [])) if not isinstance(level.get("size_kib"), float)]
        if "int8" in formats or "fp32" in formats or "int16" in formats:
            found[name] = formats, levels
    return found


class Dice(random.Random):
    """Draws commands."""

    def __init__(self, seed):
        super().__init__(seed)
        self.models = models()
        self.tables = tables()
        self.all_tables = sorted(path.stem for path in (ROOT / "energy-tables").glob("*.toml"))
        others = ["tests/onnx", "tests/onnx/small", "tests/nir", "tests/huggingface", "benches/validation/configs"]
        self.files = sorted(
            str(path.relative_to(ROOT))
            for folder in others
            for path in (ROOT / folder).glob("*")
            if path.suffix in (".onnx", ".nir", ".json") and path.name != "expected.json"
        )

    def maybe(self, share, *words):
        return list(words) if self.random() < share else []

    def hardware(self):
        """Tables and a format that they have."""
        if self.random() < CARELESS:
            self.last = "45nm"
            return ["--table", self.choice(self.all_tables), "--format", self.choice(FORMATS)], []
        # Those that price every operation come more often.
        table = self.choice(2 * ["45nm", "45nm", "45nm", "7nm", "45nm-cacti", "lemaire", "tpu-v4i"] + [*self.tables])
        self.last = table
        formats, levels = self.tables[table]
        words = ["--table", table] if table != "45nm" or self.random() < 0.3 else []
        if table == "7nm" and self.random() < 0.2:
            words = ["--table", "45nm,7nm"]
        usual = [one for one in formats if one in FORMATS]
        if self.random() < 0.6 or "fp32" not in formats:
            words += ["--format", self.choice(usual or formats)]
        return words, levels

    def value(self, number):
        """Another value for a number of a model."""
        if isinstance(number, float) or 0 < number < 1:
            return f"{self.uniform(0.05, 1):.3g}"
        return str(self.choice([number, number * 2, number * 3, number + 1, max(1, number // 2), self.randint(1, 99)]))

    def range(self, name, number, lists):
        """An axis: few values, so that no command takes long."""
        if isinstance(number, float) or 0 < number < 1:
            return f"{name}=" + self.choice(["0.1..1:0.1", "0..1:0.25"] + ["0.05,0.5,0.95"] * lists)
        low, step = self.randint(1, 9), self.randint(1, 40)
        ranges = [f"{low}..{low + step * self.randint(1, 300)}:{step}"]
        ranges += [f"{low}..4096:log:{self.randint(2, 30)}", f"{number},{number * 2},{number * 3}"] * lists
        return f"{name}=" + self.choice(ranges)

    def priced(self, formats=True):
        """What all commands that price take."""
        words, levels = self.hardware()
        if not formats and "--format" in words:
            at = words.index("--format")
            words = words[:at] + words[at + 2 :]
        words += self.maybe(0.15, "--free", self.choice(PRIMITIVES))
        words += self.maybe(0.1, "--dot-adds", "k-1") + self.maybe(0.1, "--bias", "counted")
        words += self.maybe(0.1, "--padding", "skipped") + self.maybe(0.1, "--causal", "skipped")
        if self.random() < 0.35 and (levels or self.random() < CARELESS):
            movement = self.choice(["no-reuse", "compulsory", "tiled", "tiled"])
            words += ["--movement", movement]
            if len(levels) > 1 and self.random() < 0.3:
                words += ["--memory", ",".join([self.choice(levels[:-1]), levels[-1]])]
            if movement == "tiled":
                words += self.maybe(0.2, "--tiles", "divisors") + self.maybe(0.2, "--fuse", "attention")
            words += self.maybe(0.2, "--spikes", "events") + self.maybe(0.1, "--static")
        return words

    def model(self, name):
        """The model with what it is set to."""
        words = [name]
        _, numbers = self.models[name]
        for number in self.sample(sorted(numbers), min(len(numbers), self.choice([0, 0, 1, 2]))):
            words += ["--set", f"{number}={self.value(numbers[number])}"]
        decodes = name in ("attention", "gpt2", "llama-3.1-8b", "opt-6.7b", "transformer-base")
        phases = ["train", "train", "prefill"] + ["decode"] * (2 if decodes else self.random() < CARELESS)
        words += self.maybe(0.2, "--phase", self.choice(phases))
        return words + self.maybe(0.05, "--strict")

    def variants(self, name, count):
        known = list(self.models[name][0])
        if name == "attention" and self.random() < 0.3 or self.random() < CARELESS:
            known += [block for block in ("e-att", "l1", "ecoformer", "vanilla") if block not in known]
        return ",".join(self.sample(known, min(count, len(known))))

    def some(self, share, flag, name, count):
        """Variants, of a model that has so many."""
        return self.maybe(share, flag, self.variants(name, count)) if len(self.models[name][0]) >= count else []

    def pair(self):
        """A model with two variants, and these."""
        name = self.choice([name for name, (variants, _) in self.models.items() if len(variants) > 1])
        return name, self.variants(name, 2)

    def output(self):
        words = self.maybe(0.7, "--output", self.choice(OUTPUTS))
        return words + self.maybe(0.1, "--plot", "OUT/plot." + self.choice(["svg", "svg", "pdf"]))

    def axes(self, name, most, lists=True):
        """Names of numbers with values, each once."""
        numbers = self.models[name][1]
        count = min(self.randint(1, most), len(numbers))
        words = []
        for number in self.sample(sorted(numbers), count):
            words += ["--over", self.range(number, numbers[number], lists)]
        if count == 0 or self.random() < 0.1:
            entry = f"{self.last}.{self.choice(['fp32', 'int8'])}.{self.choice(PRIMITIVES)}=0.5..4" + ":0.5" * lists
            return ["--over", entry] + words * (len(words) < 2 * most)
        return words

    def command(self):
        name = self.choice([*self.models, "attention", "attention", "bert-base", "vit-b-16"])
        kinds = {
            "estimate": 20, "estimate file": 10, "compare": 16, "sweep": 16, "sensitivity": 8, "crossover": 6,
            "require": 6, "claims": 1, "show": 4, "table": 4, "profile": 6, "import": 6, "models": 1, "report": 1,
        }
        kind = self.choices(list(kinds), list(kinds.values()))[0]
        return getattr(self, "a_" + kind.replace(" ", "_"))(name)

    def a_estimate(self, name):
        words = ["estimate", *self.model(name), *self.priced()] + self.some(0.3, "--variant", name, 1)
        words += self.maybe(0.4, "--by", self.choice(["stage", "op", "layer", "primitive"]))
        return words + self.maybe(0.1, "--formula") + self.output()

    def a_estimate_file(self, _):
        words = ["estimate", self.choice(self.files)] + self.maybe(0.2, "--scan-weights")
        words += self.maybe(0.2, "--set", self.choice(["n=64", "batch=2", "seq=16", "batch_size=3", "n=128"]))
        return words + self.priced() + self.maybe(0.3, "--by", self.choice(["op", "layer"])) + self.output()

    def a_compare(self, name):
        words = ["compare", *self.model(name), *self.priced()] + self.some(0.4, "--variants", name, 3)
        words += self.maybe(0.3, "--by", self.choice(["stage", "scope"])) + self.maybe(0.1, "--scope", "attention")
        return words + self.output()

    def a_sweep(self, name):
        by_format = self.random() < 0.2
        words = ["sweep", name, *self.priced(formats=not by_format), *self.axes(name, 2)]
        words += ["--over", "format=fp32,int8"] * by_format + self.some(0.4, "--variants", name, 2)
        if not any("," in word or ":log:" in word for word in words):
            words += self.maybe(0.4, "--sample", str(self.randint(1, 20_000)), *self.maybe(0.5, "--latin"), "--seed", "7")
        words += self.maybe(0.1, "--shard", "1/3")
        if self.random() < 0.4:
            return words + ["--out", "OUT/rows." + self.choice(["csv", "jsonl"])]
        return words + self.maybe(0.8, "--output", self.choice(["csv", "json", "summary", "markdown", "latex"]))

    def a_sensitivity(self, name):
        words = ["sensitivity", *self.model(name), *self.priced()] + self.some(0.5, "--variants", name, 2)
        words += self.maybe(0.2, "--of", "energy") + self.maybe(0.2, "--samples", "2000")
        return words + self.maybe(0.2, "--spread", "assumed=0.8,high=0.1") + self.output()

    def a_crossover(self, _):
        name, pair = self.pair()
        words = ["crossover", name, *self.priced(), "--between", pair, *self.axes(name, 1, lists=False)]
        words += self.maybe(0.6, "--at", f"saving={self.uniform(0, 1):.2f}")
        return words + self.maybe(0.7, "--output", self.choice(OUTPUTS))

    def a_require(self, _):
        name, pair = self.pair()
        words = ["require", name, *self.priced(), "--between", pair]
        words += ["--saving", f"{self.uniform(0, 1):.2f}", *self.axes(name, 1, lists=False)]
        return words + self.maybe(0.7, "--output", self.choice(OUTPUTS))

    def a_claims(self, _):
        return ["claims", *self.maybe(0.9, "--output", self.choice(OUTPUTS))]

    def a_show(self, name):
        blocks = sorted(path.stem for path in (ROOT / "models/blocks").glob("*.toml"))
        name = self.choice([name, self.choice(blocks), self.choice(self.all_tables)])
        return ["show", name, *self.maybe(0.6, "--output", self.choice(["text", "toml", "summary", "json"]))]

    def a_table(self, _):
        what = self.choice([["list"], ["show", self.choice(self.all_tables)], ["show", self.choice(self.all_tables)]])
        return ["table", *what, *self.maybe(0.8, "--output", self.choice(OUTPUTS))]

    def a_profile(self, name):
        words = ["profile", *self.model(name), *self.priced()] + self.maybe(0.3, "--by", "layer")
        words += self.maybe(0.2, "--expand") + self.some(0.2, "--diff", name, 2)
        return words + self.maybe(0.2, "--folded", "OUT/stacks") + self.output()

    def a_import(self, _):
        words = ["import", self.choice(self.files)] + self.maybe(0.3, "--scan-weights")
        return words + self.maybe(0.5, "-o", "OUT/model.toml")

    def a_models(self, _):
        return ["models", *self.maybe(0.9, "--output", self.choice(OUTPUTS))]

    def a_report(self, _):
        return ["report", self.choice(sorted(path.stem for path in (ROOT / "reports").glob("*.toml"))), "--out", "OUT"]


def ran(program, command, environment):
    """What a command says and writes; `None` where it takes too long."""
    with tempfile.TemporaryDirectory(prefix="same-") as out:
        words = [word.replace("OUT", out, 1) if word.startswith("OUT") else word for word in command]
        try:
            run = subprocess.run(
                # Both are called the same, as usage names the program.
                ["picojoule", *words], executable=program, cwd=ROOT, env=environment, capture_output=True, timeout=LIMIT
            )
        except subprocess.TimeoutExpired:
            return None
        said = {"exit code": str(run.returncode).encode(), "standard output": run.stdout, "standard error": run.stderr}
        said = {what: bytes.replace(out.encode(), b"OUT") for what, bytes in said.items()}
        files = {path.name: path.read_bytes() for path in sorted(Path(out).iterdir())}
        return said | files


def difference(base, new):
    """The first lines in which two runs differ."""
    for what in [*base, *(what for what in new if what not in base)]:
        if base.get(what) == new.get(what):
            continue
        texts = [run.get(what, b"(not there)").decode(errors="replace").splitlines() for run in (base, new)]
        lines = list(difflib.unified_diff(*texts, "base", "new", lineterm="", n=0))[:14]
        return f"  {what}\n" + "\n".join("    " + line[:240] for line in lines)
    return None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("base")
    parser.add_argument("new")
    parser.add_argument("--commands", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", metavar="NAME=VALUE", help="what turns off what only some processors can")
    parser.add_argument("--list", action="store_true", help="print the commands, and run none")
    given = parser.parse_args()
    dice = Dice(given.seed)
    commands = [dice.command() for _ in range(given.commands)]
    if given.list:
        print("\n".join("picojoule " + shlex.join(command) for command in commands))
        return
    usual = {**os.environ, "NO_COLOR": "1"}
    settings = {"as it is": usual} | {f"{n} thread(s)": usual | {"RAYON_NUM_THREADS": str(n)} for n in (1, 2)}
    if given.plain:
        settings[given.plain] = usual | dict([given.plain.split("=", 1)])
    codes, different, slow = Counter(), 0, 0
    for command in commands:
        base = ran(given.base, command, usual)
        if base is None:
            slow += 1
            continue
        codes[int(base["exit code"])] += 1
        for setting, environment in settings.items():
            told = difference(base, ran(given.new, command, environment) or {})
            if told:
                different += 1
                print(f"picojoule {shlex.join(command)}\n  ({setting})\n{told}", flush=True)
                break
    ended = ", ".join(f"{count} with exit code {code}" for code, count in sorted(codes.items()))
    print(f"{len(commands)} commands, {ended}; {slow} took over {LIMIT} s in the base and were not compared")
    print(f"{different} differ, in {', '.join(settings)}")
    raise SystemExit(different > 0)


main()
