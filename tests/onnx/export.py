"""Makes the ONNX fixtures of this folder, and expected.csv.

    python -m venv venv
    venv/bin/pip install torch transformers onnx onnxscript onnxruntime sympy
    venv/bin/python tests/onnx/export.py [--dry] [NAME ...]

Every model has random weights and is built from its configuration: nothing is downloaded. Names
are of files, or the beginning of them; without any, all are made. Each model is counted twice
before it is written: by PyTorch's dispatcher (FlopCounterMode, gradients on) or by hand, and by
count.py from the shapes at run time; where the two differ, nothing is written. Then weights are
stripped: what is over 1 KiB keeps its dims and its type, and no data.
"""

import csv
import math
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import onnx
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import count
from common import FIXTURES, Fixture, fixture, strip
from exporters import dynamo, script

HERE = Path(__file__).parent


def dispatched(model, args):
    """Multiply-accumulates at PyTorch's dispatcher."""
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        model(*args)
    flops = counter.get_total_flops()
    assert flops % 2 == 0
    return flops // 2


def weights(model):
    return sum(parameter.numel() for parameter in model.parameters())


def told_apart(model):
    """Parameters that begin as all ones or all zeros get noise: exporters merge equal tensors."""
    with torch.no_grad():
        for one in model.parameters():
            if one.numel() > 1 and bool((one == one.flatten()[0]).all()):
                one.add_(torch.randn_like(one) * 0.1)
    return model.eval()


EXPORTERS = {"dyn": dynamo, "ts": script}


def variants(name, make, note, ways, dynamic=None, macs=None, parameters=None, keep=False):
    """One network by several exporters. make() gives the model, its inputs and their names; a way
    is the exporter and the opset, "_sym" after it for symbolic dims."""
    for way in ways:
        symbolic = way.endswith("_sym")
        plain = way.removesuffix("_sym")
        export = EXPORTERS[plain.rstrip("0123456789")]
        opset = int(plain.lstrip("dynts"))

        @fixture(f"{name}_{way}")
        def _(plain=plain, symbolic=symbolic, export=export, opset=opset):
            torch.manual_seed(0)
            model, args, names = make()
            model = told_apart(model)
            binds = {}
            if symbolic:
                for one, arg in zip(names, args):
                    for axis, dim in dynamic.get(one, {}).items():
                        binds[dim] = arg.shape[axis]
            total = dispatched(model, args) if macs is None else macs
            size = weights(model) if parameters is None else parameters
            with torch.no_grad():
                proto = export(model, args, opset, names, dynamic if symbolic else None)
            how = {"dyn": "dynamo", "ts": "TorchScript"}[plain.rstrip("0123456789")]
            text = f"{note}; {how}, opset {opset}{', symbolic dims' if symbolic else ''}"
            return Fixture(proto, total, size, text, binds, keep)


# Transformer layers

B, N, D, H, FF = 2, 16, 64, 4, 128


