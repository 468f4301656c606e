"""The two exporters of PyTorch."""

import io

import onnx
import torch
from torch.export import Dim

torch.backends.mha.set_fastpath_enabled(False)  # which TorchScript cannot export


def dynamo(model, args, opset, names, dynamic=None):
    """The exporter that traces with torch.export; dynamic: {input: {axis: name}}."""
    shapes = None
    if dynamic:
        dims = {}
        shapes = tuple(
            {axis: dims.setdefault(d, Dim(d, min=2)) for axis, d in dynamic.get(name, {}).items()}
            for name in names
        )
    program = torch.onnx.export(
        model, args, None, dynamo=True, opset_version=opset, verbose=False,
        input_names=names, output_names=["out"], dynamic_shapes=shapes,
    )
    return program.model_proto


def difference(x, n=1, dim=-1, prepend=None, append=None):
    """torch.diff of what TorchScript can export."""
    assert n == 1 and append is None and dim == -1
    x = x if prepend is None else torch.cat([prepend, x], dim)
    return x[..., 1:] - x[..., :-1]


def script(model, args, opset, names, dynamic=None):
    """The exporter that traces with TorchScript."""
    buffer = io.BytesIO()
    diff, cumsum = torch.diff, torch.Tensor.cumsum
    torch.diff = difference
    torch.Tensor.cumsum = lambda x, dim: cumsum(x.long() if x.dtype == torch.bool else x, dim)
    try:
        torch.onnx.export(
            model, args, buffer, dynamo=False, opset_version=opset,
            input_names=names, output_names=["out"], dynamic_axes=dynamic,
        )
    finally:
        torch.diff, torch.Tensor.cumsum = diff, cumsum
    return onnx.load_from_string(buffer.getvalue())
