"""Makes the files of small/ and broken/: NIR graphs of a few nodes, each with one thing
that an importer may miss. What they count in one step is in small/expected.csv, reckoned
by hand in the last column; what is said of the files of broken/, and of those of small/
with a note, is in said.csv of each folder.

    pip install nir==1.0.8 h5py==3.16.0 numpy
    python tests/nir/small.py

Products of convolutions are counted here once more by loops over every place and every
element of the kernel.
"""

import csv
import struct
from itertools import product
from pathlib import Path

import h5py
import nir
import numpy as np

HERE = Path(__file__).parent
SMALL, BROKEN = HERE / "small", HERE / "broken"
ROWS, SAID = [], {SMALL: [], BROKEN: []}


def numbers(*shape):
    size = int(np.prod(shape))
    return (np.arange(size) % 7 * 0.37 - 1.1).astype(np.float32).reshape(shape)


def of(value, *shape):
    # The library writes no arrays without axes, but single numbers.
    return np.full(shape, value, np.float32) if shape else np.float32(value)


def affine(out, into):
    return nir.Affine(weight=numbers(out, into), bias=numbers(out))


def linear(out, into):
    return nir.Linear(weight=numbers(out, into))


def conv2d(weight, stride=1, padding=0, dilation=1, groups=1, along=(8, 8)):
    return nir.Conv2d(
        input_shape=along, weight=numbers(*weight), stride=stride, padding=padding,
        dilation=dilation, groups=groups, bias=numbers(weight[0]),
    )


def conv1d(weight, along, stride=1, padding=0, dilation=1, groups=1):
    return nir.Conv1d(
        input_shape=along, weight=numbers(*weight), stride=stride, padding=padding,
        dilation=dilation, groups=groups, bias=numbers(weight[0]),
    )


def lif(*shape, leak=0.0):
    return nir.LIF(tau=of(0.01, *shape), r=of(1, *shape), v_leak=of(leak, *shape),
                   v_threshold=of(1, *shape), v_reset=of(0, *shape))


def integrate_and_fire(*shape):
    return nir.IF(r=of(1, *shape), v_threshold=of(1, *shape), v_reset=of(0, *shape))


def cubalif(*shape, leak=0.0):
    return nir.CubaLIF(tau_syn=of(0.01, *shape), tau_mem=of(0.02, *shape), r=of(1, *shape),
                       v_leak=of(leak, *shape), v_threshold=of(1, *shape),
                       v_reset=of(0, *shape), w_in=of(1, *shape))


def cubali(*shape):
    return nir.CubaLI(tau_syn=of(0.01, *shape), tau_mem=of(0.02, *shape), r=of(1, *shape),
                      v_leak=of(0, *shape), w_in=of(1, *shape))


def li(*shape):
    return nir.LI(tau=of(0.01, *shape), r=of(1, *shape), v_leak=of(0, *shape))


def into(*shape):
    return nir.Input(np.array(shape))


def out(*shape):
    return nir.Output(np.array(shape))


def graph(nodes, edges):
    """A graph of named nodes; edges as `a b`, or `a b c` for a row of them."""
    pairs = []
    for row in edges:
        names = row.split()
        pairs += list(zip(names, names[1:]))
    return nir.NIRGraph(nodes=nodes, edges=pairs, type_check=False)


def chain(*nodes):
    """Nodes in a row, from an input to an output."""
    named = {f"n{at}": node for at, node in enumerate(nodes[1:-1])}
    return graph({"input": nodes[0], **named, "output": nodes[-1]},
                 [" ".join(["input", *named, "output"])])


def write(name, network, folder=SMALL, change=None, **options):
    """Writes a file, and lets `change` work on it."""
    path = folder / f"{name}.nir"
    nir.write(path, network, **options)
    if change:
        with h5py.File(path, "a") as file:
            change(file)
    return path


def counts(name, settings="", why="", **right):
    """What a file counts: primitives, or macs, acs and parameters."""
    for quantity, count in right.items():
        # The names of primitives are as they stand; some are words of Python.
        quantity = quantity.rstrip("_")
        known = {"macs", "acs", "parameters"}
        quantity = quantity if quantity in known else f"prim:{quantity}"
        ROWS.append([f"{name}.nir", settings, quantity, count, why])


def said(name, text, folder=SMALL):
    SAID[folder].append([f"{name}.nir", text])