class Attention(nn.Module):
    """fused: by scaled_dot_product_attention; otherwise scores are divided by a number."""

    def __init__(self, causal=False, fused=False):
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(D, D) for _ in range(4))
        self.causal, self.fused = causal, fused

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = (one(x).view(b, n, H, D // H).transpose(1, 2) for one in (self.q, self.k, self.v))
        if self.fused:
            context = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        else:
            scores = q @ k.transpose(-1, -2) / math.sqrt(D // H)
            if self.causal:
                mask = torch.full((n, n), float("-inf")).triu(1)
                scores = scores + mask
            context = torch.softmax(scores, -1) @ v
        return self.o(context.transpose(1, 2).reshape(b, n, D))


class Encoder(nn.Module):
    """Normalised after each half."""

    def __init__(self, fused=False):
        super().__init__()
        self.attention = Attention(fused=fused)
        self.norm1, self.norm2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.up, self.down = nn.Linear(D, FF), nn.Linear(FF, D)

    def forward(self, x):
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Decoder(nn.Module):
    """Normalised before each half; causal."""

    def __init__(self, fused=False):
        super().__init__()
        self.attention = Attention(causal=True, fused=fused)
        self.norm1, self.norm2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.up, self.down = nn.Linear(D, FF), nn.Linear(FF, D)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


def layer(make):
    return lambda: (make(), (torch.randn(B, N, D),), ["x"])


BATCH_SEQ = {"x": {0: "batch", 1: "seq"}}

variants(
    "enc", layer(Encoder), "post-norm encoder layer b=2 n=16 d=64 h=4 ffn=128, explicit attention",
    ["dyn18", "dyn18_sym", "dyn20", "dyn20_sym", "ts17", "ts17_sym", "ts14", "ts13", "ts13_sym"],
    BATCH_SEQ,
)
variants(
    "enc_sdpa", layer(lambda: Encoder(True)),
    "the same encoder layer, scaled_dot_product_attention",
    ["dyn18", "dyn23", "dyn23_sym", "ts17", "ts17_sym"], BATCH_SEQ,
)
variants(
    "dec", layer(Decoder), "pre-norm causal decoder layer, same dims, explicit attention",
    ["dyn18", "dyn18_sym", "dyn20", "ts17", "ts17_sym", "ts14"], BATCH_SEQ,
)
variants(
    "dec_sdpa", layer(lambda: Decoder(True)),
    "the same decoder layer, scaled_dot_product_attention, is_causal",
    ["dyn18", "dyn23", "ts17", "ts17_sym"], BATCH_SEQ,
)
variants(
    "torch_enc",
    lambda: (nn.TransformerEncoderLayer(D, H, FF, batch_first=True), (torch.randn(B, N, D),), ["x"]),
    "torch.nn.TransformerEncoderLayer (relu), same dims", ["dyn18"],
)


# Whole models, from their configurations


class Ids(nn.Module):
    def __init__(self, model, **fixed):
        super().__init__()
        self.model, self.fixed = model, fixed

    def forward(self, ids):
        return self.model(input_ids=ids, return_dict=True, **self.fixed)[0]


class IdsMask(nn.Module):
    def __init__(self, model, **fixed):
        super().__init__()
        self.model, self.fixed = model, fixed

    def forward(self, ids, mask):
        return self.model(input_ids=ids, attention_mask=mask, return_dict=True, **self.fixed)[0]


def tokens():
    return torch.ones(B, N, dtype=torch.long)


IDS = {"ids": {0: "batch", 1: "seq"}, "mask": {0: "batch", 1: "seq"}}


def bert(attention="eager", mask=False):
    from transformers import BertConfig, BertModel

    def make():
        config = BertConfig(
            vocab_size=100, hidden_size=D, num_hidden_layers=2, num_attention_heads=H,
            intermediate_size=FF, max_position_embeddings=32, attn_implementation=attention,
        )
        model = BertModel(config, add_pooling_layer=False)
        if mask:
            return IdsMask(model), (tokens(), tokens()), ["ids", "mask"]
        return Ids(model), (tokens(),), ["ids"]

    return make


variants(
    "bert", bert(), "tiny BertModel: 2 layers, b=2 n=16 d=64 h=4 ffn=128, no pooler",
    ["dyn18", "dyn18_sym", "ts17", "ts17_sym", "ts13"], IDS,
)
variants(
    "bert_mask", bert("sdpa", True), "the same with an attention mask as an input, sdpa",
    ["dyn18", "dyn18_sym", "dyn23", "ts17_sym"], IDS,
)


def gpt2(attention="eager"):
    from transformers import GPT2Config, GPT2LMHeadModel

    def make():
        config = GPT2Config(
            vocab_size=100, n_embd=D, n_layer=2, n_head=H, n_inner=FF, n_positions=32,
            attn_implementation=attention,
        )
        return Ids(GPT2LMHeadModel(config), use_cache=False), (tokens(),), ["ids"]

    return make


variants(
    "gpt2", gpt2(), "tiny GPT2LMHeadModel: 2 layers, b=2 n=16 d=64 h=4 ffn=128 vocab=100, tied head",
    ["dyn18", "dyn18_sym", "ts17", "ts17_sym", "ts13"], IDS,
)


def llama(attention="eager"):
    from transformers import LlamaConfig, LlamaForCausalLM

    def make():
        config = LlamaConfig(
            vocab_size=100, hidden_size=D, num_hidden_layers=2, num_attention_heads=H,
            num_key_value_heads=2, intermediate_size=FF, max_position_embeddings=32,
            attn_implementation=attention,
        )
        return Ids(LlamaForCausalLM(config), use_cache=False), (tokens(),), ["ids"]

    return make


variants(
    "llama", llama(),
    "tiny LlamaForCausalLM: 2 layers, b=2 n=16 d=64 h=4, 2 kv heads, ffn=128 vocab=100, untied head",
    ["dyn18", "dyn18_sym", "ts17", "ts17_sym"], IDS,
)
variants(
    "llama_sdpa", llama("sdpa"), "the same, sdpa", ["dyn18", "dyn23", "ts17"], IDS,
)


def t5():
    from transformers import T5Config, T5Model

    class Both(nn.Module):
        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, ids, targets):
            return self.model(
                input_ids=ids, decoder_input_ids=targets, use_cache=False, return_dict=True
            )[0]

    config = T5Config(
        vocab_size=100, d_model=D, d_kv=D // H, d_ff=FF, num_layers=2, num_heads=H,
        feed_forward_proj="gated-gelu",
    )
    return Both(T5Model(config)), (tokens(), tokens()[:, :12].contiguous()), ["ids", "targets"]


T5_DIMS = {"ids": {0: "batch", 1: "seq"}, "targets": {0: "batch", 1: "out_seq"}}
variants(
    "t5", t5, "tiny T5Model: 2 + 2 layers, b=2 n=16 m=12 d=64 h=4, gated ffn=128, relative positions",
    ["dyn18", "dyn18_sym", "ts17", "ts17_sym"], T5_DIMS,
)


class Hidden(nn.Module):
    """One tensor in, the first tensor out."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x, return_dict=True)[0]


def vit(attention):
    from transformers import ViTConfig, ViTModel

    def make():
        config = ViTConfig(
            hidden_size=D, num_hidden_layers=2, num_attention_heads=H, intermediate_size=FF,
            image_size=32, patch_size=8, attn_implementation=attention,
        )
        model = Hidden(ViTModel(config, add_pooling_layer=False))
        return model, (torch.randn(B, 3, 32, 32),), ["x"]

    return make


variants(
    "vit", vit("eager"), "tiny ViTModel: 2 layers, b=2, 16 patches and one token, d=64 h=4 ffn=128",
    ["dyn18", "dyn18_sym", "ts17", "ts17_sym"], {"x": {0: "batch"}},
)
variants("vit_sdpa", vit("sdpa"), "the same, sdpa", ["dyn18", "dyn23", "ts17"], {"x": {0: "batch"}})


def whisper():
    from transformers import WhisperConfig
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    config = WhisperConfig(
        num_mel_bins=16, d_model=D, encoder_layers=2, encoder_attention_heads=H,
        encoder_ffn_dim=FF, max_source_positions=32, attn_implementation="eager",
    )
    return Hidden(WhisperEncoder(config)), (torch.randn(B, 16, 64),), ["x"]


variants(
    "whisper", whisper, "tiny WhisperEncoder: 2 layers, b=2, 64 frames to 32, d=64 h=4 ffn=128",
    ["dyn18", "ts17", "ts17_sym"], {"x": {0: "batch"}},
)


# Half precision


def half(kind):
    def make():
        return Encoder(True).to(kind), (torch.randn(B, N, D).to(kind),), ["x"]

    return make


variants("enc_half", half(torch.float16), "the encoder layer in float16", ["dyn18", "ts17"])
variants("enc_bfloat", half(torch.bfloat16), "the encoder layer in bfloat16", ["dyn18"])


# Recurrent networks


class Recurrent(nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.net = kind(D, 32, batch_first=True, **options)
        self.head = nn.Linear(64 if options.get("bidirectional") else 32, 10)

    def forward(self, x):
        return self.head(self.net(x)[0])


def steps(gates, both=1, layers=1):
    inner = sum(gates * 32 * ((D if i == 0 else 32 * both) + 32) for i in range(layers))
    return B * N * (both * inner + 32 * both * 10)


for name, kind, gates in (("lstm", nn.LSTM, 4), ("gru", nn.GRU, 3)):
    variants(
        name, lambda kind=kind: (Recurrent(kind), (torch.randn(B, N, D),), ["x"]),
        f"{name.upper()} of one layer, b=2 n=16, 64 in, 32 hidden, and a head of 10",
        ["dyn18", "ts17", "ts17_sym"], BATCH_SEQ, macs=steps(gates),
    )
variants(
    "lstm_deep",
    lambda: (Recurrent(nn.LSTM, num_layers=2, bidirectional=True), (torch.randn(B, N, D),), ["x"]),
    "LSTM of two layers, both directions", ["ts17"], macs=steps(4, 2, 2),
)


# Few-bit weights and values in the graph


class BitLinear(nn.Module):
    """BitNet b1.58: weights rounded to -1, 0, 1 by their mean size, values to 8 bits."""

    def __init__(self, inner, outer):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outer, inner) * 0.02)

    def forward(self, x):
        scale = 127 / x.abs().amax(-1, keepdim=True).clamp(min=1e-5)
        x = (x * scale).round().clamp(-128, 127)
        size = self.weight.abs().mean()
        w = (self.weight / size).round().clamp(-1, 1)
        return F.linear(x, w) * (size / scale)


class BitFeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.up, self.down = BitLinear(D, FF), BitLinear(FF, D)

    def forward(self, x):
        return self.down(F.relu(self.up(x)) ** 2)


class Ternary(nn.Module):
    """Weights rounded before the export."""

    def __init__(self):
        super().__init__()
        w = torch.randn(D, D)
        self.size = float(w.abs().mean())
        self.weight = nn.Parameter((w / self.size).round().clamp(-1, 1))

    def forward(self, x):
        return F.linear(x, self.weight) * self.size


class Xnor(nn.Module):
    """Both sides by their signs, torch.where and torch.sign."""

    def __init__(self, sign):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(D, D))
        self.sign = sign

    def forward(self, x):
        if self.sign:
            a, b = torch.sign(x), torch.sign(self.weight)
        else:
            a = torch.where(x >= 0, 1.0, -1.0)
            b = torch.where(self.weight >= 0, 1.0, -1.0)
        return F.linear(a, b) * self.weight.abs().mean()


for name, make, note in (
    ("bitffn", BitFeedForward, "BitNet feed-forward, 64 to 128 to 64, rounded in the graph"),
    ("xnor_torch", lambda: Xnor(True), "signs of values and of weights"),
    ("xnor_torch_where", lambda: Xnor(False), "signs of values and of weights by where"),
):
    # dynamo computes the rounded weights beforehand: only their payload tells what they are
    variants(name, layer(make), note, ["dyn18"], keep=True)
    variants(name, layer(make), note, ["ts17"])
variants(
    "bitlinear", layer(Ternary), "64 to 64, weights of -1, 0, 1 kept", ["dyn18", "ts17"], keep=True
)


class Misc(nn.Module):
    """Einsum, embedding, top-k, chains, reductions, shape arithmetic, as PyTorch writes them."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(100, D)
        self.weight = nn.Parameter(torch.randn(H, D, D // H))

    def forward(self, ids):
        x = self.embedding(ids)
        y = torch.einsum("bnd,hde->bhne", x, self.weight)
        s = torch.einsum("bhne,bhme->bhnm", y, y)
        s = torch.where(s > 0, s.clamp(-1, 1), torch.zeros_like(s)).round()
        s = s / (s.norm(dim=-1, keepdim=True) + 1)
        s = s.cumsum(-1) - s.amax(-1, keepdim=True) + s.logsumexp(-1, keepdim=True)
        best = s.topk(4, dim=-1)
        y = best.values.sum(-1) + best.indices.to(s.dtype).mean(-1) + s.argmax(-1).to(s.dtype)
        a, b = y.repeat(1, 2, 1).chunk(2, 1)
        y = F.pad(torch.cat([a, b.expand(-1, H, -1)], 2), (0, 1))[:, :, 1::2]
        return y.unflatten(1, (2, 2)).flatten(2).flip(-1).var(-1) @ y.new_ones(2, 3)


variants(
    "misc", lambda: (Misc(), (tokens(),), ["ids"]), "einsum, embedding, top-k, chains, reductions, shapes",
    ["dyn18", "dyn18_sym", "ts17", "ts17_sym"], IDS,
)


# Convolutions


class Basic(nn.Module):
    def __init__(self, inner, outer, stride=1, **options):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outer)
        dilation = options.get("dilation", 1)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, dilation, bias=False, **options)
        self.norm2 = nn.BatchNorm2d(outer)
        self.short = None
        if stride > 1 or inner != outer:
            self.short = nn.Sequential(
                nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer)
            )

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + (x if self.short is None else self.short(x)))


