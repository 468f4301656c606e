"""Modules of torch, torchvision, timm and transformers, as both exporters of PyTorch write them.

    python -m venv venv
    venv/bin/pip install torch torchvision timm transformers onnx onnxscript
    venv/bin/python tests/onnx/modules.py [--keep FOLDER] [--ways ts17,dyn18,…] [NAME ...]

Every module is built from a small configuration with random weights: nothing is downloaded. Each
is exported and read by `picojoule estimate FILE --output json` (target/debug/picojoule, or the
variable PICOJOULE). What is compared:

- multiply-accumulates, with torch's dispatcher (FlopCounterMode);
- parameters, with those of the module that get a gradient or are frozen, in the form that the file
  holds them;
- what is left out, with nothing;
- stages, between exporters and opsets; masks apart, which opset 23 writes as an attribute.

A difference that is right is explained in EXPLAINED; any other one is printed, and the exit code
is 1. With --keep the exports are kept, and those that are there are not made again.
"""

import argparse
import ast
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

warnings.filterwarnings("ignore")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import onnx
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from exporters import dynamo, script

ROOT = Path(__file__).parents[2]
BINARY = os.environ.get("PICOJOULE", str(ROOT / "target/debug/picojoule"))
WAYS = ["ts17", "ts20", "dyn18", "dyn20", "dyn23"]
SECONDS = 300  # for one export

MODULES = {}


def module(name):
    def register(make):
        assert name not in MODULES, name
        MODULES[name] = make
        return make

    return register


# torch.nn


class Fold(nn.Module):
    """A module called with the same tensor so many times."""

    def __init__(self, inner, times=3, **options):
        super().__init__()
        self.inner, self.times, self.options = inner, times, options

    def forward(self, x):
        return self.inner(*[x] * self.times, **self.options)[0]


