"""MACs of picojoule beside those of torch's FlopCounterMode, on models of torchvision, timm and transformers.

    pip install 'picojoule[torch]' torchvision timm transformers
    python benches/torch-macs.py [--only resnet,vit] [--markdown]

FlopCounterMode counts two operations for each multiply-add of a product, and nothing else; so half of
them are MACs. Where the two differ, the difference is derived from the operators that ran, in a run of
its own under a dispatch mode of torch's:

- what torch has no formula for, though it multiplies and adds: its MACs follow from the shapes;
- what depends on weights alone: picojoule counts it before the network runs, where it costs nothing.

A model is *equal* if both have the same MACs, *explained* if ours are torch's, with the first and
without the second, to the last MAC, and otherwise *not explained*: then the exit code is 1.
"""

import argparse
import math
import sys
import time
import traceback
import warnings
from collections import Counter

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode, flop_registry
from torch.utils.weak import WeakIdKeyDictionary

import picojoule.torch

aten = torch.ops.aten


def of_rnn(args, out):
    """An LSTM, a GRU or an RNN: each gate takes the input and the state of each step."""
    x, weights = args[0], [w for w in args[2] if w.dim() == 2]
    return x.shape[0] * x.shape[1] * sum(w.numel() for w in weights)


def of_mkldnn_rnn(args, out):
    x, w_input, w_state = args[:3]
    return x.shape[0] * x.shape[1] * (w_input.numel() + w_state.numel())


def of_encoder_layer(args, out):
    """A layer of a Transformer: scores, context, and every token by the weights of the
    projections and of two linear layers, which are its first four matrices."""
    b, n, d = args[0].shape
    matrices = [one for one in args[3:] if isinstance(one, torch.Tensor) and one.dim() == 2]
    return b * n * sum(one.numel() for one in matrices[:4]) + 2 * b * n * n * d


def of_multi_head(args, out):
    """Projections of queries, keys and values at once, scores, context, a projection."""
    query, key, _, d, _, qkv, _, projection = args[:8]
    (b, n, _), m = query.shape, key.shape[1]
    return b * n * (qkv.numel() + projection.numel()) + 2 * b * n * m * d


def of_attention(args, out):
    """Scores and context: of every query with every key."""
    query, key, value = args[:3]
    *outer, n, d = query.shape
    return math.prod(outer) * n * key.shape[-2] * (d + value.shape[-1])


def of_grouped(args, out):
    """Rows by the matrix of their group: each row once."""
    rows, matrices = args[:2]
    return rows.shape[0] * matrices.shape[-2] * matrices.shape[-1]


def of_vector(args, out):
    matrix = args[0] if args[0].dim() == 2 else args[1]
    return matrix.numel()


# What multiplies and adds, and has no formula in torch 2.15. (Asked for by name, as not every build
# has all of them.)
MISSING = {
    "lstm": of_rnn,
    "gru": of_rnn,
    "mkldnn_rnn_layer": of_mkldnn_rnn,
    "_transformer_encoder_layer_fwd": of_encoder_layer,
    "_native_multi_head_attention": of_multi_head,
    "_scaled_dot_product_flash_attention_for_cpu": of_attention,
    "_scaled_dot_product_fused_attention_overrideable": of_attention,
    "_grouped_mm": of_grouped,
    "mv": of_vector,
    "dot": lambda args, out: args[0].numel(),
}


class Ledger(TorchDispatchMode):
    """MACs of every operator: those that torch misses, and those of weights alone."""

    def __init__(self, inputs):
        super().__init__()
        self.of_inputs = WeakIdKeyDictionary()
        for tensor in inputs:
            self.of_inputs[tensor] = True
        self.missing, self.constant, self.unseen = Counter(), Counter(), Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = function(*args, **kwargs)
        packet = function._overloadpacket
        name = packet.__name__.split(".")[-1]
        tensors = [one for one in tree_leaves((args, kwargs)) if isinstance(one, torch.Tensor)]
        depends = any(tensor in self.of_inputs for tensor in tensors)
        if depends:
            # What is written into a tensor makes it depend on the input, too.
            changed = [args[0]] if function._schema.is_mutable and args else []
            for tensor in tree_leaves(out) + changed:
                if isinstance(tensor, torch.Tensor):
                    self.of_inputs[tensor] = True
        if packet in flop_registry:
            if not depends:
                flops = flop_registry[packet](*args, **kwargs, out_val=out)
                self.constant[name] += flops // 2
        elif name in MISSING and depends:
            self.missing[name] += MISSING[name](args, out)
        return out