class ResNet(nn.Module):
    """Grouped, dilated and strided convolutions, batch norm, pooling."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 7, 2, 3, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.layers = nn.Sequential(
            Basic(16, 16), Basic(16, 32, 2, groups=4), Basic(32, 32, dilation=2),
        )
        self.average = nn.AvgPool2d(2)
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.norm(self.stem(x))))
        x = self.average(self.layers(x))
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


class UNet(nn.Module):
    """Transposed convolutions, upsampling, concatenation, global maximum."""

    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(3, 8, 3, 1, 1)
        self.down2 = nn.Conv2d(8, 16, 3, 2, 1)
        self.depth = nn.Conv2d(16, 16, 3, 1, 1, groups=16)
        self.up1 = nn.ConvTranspose2d(16, 8, 2, 2)
        self.up2 = nn.ConvTranspose2d(16, 8, 3, 2, 1, output_padding=1, groups=2)
        self.out = nn.Conv2d(24, 4, (1, 3), padding=(0, 1))

    def forward(self, x):
        a = F.leaky_relu(self.down1(x), 0.1)
        b = F.silu(self.depth(F.elu(self.down2(a))))
        c = torch.cat([self.up1(b), a, F.interpolate(self.up2(b), scale_factor=1.0)], 1)
        y = torch.sigmoid(self.out(c))
        big = F.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False)
        near = F.interpolate(y, scale_factor=2, mode="nearest")
        return F.adaptive_max_pool2d(F.pad(big * near, (1, 1, 1, 1)), 1).flatten(1)


class Mobile(nn.Module):
    """Inverted residuals: depthwise, hard-swish, ReLU6, squeeze and excitation."""

    def __init__(self):
        super().__init__()

        def unit(inner, outer, kernel, stride=1, groups=1, act=nn.Hardswish):
            return nn.Sequential(
                nn.Conv2d(inner, outer, kernel, stride, kernel // 2, groups=groups, bias=False),
                nn.BatchNorm2d(outer), act(),
            )

        self.stem = unit(3, 16, 3, 2)
        self.wide = unit(16, 64, 1, act=nn.ReLU6)
        self.deep = unit(64, 64, 3, groups=64, act=nn.ReLU6)
        self.squeeze, self.excite = nn.Conv2d(64, 16, 1), nn.Conv2d(16, 64, 1)
        self.thin = unit(64, 16, 1, act=nn.Identity)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stem(x)
        y = self.deep(self.wide(x))
        s = F.adaptive_avg_pool2d(y, 1)
        s = F.hardsigmoid(self.excite(F.relu(self.squeeze(s))))
        x = x + self.thin(y * s)
        return self.head(x.mean((2, 3)))


class Signal(nn.Module):
    """In one dimension and in three; group and instance norm."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(4, 8, 5, 2, 2)
        self.group = nn.GroupNorm(2, 8)
        self.b = nn.ConvTranspose1d(8, 4, 4, 2, 1)
        self.instance = nn.InstanceNorm1d(4, affine=True)
        self.c = nn.Conv3d(2, 4, 3, padding=1)

    def forward(self, x):
        y = self.instance(self.b(F.gelu(self.group(self.a(x)), approximate="tanh")))
        z = F.max_pool3d(self.c(y.reshape(-1, 2, 4, 4, 4)), 2)
        return z.flatten(1)