def loops(weight, along, stride, padding, dilation, groups=1):
    """The products of a convolution, one by one; and its places along each axis."""
    channels_out, channels, kernel = weight[0], weight[1], weight[2:]
    places = []
    for n, k, s, p, d in zip(along, kernel, stride, padding, dilation):
        starts = [x for x in range(-p, n + p, s) if x + d * (k - 1) < n + p]
        places.append(len(starts))
    count = 0
    for _ in product(range(channels_out), range(channels), *map(range, places), *map(range, kernel)):
        count += 1
    return count, tuple(places)


# ---------------------------------------------------------------- neurons

# One of each: 6 neurons behind weights of 6 by 5, into which the gain of what comes in
# goes. Each is a node by itself, so that the six are told apart.
for name, neuron, per_neuron in [
    ("i", nir.I(r=of(1, 6)), dict(add=1)),
    ("if", integrate_and_fire(6), dict(add=1, compare=1, select=1)),
    ("li", li(6), dict(mul=1, add=1)),
    ("lif", lif(6), dict(mul=1, add=1, compare=1, select=1)),
    ("cubali", cubali(6), dict(mul=2, add=2)),
    ("cubalif", cubalif(6), dict(mul=2, add=2, compare=1, select=1)),
]:
    write(f"neuron_{name}", chain(into(5), affine(6, 5), neuron, out(6)))
    right = {key: 6 * per_neuron.get(key, 0) for key in ("mul", "add", "compare", "select")}
    right["mul"] += 30
    right["add"] += 30
    counts(f"neuron_{name}", why=f"6·5 = 30 products; 6 neurons of {per_neuron}",
           macs=30, parameters=36, **right)
    counts(f"neuron_{name}", "steps=4", why="four times as many in 4 steps",
           macs=120, parameters=36, compare=4 * right["compare"])

# A potential of 1.2 to which neurons leak: it goes into the bias of the product before
# it, and is an addition for each of 6 where there is none.
write("drift_into_bias", chain(into(5), affine(6, 5), lif(6, leak=1.2), out(6)))
counts("drift_into_bias", why="30 products; 6·(1 mul, 1 add)", mul=36, add=36)
write("drift_without_bias", chain(into(5), linear(6, 5), lif(6, leak=1.2), out(6)))
counts("drift_without_bias", why="30 products; 6·(1 mul, 2 add)", mul=36, add=42)
write("drift_behind_current", chain(into(5), affine(6, 5), cubalif(6, leak=1.2), out(6)))
counts("drift_behind_current", why="30 products; 6·(2 mul, 3 add): the bias goes through the "
       "current first", mul=42, add=48)

# The gain of what comes in, where no weight takes it: a multiplication of numbers, a
# selection of spikes.
write("gain_of_input", chain(into(6), lif(6), out(6)))
counts("gain_of_input", why="6·(gain 1 mul; 1 mul, 1 add, compare, select)",
       mul=12, add=6, compare=6, select=6, macs=0)
write("gain_of_spikes", chain(into(6), lif(6), lif(6), out(6)))
counts("gain_of_spikes", why="12 neurons; 6 gains of the input are mul, 6 of spikes select",
       mul=18, add=12, compare=12, select=18)
write("gain_shared", graph(
    {"input": into(5), "fc": linear(6, 5), "a": lif(6), "b": lif(6), "output": out(6)},
    ["input fc a output", "fc b output"]))
counts("gain_shared", why="30 products; two layers take the sums with gains of their own: "
       "12·(2 mul, 1 add); 6 sums of two outputs", mul=54, add=48, compare=12, select=12)

# Parameters that are single numbers hold for all neurons.
write("scalars", chain(into(5), affine(6, 5), lif(), out(6)))
counts("scalars", why="30 products; 6·(1 mul, 1 add, compare, select)",
       mul=36, add=36, compare=6, select=6)
# Parameters of 4 channels behind 4 x 8 x 8.
write("one_for_each_channel", chain(into(2, 8, 8), conv2d((4, 2, 3, 3), padding=1), lif(4),
                                    out(4, 8, 8)),
      change=lambda file: file.__delitem__("node/nodes/n0/input_shape"))
counts("one_for_each_channel", why="4·2·9·64 = 4608 products; 256 neurons",
       macs=4608, compare=256)
said("one_for_each_channel", "one for each channel")

# ---------------------------------------------------------------- products

COUNT, PLACES = loops((4, 2, 3, 5), (12, 11), (2, 1), (1, 2), (1, 2))
assert (COUNT, PLACES) == (4 * 2 * 15 * 6 * 7, (6, 7))
write("conv_oblong", chain(into(2, 12, 11), conv2d((4, 2, 3, 5), (2, 1), (1, 2), (1, 2),
                                                  along=(12, 11)), out(4, 6, 7)))