def torch_macs(model, args, kwargs):
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(*args, **kwargs)
    return counter.get_total_flops() / 2


def ledger(model, args, kwargs):
    inputs = [one for one in tree_leaves((args, kwargs)) if isinstance(one, torch.Tensor)]
    with torch.no_grad(), Ledger(inputs) as found:
        model(*args, **kwargs)
    return found


def image(size, batch=1):
    return (torch.randn(batch, 3, size, size),), {}


def vision():
    import torchvision.models as models

    for name, size, options in [
        ("alexnet", 64, {}),
        ("vgg11", 64, {}),
        ("resnet18", 64, {}),
        ("resnet50", 64, {}),
        ("resnext50_32x4d", 64, {}),
        ("wide_resnet50_2", 64, {}),
        ("densenet121", 64, {}),
        ("squeezenet1_1", 64, {}),
        ("googlenet", 64, {"init_weights": False}),
        ("inception_v3", 96, {"init_weights": False}),
        ("mobilenet_v2", 64, {}),
        ("mobilenet_v3_large", 64, {}),
        ("shufflenet_v2_x1_0", 64, {}),
        ("mnasnet1_0", 64, {}),
        ("efficientnet_b0", 64, {}),
        ("regnet_y_400mf", 64, {}),
        ("convnext_tiny", 64, {}),
        ("vit_b_16", 64, {"image_size": 64}),
        ("swin_t", 64, {}),
        ("swin_v2_t", 64, {}),
    ]:
        yield f"torchvision {name}", lambda n=name, o=options: getattr(models, n)(**o), image(size)
    yield (
        "torchvision lraspp_mobilenet_v3_large",
        lambda: models.segmentation.lraspp_mobilenet_v3_large(weights_backbone=None),
        image(64),
    )
    yield (
        "torchvision r3d_18",
        lambda: models.video.r3d_18(),
        ((torch.randn(1, 3, 4, 32, 32),), {}),
    )


def images():
    import timm

    for name, size, options in [
        ("deit_tiny_patch16_224", 64, {"img_size": 64}),
        ("beit_base_patch16_224", 64, {"img_size": 64}),
        ("cait_xxs24_224", 64, {"img_size": 64}),
        ("xcit_nano_12_p16_224", 64, {}),
        ("mixer_s16_224", 64, {"img_size": 64}),
        ("resmlp_12_224", 64, {"img_size": 64}),
        ("levit_128s", 64, {"img_size": 64}),
        ("tiny_vit_5m_224", 224, {}),
        ("mobilevit_xxs", 64, {}),
        ("efficientformer_l1", 224, {}),
        ("pvt_v2_b0", 64, {}),
        ("twins_svt_small", 64, {"img_size": 64}),
        ("nest_tiny", 64, {"img_size": 64}),
        ("hiera_tiny_224", 224, {}),
        ("poolformer_s12", 64, {}),
        ("edgenext_xx_small", 64, {}),
        ("ghostnet_100", 64, {}),
        ("repvgg_a0", 64, {}),
        ("coat_lite_tiny", 64, {"img_size": 64}),
        ("mobileone_s0", 64, {}),
    ]:
        yield f"timm {name}", lambda n=name, o=options: timm.create_model(n, **o), image(size)