IMAGE = {"x": {0: "batch"}}


def image(make, size=32):
    return lambda: (make(), (torch.randn(B, 3, size, size),), ["x"])


def trained(make):
    """Batch norm as it is in training would not be folded; here the running numbers differ from
    0 and 1, so that nothing folds by chance."""

    def model():
        net = make()
        for one in net.modules():
            if isinstance(one, nn.BatchNorm2d):
                nn.init.uniform_(one.running_var, 0.5, 1.5)
                nn.init.normal_(one.running_mean)
        return net

    return model


variants(
    "resnet", image(trained(ResNet)), "small ResNet: strided, grouped, dilated; pools",
    ["dyn18", "dyn18_sym", "ts17", "ts17_sym", "ts13"], IMAGE,
)
variants(
    "unet", image(UNet, 16), "transposed and depthwise convolutions, resize, concat, pad",
    ["dyn18", "ts17", "ts17_sym", "ts13"], IMAGE,
)
variants(
    "mobile", image(trained(Mobile)), "MobileNet-like block: depthwise, hard-swish, ReLU6, SE",
    ["dyn18", "ts17", "ts17_sym", "ts13"], IMAGE,
)
variants(
    "signal", lambda: (Signal(), (torch.randn(B, 4, 32),), ["x"]),
    "1-D and 3-D convolutions, group and instance norm", ["dyn18", "dyn21", "ts17"], IMAGE,
)