counts("conv_oblong", why="rows: (12+2-3)/2+1 = 6, columns: 11+4-8-1+1 = 7; 4·2·15·42 = 5040",
       macs=5040, parameters=124)

COUNT, PLACES = loops((6, 1, 3, 3), (8, 8), (1, 1), (1, 1), (1, 1))
assert COUNT == 6 * 9 * 64
write("conv_depthwise", chain(into(6, 8, 8), conv2d((6, 1, 3, 3), padding=1, groups=6,
                                                   along=(8, 8)), out(6, 8, 8)))
counts("conv_depthwise", why="6·9·64 = 3456", macs=3456, parameters=60)
write("conv_groups", chain(into(6, 8, 8), conv2d((4, 3, 3, 3), stride=2, padding=1, groups=2,
                                                along=(8, 8)), out(4, 4, 4)))
counts("conv_groups", why="4 channels out, 3 of a group in: 4·3·9·16 = 1728",
       macs=1728, parameters=112)
# A kernel of 4: 3 columns of padding, 1 before and 2 behind.
write("conv_same", chain(into(3, 10), conv1d((5, 3, 4), 10, padding="same"), out(5, 10)))
counts("conv_same", why="5·3·4·10 = 600", macs=600, parameters=65)
write("conv_valid", chain(into(4, 10), conv1d((6, 2, 3), 10, padding="valid", dilation=2,
                                              groups=2), out(6, 6)))
counts("conv_valid", why="10-2·2 = 6 places; 6·2·3·6 = 216", macs=216, parameters=42)
# The file claims an input of 16 x 16, behind one that halves it.
write("conv_claims_more", chain(into(2, 16, 16), conv2d((4, 2, 3, 3), 2, 1, along=(16, 16)),
                                conv2d((4, 4, 3, 3), 1, 1, along=(16, 16)), out(4, 8, 8)))
counts("conv_claims_more", why="4·2·9·64 + 4·4·9·64 = 4608 + 9216", macs=13824)
said("conv_claims_more", "`n1` has the input shape [16, 16] in the file, and [8, 8] comes in")
# Weights of a leading axis: three matrices of 4 by 5.
write("linear_of_matrices", chain(into(3, 5), nir.Linear(weight=numbers(3, 4, 5)), out(3, 4)))
counts("linear_of_matrices", why="3·4·5 = 60", macs=60, parameters=60)
# Convolution to a row without a node that flattens.
write("flattened_unsaid", chain(into(2, 4, 4), conv2d((3, 2, 1, 1), along=(4, 4)), affine(10, 48), out(10)))
counts("flattened_unsaid", why="3·2·16 = 96, 10·48 = 480", macs=576)
said("flattened_unsaid", "`n1` takes [48], and [3, 4, 4] comes in: taken as if it was flattened")

# Spikes choose weights: 30 products, then 6·6 = 36 selections by 6 spikes.
write("spikes", chain(into(5), affine(6, 5), lif(6), linear(6, 6), lif(6), out(6)))
counts("spikes", why="30 products, 36 selections and additions; 12 neurons",
       macs=30, acs=36, mul=42, add=78, select=48, compare=12)
counts("spikes", "rho=0.25", why="a quarter of 36 is added, all are looked at",
       macs=30, acs=9, add=51, select=48)
counts("spikes", "--densities=./spikes.toml", why="half of n1 fires: 18 of 36", macs=30, acs=18)

# ---------------------------------------------------------------- pools and what moves

POOLED = lambda pool: chain(into(2, 8, 8), conv2d((4, 2, 3, 3), padding=1), lif(4, 8, 8), pool,
                            nir.Flatten({"input": np.array([4, 4, 4])}, 0, -1), linear(10, 64),
                            out(10))
write("sum_pool", POOLED(nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0]))))
counts("sum_pool", why="4608 products; sums of 4 spikes are 0 to 4: 640 products; 64·4 additions "
       "and 256 of neurons", macs=5248, acs=0, mul=5504, add=5760)
write("average_pool", POOLED(nir.AvgPool2d(np.int64(2), np.int64(2), np.int64(0))))
counts("average_pool", why="a factor for each of 64 more", macs=5248, acs=0, mul=5568, add=5760)
write("pool_oblong", chain(into(2, 9, 8), nir.SumPool2d(np.array([3, 2]), np.array([2, 2]),
                                                        np.array([1, 0])), out(2, 5, 4)))
