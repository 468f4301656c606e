"""What the makers of fixtures share: the registry, and the stripping of a model."""

from dataclasses import dataclass, field
from typing import Callable

import onnx
from onnx import numpy_helper

SMALL = 1024


@dataclass
class Fixture:
    """A model with all its weights, and what is known of it from elsewhere."""

    model: onnx.ModelProto
    macs: int
    parameters: int | None
    note: str
    binds: dict[str, int] = field(default_factory=dict)
    keep: bool = False


FIXTURES: dict[str, Callable[[], Fixture]] = {}


def fixture(name):
    def register(make):
        assert name not in FIXTURES, name
        FIXTURES[name] = make
        return make

    return register


def graphs(graph):
    """A graph, and every graph within its nodes."""
    yield graph
    for node in graph.node:
        yield from inner(node)


def inner(node):
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield from graphs(attribute.g)
        for one in attribute.graphs:
            yield from graphs(one)


def nodes(model):
    for graph in graphs(model.graph):
        yield from graph.node
    for function in model.functions:
        for node in function.node:
            yield node
            for graph in inner(node):
                yield from graph.node


def tensors(model):
    for graph in graphs(model.graph):
        yield from graph.initializer
    for node in nodes(model):
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t


def is_stripped(tensor):
    """Whether its data is not here; external data is taken to be absent."""
    size = 1
    for dim in tensor.dims:
        size *= dim
    return size > 0 and not any(
        len(getattr(tensor, name))
        for name in (
            "raw_data", "float_data", "int32_data", "string_data", "int64_data",
            "double_data", "uint64_data",
        )
    )


def strip(model, keep=False):
    """Drops the payload of every tensor over SMALL bytes, and whatever only people read."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for tensor in tensors(model):
        if not keep and tensor.data_type != onnx.TensorProto.STRING:
            if numpy_helper.to_array(tensor).nbytes > SMALL:
                bare = onnx.TensorProto(
                    name=tensor.name, dims=tensor.dims, data_type=tensor.data_type
                )
                tensor.CopyFrom(bare)
    forget(model)
    model.producer_version = ""
    return model


def forget(message):
    """Clears doc strings and metadata, however deep."""
    for name in ("doc_string", "metadata_props"):
        if name in message.DESCRIPTOR.fields_by_name:
            message.ClearField(name)
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        repeated = (
            descriptor.is_repeated
            if hasattr(descriptor, "is_repeated")
            else descriptor.label == descriptor.LABEL_REPEATED
        )
        for one in value if repeated else [value]:
            forget(one)