class First(nn.Module):
    """The first tensor of what a module gives."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, *args):
        return first(self.inner(*args))


def first(value):
    while not torch.is_tensor(value):
        value = next(iter(value.values() if hasattr(value, "values") else value))
    return value


def tokens(*shape):
    return torch.randn(*shape)


def plain():
    def add(name, make, *shapes):
        module(name)(lambda: (First(make()), tuple(tokens(*shape) for shape in shapes)))

    add("lstm", lambda: nn.LSTM(8, 16, batch_first=True), (2, 5, 8))
    add("lstm_both_ways", lambda: nn.LSTM(8, 16, 2, bidirectional=True, batch_first=True), (2, 5, 8))
    add("lstm_without_bias", lambda: nn.LSTM(8, 16, bias=False), (5, 2, 8))
    add("gru", lambda: nn.GRU(8, 16, 2, batch_first=True), (2, 5, 8))
    add("rnn", lambda: nn.RNN(8, 16, batch_first=True), (2, 5, 8))
    layer = dict(d_model=32, nhead=4, dim_feedforward=64, batch_first=True)
    add("encoder", lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(**layer), 2), (2, 7, 32))
    add(
        "encoder_norm_first",
        lambda: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(**layer, norm_first=True, activation="gelu"), 2
        ),
        (2, 7, 32),
    )
    add(
        "decoder",
        lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(**layer), 2),
        (2, 5, 32),
        (2, 7, 32),
    )
    add(
        "transformer",
        lambda: nn.Transformer(32, 4, 1, 1, 64, batch_first=True),
        (2, 7, 32),
        (2, 5, 32),
    )
    mha = nn.MultiheadAttention
    module("mha_self")(lambda: (Fold(mha(32, 4, batch_first=True)), (tokens(2, 7, 32),)))
    module("mha_fast")(
        lambda: (Fold(mha(32, 4, batch_first=True), need_weights=False), (tokens(2, 7, 32),))
    )
    module("mha_bias_kv")(
        lambda: (Fold(mha(32, 4, batch_first=True, add_bias_kv=True)), (tokens(2, 7, 32),))
    )
    module("mha_zero")(
        lambda: (Fold(mha(32, 4, batch_first=True, add_zero_attn=True)), (tokens(2, 7, 32),))
    )
    add("mha_cross", lambda: mha(32, 4, kdim=24, vdim=20, batch_first=True),
        (2, 5, 32), (2, 7, 24), (2, 7, 20))
    add("upscale", lambda: nn.Sequential(
        nn.ConvTranspose2d(8, 16, 4, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh()), (1, 8, 4, 4))
    add("norms", lambda: nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.GroupNorm(4, 16), nn.SiLU(), nn.Conv2d(16, 16, 3),
        nn.InstanceNorm2d(16, affine=True), nn.LeakyReLU(), nn.PixelShuffle(2),
        nn.Conv2d(4, 8, 3), nn.LocalResponseNorm(3), nn.PReLU(8)), (1, 3, 12, 12))
    add("linear_batch_norm", lambda: nn.Sequential(
        nn.Linear(12, 20), nn.BatchNorm1d(20), nn.Hardswish(), nn.Linear(20, 4), nn.Softplus()),
        (3, 12))
    add("conv1d", lambda: nn.Sequential(
        nn.Conv1d(4, 8, 3, dilation=2, padding=2), nn.ELU(), nn.AvgPool1d(2), nn.Conv1d(8, 8, 3, groups=8),
        nn.BatchNorm1d(8), nn.AdaptiveAvgPool1d(4)), (2, 4, 32))
    add("bilinear", lambda: nn.Bilinear(6, 5, 4), (3, 6), (3, 5))
    module("embedding_bag")(lambda: (nn.EmbeddingBag(30, 8), (torch.randint(0, 30, (4, 6)),)))


class Attend(nn.Module):
    """Attention with a step of its own between the packed projection and the scores."""

    def __init__(self, step, size=32, heads=4):
        super().__init__()
        self.qkv, self.out = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.heads, self.step = heads, step
        self.inner = step if isinstance(step, nn.Module) else None

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = self.step(q, k, v)
        y = ((q @ k.transpose(-1, -2)) * q.shape[-1] ** -0.5).softmax(-1) @ v
        return self.out(y.transpose(1, 2).reshape(b, n, d))


class Temperature(nn.Module):
    """Attention of length one with a learnt temperature for each head."""

    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(32, 96), nn.Linear(32, 32)
        self.temperature = nn.Parameter(torch.rand(4, 1, 1))

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, 4, 8).permute(2, 0, 3, 1, 4)
        q, k = nn.functional.normalize(q, dim=-1), nn.functional.normalize(k, dim=-1)
        y = ((q @ k.transpose(-1, -2)) * self.temperature).softmax(-1) @ v
        return self.out(y.transpose(1, 2).reshape(b, n, d))


class Talking(nn.Module):
    """Heads that are mixed before and behind the softmax."""

    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(32, 96), nn.Linear(32, 32)
        self.before, self.behind = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, 4, 8).permute(2, 0, 3, 1, 4)
        scores = (q * 8**-0.5) @ k.transpose(-1, -2)
        scores = self.before(scores.permute(0, 2, 3, 1)).softmax(2)
        scores = self.behind(scores).permute(0, 3, 1, 2)
        return self.out((scores @ v).transpose(1, 2).reshape(b, n, d))


class ConvAttend(nn.Module):
    """q, k and v of one 1x1 convolution, with or without a normalisation of its sums."""

    def __init__(self, norm):
        super().__init__()
        self.qkv, self.out = nn.Conv2d(16, 48, 1, bias=not norm), nn.Conv2d(16, 16, 1)
        self.norm = nn.BatchNorm2d(48) if norm else nn.Identity()

    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = self.norm(self.qkv(x)).reshape(b, 2, 24, h * w).split([8, 8, 8], dim=2)
        scores = (q.transpose(-1, -2) @ k * 8**-0.5).softmax(-1)
        return self.out((v @ scores.transpose(-1, -2)).reshape(b, c, h, w))


class LearntQueries(nn.Module):
    """A few learnt queries that read all tokens."""

    def __init__(self):
        super().__init__()
        self.queries = nn.Parameter(torch.randn(1, 3, 32))
        self.attend = nn.MultiheadAttention(32, 4, batch_first=True)

    def forward(self, x):
        return self.attend(self.queries.expand(x.shape[0], -1, -1), x, x)[0]


def cosines(n, size):
    angle = torch.arange(n)[:, None] * 0.1 ** torch.arange(size // 2)[None, :]
    return angle.cos(), angle.sin()


def rotate_halves(q, k, v):
    cos, sin = cosines(q.shape[-2], q.shape[-1])

    def turn(x):
        a, b = x.chunk(2, -1)
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    return turn(q), turn(k), v


def rotate_together(q, k, v):
    qk, _, _ = rotate_halves(torch.stack([q, k]), q, v)
    return qk[0], qk[1], v


def rotate_pairs(q, k, v):
    cos, sin = cosines(q.shape[-2], q.shape[-1])

    def turn(x):
        a, b = x[..., ::2], x[..., 1::2]
        return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)

    return turn(q), turn(k), v


def rotate_cast(q, k, v):
    cos, sin = (torch.cat([one, one], -1) for one in cosines(q.shape[-2], q.shape[-1]))

    def turn(x):
        a, b = x.double().chunk(2, -1)
        return (x.double() * cos + torch.cat([-b, a], -1) * sin).float()

    return turn(q), turn(k), v


def rotate_complex(q, k, v):
    cos, sin = cosines(q.shape[-2], q.shape[-1])
    turns = torch.complex(cos, sin)

    def turn(x):
        x = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
        return torch.view_as_real(x * turns).flatten(-2)

    return turn(q), turn(k), v


def attends():
    def add(name, make):
        module(name)(lambda: (make(), (tokens(2, 6, 32),)))

    unit = nn.functional.normalize
    add("rotary_halves", lambda: Attend(rotate_halves))
    add("rotary_together", lambda: Attend(rotate_together))
    add("rotary_pairs", lambda: Attend(rotate_pairs))
    add("rotary_cast", lambda: Attend(rotate_cast))
    add("rotary_complex", lambda: Attend(rotate_complex))
    add("packed_length_one", lambda: Attend(lambda q, k, v: (unit(q, dim=-1), unit(k, dim=-1), v)))
    add("packed_relu", lambda: Attend(lambda q, k, v: (q.relu(), k.relu(), v)))
    add("packed_pooled", lambda: Attend(lambda q, k, v: (q, *(
        nn.functional.avg_pool2d(one, (2, 1)) for one in (k, v)))))
    add("temperature", Temperature)
    add("talking_heads", Talking)
    add("learnt_queries", LearntQueries)
    module("packed_conv")(lambda: (ConvAttend(False), (tokens(1, 16, 4, 4),)))
    module("packed_conv_norm")(lambda: (ConvAttend(True), (tokens(1, 16, 4, 4),)))


# torchvision


def vision():
    import torchvision.models as models
    from torchvision.models import convnext, efficientnet, regnet, resnet, swin_transformer, vgg
    from torchvision.models import video
    from functools import partial

    def add(name, make, size=64):
        shape = size if isinstance(size, tuple) else (1, 3, size, size)
        module(f"tv_{name}")(lambda: (First(make()), (tokens(*shape),)))

    add("resnet", lambda: resnet.ResNet(resnet.BasicBlock, [1, 1, 1, 1], 10), 32)
    add("resnext", lambda: resnet.ResNet(resnet.Bottleneck, [1, 1, 1, 1], 10, groups=4, width_per_group=4), 32)
    add("vgg", lambda: vgg.make_layers([8, "M", 16, 16, "M"], True), 32)
    add("vgg_plain", lambda: vgg.make_layers([8, "M", 16, 16, "M"], False), 32)
    add("mobilenet_v2", lambda: models.mobilenet_v2(width_mult=0.25, num_classes=10))
    add("mobilenet_v3", lambda: models.mobilenet_v3_small(width_mult=0.25, num_classes=10))
    add("squeezenet", lambda: models.squeezenet1_1(num_classes=10))
    add("shufflenet", lambda: models.shufflenet_v2_x0_5(num_classes=10))
    add("densenet", lambda: models.DenseNet(8, (2, 2, 2), 16, num_classes=10))
    add("mnasnet", lambda: models.MNASNet(0.25, 10))
    add("regnet", lambda: regnet.RegNet(
        regnet.BlockParams.from_init_params(4, 16, 8, 2.0, 8, se_ratio=0.25), 10))
    block = convnext.CNBlockConfig
    add("convnext", lambda: models.ConvNeXt([block(16, 32, 1), block(32, None, 2)], num_classes=10))
    conv = efficientnet.MBConvConfig
    add("efficientnet", lambda: models.EfficientNet(
        [conv(1, 3, 1, 16, 8, 1), conv(4, 5, 2, 8, 16, 2)], 0.1, num_classes=10, last_channel=32))
    swin = swin_transformer
    small = dict(patch_size=[4, 4], embed_dim=16, depths=[2, 2], num_heads=[2, 4],
                 window_size=[4, 4], num_classes=10)
    add("swin", lambda: models.SwinTransformer(**small))
    add("swin_v2", lambda: models.SwinTransformer(
        **small, block=swin.SwinTransformerBlockV2, downsample_layer=swin.PatchMergingV2))
    add("vit", lambda: models.VisionTransformer(32, 8, 2, 2, 32, 64, num_classes=10), 32)
    add("maxvit", lambda: models.MaxVit(
        (64, 64), 16, 4, [16, 32], [1, 1], 8, 0.0, num_classes=10))
    add("lraspp", lambda: models.segmentation.lraspp_mobilenet_v3_large(
        num_classes=4, weights_backbone=None))
    add("video_resnet", lambda: video.resnet.VideoResNet(
        video.resnet.BasicBlock, [video.resnet.Conv3DSimple] * 4, [1, 1, 1, 1],
        video.resnet.BasicStem, 10), (1, 3, 4, 16, 16))
    add("swin_3d", lambda: video.SwinTransformer3d(
        [2, 4, 4], 16, [2], [2], [2, 4, 4], num_classes=10), (1, 3, 4, 32, 32))


# timm


def images():
    import timm

    timm.layers.set_fused_attn(False)

    def add(name, model, size, **options):
        module(f"timm_{name}")(lambda: (
            timm.create_model(model, num_classes=10, **options), (tokens(1, 3, size, size),)))

    vit = dict(img_size=32, patch_size=8, embed_dim=32, depth=2, num_heads=2)
    add("vit", "vit_tiny_patch16_224", 32, **vit)
    add("vit_pooled", "vit_base_patch16_siglip_224", 32, **vit)
    add("vit_relpos", "vit_relpos_small_patch16_224", 32, **vit)
    add("vit_parallel", "vit_small_patch16_18x2_224", 32, **vit)
    add("vit_gap", "vit_base_patch16_rope_reg1_gap_256", 32, **vit)
    add("deit_distilled", "deit_tiny_distilled_patch16_224", 32, **vit)
    add("deit3", "deit3_small_patch16_224", 32, **vit)
    add("beit", "beit_base_patch16_224", 32, **vit)
    add("beitv2", "beitv2_base_patch16_224", 32, **vit)
    add("eva", "eva_large_patch14_196", 32, **vit)
    add("eva02", "eva02_tiny_patch14_224", 32, **vit)
    add("rope_mixed", "vit_small_patch16_rope_mixed_224", 32, **vit)
    add("dinov3", "vit_small_patch16_dinov3", 32, **vit)
    add("samvit", "samvit_base_patch16_224", 64, img_size=64, patch_size=16, embed_dim=32, depth=2,
        num_heads=2, global_attn_indexes=(1,), window_size=2)

    def built(name, make, size):
        module(f"timm_{name}")(lambda: (make(), (tokens(1, 3, size, size),)))

    mixers, former = timm.models.mlp_mixer, timm.models.metaformer
    mixer = dict(img_size=32, patch_size=8, num_blocks=2, embed_dim=32, num_classes=10)
    built("mixer", lambda: mixers.MlpMixer(**mixer), 32)
    built("gmixer", lambda: mixers.MlpMixer(
        **mixer, mlp_layer=timm.layers.GluMlp, act_layer=nn.SiLU), 32)
    built("resmlp", lambda: mixers.MlpMixer(
        **dict(mixer, mlp_ratio=4), block_layer=mixers.ResBlock, norm_layer=mixers.Affine), 32)
    built("gmlp", lambda: mixers.MlpMixer(
        **dict(mixer, mlp_ratio=4), block_layer=mixers.SpatialGatingBlock,
        mlp_layer=timm.layers.GatedMlp), 32)
    built("convmixer", lambda: timm.models.convmixer.ConvMixer(32, 2, num_classes=10), 32)
    add("cait", "cait_xxs24_224", 32, **vit)
    add("xcit", "xcit_nano_12_p8_224", 32, **vit)
    forms = dict(depths=(1, 1, 1, 1), dims=(16, 32, 64, 64), num_classes=10)
    built("poolformer", lambda: former.MetaFormer(
        **forms, token_mixers=former.Pooling, mlp_act=nn.GELU, use_mlp_head=False), 64)
    built("caformer", lambda: former.MetaFormer(
        **forms, token_mixers=[former.SepConv, former.SepConv, former.Attention, former.Attention],
        norm_layers=[former.LayerNorm2dNoBias] * 2 + [former.LayerNormNoBias] * 2,
        layer_scale_init_values=None, res_scale_init_values=(None, None, 1.0, 1.0)), 64)
    pyramid = dict(embed_dims=(16, 32, 32, 64), depths=(1, 1, 1, 1), num_heads=(1, 2, 2, 4))
    add("pvt", "pvt_v2_b0", 64, **pyramid)
    add("twins", "twins_svt_small", 64, img_size=64, **pyramid, wss=(4, 4, 2, 2))
    add("levit", "levit_128s", 64, img_size=64, embed_dim=(16, 32, 32), num_heads=(2, 2, 2),
        depth=(1, 1, 1), key_dim=8)
    add("tiny_vit", "tiny_vit_5m_224", 64, embed_dims=(16, 32, 32, 64),
        depths=(1, 1, 1, 1), num_heads=(1, 2, 2, 4), window_sizes=(4, 4, 4, 2))
    add("coat", "coat_tiny", 64, img_size=64, embed_dims=(32, 32, 32, 32), serial_depths=(1, 1, 1, 1),
        parallel_depth=1, num_heads=8)
    add("crossvit", "crossvit_tiny_240", 48, img_size=48, img_scale=(1.0, 28 / 48), patch_size=(12, 14),
        embed_dim=(16, 32), depth=((1, 1, 0),), num_heads=(2, 2))
    add("convit", "convit_tiny", 32, img_size=32, patch_size=8, embed_dim=32, depth=3, num_heads=2,
        local_up_to_layer=2)
    built("volo", lambda: timm.models.volo.VOLO(
        (1, 1), 64, num_classes=10, patch_size=8, stem_hidden_dim=16, embed_dims=(16, 32),
        num_heads=(2, 2), downsamples=(True, False), outlook_attention=(True, False)), 64)
    add("mobilevit", "mobilevit_xxs", 64)
    add("mobilevit_v2", "mobilevitv2_050", 64)
    add("edgenext", "edgenext_xx_small", 64, depths=(1, 1, 1, 1), dims=(16, 24, 32, 48))
    add("efficientformer", "efficientformer_l1", 224, depths=(1, 1, 1, 2), embed_dims=(8, 16, 24, 32))
    add("davit", "davit_tiny", 64, depths=(1, 1), embed_dims=(16, 32), num_heads=(2, 2), window_size=4)
    built("focalnet", lambda: timm.models.focalnet.FocalNet(
        depths=(1, 1, 1, 1), embed_dim=16, num_classes=10), 64)
    add("hiera", "hiera_tiny_224", 64, img_size=(64, 64), embed_dim=16, num_heads=1, stages=(1, 1, 1, 1))
    built("pit", lambda: timm.models.pit.PoolingVisionTransformer(
        64, 16, 8, base_dims=(8, 8, 8), depth=(1, 1, 1), heads=(2, 4, 8), num_classes=10), 64)
    add("visformer", "visformer_tiny", 64, img_size=64, depth=(1, 1, 1), embed_dim=48, num_heads=2)
    built("nest", lambda: timm.models.nest.Nest(
        64, patch_size=4, num_levels=2, embed_dims=(16, 32), num_heads=(2, 2), depths=(1, 1),
        num_classes=10), 64)
    built("gcvit", lambda: timm.models.gcvit.GlobalContextVit(
        img_size=(64, 64), window_size=(2, 2, 2, 2), embed_dim=16, depths=(1, 1, 1, 1),
        num_heads=(1, 2, 2, 4), num_classes=10), 64)
    add("swinv2_cr", "swinv2_cr_tiny_224", 64, img_size=64, window_size=4, embed_dim=16,
        depths=(2, 2), num_heads=(2, 2))
    add("swin", "swin_tiny_patch4_window7_224", 64, img_size=64, window_size=4, embed_dim=16,
        depths=(2, 2), num_heads=(2, 2))
    add("sequencer", "sequencer2d_s", 32, img_size=32, layers=(1, 1, 1, 1), patch_sizes=(4, 2, 1, 1),
        embed_dims=(16, 16, 16, 16), hidden_sizes=(8, 8, 8, 8))
    add("ghostnet", "ghostnet_050", 64)
    add("repvgg", "repvgg_a0", 32)
    add("resnest", "resnest14d", 32)
    add("skresnet", "skresnet18", 32)
    add("fastvit", "fastvit_t8", 64, layers=(1, 1, 1, 1), embed_dims=(16, 16, 32, 32))
    add("repvit", "repvit_m0_9", 64, embed_dim=(16, 16, 32, 32), depth=(1, 1, 2, 1))
    add("efficientvit_b", "efficientvit_b0", 64, widths=(8, 8, 16, 16, 32), depths=(1, 1, 1, 1, 1))
    add("efficientvit_m", "efficientvit_m0", 64, img_size=64, embed_dim=(16, 32, 48), num_heads=(4, 4, 4),
        depth=(1, 1, 1), key_dim=(4, 4, 4))
    add("inception_next", "inception_next_tiny", 64, depths=(1, 1, 1, 1), dims=(16, 16, 32, 32))
    for name in ("byobnet", "convnext", "convnext2", "efficientnet", "efficientnet_evos",
                 "mambaout", "nfnet", "resnet", "vit2", "vit3", "vit4"):
        add(f"test_{name}", f"test_{name}", 160 if name.startswith("vit") else 64)


# transformers


class Called(nn.Module):
    """A model of transformers that is called by names and gives one tensor."""

    def __init__(self, model, names, output=None):
        super().__init__()
        self.model, self.names, self.output = model, names, output

    def forward(self, *args):
        out = self.model(**dict(zip(self.names, args)))
        return first(out) if self.output is None else out[self.output]


def words(length=10, most=60):
    return torch.randint(2, most, (2, length))


def language():
    import transformers as t

    def add(name, model, inputs, options, output=None, **config):
        def make():
            settings = getattr(t, f"{config_of(t, model)}")(**config)
            settings.use_cache = False
            if hasattr(settings, "_experts_implementation"):
                settings._experts_implementation = "batched_mm"
            built = getattr(t, model)(settings)
            if hasattr(built, "set_experts_implementation"):
                try:
                    built.set_experts_implementation("batched_mm")
                except (ValueError, AttributeError):
                    pass
            if output is None and getattr(built, "pooler", None) is not None:
                built.pooler = None  # of which nothing is given
            return Called(built, list(options), output), tuple(options.values())

        module(f"hf_{name}")(make)

    ids = {"input_ids": words()}
    masked = {"input_ids": words(), "attention_mask": torch.ones(2, 10, dtype=torch.long)}
    base = dict(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                intermediate_size=64, max_position_embeddings=32)
    for name in ("Bert", "Roberta", "Albert", "Electra", "MPNet", "ConvBert", "RoFormer", "Esm",
                 "Deberta", "DebertaV2", "Nystromformer", "XLMRoberta", "Ernie"):
        config = dict(base, embedding_size=32) if name in ("Albert", "Electra", "ConvBert", "RoFormer") else base
        if name.startswith("Deberta"):
            config = dict(config, relative_attention=True, pos_att_type=["c2p", "p2c"])
        if name == "Esm":
            config = dict(config, position_embedding_type="rotary", pad_token_id=1)
        add(name.lower(), f"{name}Model", "text", masked if name == "Bert" else ids, **config)
    add("bert_head", "BertForMaskedLM", "text", ids, **base)
    add("distilbert", "DistilBertModel", "text", ids, vocab_size=64, dim=32, n_layers=2, n_heads=4,
        hidden_dim=64, max_position_embeddings=32)
    add("modernbert", "ModernBertModel", "text", masked, **base, pad_token_id=0, global_attn_every_n_layers=2,
        local_attention=4)
    causal = dict(base, pad_token_id=0, bos_token_id=1, eos_token_id=1)
    grouped = dict(causal, num_key_value_heads=2)
    for name in ("Llama", "Mistral", "Qwen2", "Phi3", "Olmo2", "Granite", "StableLm", "Starcoder2", "Cohere"):
        add(name.lower(), f"{name}ForCausalLM", "text", ids, **grouped)
    for name in ("Qwen3", "Gemma", "Gemma2", "Glm", "SmolLM3"):
        add(name.lower(), f"{name}ForCausalLM", "text", ids, **dict(grouped, head_dim=8))
    add("gemma3", "Gemma3ForCausalLM", "text", ids, **dict(grouped, head_dim=8, sliding_window=4))
    add("phi", "PhiForCausalLM", "text", ids, **causal)
    add("nemotron", "NemotronForCausalLM", "text", ids, **grouped)
    add("mixtral", "MixtralForCausalLM", "text", ids, **grouped, num_local_experts=4, num_experts_per_tok=2)
    add("qwen3_moe", "Qwen3MoeForCausalLM", "text", ids, **dict(
        grouped, head_dim=8, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=16,
        decoder_sparse_step=1))
    add("gpt_oss", "GptOssForCausalLM", "text", ids, **dict(
        grouped, head_dim=8, num_local_experts=4, num_experts_per_tok=2, sliding_window=4))
    add("deepseek_v3", "DeepseekV3ForCausalLM", "text", ids, **dict(
        causal, moe_intermediate_size=16, n_routed_experts=4, n_group=2, topk_group=1,
        num_experts_per_tok=2, first_k_dense_replace=1, q_lora_rank=16, kv_lora_rank=16,
        qk_rope_head_dim=8, qk_nope_head_dim=8, v_head_dim=8, n_shared_experts=1))
    gpt = dict(vocab_size=64, n_embd=32, n_layer=2, n_head=4, n_positions=32, bos_token_id=1, eos_token_id=1)
    add("gpt2", "GPT2LMHeadModel", "text", ids, **gpt)
    add("gptj", "GPTJForCausalLM", "text", ids, **gpt, rotary_dim=4)
    add("codegen", "CodeGenForCausalLM", "text", ids, **gpt, rotary_dim=4, n_ctx=32)
    add("gpt_neo", "GPTNeoForCausalLM", "text", ids, vocab_size=64, hidden_size=32, num_layers=2, num_heads=4,
        max_position_embeddings=32, attention_types=[[["global", "local"], 1]], window_size=4,
        bos_token_id=1, eos_token_id=1)
    add("gpt_neox", "GPTNeoXForCausalLM", "text", ids, **causal, rotary_pct=0.5)
    add("opt", "OPTForCausalLM", "text", masked, **dict(
        vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, ffn_dim=64,
        max_position_embeddings=32, word_embed_proj_dim=32, pad_token_id=1))
    add("bloom", "BloomForCausalLM", "text", ids, vocab_size=64, hidden_size=32, n_layer=2, n_head=4)
    add("mpt", "MptForCausalLM", "text", ids, vocab_size=64, d_model=32, n_layers=2, n_heads=4, max_seq_len=32)
    add("falcon", "FalconForCausalLM", "text", ids, vocab_size=64, hidden_size=32, num_hidden_layers=2,
        num_attention_heads=4)
    add("mamba", "MambaForCausalLM", "text", ids, vocab_size=64, hidden_size=16, num_hidden_layers=1,
        state_size=4)
    seq2seq = {"input_ids": words(), "decoder_input_ids": words(6)}
    add("t5", "T5ForConditionalGeneration", "text", seq2seq, vocab_size=64, d_model=32, d_kv=8, d_ff=64,
        num_layers=2, num_heads=4, pad_token_id=0, decoder_start_token_id=0)
    wide = dict(vocab_size=64, d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=4,
                decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64,
                max_position_embeddings=32, pad_token_id=1, bos_token_id=0, eos_token_id=2,
                decoder_start_token_id=2, forced_eos_token_id=2)
    add("bart", "BartForConditionalGeneration", "text", seq2seq, **wide)
    add("marian", "MarianMTModel", "text", seq2seq, **wide)
    add("pegasus", "PegasusForConditionalGeneration", "text", seq2seq, **wide)
    sound = {"input_features": tokens(1, 8, 40), "decoder_input_ids": words(6)[:1]}
    add("whisper", "WhisperForConditionalGeneration", "text", sound, **{
        key: value for key, value in wide.items() if "position" not in key},
        num_mel_bins=8, max_source_positions=20, max_target_positions=16)
    add("perceiver", "PerceiverModel", "text", {"inputs": tokens(2, 12, 24)}, num_latents=6, d_latents=32,
        d_model=24, num_blocks=1, num_self_attends_per_block=2, num_self_attention_heads=4,
        num_cross_attention_heads=4)
    speech = dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=4, intermediate_size=64,
                  conv_dim=(16, 16), conv_stride=(4, 2), conv_kernel=(8, 4), num_conv_pos_embeddings=8,
                  num_conv_pos_embedding_groups=4, num_feat_extract_layers=2, vocab_size=32)
    add("wav2vec2", "Wav2Vec2Model", "sound", {"input_values": tokens(1, 320)}, **speech)
    add("hubert", "HubertModel", "sound", {"input_values": tokens(1, 320)}, **speech)
    vit = dict(image_size=32, patch_size=8, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
               intermediate_size=64)
    pixels = {"pixel_values": tokens(1, 3, 32, 32)}
    for name in ("ViT", "DeiT", "Dinov2", "Beit", "IJepa", "DINOv3ViT"):
        options = dict(vit, use_relative_position_bias=True) if name == "Beit" else vit
        add(name.lower(), f"{name}Model", "image", pixels, **options)
    add("vit_msn", "ViTMSNModel", "image", pixels, **vit)
    add("segformer", "SegformerForSemanticSegmentation", "image", {"pixel_values": tokens(1, 3, 64, 64)},
        hidden_sizes=[8, 16, 16, 32], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4],
        decoder_hidden_size=16)
    add("swin", "SwinModel", "image", {"pixel_values": tokens(1, 3, 64, 64)}, image_size=64, patch_size=4,
        embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=4)
    add("convnext", "ConvNextModel", "image", pixels, hidden_sizes=[8, 16, 16, 32], depths=[1, 1, 1, 1])
    add("yolos", "YolosForObjectDetection", "image", pixels, **dict(vit, image_size=[32, 32]),
        num_detection_tokens=5)
    text = dict(vocab_size=64, hidden_size=32, num_hidden_layers=1, num_attention_heads=4,
                intermediate_size=64, max_position_embeddings=16)
    both = {"input_ids": words(), "pixel_values": tokens(1, 3, 32, 32)}
    add("clip", "CLIPModel", "both", both, output="logits_per_image", text_config=dict(
        text, bos_token_id=0, eos_token_id=1), vision_config=vit, projection_dim=16)
    add("siglip", "SiglipModel", "both", both, output="logits_per_image", text_config=text, vision_config=vit)
    add("vilt", "ViltModel", "both", {
        "input_ids": words()[:1], "pixel_values": tokens(1, 3, 32, 32)}, **dict(base, image_size=32, patch_size=8))
    add("videomae", "VideoMAEModel", "video", {"pixel_values": tokens(1, 4, 3, 32, 32)}, **vit, num_frames=4)
    add("timesformer", "TimesformerModel", "video", {"pixel_values": tokens(1, 4, 3, 32, 32)}, **vit,
        num_frames=4)
    add("ast", "ASTModel", "sound", {"input_values": tokens(1, 32, 32)}, **{
        key: value for key, value in vit.items() if key != "image_size"}, max_length=32, num_mel_bins=32)

    @module("hf_detr")
    def _():
        config = t.DetrConfig(
            use_timm_backbone=False, use_pretrained_backbone=False, backbone=None,
            backbone_config=t.ResNetConfig(
                embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic",
                out_features=["stage2"]),
            d_model=32, encoder_layers=1, decoder_layers=2, encoder_attention_heads=4,
            decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, num_queries=5)
        return Called(t.DetrModel(config), ["pixel_values"]), (tokens(1, 3, 64, 64),)


def config_of(t, model):
    return getattr(t, model).config_class.__name__


BEFORE = "what no input reaches is computed before the network runs, and costs nothing: "
QUERIES = BEFORE + "learnt queries"
POSITIONS = BEFORE + "biases or tables of relative positions"
TABLE = "computed of parameters by more than sums and products, and so no parameter: "

# What is right though it differs: (module, way, exporter or *, quantity): (difference, why).
EXPLAINED = {
    ("rnn", "dyn", "macs"): (-512, BEFORE + "the first step, from a state of zeros"),
    ("rnn", "dyn", "stages"): (None, "the first step is folded, and the last product another one"),
    ("bilinear", "*", "macs"): (420, "torch counts no _trilinear: 3·5·4·6 and 3·5·4 products"),
    ("embedding_bag", "ts", "parameters"): (240, "TorchScript gives the table another name"),
    ("embedding_bag", "dyn", "stages"): (None, "means of rows, by ReduceMean or by sums and weights"),
    ("learnt_queries", "*", "macs"): (-2 * 3 * 32 * 32, QUERIES),
    ("tv_swin_v2", "*", "macs"): (-501760, POSITIONS),
    ("tv_swin_v2", "ts", "parameters"): (-1962, TABLE + "tables behind sigmoids; temperatures"),
    ("tv_swin_v2", "dyn", "parameters"): (-100352, TABLE + "tables for every pair and window"),
    ("timm_swinv2_cr", "*", "macs"): (-1572864, POSITIONS),
    ("timm_swinv2_cr", "ts", "parameters"): (-1544, TABLE + "biases behind their network"),
    ("timm_swinv2_cr", "dyn", "parameters"): (-393216, TABLE + "biases for every pair and window"),
    ("timm_vit_relpos", "*", "macs"): (-50176, POSITIONS),
    ("timm_vit_relpos", "ts", "parameters"): (-256, TABLE + "biases of the network of positions"),
    ("timm_gcvit", "*", "macs"): (-396288, BEFORE + "the network of relative positions"),
    ("timm_gcvit", "*", "parameters"): (-16, TABLE + "biases behind their network"),
    ("timm_vit_pooled", "*", "macs"): (-1024, QUERIES),
    ("timm_test_vit3", "*", "macs"): (-9216, QUERIES),
    ("timm_test_vit2", "dyn", "parameters"): (-101 * 64, TABLE + "positions, resampled"),
    ("timm_xcit", "*", "macs"): (-32768, BEFORE + "the convolution of sines of positions"),
    ("timm_edgenext", "*", "macs"): (-98304, BEFORE + "the convolution of sines of positions"),
    ("timm_convit", "*", "macs"): (-3072, POSITIONS),
    ("timm_convit", "ts", "parameters"): (-8, "gates behind sigmoids"),
    ("timm_caformer", "ts", "parameters"): (-12, "single numbers, of which TorchScript says nothing"),
    ("timm_efficientvit_m", "dyn", "parameters"): (-1092, "one bias for every pair, as masks are"),
    ("timm_rope_mixed", "dyn", "parameters"): (-2048, TABLE + "cosines and sines of frequencies"),
    ("timm_rope_mixed", "ts", "refused"): (None, "TorchScript wrote an Expand that cannot run"),
    ("timm_test_nfnet", "ts", "parameters"): (-171696, "each weight is there again, for its mean alone"),
    ("hf_deberta", "*", "macs"): (-81920, POSITIONS),
    ("hf_debertav2", "*", "macs"): (-262144, POSITIONS),
    ("hf_perceiver", "*", "macs"): (-9216, QUERIES),
    ("hf_perceiver", "ts", "parameters"): (-64, "the normalisation of what is learnt"),
    ("hf_yolos", "*", "macs"): (-10880, BEFORE + "positions are resampled by a product"),
    ("hf_siglip", "*", "macs"): (-1024, QUERIES),
    ("hf_siglip", "dyn", "parameters"): (-1, TABLE + "the temperature behind exp"),
    ("hf_clip", "*", "parameters"): (-1, TABLE + "the temperature behind exp"),
    ("hf_clip", "dyn", "stages"): (None, "TorchScript adds up indices where the other gathers"),
    ("hf_detr", "*", "macs"): (-27200, QUERIES + ", which attend to each other in the first layer"),
    ("hf_detr", "ts", "parameters"): (-96, "biases and a normalisation of what is learnt"),
    ("hf_detr", "dyn", "parameters"): (-112, "biases, a normalisation, frozen channels"),
    ("hf_roformer", "ts", "parameters"): (-160, "tables of cosines and sines"),
    ("hf_roformer", "dyn", "parameters"): (-80, "tables of cosines and sines"),
    ("hf_esm", "ts", "parameters"): (-80, "tables of cosines and sines"),
    ("hf_mamba", "ts", "parameters"): (-128, TABLE + "the decay, of which the logarithm is learnt"),
    ("hf_marian", "ts", "parameters"): (64, "a bias of the head that is a buffer, which is not said"),
    ("hf_pegasus", "ts", "parameters"): (64, "as before"),
    ("hf_videomae", "dyn", "parameters"): (1024, "sines that are no parameter, by a path as if they were"),
    ("hf_dinov3vit", "ts", "refused"): (None, "TorchScript wrote a Reshape that cannot run"),
    ("hf_deepseek_v3", "dyn", "stages"): (None, "TorchScript keeps an addition of 1e-20 for each token"),
}


def known(name, way, quantity):
    for one in (name, "*"):
        for other in (way, way.rstrip("0123456789"), "*"):
            if (one, other, quantity) in EXPLAINED:
                return EXPLAINED[one, other, quantity]
    return None


# Comparing


def told_apart(model):
    """Every tensor gets noise: exporters merge equal ones, and drop biases of zero."""
    with torch.no_grad():
        for one in model.parameters():
            if one.is_floating_point():
                one.add_(torch.rand_like(one) * 0.1 + 0.01)
        for one in model.modules():
            if isinstance(one, nn.modules.batchnorm._BatchNorm) and one.running_var is not None:
                one.running_mean.add_(torch.rand_like(one.running_mean) * 0.1)
                one.running_var.add_(torch.rand_like(one.running_var) * 0.1)
    return model.eval()


def measured(model, args):
    """MACs at the dispatcher, and parameters that get a gradient."""
    with torch.backends.mkldnn.flags(enabled=False):  # whose LSTM is one operator
        with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
            out = model(*args)
        (out * torch.randn_like(out)).sum().backward()
    learnt = {
        name: one.numel()
        for name, one in model.named_parameters(remove_duplicate=False)
        if one.grad is not None or not one.requires_grad
    }
    total = sum(one.numel() for one in model.parameters() if one.grad is not None)
    model.zero_grad()
    return counter.get_total_flops() // 2, total, learnt


def held_parameters(proto, learnt):
    """What a file holds of the parameters of its module, by the names of these.

    TorchScript names what it folded or transposed `onnx::…`; the other exporter says of such a
    tensor what it came from. One that came from parameters that are all in the file, or another
    copy of one parameter, is none of its own. Biases that a normalisation of a batch became have
    no other name than their operator gives them.
    """
    said = {
        info.name: ast.literal_eval(entry.value)
        for info in proto.graph.value_info
        for entry in info.metadata_props
        if entry.key == "pkg.onnxscript.optimizer.folded_from"
    }
    biases = {
        node.input[2]
        for node in proto.graph.node
        if node.op_type in ("Conv", "ConvTranspose", "Gemm") and len(node.input) > 2
    }
    read = {name for node in proto.graph.node for name in node.input}
    tensors = [
        one for one in proto.graph.initializer
        if one.data_type in (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16) and one.name in read
    ]
    own = {one.name for one in tensors if one.name in learnt}
    total, copied = 0, set()
    for one in tensors:
        size = math.prod(one.dims)
        sources = [name for name in said.get(one.name, []) if name in learnt]
        if one.name in own or one.name in biases:
            total += size
        elif sources:
            whole = len(said[one.name]) == 1 and sources[0]
            if not all(name in own for name in sources) and whole not in copied:
                total += size
            copied.add(whole or None)
            copied.discard(None)
        elif one.name.startswith("onnx::") and size > 1:
            total += size
    return total


def late(*_):
    raise TimeoutError(f"over {SECONDS} s")


@contextmanager
def quiet():
    """Nothing is printed, not by C++ either."""
    sys.stdout.flush()
    before, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(before, 1)
        os.close(before)
        os.close(nowhere)


def exported(model, args, way):
    opset = int(way.lstrip("dynts"))
    names = [f"in{at}" for at in range(len(args))]
    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        with torch.no_grad(), quiet():
            return (dynamo if way.startswith("dyn") else script)(model, args, opset, names)
    finally:
        signal.alarm(0)


def make(name, ways, folder):
    """Writes what is missing of a module's exports, and what was measured."""
    facts = folder / f"{name}.json"
    held = json.loads(facts.read_text()) if facts.exists() else {"failed": {}}
    missing = [way for way in ways if not (folder / f"{name}.{way}.onnx").exists()]
    missing = [way for way in missing if way not in held["failed"]]
    if not missing and "learnt" in held:
        return held
    torch.manual_seed(0)
    model, args = MODULES[name]()
    model = told_apart(model)
    held["macs"], held["parameters"], held["learnt"] = measured(model, args)
    for way in missing:
        try:
            proto = exported(model, args, way)
            onnx.save(proto, folder / f"{name}.{way}.onnx")
        except Exception as error:
            held["failed"][way] = f"{type(error).__name__}: {error}"[:300]
    facts.write_text(json.dumps(held))
    return held