counts("pool_oblong", why="rows (9+2-3)/2+1 = 5, columns 4: 2·20 sums of 6", add=240, macs=0)
# Without the batch, axis 1 is the second.
write("flatten_from_one", chain(into(4, 4, 4), nir.Flatten({"input": np.array([4, 4, 4])}, 1, -1),
                                nir.Scale(of(0.5, 4, 16)), out(4, 16)))
counts("flatten_from_one", why="4·16 factors", mul=64, parameters=64)

write("scale_threshold", chain(into(6), nir.Scale(of(2, 6)), nir.Threshold(of(1, 6)),
                               linear(3, 6), out(3)))
counts("scale_threshold", why="6 factors, 6 comparisons, 18 selections",
       mul=6, compare=6, acs=18, select=18, add=18)
write("scale_of_spikes", chain(into(6), nir.Threshold(of(1, 6)), nir.Scale(of(2, 6)), out(6)))
counts("scale_of_spikes", why="a factor of a spike is a selection", select=6, mul=0, compare=6)

# What is held back for some steps is a state: no arithmetic, and spikes stay spikes.
write("delay", chain(into(5), linear(6, 5), lif(6), nir.Delay(of(0.01, 6)), linear(4, 6), out(4)))
counts("delay", why="30 products, 4·6 = 24 selections, 6 neurons",
       macs=30, acs=24, mul=36, add=60, compare=6, select=30)
counts("delay", "--densities=./delay.toml", why="half of them fire, later too", acs=12)
# A delay breaks a circle, in which nothing else has to be of the step before.
write("delay_in_circle", graph(
    {"input": into(5), "fc": linear(6, 5), "lif": lif(6), "wait": nir.Delay(of(0.01, 6)),
     "back": linear(6, 6), "output": out(6)},
    ["input fc lif output", "lif wait back lif"]))
counts("delay_in_circle", why="30 products, 36 selections, 6 sums of two, 6 neurons",
       macs=30, acs=36, mul=36, add=78, compare=6)

# ---------------------------------------------------------------- graphs

write("recurrent", graph(
    {"input": into(5), "fc": affine(8, 5), "lif": lif(8), "rec": affine(8, 8), "output": out(8)},
    ["rec lif", "lif rec", "input fc lif output"]))
counts("recurrent", why="40 products; 64 selections by the spikes of the step before; 8 sums of "
       "two; 8 neurons", macs=40, acs=64, mul=48, add=120, compare=8, select=72)
counts("recurrent", "--densities=./recurrent.toml", why="a quarter fires: 16 of 64", acs=16)
write("recurrent_itself", graph({"input": into(5), "fc": linear(5, 5), "lif": lif(5),
                                 "output": out(5)}, ["input fc lif lif output"]))
counts("recurrent_itself", why="25 products, 5 sums, 5 gains of spikes, 5 neurons",
       macs=25, mul=30, add=35, compare=5, select=10)
# A circle of two layers: the way back alone is of the step before.
write("recurrent_over_two", graph(
    {"input": into(5), "a": linear(6, 5), "first": lif(6), "b": linear(4, 6), "second": lif(4),
     "back": linear(6, 4), "output": out(4)},
    ["input a first b second output", "second back first"]))
counts("recurrent_over_two", why="30 products; 24 + 24 selections; 6 sums; 10 neurons",
       macs=30, acs=48, mul=40, add=94, compare=10)
# What comes back is no spike.
write("recurrent_numbers", graph(
    {"input": into(5), "fc": linear(6, 5), "li": li(6), "rec": linear(6, 6), "output": out(6)},
    ["input fc li output", "li rec li"]))
counts("recurrent_numbers", why="30 + 36 products, 6 sums, 6·(1 mul, 1 add)",
       macs=66, acs=0, mul=72, add=78)

inner = graph({"in": into(6), "w": linear(6, 6), "out": out(6)}, ["in w out"])
middle = graph({"in": into(6), "deep": inner, "lif": lif(6), "out": out(6)}, ["in deep lif out"])
write("nested", graph({"input": into(5), "fc": linear(6, 5), "sub": middle, "output": out(6)},
                      ["input fc sub output"]))
counts("nested", why="30 + 36 products, 6 neurons", macs=66, mul=72, add=72, compare=6)
counts("nested", "--densities=./nested.toml", why="the neurons of the graph within", compare=6)
recurrent = graph({"in": into(6), "lif": lif(6), "w": linear(6, 6), "out": out(6)},
                  ["in lif out", "lif w lif"])