def texts():
    import transformers as t

    small = dict(vocab_size=1000, hidden_size=64, intermediate_size=128, num_hidden_layers=2,
                 num_attention_heads=4)
    ids = ((), {"input_ids": torch.randint(1, 100, (2, 16))})
    experts = dict(num_key_value_heads=2, num_experts_per_tok=2)
    for name, config, options in [
        ("BertForSequenceClassification", "BertConfig", small),
        ("RobertaModel", "RobertaConfig", small),
        ("AlbertModel", "AlbertConfig", small | {"embedding_size": 32}),
        ("DistilBertModel", "DistilBertConfig", dict(vocab_size=1000, dim=64, hidden_dim=128, n_layers=2, n_heads=4)),
        ("GPT2LMHeadModel", "GPT2Config", dict(vocab_size=1000, n_embd=64, n_layer=2, n_head=4)),
        ("LlamaForCausalLM", "LlamaConfig", small | {"num_key_value_heads": 2}),
        ("Qwen3ForCausalLM", "Qwen3Config", small | {"num_key_value_heads": 2, "head_dim": 16}),
        ("Gemma3ForCausalLM", "Gemma3TextConfig", small | {"num_key_value_heads": 2, "head_dim": 16}),
        ("GPTNeoXForCausalLM", "GPTNeoXConfig", small),
        ("MixtralForCausalLM", "MixtralConfig", small | experts | {"num_local_experts": 4}),
        ("Qwen3MoeForCausalLM", "Qwen3MoeConfig", small | experts | {"num_experts": 4, "moe_intermediate_size": 32, "head_dim": 16}),
    ]:
        yield (
            f"transformers {name}",
            lambda n=name, c=config, o=options: getattr(t, n)(getattr(t, c)(**o)),
            ids,
        )
    yield (
        "transformers T5ForConditionalGeneration",
        lambda: t.T5ForConditionalGeneration(t.T5Config(
            vocab_size=1000, d_model=64, d_ff=128, num_layers=2, num_heads=4, d_kv=16,
            decoder_start_token_id=0)),
        ((), {"input_ids": torch.randint(1, 100, (2, 16)),
              "decoder_input_ids": torch.randint(1, 100, (2, 8))}),
    )
    yield (
        "transformers ViTModel",
        lambda: t.ViTModel(t.ViTConfig(hidden_size=64, intermediate_size=128, num_hidden_layers=2,
                                       num_attention_heads=4, image_size=64)),
        ((), {"pixel_values": torch.randn(1, 3, 64, 64)}),
    )


class Recurrent(torch.nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn = kind(32, 48, num_layers=2, batch_first=True)
        self.head = torch.nn.Linear(48, 10)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


def layers():
    tokens = ((torch.randn(2, 12, 32),), {})
    yield "torch LSTM", lambda: Recurrent(torch.nn.LSTM), tokens
    yield "torch GRU", lambda: Recurrent(torch.nn.GRU), tokens
    yield (
        "torch TransformerEncoder",
        lambda: torch.nn.TransformerEncoder(
            torch.nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 2),
        tokens,
    )


def listed(counter):
    return ", ".join(f"{name} {macs:,}" for name, macs in counter.most_common() if macs)


def row(make, args, kwargs):
    torch.manual_seed(0)
    # Without gradients: the tracker of torch fails under `no_grad` on views of parameters.
    model = make().eval().requires_grad_(False)
    counted = torch_macs(model, args, kwargs)
    found = ledger(model, args, kwargs)
    estimate = picojoule.torch.estimate(model, args, example_kwargs=kwargs)
    ours = estimate.macs
    reasons = []
    if listed(found.missing):
        reasons.append(f"no formula in torch: {listed(found.missing)}")
    if listed(found.constant):
        reasons.append(f"of weights alone, so computed before: {listed(found.constant)}")
    explained = counted + sum(found.missing.values()) - sum(found.constant.values())
    verdict = "equal" if ours == counted else "explained" if ours == explained else "NOT explained"
    if verdict == "NOT explained":
        reasons.append(f"rest {ours - explained:+,.0f}")
    if verdict == "equal":
        reasons = []
    if estimate.left_out:
        reasons.append(f"left out by us: {estimate.left_out}")
    return ours, counted, verdict, "; ".join(reasons)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="names that hold one of these, with commas between them")
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    wanted = given.only.split(",") if given.only else [""]
    cases = (case for group in (layers, vision, images, texts) for case in group())
    separator = " | " if given.markdown else "\t"
    heads = ("model", "ours", "torch", "verdict", "difference explained by")
    print(separator.join(heads), flush=True)
    if given.markdown:
        print(separator.join("---" for _ in heads), flush=True)
    verdicts = Counter()
    for name, make, (args, kwargs) in cases:
        if not any(part in name for part in wanted):
            continue
        begun = time.perf_counter()
        try:
            ours, counted, verdict, why = row(make, args, kwargs)
            cells = (name, f"{ours:,}", f"{counted:,.0f}", verdict, why)
        except Exception as error:
            verdict = "failed"
            cells = (name, "", "", verdict, f"{type(error).__name__}: {error}"[:400])
            if given.only:
                traceback.print_exc()
        verdicts[verdict] += 1
        print(separator.join(cells), flush=True)
        print(f"  {time.perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()))
    return 1 if verdicts["NOT explained"] or verdicts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