def read(path):
    command = [BINARY, "estimate", str(path), "--table", "45nm", "--format", "fp32", "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        return None, done.stderr
    return json.loads(done.stdout), done.stderr


def stages(estimate):
    """What each stage counts, of all formats, masks apart."""
    found = {}
    for stage in estimate["stages"]:
        if stage["stage"] != "mask":
            counts = found.setdefault(stage["stage"], {})
            for key, count in stage["counts"].items():
                counts[key] = counts.get(key, 0) + count
    return found


def differing(a, b):
    return sorted(
        f"{stage} {a.get(stage, {})} / {b.get(stage, {})}"
        for stage in a.keys() | b.keys()
        if a.get(stage) != b.get(stage)
    )


def compare(name, ways, folder, held, loud):
    """The unexplained differences of one module."""
    wrong, line, seen = [], [], None
    for way in ways:
        path = folder / f"{name}.{way}.onnx"
        if not path.exists():
            line.append(f"{way} not exported")
            continue
        estimate, error = read(path)
        if estimate is None:
            if not known(name, way, "refused"):
                wrong.append(f"{way} refused: {error[:400]}")
            continue
        found = {"macs": estimate["macs"], "parameters": estimate["parameters"]}
        right = {"macs": held["macs"], "parameters": held_parameters(onnx.load(path), held["learnt"])}
        for quantity, value in found.items():
            difference = value - right[quantity]
            reason = known(name, way, quantity)
            if difference != (reason[0] if reason else 0):
                wrong.append(f"{way} {quantity} {value} and not {right[quantity]} ({difference:+})")
        if estimate["left_out"] and not known(name, way, "left out"):
            wrong.append(f"{way} left out: {estimate['left_out']}")
        line.append(f"{way} {found['macs']} {found['parameters']}")
        own = stages(estimate)
        if seen is not None and not known(name, way, "stages"):
            unlike = differing(seen[1], own)
            if unlike:
                wrong.append(f"{seen[0]} and {way} differ in stages: " + "; ".join(unlike if loud else unlike[:4]))
        if seen is None:
            seen = (way, own)
    print(f"{name}: torch {held['macs']} {held['parameters']}; {', '.join(line)}", flush=True)
    for one in wrong:
        print(f"    {one}", flush=True)
    return len(wrong)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--keep")
    options.add_argument("--ways", default=",".join(WAYS))
    options.add_argument("--loud", action="store_true", help="all stages that differ")
    options.add_argument("names", nargs="*")
    options = options.parse_args()
    for add in (plain, attends, vision, images, language):
        torch.manual_seed(0)
        add()
    names = [
        name for name in MODULES
        if not options.names or any(name.startswith(one) for one in options.names)
    ]
    ways = options.ways.split(",")
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.keep or temporary)
        folder.mkdir(exist_ok=True)
        for name in names:
            try:
                held = make(name, ways, folder)
            except Exception as error:
                print(f"{name}: not built: {type(error).__name__}: {str(error)[:200]}", flush=True)
                wrong += 1
                continue
            wrong += compare(name, ways, folder, held, options.loud)
    print(f"{len(names)} modules, {wrong} differences that are not explained")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