write("nested_recurrent", graph(
    {"input": into(5), "fc": linear(6, 5), "sub": recurrent, "output": out(6)},
    ["input fc sub output"]))
counts("nested_recurrent", why="30 products, 36 selections, 6 sums, 6 neurons",
       macs=30, acs=36, mul=36, add=78, compare=6)
write("nested_sum", graph(
    {"input": into(5), "a": linear(6, 5), "b": linear(6, 5), "sub": inner, "output": out(6)},
    ["input a sub output", "input b sub"]))
counts("nested_sum", why="two edges into a graph are a sum: 30 + 30 + 36 products, 6 sums",
       macs=96, add=102)

write("sum_of_three", graph(
    {"input": into(5), "a": linear(6, 5), "b": linear(6, 5), "c": linear(6, 5), "lif": lif(6),
     "output": out(6)},
    ["input a lif output", "input b lif", "input c lif"]))
counts("sum_of_three", why="90 products; 12 additions of three; 6 neurons",
       macs=90, mul=96, add=108)
write("two_inputs", graph(
    {"left": into(5), "right": into(3), "a": linear(4, 5), "b": linear(4, 3), "output": out(4)},
    ["left a output", "right b output"]))
counts("two_inputs", why="20 + 12 products; 4 sums at the output", macs=32, add=36)

# A single node is a file, too.
write("node_alone", lif(6))
counts("node_alone", why="gain 6 mul, 6 mul", mul=12, add=6, compare=6)
said("node_alone", "no edge leads to `node`: an `Input` of [6] is put before it")

# ---------------------------------------------------------------- how it is written


def version(text, **without):
    def change(file):
        del file["version"]
        file.create_dataset("version", data=text, dtype=h5py.string_dtype())
        for path in without.get("without", []):
            del file[path]
    return change


OLD = lambda: chain(into(5), affine(6, 5), lif(6), linear(3, 6), cubalif(3), out(3))
RIGHT = dict(why="30 products, 18 selections; 6 LIF, 3 CubaLIF", macs=30, acs=18, mul=42, add=60,
             compare=9, select=27)
NO_RESET = ["node/nodes/n1/v_reset", "node/nodes/n3/v_reset"]
for name, text in (("version_0_1", "0.1.1"), ("version_0_2", "0.2.0")):
    # Without a potential to reset to, and nothing packed.
    write(name, OLD(), change=version(text, without=NO_RESET), compression=None)
    counts(name, **RIGHT)
write("version_1", OLD())
counts("version_1", **RIGHT)
write("without_w_in", OLD(), change=version("0.1.1", without=[*NO_RESET, "node/nodes/n3/w_in"]))
counts("without_w_in", **RIGHT)


def copy(source, target, **create):
    """A file written anew, dataset by dataset."""
    with h5py.File(source) as old, h5py.File(target, "w", **create.pop("file", {})) as new:
        def visit(name, thing):
            if isinstance(thing, h5py.Group):
                new.create_group(name)
            else:
                create["write"](new, name, thing)
        old.visititems(visit)


def latest(new, name, thing):
    text = h5py.string_dtype() if thing.dtype.kind == "O" else None
    new.create_dataset(name, data=thing[()], dtype=text)


def other_types(new, name, thing):
    """Texts of a fixed length, numbers with the highest byte first, whole ones in 4 bytes."""
    value = thing[()]
    if thing.dtype.kind == "O":
        value = np.array(value, dtype="S40")
    elif thing.dtype.kind == "i":
        value = np.array(value, dtype=">i4")
    else:
        value = np.array(value, dtype=">f8")
    new.create_dataset(name, data=value)


for name, create in (
    ("format_latest", dict(write=latest, file=dict(libver="latest"))),
    ("format_fixed_texts", dict(write=other_types)),
):
    source = write("sj_like", POOLED(nir.AvgPool2d(np.int64(2), np.int64(2), np.int64(0))))
    copy(source, SMALL / f"{name}.nir", **create)
    source.unlink()
    counts(name, why="as average_pool", macs=5248, mul=5568, add=5760, parameters=716)
# Whole numbers as fractions, and notes of the tool in a group of their own.


def as_fractions(file):
    for field in ("kernel_size", "stride"):
        del file["node/nodes/n0/" + field]
        file["node/nodes/n0/" + field] = np.array([2.0, 2.0])
    file.create_group("node/nodes/n0/metadata")["tool"] = [1, 2, 3]


