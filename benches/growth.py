"""How time grows with the size of a graph: five kinds of graphs of 1000 to 64 000 nodes.

    pip install onnx
    python benches/growth.py target/release/picojoule [--before OTHER] [--sizes 1000,4000,16000,64000]

Each graph is written once into a temporary folder and estimated three times by each program, in
turn; printed are the least of the processor's seconds (the clock's depend on who else is there),
their ratio where an earlier build is given, and the exponent of the growth from the second size on:
the slope of log time over log nodes by least squares, above the time of an empty graph. Linux only.
"""

import argparse
import math
import resource
import subprocess
import tempfile
from pathlib import Path

from onnx import TensorProto, helper


def value(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def weight(name, *shape):
    return helper.make_tensor(name, TensorProto.FLOAT, shape, bytes(4 * math.prod(shape)), raw=True)


def save(path, nodes, inputs, outputs, weights=()):
    graph = helper.make_graph(nodes, "growth", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    path.write_bytes(model.SerializeToString())


def relu(size, path):
    """A chain of nodes, all alike."""
    nodes = [helper.make_node("Relu", [f"t{i}"], [f"t{i + 1}"]) for i in range(size)]
    save(path, nodes, [value("t0", 4, 8)], [value(f"t{size}", 4, 8)])


def dense(size, path):
    """Every layer reads the two before it, so that all look alike and no round hands on one tensor."""
    nodes, weights = [], []
    for i in range(2, size // 2 + 2):
        weights.append(weight(f"w{i}", 8, 8))
        nodes.append(helper.make_node("MatMul", [f"t{i - 1}", f"w{i}"], [f"p{i}"]))
        nodes.append(helper.make_node("Add", [f"p{i}", f"t{i - 2}"], [f"t{i}"]))
    inputs = [value("t0", 4, 8), value("t1", 4, 8)]
    save(path, nodes, inputs, [value(f"t{size // 2 + 1}", 4, 8)], weights)


def sums(size, path):
    """One node with as many inputs."""
    nodes = [helper.make_node("Relu", ["x"], [f"t{i}"]) for i in range(size - 1)]
    nodes.append(helper.make_node("Sum", [f"t{i}" for i in range(size - 1)], ["y"]))
    save(path, nodes, [value("x", 4, 8)], [value("y", 4, 8)])


def split(size, path):
    """One node with as many outputs, each read by one node, and added up in a chain."""
    parts = size // 3
    nodes = [
        helper.make_node("Split", ["x"], [f"s{i}" for i in range(parts)], axis=0, num_outputs=parts)
    ]
    nodes += [helper.make_node("Relu", [f"s{i}"], [f"r{i}"]) for i in range(parts)]
    nodes += [
        helper.make_node("Add", [f"r{i}" if i == 1 else f"a{i - 1}", f"r{0 if i == 1 else i}"], [f"a{i}"])
        for i in range(1, parts)
    ]
    save(path, nodes, [value("x", parts, 8)], [value(f"a{parts - 1}", 1, 8)])


def parts(size, path):
    """One node with as many outputs, and one that adds them up."""
    names = [f"s{i}" for i in range(size)]
    nodes = [
        helper.make_node("Split", ["x"], names, axis=0, num_outputs=size),
        helper.make_node("Sum", names, ["y"]),
    ]
    save(path, nodes, [value("x", size, 8)], [value("y", 1, 8)])


def layers(size, path):
    """Attention and feed-forward layers, no two of one width."""
    nodes, weights, last = [], [], "x"
    for i in range(size // 10):
        inner, p = 8 + i % 97, f"l{i}_"
        for name, shape in [("q", (8, 8)), ("k", (8, 8)), ("v", (8, 8)), ("u", (8, inner)), ("d", (inner, 8))]:
            weights.append(weight(p + name, *shape))
        nodes += [
            helper.make_node("MatMul", [last, p + "q"], [p + "tq"]),
            helper.make_node("MatMul", [last, p + "k"], [p + "tk"]),
            helper.make_node("MatMul", [last, p + "v"], [p + "tv"]),
            helper.make_node("Transpose", [p + "tk"], [p + "kt"], perm=[0, 2, 1]),
            helper.make_node("MatMul", [p + "tq", p + "kt"], [p + "s"]),
            helper.make_node("Softmax", [p + "s"], [p + "a"], axis=-1),
            helper.make_node("MatMul", [p + "a", p + "tv"], [p + "c"]),
            helper.make_node("MatMul", [p + "c", p + "u"], [p + "h"]),
            helper.make_node("Relu", [p + "h"], [p + "r"]),
            helper.make_node("MatMul", [p + "r", p + "d"], [p + "o"]),
        ]
        last = p + "o"
    save(path, nodes, [value("x", 1, 4, 8)], [value(last, 1, 4, 8)], weights)


def unrolled(size, path):
    """One layer step after step, with the weights of all, and every state in the result."""
    steps, nodes = size // 2, []
    for i in range(steps):
        nodes.append(helper.make_node("MatMul", [f"h{i}", "w"], [f"p{i}"]))
        nodes.append(helper.make_node("Tanh", [f"p{i}"], [f"h{i + 1}"]))
    nodes.append(helper.make_node("Concat", [f"h{i + 1}" for i in range(steps)], ["y"], axis=0))
    save(path, nodes, [value("h0", 4, 8)], [value("y", 4 * steps, 8)], [weight("w", 8, 8)])


KINDS = {"relu chain": relu, "dense": dense, "sum": sums, "split": split, "parts": parts, "layers": layers, "unrolled": unrolled}


def used():
    """Seconds that the processor took for all processes that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def best(program, path, limit):
    times = []
    for _ in range(3):
        before = used()
        done = subprocess.run([program, "estimate", path], capture_output=True, timeout=limit)
        times.append(used() - before)
        if done.returncode:
            raise SystemExit(done.stderr.decode())
        if times[-1] > 5:
            break
    return min(times)


def exponent(points, empty):
    points = [(math.log(size), math.log(max(seconds - empty, 1e-4))) for size, seconds in points]
    x, y = (sum(values) / len(points) for values in zip(*points))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("picojoule")
    parser.add_argument("--before", help="an earlier build")
    parser.add_argument("--sizes", default="1000,4000,16000,64000")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--limit", type=float, default=120, help="seconds for one process, by the clock")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    print("| graph | nodes | CPU seconds |" + (" before | ratio |" if given.before else ""))
    print("|---|---:|---:|" + ("---:|---:|" if given.before else ""))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.onnx"
        for kind in given.kinds.split(","):
            relu(1, path)
            empty = best(given.picojoule, path, given.limit)
            points, slow = [], False
            for size in sizes:
                KINDS[kind](size, path)
                seconds = best(given.picojoule, path, given.limit)
                points.append((size, seconds))
                row = f"| {kind} | {size} | {seconds:.3f} |"
                if given.before and not slow:
                    try:
                        before = best(given.before, path, given.limit)
                        row += f" {before:.3f} | {seconds / before:.3f} |"
                    except subprocess.TimeoutExpired:
                        row, slow = row + f" > {given.limit:g} | |", True
                print(row, flush=True)
            print(f"| {kind} | exponent | {exponent(points[-3:], empty):.2f} |", flush=True)


if __name__ == "__main__":
    main()
