"""The node tests of the onnx package, each estimated: what is counted in full, and what is not.

    pip install onnx numpy
    cargo build && python tests/onnx/nodes.py [--binary target/debug/picojoule] [--list] [NAME ...]

The tests are made by the package (its wheel has no files of them) and written to a temporary
folder. MACs are held against the shapes of the arrays that a test comes with, by the reckoning of
count.py; where a model has several nodes, the reference evaluator runs it on these arrays. Ends
with 1 where a count of MACs is wrong. `--list` names the tests under each reason; `--table` writes
the reasons as docs/onnx.md has them, each test under its first one.
"""

import argparse
import collections
import json
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from onnx.backend.test.case.node import collect_testcases

import count

ROOT = Path(__file__).resolve().parents[2]


def executed(test):
    """The MACs of a test by shapes at run time, or None where it cannot be run here."""
    if not test.data_sets:
        return None
    graph = test.model.graph
    ins, outs = test.data_sets[0]
    given = dict(zip([one.name for one in graph.input], ins))
    node = graph.node[0]
    if len(graph.node) == 1 and node.op_type not in count.CONTROL:
        results = dict(zip([one.name for one in graph.output], outs))
        shapes = {name: count.shape_of(value) for name, value in (given | results).items()}
        return count.macs(node, *([shapes.get(name) for name in side]
                                  for side in (node.input, node.output)))
    try:
        return sum(one[2] for one in count.watched(test.model, given))
    except Exception:  # whatever the evaluator has not got
        return None


def sizes(test):
    """The dims that the inputs name, as the arrays have them."""
    found = {}
    arrays = test.data_sets[0][0] if test.data_sets else []
    for one, array in zip(test.model.graph.input, arrays):
        dims = one.type.tensor_type.shape.dim
        found |= {dim.dim_param: size for dim, size in zip(dims, count.shape_of(array)) if dim.dim_param}
    return [f"--set={name}={size}" for name, size in found.items()]


def estimated(binary, path, options):
    """What picojoule says: macs, reasons, as `full`, `partly` or `refused`."""
    run = subprocess.run(
        [binary, "estimate", path, "--output", "json", *options],
        capture_output=True, text=True, timeout=60,
    )
    if run.returncode:
        message = run.stderr.strip().splitlines()[0]
        return "refused", None, [re.sub(r"/\S*?test_\w+\.onnx", "FILE", message)]
    found = json.loads(run.stdout)
    reasons = [one["operator"] for one in found["left_out"]]
    return ("partly" if reasons else "full"), found["macs"], reasons


def is_wrong(kind, macs, right):
    """A count in full is that of the run; where something is left out, it is no more."""
    if macs is None or right is None:
        return False
    return macs != right if kind == "full" else macs > right


def table(first):
    """Reasons with their operators, by how many tests have them; `first` are those of each test."""
    found = collections.defaultdict(collections.Counter)
    for text in first:
        operator, _, reason = text.partition(" (")
        found[reason.removesuffix(")").partition(":")[0]][operator] += 1
    print("| left out, since | tests | operators |\n|---|---|---|")
    for reason, operators in sorted(found.items(), key=lambda one: -one[1].total()):
        names = ", ".join(f"`{name}` {count}" for name, count in operators.most_common())
        print(f"| {reason} | {operators.total()} | {names} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=ROOT / "target/debug/picojoule")
    parser.add_argument("--list", action="store_true", help="name the tests under each reason")
    parser.add_argument("--table", action="store_true", help="write the reasons as Markdown")
    parser.add_argument("names", nargs="*", help="these tests alone")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    kinds, reasons, first, wrong, checked = collections.Counter(), {}, [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        for test in collect_testcases(None):
            if asked.names and test.name not in asked.names:
                continue
            path = Path(folder) / f"{test.name}.onnx"
            path.write_bytes(test.model.SerializeToString())
            kind, macs, why = estimated(asked.binary, path, sizes(test))
            kinds[kind] += 1
            first += why[:1]
            for reason in set(why):
                reasons.setdefault((kind, reason), []).append(test.name)
            right = executed(test)
            checked += right is not None and macs is not None
            if is_wrong(kind, macs, right):
                wrong.append(f"{test.name}: {macs} MACs, {right} at run time")
    print(f"{kinds.total()} tests: {kinds['full']} in full, {kinds['partly']} with something left "
          f"out, {kinds['refused']} refused; MACs of {checked} held against a run")
    if asked.table:
        table(first)
        reasons.clear()
    for (kind, reason), names in sorted(reasons.items(), key=lambda one: -len(one[1])):
        print(f"{len(names):5} {kind}: {reason}")
        if asked.list:
            print("        " + " ".join(names))
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