write("sizes_as_fractions", chain(into(1, 4, 4), nir.SumPool2d(2, 2, 0), out(1, 2, 2)),
      change=as_fractions)
counts("sizes_as_fractions", why="4 sums of 4", add=16)
# Names that formulas do not allow, or that are taken.
write("odd_names", graph(
    {"input": into(5), "0": linear(6, 5), "lif.a": lif(6), "lif_a": linear(6, 6), "steps": lif(6),
     "output": out(6)},
    ["input 0 lif.a lif_a steps output"]))
counts("odd_names", why="as spikes", macs=30, acs=36)

# ---------------------------------------------------------------- faults that are mended

write("batch_and_steps", chain(into(1, 10, 5), linear(7, 5), lif(7), out(1, 10, 7)))
counts("batch_and_steps", why="7·5 products of one step, 7 neurons", macs=35, compare=7)
said("batch_and_steps", "`input` has the shape [1, 10, 5] in the file, and `n0` takes [5]")
write("batch_of_pictures", chain(into(1, 2, 8, 8), conv2d((4, 2, 3, 3), padding=1), out(4, 8, 8)))
counts("batch_of_pictures", why="4·2·9·64", macs=4608)
said("batch_of_pictures", "`n0` takes [2, 8, 8]")
write("output_claims_other", chain(into(5), linear(7, 5), out(9)))
counts("output_claims_other", why="35", macs=35)
said("output_claims_other", "`output` has the shape [9] in the file, and [7] comes in")
write("edge_misnamed", graph({"input": into(5), "fc": linear(6, 5), "lif1": lif(6),
                              "output": out(6)}, ["input fc lif output"]))
counts("edge_misnamed", why="30 products, 6 neurons", macs=30, compare=6)
said("edge_misnamed", "names `lif`, which is no node: taken for `lif1`, which no edge names")
write("edge_twice", graph({"input": into(5), "fc": linear(6, 5), "output": out(6)},
                          ["input fc output", "input fc"]))
counts("edge_twice", why="30", macs=30, add=30)
said("edge_twice", "the edge from `input` to `fc` of the graph stands there twice: taken once")
write("no_input", graph({"fc": linear(6, 5), "lif": lif(6), "output": out(6)}, ["fc lif output"]))
counts("no_input", why="30 products, 6 neurons", macs=30, compare=6)
said("no_input", "no edge leads to `fc`: an `Input` of [5] is put before it")
write("leads_nowhere", graph({"input": into(5), "fc": linear(6, 5), "lif": lif(6),
                              "aside": linear(3, 5), "output": out(6)},
                             ["input fc lif output", "input aside"]))
counts("leads_nowhere", why="30 + 15 products", macs=45)
said("leads_nowhere", "no edge leads from `aside`, which is counted all the same")

# ---------------------------------------------------------------- faults that are refused


def broken(name, network, text, change=None):
    path = write(name, network, folder=BROKEN, change=change)
    said(name, text, BROKEN)
    return path


SIMPLE = lambda: chain(into(5), linear(6, 5), lif(6), out(6))


def replaced(path, value):
    def change(file):
        del file[path]
        file[path] = value
    return change


def patched(name, text, work):
    """A good file of which some bytes are others."""
    path = broken(name, SIMPLE(), text)
    path.write_bytes(work(path.read_bytes()))


broken("unknown_type", SIMPLE(), "`/node/nodes/n1`: there is no type of node `LIFF`",
       replaced("node/nodes/n1/type", "LIFF"))
broken("no_type", SIMPLE(), "`/node/nodes/n1/type`: there is no such field",
       lambda file: file.__delitem__("node/nodes/n1/type"))
broken("no_weight", SIMPLE(), "`/node/nodes/n0/weight`: there is no such field",
       lambda file: file.__delitem__("node/nodes/n0/weight"))
broken("no_graph", SIMPLE(), "this HDF5 file has no group `node`",
       lambda file: file.move("node", "model_weights"))
broken("no_nodes", SIMPLE(), "`/node`: the graph has no group `nodes`",
       lambda file: file.__delitem__("node/nodes"))
broken("edge_to_nothing", graph({"input": into(5), "linear": linear(6, 5), "output": out(6)},
                                ["input linear output", "linear liner"]),
       "an edge of the graph names `liner`, which is no node")
broken("edges_of_three", SIMPLE(), "`/node/edges`: expected pairs of names, found a shape of [2, 3]",
       replaced("node/edges", np.array([["a", "b", "c"]] * 2, dtype="S3")))