@fixture("resnet_bn_ts17")
def _():
    """TorchScript folds batch norm unless told that the model trains."""
    torch.manual_seed(0)
    model = told_apart(trained(ResNet)())
    x = torch.randn(B, 3, 32, 32)
    buffer = io.BytesIO()
    macs = dispatched(model, (x,))
    torch.onnx.export(
        model, (x,), buffer, dynamo=False, opset_version=17, input_names=["x"],
        output_names=["out"], do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE,
    )
    return Fixture(
        onnx.load_from_string(buffer.getvalue()), macs, weights(model),
        "small ResNet with its BatchNormalization nodes; TorchScript, opset 17",
    )


# E-Att


class EAtt(nn.Module):
    """Attention whose queries and keys are sums of selected rows, and whose score is an L1
    distance; values, their weighted sum and the output projection as usual."""

    def __init__(self, cast=True):
        super().__init__()
        self.r = D // H
        self.q, self.k = nn.Linear(D, self.r), nn.Linear(D, self.r)
        self.v, self.o = nn.Linear(D, D), nn.Linear(D, D)
        self.cast = cast

    def forward(self, x):
        b, n, _ = x.shape
        if self.cast:
            bits = (x > 0).to(x.dtype)
        else:
            bits = torch.where(x > 0, 1.0, 0.0)
        q = self.q(bits).view(b, n, H, self.r // H).transpose(1, 2)
        k = self.k(bits).view(b, n, H, self.r // H).transpose(1, 2)
        v = self.v(x).view(b, n, H, D // H).transpose(1, 2)
        distance = (q.unsqueeze(3) - k.unsqueeze(2)).abs().sum(-1)
        weight = torch.softmax(-distance / math.sqrt(self.r // H), -1)
        return self.o((weight @ v).transpose(1, 2).reshape(b, n, D))


E_NOTE = (
    "E-Att b=2 n=16 d=64 h=4 f=4: 2·b·n·d·d/f of these products select (bits times weights); "
    "the score has no product"
)
variants(
    "eatt", layer(EAtt), E_NOTE + "; bits by cast",
    ["dyn18", "dyn18_sym", "ts17", "ts17_sym", "ts13"], BATCH_SEQ,
)
variants("eatt_where", layer(lambda: EAtt(False)), E_NOTE + "; bits by where", ["dyn18", "ts17"])
variants(
    "vanilla", layer(Attention), "vanilla attention, same dims, nothing else", ["dyn18", "ts17"],
)


class Cdist(EAtt):
    """The score by cdist."""

    def forward(self, x):
        b, n, _ = x.shape
        bits = (x > 0).to(x.dtype)
        q = self.q(bits).view(b, n, H, self.r // H).transpose(1, 2)
        k = self.k(bits).view(b, n, H, self.r // H).transpose(1, 2)
        v = self.v(x).view(b, n, H, D // H).transpose(1, 2)
        weight = torch.softmax(-torch.cdist(q, k, p=1.0), -1)
        return self.o((weight @ v).transpose(1, 2).reshape(b, n, D))


variants("eatt_cdist", layer(Cdist), E_NOTE + "; cdist, not scaled", ["ts17"])


# Quantised by onnxruntime


class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(D, FF), nn.Linear(FF, 10)

    def forward(self, x):
        return self.b(F.relu(self.a(x)))


class Small(nn.Module):
    """Convolutions and a head."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 16, 3, 2, 1)
        self.b = nn.Conv2d(16, 16, 3, 1, 1, groups=4)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = F.relu(self.b(F.relu(self.a(x))))
        return self.head(x.mean((2, 3)))


variants("mlp", lambda: (Perceptron(), (torch.randn(B, D),), ["x"]), "64 to 128 to 10", ["ts17"])
variants("mlp3", lambda: (Perceptron(), (torch.randn(B, N, D),), ["x"]), "64 to 128 to 10, of 16 rows", ["ts17", "dyn21"])
variants("small", image(Small, 16), "two convolutions and a head", ["ts17"])


def quantised(name, source, note, how):
    """how(in, out): from file to file."""

    @fixture(name)
    def _():
        one = FIXTURES[source]()

        def make(given, made):
            onnx.save(one.model, given)
            return how(given, made) or onnx.load(made)

        one.model = tidy(make)
        one.note += "; " + note
        return one


class Noise:
    """Three inputs to calibrate with."""

    def __init__(self, file):
        torch.manual_seed(1)
        shape = [d.dim_value for d in onnx.load(file).graph.input[0].type.tensor_type.shape.dim]
        self.all = iter([{"x": torch.randn(shape).numpy()} for _ in range(3)])

    def get_next(self):
        return next(self.all, None)


def static(style, per_channel=False, weight="QInt8", value="QInt8"):
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.calibrate import CalibrationDataReader

    CalibrationDataReader.register(Noise)

    def how(given, made):
        quantize_static(
            str(given), str(made), Noise(given), quant_format=getattr(QuantFormat, style),
            per_channel=per_channel, weight_type=getattr(QuantType, weight),
            activation_type=getattr(QuantType, value),
        )

    return how


def on_the_fly(given, made):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(str(given), str(made), weight_type=QuantType.QUInt8)


def few_bits(bits, style):
    from onnxruntime.quantization import QuantFormat
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    def how(given, _):
        one = MatMulNBitsQuantizer(
            onnx.load(given), bits=bits, block_size=32, quant_format=getattr(QuantFormat, style)
        )
        one.process()
        return one.model.model

    return how


for source in ("mlp_ts17", "mlp3_ts17", "small_ts17", "enc_ts17"):
    stem = source.split("_")[0]
    quantised(f"{stem}_qdq", source, "QDQ, int8", static("QDQ"))
    quantised(f"{stem}_qop", source, "QOperator, uint8 and int8", static("QOperator", value="QUInt8"))
    quantised(f"{stem}_qdyn", source, "quantised on the fly", on_the_fly)
quantised("small_qdq_channel", "small_ts17", "QDQ, a scale per channel", static("QDQ", True))
quantised("mlp3_qdq_16", "mlp3_dyn21", "QDQ, int8 weights, uint16 values", static("QDQ", value="QUInt16"))
quantised("enc_4bit", "enc_ts17", "MatMulNBits, 4 bits, blocks of 32", few_bits(4, "QOperator"))
quantised("enc_8bit", "enc_ts17", "MatMulNBits, 8 bits, blocks of 32", few_bits(8, "QOperator"))
quantised("enc_4bit_qdq", "enc_dyn20", "DequantizeLinear of 4-bit blocks", few_bits(4, "QDQ"))


# What onnxruntime makes of the exports


def tidy(make):
    """Runs make(in, out) between files of a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        return make(Path(folder) / "in.onnx", Path(folder) / "out.onnx")


def fused(source, kind):
    """onnxruntime.transformers.optimizer: fused operators of com.microsoft."""
    from onnxruntime.transformers.optimizer import optimize_model

    @fixture(source.replace("_", "_ort_", 1))
    def _():
        one = FIXTURES[source]()

        def make(given, _):
            onnx.save(one.model, given)
            done = optimize_model(str(given), kind, num_heads=H, hidden_size=D, opt_level=0)
            return done.model

        one.model = tidy(make)
        one.note += "; fused by onnxruntime.transformers.optimizer"
        return one


for source, kind in (
    ("enc_dyn18", "bert"), ("enc_ts17", "bert"), ("enc_ts17_sym", "bert"), ("bert_dyn18", "bert"),
    ("bert_ts17_sym", "bert"), ("gpt2_ts17_sym", "gpt2"), ("llama_dyn18", "gpt2"),
):
    fused(source, kind)


def optimised(source):
    """The graph that an onnxruntime session runs."""
    import onnxruntime

    @fixture(source.replace("_", "_session_", 1))
    def _():
        one = FIXTURES[source]()

        def make(given, made):
            onnx.save(one.model, given)
            options = onnxruntime.SessionOptions()
            options.optimized_model_filepath = str(made)
            options.log_severity_level = 4
            level = onnxruntime.GraphOptimizationLevel
            options.graph_optimization_level = level.ORT_ENABLE_EXTENDED
            onnxruntime.InferenceSession(str(given), options, providers=["CPUExecutionProvider"])
            return onnx.load(made)

        one.model = tidy(make)
        one.note += "; as an onnxruntime session optimised it"
        return one


for source in (
    "enc_ts17", "dec_ts17_sym", "resnet_dyn18", "mobile_ts17", "llama_dyn18", "mlp_qdq", "mlp3_qdyn",
    "small_qdq",
):
    optimised(source)


def write(chosen, dry):
    import handmade  # noqa: F401 (registers its fixtures)

    table = HERE / "expected.csv"
    rows = {}
    if table.exists():
        with open(table, newline="") as old:
            rows = {row["file"]: row for row in csv.DictReader(old)}
    failed = []
    for name, make in FIXTURES.items():
        if chosen and not any(name.startswith(one) for one in chosen):
            continue
        try:
            one = make()
            found = count.total(one.model, one.binds)
            assert found == one.macs, f"{found} at run time, {one.macs} by the framework or by hand"
            bare = strip(one.model, one.keep)
            again = count.total(bare, one.binds)
            assert again == one.macs, f"{again} once stripped, {one.macs} before"
        except Exception as error:
            failed.append(name)
            print(f"{name}: {type(error).__name__}: {str(error)[:600]}", flush=True)
            continue
        file = f"{name}.onnx"
        data = bare.SerializeToString(deterministic=True)
        print(f"{name}: {one.macs} macs, {one.parameters} parameters, {len(data)} bytes", flush=True)
        if not dry:
            (HERE / file).write_bytes(data)
            rows[file] = {
                "file": file,
                "binds": ";".join(f"{dim}={size}" for dim, size in one.binds.items()),
                "macs": one.macs,
                "parameters": "" if one.parameters is None else one.parameters,
                "note": one.note,
            }
    order = [f"{name}.onnx" for name in FIXTURES]
    if not dry:
        with open(table, "w", newline="") as new:
            out = csv.DictWriter(
                new, ["file", "binds", "macs", "parameters", "note"], lineterminator="\n"
            )
            out.writeheader()
            for file in order:
                if file in rows and (HERE / file).exists():
                    out.writerow(rows[file])
    return failed


if __name__ == "__main__":
    arguments = [one for one in sys.argv[1:] if one != "--dry"]
    sys.exit(1 if write(arguments, "--dry" in sys.argv) else 0)