broken("edges_of_numbers", SIMPLE(), "`/node/edges`: type mismatch",
       replaced("node/edges", np.ones((3, 2))))
broken("circle_without_input", graph({"fc": linear(6, 6), "lif": lif(6), "output": out(6)},
                                     ["fc lif fc", "lif output"]),
       "the graph has no `Input`, and no node with which it could begin")
broken("pool_without_input", graph({"pool": nir.SumPool2d(2, 2, 0), "output": out(1, 2, 2)},
                                   ["pool output"]),
       "no edge leads to `pool`, and nothing says the shape of what it takes")
broken("nothing_computed", chain(into(5), out(5)), "the graph computes nothing")
broken("kernel_of_fractions", chain(into(1, 4, 4), nir.SumPool2d(2, 2, 0), out(1, 2, 2)),
       "`/node/nodes/n0/kernel_size`: 2.5 is no whole number",
       replaced("node/nodes/n0/kernel_size", 2.5))
broken("stride_of_nothing", chain(into(1, 4, 4), nir.SumPool2d(2, 2, 0), out(1, 2, 2)),
       "`/node/nodes/n0/stride`: it cannot be 0", replaced("node/nodes/n0/stride", 0))
broken("stride_below_zero", chain(into(1, 4, 4), nir.SumPool2d(2, 2, 0), out(1, 2, 2)),
       "`/node/nodes/n0/stride`: [-2] holds a number below 0", replaced("node/nodes/n0/stride", -2))
broken("kernel_too_large", chain(into(1, 4, 4), nir.SumPool2d(5, 2, 0), out(1, 1, 1)),
       "`n0` has a kernel that does not fit into [1, 4, 4]")
broken("shapes_apart", chain(into(5), linear(6, 5), linear(3, 7), out(3)),
       "`n1` takes [7], and [6] comes in")
broken("channels_apart", chain(into(3, 8, 8), conv2d((4, 2, 3, 3)), out(4, 6, 6)),
       "`n0` takes 2 channels (1 groups of 2) along 2 axes, and [3, 8, 8] comes in")
broken("neurons_apart", chain(into(5), linear(6, 5), lif(4), out(4)),
       "`n1` has parameters of [4], and [6] comes in")
broken("parameters_apart", SIMPLE(), "`/node/nodes/n1`: `tau` has the shape [4], and others [6]",
       replaced("node/nodes/n1/tau", np.ones(4)))
broken("bias_apart", chain(into(5), affine(6, 5), out(6)),
       "the bias has the shape [4], and there are 6 outputs",
       replaced("node/nodes/n0/bias", np.ones(4)))
broken("sum_apart", graph({"input": into(5), "a": linear(6, 5), "b": linear(4, 5), "output": out(6)},
                          ["input a output", "input b output"]),
       "`output` takes a sum of the shapes [[6], [4]]")
broken("groups_apart", chain(into(6, 8, 8), conv2d((4, 2, 3, 3), groups=3), out(4, 6, 6)),
       "4 channels are not to be divided by 3 groups")
broken("padding_unknown", chain(into(3, 10), conv1d((5, 3, 4), 10, padding="same"), out(5, 10)),
       "there is no padding `some`", replaced("node/nodes/n0/padding", "some"))
broken("padding_same_strided", chain(into(3, 10), conv1d((5, 3, 4), 10, stride=2, padding="same"),
                                     out(5, 5)),
       "padding `same` has no meaning with a stride of [2]")
broken("flatten_beyond", chain(into(4, 4), nir.Flatten({"input": np.array([4, 4])}, 2, -1), out(16)),
       "joins the axes 2 to -1, which [4, 4] has not")
broken("extent_of_nothing", chain(into(0), linear(6, 5), out(6)), "no tensor has the shape [0]")
broken("input_of_2_60", chain(into(2**60, 2**60), linear(6, 5), out(6)), "no tensor has the shape")
two = graph({"left": into(6), "right": into(6), "w": linear(6, 6), "out": out(6)},
            ["left w out", "right w"])
broken("graph_of_two_inputs", graph({"input": into(6), "sub": two, "output": out(6)},
                                    ["input sub output"]),
       "leads to the graph `sub`, which has more than one `Input`")
broken("apart_from_inputs", graph(
    {"input": into(5), "fc": linear(6, 5), "a": lif(6), "b": linear(6, 6), "output": out(6)},
    ["input fc output", "a b a"]), "no way leads from an `Input` to `a`")


broken("edge_to_input", graph({"input": into(5), "fc": linear(5, 5), "output": out(5)},
                              ["input fc output", "fc input"]),
       "edges lead to the `Input` `input`, which takes what comes from outside")
# What follows an output takes what the output does.
write("behind_output", graph({"input": into(5), "fc": linear(6, 5), "output": out(6),
                              "more": linear(3, 6), "last": out(3)},
                             ["input fc output more last"]))
counts("behind_output", why="30 + 18 products", macs=48)
# A name that would move the cursor of a terminal.
broken("name_of_controls", graph({"input": into(5), "\x1b[2J": linear(6, 4), "output": out(6)},
                                 ["input \x1b[2J output"]), "`\ufffd[2J` takes [4], and [5] comes in")


def around_itself(file):
    file["node/nodes/self"] = file["node"]


def soft_circle(file):
    file["node/nodes/one"] = h5py.SoftLink("/node/nodes/two")
    file["node/nodes/two"] = h5py.SoftLink("/node/nodes/one")


broken("group_around_itself", SIMPLE(), "links lead in a circle", around_itself)
# Links that lead to each other lead to nothing: the file is read without them.
write("links_in_a_circle", SIMPLE(), change=soft_circle)
counts("links_in_a_circle", why="30 products, 6 neurons", macs=30, compare=6)


def deep(file):
    group = file["node/nodes"]
    for _ in range(70):
        group = group.create_group("deeper")


broken("groups_too_deep", SIMPLE(), "groups lie more than 64 deep in each other", deep)


def fan(file):
    """Twelve levels, each of which leads to the next by twenty links."""
    below = file.create_group("level0")
    for level in range(1, 13):
        above = file.create_group(f"level{level}")
        for link in range(20):
            above[f"link{link}"] = below
        below = above


broken("links_without_end", SIMPLE(), "there are more than 400000 groups and datasets", fan)


def huge(file):
    del file["node/nodes/input/shape"]
    file["node/nodes/input"].create_dataset(
        "shape", shape=(2**31,), chunks=(2**28,), dtype="i8", compression="gzip")


broken("huge_dataset", SIMPLE(), "`/node/nodes/input/shape`: expected few numbers", huge)


def large_chunk(file):
    del file["node/edges"]
    file["node"].create_dataset("edges", shape=(3, 2), maxshape=(None, None), chunks=(2039, 1021),
                                dtype=h5py.string_dtype(), compression="gzip")
    file["node/edges"][:] = [["input", "n0"], ["n0", "n1"], ["n1", "output"]]


broken("large_chunk", SIMPLE(), "resource limit", large_chunk)
# The same, with 2^30 rows and columns in a chunk.
(BROKEN / "chunk_of_2_60.nir").write_bytes((BROKEN / "large_chunk.nir").read_bytes().replace(
    struct.pack("<II", 2039, 1021), struct.pack("<II", 2**30, 2**30)))
said("chunk_of_2_60", "decoded chunk byte length exceeds", BROKEN)
patched("local_heap_broken", "local heap", lambda b: b.replace(b"HEAP", b"HEEP"))
patched("global_heap_broken", "global heap", lambda b: b.replace(b"GCOL", b"COLG"))
patched("tree_broken", "B-tree", lambda b: b.replace(b"TREE", b"BUSH"))
patched("cut_short", "unexpected end of data", lambda b: b[: len(b) // 2])
patched("root_elsewhere", "unexpected end of data", lambda b: b[:64] + (2**60).to_bytes(8, "little") + b[72:])
(BROKEN / "no_hdf5.nir").write_text("no HDF5 at all\n")
said("no_hdf5", "it is no HDF5 file, and NIR graphs are", BROKEN)
(BROKEN / "empty.nir").write_bytes(b"")
said("empty", "cannot read `empty.nir`", BROKEN)

for name, share in (("spikes", "n1 = 0.5"), ("delay", "n1 = 0.5"),
                    ("recurrent", "lif = 0.25"), ("nested", "sub_lif = 0.5")):
    text = f'source = "made up"\n\n[densities]\n{share}\n'
    (SMALL / f"{name}.toml").write_text(text)

with open(SMALL / "expected.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["file", "settings", "quantity", "right", "why"])
    rows.writerows(ROWS)
for folder, rows in SAID.items():
    with open(folder / "said.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", delimiter="\t", quoting=csv.QUOTE_NONE)
        writer.writerow(["file", "text"])
        writer.writerows(rows)
