#!/usr/bin/env python3
"""Writes the small files of weights that tests/weights.rs reads.

Only heads are written, byte by byte and with nothing but the standard library:
a reader that went on to the weights would find none. Beside them stands
`expected.csv`, with how many numbers of weights each file holds (tables of
frequencies are none) and how many bytes they take, from the sizes of blocks below, which are those of the structs of ggml:

    q4_0   a scale of 2 bytes and 32 numbers of 4 bits         18 bytes / 32
    q8_0   a scale of 2 bytes and 32 numbers of 8 bits         34 bytes / 32
    q4_k   two scales of 2, 12 of 6-bit scales, 128           144 bytes / 256
    q6_k   128 + 64 of numbers, 16 scales, 2                  210 bytes / 256
    mxfp4  an exponent of 1 byte and 32 numbers of 4 bits      17 bytes / 32
    tq2_0  64 of numbers and a scale of 2 bytes                66 bytes / 256

    python3 tests/weights/small.py
"""

import csv
import json
import struct
from pathlib import Path

HERE = Path(__file__).parent / "small"

# name: (number, length of a block, bytes of a block)
TYPES = {
    "f32": (0, 1, 4),
    "f16": (1, 1, 2),
    "q4_0": (2, 32, 18),
    "q8_0": (8, 32, 34),
    "q4_k": (12, 256, 144),
    "q6_k": (14, 256, 210),
    "bf16": (30, 1, 2),
    "tq2_0": (35, 256, 66),
    "mxfp4": (39, 32, 17),
}


class Writer:
    def __init__(self, order="<"):
        self.order = order
        self.out = bytearray()

    def pack(self, kind, *values):
        self.out += struct.pack(self.order + kind, *values)

    def text(self, text):
        raw = text.encode()
        self.pack("Q", len(raw))
        self.out += raw

    def value(self, value):
        if isinstance(value, bool):
            self.pack("IB", 7, value)
        elif isinstance(value, int):
            self.pack("II", 4, value)
        elif isinstance(value, float):
            self.pack("If", 6, value)
        elif isinstance(value, str):
            self.pack("I", 8)
            self.text(value)
        elif value and isinstance(value[0], str):
            self.pack("IIQ", 9, 8, len(value))
            for item in value:
                self.text(item)
        else:
            self.pack("IIQ", 9, 4, len(value))
            for item in value:
                self.pack("I", item)


def size(shape, kind):
    _, length, block = TYPES[kind]
    count = 1
    for extent in shape:
        count *= extent
    assert shape[0] % length == 0, (shape, kind)
    return count, count // length * block


def gguf(name, keys, tensors, version=3, order="<"):
    """Shapes have the innermost axis first, as the format has them."""
    writer = Writer(order)
    writer.out += b"GGUF"
    writer.pack("IQQ", version, len(tensors), len(keys))
    for key, value in keys.items():
        writer.text(key)
        writer.value(value)
    offset = numbers = total = 0
    for tensor, (shape, kind) in tensors.items():
        count, taken = size(shape, kind)
        writer.text(tensor)
        writer.pack("I", len(shape))
        for extent in shape:
            writer.pack("Q", extent)
        writer.pack("IQ", TYPES[kind][0], offset)
        offset += (taken + 31) // 32 * 32
        if not tensor.startswith("rope_"):
            numbers += count
            total += taken
    path = HERE / f"{name}.gguf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(writer.out))
    return numbers, total


def keys(arch, **values):
    out = {"general.architecture": arch, "general.name": f"a small {arch}"}
    for key, value in values.items():
        out[f"{arch}.{key.replace('__', '.')}"] = value
    return out


WORDS = [f"w{at}" for at in range(96)]


def layers(count, layer):
    out = {}
    for at in range(count):
        for name, what in layer(at).items():
            out[f"blk.{at}.{name}"] = what
    return out


def decoder(d, heads, kv, size, ffn, kind, norms=("attn_norm", "ffn_norm"), gate=True):
    """The tensors of a layer like Llama's."""
    out = {f"{norm}.weight": ([d], "f32") for norm in norms}
    out["attn_q.weight"] = ([d, heads * size], kind)
    out["attn_k.weight"] = ([d, kv * size], kind)
    out["attn_v.weight"] = ([d, kv * size], kind)
    out["attn_output.weight"] = ([heads * size, d], kind)
    if gate:
        out["ffn_gate.weight"] = ([d, ffn], kind)
    out["ffn_up.weight"] = ([d, ffn], kind)
    out["ffn_down.weight"] = ([ffn, d], kind)
    return out


def experts(d, ffn, count, kind):
    return {
        "ffn_gate_inp.weight": ([d, count], "f32"),
        "ffn_gate_exps.weight": ([d, ffn, count], kind),
        "ffn_up_exps.weight": ([d, ffn, count], kind),
        "ffn_down_exps.weight": ([ffn, d, count], kind),
    }


def without_ffn(layer):
    plain = ("ffn_gate.weight", "ffn_up.weight", "ffn_down.weight")
    return {name: what for name, what in layer.items() if name not in plain}


def llama():
    """2 layers, d = 64, 4 heads of 16, 2 for keys, ffn = 128, all in q4_0."""
    tensors = {"token_embd.weight": ([64, 96], "q4_0")}
    tensors |= layers(2, lambda _: decoder(64, 4, 2, 16, 128, "q4_0"))
    tensors |= {"output_norm.weight": ([64], "f32"), "output.weight": ([64, 96], "q8_0")}
    # A table of frequencies, which is no weight of a product.
    tensors |= {"rope_freqs.weight": ([8], "f32")}
    head = keys(
        "llama",
        block_count=2,
        embedding_length=64,
        feed_forward_length=128,
        context_length=128,
        attention__head_count=4,
        attention__head_count_kv=2,
        attention__layer_norm_rms_epsilon=1e-5,
        rope__dimension_count=16,
        rope__freq_base=10000.0,
    )
    head["tokenizer.ggml.tokens"] = WORDS
    head["tokenizer.chat_template"] = "x" * 5000
    return head, tensors


def qwen2():
    """Biases, a shared table, and a layer of two in q6_k where the other is q4_k."""

    def layer(at):
        out = decoder(256, 4, 2, 64, 512, "q4_k")
        for name in ("attn_v.weight", "ffn_down.weight"):
            if at == 1:
                out[name] = (out[name][0], "q6_k")
        out |= {
            "attn_q.bias": ([256], "f32"),
            "attn_k.bias": ([128], "f32"),
            "attn_v.bias": ([128], "f32"),
        }
        return out

    tensors = {"token_embd.weight": ([256, 96], "q6_k")} | layers(2, layer)
    tensors |= {"output_norm.weight": ([256], "f32")}
    head = keys(
        "qwen2",
        block_count=2,
        embedding_length=256,
        feed_forward_length=512,
        context_length=128,
        attention__head_count=4,
        attention__head_count_kv=2,
    )
    head["tokenizer.ggml.tokens"] = WORDS
    return head, tensors


def gemma2():
    norms = ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
    tensors = {"token_embd.weight": ([64, 96], "f16")}
    tensors |= layers(2, lambda _: decoder(64, 2, 1, 32, 128, "f16", norms))
    tensors |= {"output_norm.weight": ([64], "f32")}
    head = keys(
        "gemma2",
        block_count=2,
        embedding_length=64,
        feed_forward_length=128,
        context_length=128,
        attention__head_count=2,
        attention__head_count_kv=1,
        attention__key_length=32,
        attention__value_length=32,
        attention__sliding_window=16,
        attn_logit_softcapping=50.0,
        final_logit_softcapping=30.0,
    )
    head["tokenizer.ggml.tokens"] = WORDS
    return head, tensors


def phi3():
    """Queries, keys and values in one matrix, gate and up in another."""

    def layer(_):
        return {
            "attn_norm.weight": ([64], "f32"),
            "ffn_norm.weight": ([64], "f32"),
            "attn_qkv.weight": ([64, 64 + 2 * 32], "q8_0"),
            "attn_output.weight": ([64, 64], "q8_0"),
            "ffn_up.weight": ([64, 2 * 128], "q8_0"),
            "ffn_down.weight": ([128, 64], "q8_0"),
        }

    tensors = {"token_embd.weight": ([64, 96], "q8_0")} | layers(2, layer)
    tensors |= {"output_norm.weight": ([64], "f32"), "output.weight": ([64, 96], "q8_0")}
    head = keys(
        "phi3",
        block_count=2,
        embedding_length=64,
        feed_forward_length=128,
        context_length=128,
        attention__head_count=4,
        attention__head_count_kv=2,
        rope__dimension_count=16,
    )
    head["tokenizer.ggml.tokens"] = WORDS
    return head, tensors


def qwen3moe():
    def layer(_):
        out = without_ffn(decoder(64, 4, 2, 32, 0, "q8_0"))
        out |= {"attn_q_norm.weight": ([32], "f32"), "attn_k_norm.weight": ([32], "f32")}
        return out | experts(64, 32, 8, "q4_0")

    tensors = {"token_embd.weight": ([64, 96], "q8_0")} | layers(2, layer)
    tensors |= {"output_norm.weight": ([64], "f32"), "output.weight": ([64, 96], "q8_0")}
    head = keys(
        "qwen3moe",
        block_count=2,
        embedding_length=64,
        feed_forward_length=128,
        context_length=128,
        attention__head_count=4,
        attention__head_count_kv=2,
        attention__key_length=32,
        attention__value_length=32,
        expert_count=8,
        expert_used_count=2,
        expert_feed_forward_length=32,
    )
    head["tokenizer.ggml.tokens"] = WORDS
    return head, tensors


def mixtral():
    def layer(_):
        return without_ffn(decoder(64, 4, 2, 16, 0, "q4_0")) | experts(64, 128, 4, "q4_0")

    tensors = {"token_embd.weight": ([64, 96], "q4_0")} | layers(2, layer)
    tensors |= {"output_norm.weight": ([64], "f32"), "output.weight": ([64, 96], "q4_0")}
    head = keys(
        "llama",
        block_count=2,
        embedding_length=64,
        feed_forward_length=128,
        context_length=128,
        attention__head_count=4,
        attention__head_count_kv=2,
        expert_count=4,
        expert_used_count=2,
    )
    head["tokenizer.ggml.tokens"] = WORDS
    return head, tensors


def gpt_oss():
    """Experts in mxfp4 with biases, sinks, and attention in bf16."""

    def layer(_):
        out = without_ffn(
            decoder(64, 4, 2, 32, 0, "bf16", ("attn_norm", "post_attention_norm"))
        )
        out |= {
            "attn_q.bias": ([128], "f32"),
            "attn_k.bias": ([64], "f32"),
            "attn_v.bias": ([64], "f32"),
            "attn_output.bias": ([64], "f32"),
            "attn_sinks.weight": ([4], "f32"),
            "ffn_gate_inp.bias": ([4], "f32"),
            "ffn_gate_exps.bias": ([32, 4], "f32"),
            "ffn_up_exps.bias": ([32, 4], "f32"),
            "ffn_down_exps.bias": ([64, 4], "f32"),
        }
        return out | experts(64, 32, 4, "mxfp4")

    tensors = {"token_embd.weight": ([64, 96], "bf16")} | layers(2, layer)
    tensors |= {"output_norm.weight": ([64], "f32"), "output.weight": ([64, 96], "bf16")}
    head = keys(
        "gpt-oss",
        block_count=2,
        embedding_length=64,
        feed_forward_length=32,
        context_length=128,
        attention__head_count=4,
        attention__head_count_kv=2,
        attention__key_length=32,
        attention__value_length=32,
        attention__sliding_window=16,
        expert_count=4,
        expert_used_count=2,
        expert_feed_forward_length=32,
    )
    head["tokenizer.ggml.tokens"] = WORDS
    return head, tensors


def mamba():
    """d = 64, twice as wide within, 16 states, rank 4, a window of 4."""

    def layer(_):
        return {
            "attn_norm.weight": ([64], "f32"),
            "ssm_in.weight": ([64, 256], "q8_0"),
            "ssm_conv1d.weight": ([4, 128], "f32"),
            "ssm_conv1d.bias": ([128], "f32"),
            "ssm_x.weight": ([128, 4 + 2 * 16], "q8_0"),
            "ssm_dt.weight": ([4, 128], "f32"),
            "ssm_dt.bias": ([128], "f32"),
            "ssm_a": ([16, 128], "f32"),
            "ssm_d": ([128], "f32"),
            "ssm_out.weight": ([128, 64], "q8_0"),
        }

    tensors = {"token_embd.weight": ([64, 96], "q8_0")} | layers(2, layer)
    tensors |= {"output_norm.weight": ([64], "f32")}
    head = keys(
        "mamba",
        block_count=2,
        embedding_length=64,
        feed_forward_length=0,
        context_length=128,
        attention__head_count=0,
        ssm__conv_kernel=4,
        ssm__inner_size=128,
        ssm__state_size=16,
        ssm__time_step_rank=4,
    )
    head["tokenizer.ggml.tokens"] = WORDS
    return head, tensors


# What the layers of other families have: their norms, which of their matrices have
# biases, and what else is there. All are of d = 64 with 4 heads of 16.
BIASES = {"q": "attn_q", "k": "attn_k", "v": "attn_v", "o": "attn_output"}
PRE = ("attn_norm", "ffn_norm")
BEHIND = ("post_attention_norm", "post_ffw_norm")


def family(
    arch,
    norms=PRE,
    biased="",
    gate=True,
    fused=False,
    qkv=False,
    kv=2,
    qk_norm=None,
    tied=False,
    shifts=False,
    top=None,
    experts_of=None,
    shared=None,
    **values,
):
    """A file of two layers in q8_0."""
    q8, f32 = "q8_0", "f32"

    def layer(_):
        out = decoder(64, 4, kv, 16, 128, q8, norms, gate)
        if qkv:
            for name in ("attn_q", "attn_k", "attn_v"):
                del out[f"{name}.weight"]
            out["attn_qkv.weight"] = ([64, 64 + 2 * 16 * kv], q8)
        if fused:
            del out["ffn_gate.weight"]
            out["ffn_up.weight"] = ([64, 256], q8)
        if experts_of:
            out = without_ffn(out) | experts(64, experts_of, 8, q8)
        if shared:
            out["ffn_gate_inp_shexp.weight"] = ([64], f32)
            for name, shape in [("gate", [64, shared]), ("up", [64, shared]), ("down", [shared, 64])]:
                out[f"ffn_{name}_shexp.weight"] = (shape, q8)
        for name in ("attn_q", "attn_k"):
            if qk_norm == "head":
                out[f"{name}_norm.weight"] = ([16], f32)
            if qk_norm == "full":
                out[f"{name}_norm.weight"] = ([64 if name == "attn_q" else 16 * kv], f32)
        names = [BIASES.get(part, part) for part in biased.split()]
        if shifts:
            names += list(norms)
        for name in names:
            out[f"{name}.bias"] = ([out[f"{name}.weight"][0][-1]], f32)
        return out

    tensors = {"token_embd.weight": ([64, 96], q8)} | (top or {}) | layers(2, layer)
    tensors["output_norm.weight"] = ([64], f32)
    if shifts:
        tensors["output_norm.bias"] = ([64], f32)
    if not tied:
        tensors["output.weight"] = ([64, 96], q8)
    head = keys(
        arch,
        block_count=2,
        embedding_length=64,
        feed_forward_length=experts_of if experts_of and not shared else 128,
        context_length=128,
        attention__head_count=4,
        attention__head_count_kv=kv,
        **values,
    )
    if experts_of:
        head |= {f"{arch}.expert_count": 8, f"{arch}.expert_used_count": 2}
    head["tokenizer.ggml.tokens"] = WORDS
    return head, tensors


def families():
    of_heads = dict(attention__key_length=16, attention__value_length=16)
    everywhere = "ffn_up ffn_down"
    return {
        "arcee": family("arcee", gate=False),
        "command-r": family("command-r", ("attn_norm",), tied=True, logit_scale=0.0625),
        "ernie4_5": family("ernie4_5", tied=True),
        "exaone4": family("exaone4", BEHIND, qk_norm="head", attention__sliding_window=16),
        "falcon": family("falcon", ("attn_norm",), gate=False, qkv=True, kv=1, tied=True, shifts=True),
        "gemma": family("gemma", tied=True, **of_heads),
        "gemma3": family(
            "gemma3", PRE + BEHIND, qk_norm="head", tied=True, attention__sliding_window=16, **of_heads
        ),
        "glm4": family(
            "glm4", PRE + BEHIND, "q k v", fused=True, rope__dimension_count=8
        ),
        "gpt2": family(
            "gpt2",
            biased=f"attn_qkv o {everywhere}",
            gate=False,
            qkv=True,
            kv=4,
            tied=True,
            shifts=True,
            top={"position_embd.weight": ([64, 128], "f32")},
        ),
        "granite": family(
            "granite", tied=True, embedding_scale=12.0, residual_scale=0.25, logit_scale=8.0
        ),
        "granitemoe": family("granitemoe", tied=True, experts_of=32, residual_scale=0.25),
        "hunyuan-dense": family("hunyuan-dense", qk_norm="head", tied=True),
        "olmo2": family("olmo2", BEHIND, qk_norm="full"),
        "olmoe": family("olmoe", kv=4, qk_norm="full", experts_of=32),
        "phi2": family(
            "phi2",
            ("attn_norm",),
            f"attn_qkv o {everywhere}",
            gate=False,
            qkv=True,
            kv=4,
            shifts=True,
            top={"output.bias": ([96], "f32")},
            rope__dimension_count=8,
        ),
        "qwen2moe": family(
            "qwen2moe",
            biased="q k v",
            experts_of=32,
            shared=64,
            expert_feed_forward_length=32,
            expert_shared_feed_forward_length=64,
        ),
        "qwen3": family("qwen3", qk_norm="head", **of_heads),
        "seed_oss": family("seed_oss", ("attn_norm", "post_attention_norm"), "q k v", **of_heads),
        "smollm3": family("smollm3", tied=True),
        "starcoder2": family(
            "starcoder2", biased=f"q k v o {everywhere}", gate=False, tied=True, shifts=True
        ),
    }


# Bits of the types of safetensors that are used here.
BITS = {"BF16": 16, "F16": 16, "F32": 32, "I64": 64, "I32": 32, "I8": 8, "U8": 8, "F8_E4M3": 8}


def safetensors(path, tensors):
    """Shapes have the outermost axis first."""
    head, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (shape, kind) in tensors.items():
        count = 1
        for extent in shape:
            count *= extent
        taken = count * BITS[kind] // 8
        head[name] = {
            "dtype": kind,
            "shape": shape,
            "data_offsets": [offset, offset + taken],
        }
        offset += taken
    text = json.dumps(head).encode()
    path = HERE / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    return offset


def config(folder, **fields):
    path = HERE / folder / "config.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fields, indent=2) + "\n")


LLAMA = dict(
    architectures=["LlamaForCausalLM"],
    model_type="llama",
    hidden_size=64,
    intermediate_size=128,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=128,
    vocab_size=96,
    torch_dtype="bfloat16",
)


def modules(linear):
    """The tensors of a Llama; `linear` gives those of a linear layer."""
    out = {"model.embed_tokens.weight": ([96, 64], "BF16")}
    for at in range(2):
        layer = f"model.layers.{at}"
        for name, rows, columns in [
            ("self_attn.q_proj", 64, 64),
            ("self_attn.k_proj", 32, 64),
            ("self_attn.v_proj", 32, 64),
            ("self_attn.o_proj", 64, 64),
            ("mlp.gate_proj", 128, 64),
            ("mlp.up_proj", 128, 64),
            ("mlp.down_proj", 64, 128),
        ]:
            out |= linear(f"{layer}.{name}", rows, columns)
        for norm in ("input_layernorm", "post_attention_layernorm"):
            out[f"{layer}.{norm}.weight"] = ([64], "BF16")
    out |= {
        "model.norm.weight": ([64], "BF16"),
        "lm_head.weight": ([96, 64], "BF16"),
    }
    return out


def plain(name, rows, columns):
    return {f"{name}.weight": ([rows, columns], "BF16")}


def gptq(name, rows, columns):
    """4 bits in groups of 32: eight numbers to 32 bits, a scale and an offset."""
    groups = columns // 32
    return {
        f"{name}.qweight": ([columns // 8, rows], "I32"),
        f"{name}.qzeros": ([groups, rows // 8], "I32"),
        f"{name}.scales": ([groups, rows], "F16"),
        f"{name}.g_idx": ([columns], "I32"),
    }


def fp8(name, rows, columns):
    """8 bits, with a scale of 32 bits for a block."""
    return {
        f"{name}.weight": ([rows, columns], "F8_E4M3"),
        f"{name}.weight_scale_inv": ([1, 1], "F32"),
    }


def awq(name, rows, columns):
    """4 bits in groups of 32, packed the other way around, and no order of rows."""
    groups = columns // 32
    return {
        f"{name}.qweight": ([columns, rows // 8], "I32"),
        f"{name}.qzeros": ([groups, rows // 8], "I32"),
        f"{name}.scales": ([groups, rows], "F16"),
    }


def w4a16(name, rows, columns):
    """compressed-tensors, `pack-quantized`: 4 bits, a scale for 32, and the shape."""
    return {
        f"{name}.weight_packed": ([rows, columns // 8], "I32"),
        f"{name}.weight_scale": ([rows, columns // 32], "BF16"),
        f"{name}.weight_shape": ([2], "I64"),
    }


def w8a8(name, rows, columns):
    """compressed-tensors, `int-quantized`: 8 bits, a scale for each row."""
    return {
        f"{name}.weight": ([rows, columns], "I8"),
        f"{name}.weight_scale": ([rows, 1], "BF16"),
    }


def nvfp4(name, rows, columns):
    """compressed-tensors, `nvfp4-pack-quantized`: two numbers to a byte, a scale of 8
    bits for 16, and one of 32 bits for all, of inputs too."""
    return {
        f"{name}.weight_packed": ([rows, columns // 2], "U8"),
        f"{name}.weight_scale": ([rows, columns // 16], "F8_E4M3"),
        f"{name}.weight_global_scale": ([1], "F32"),
        f"{name}.input_global_scale": ([1], "F32"),
    }


def nf4(name, rows, columns):
    """bitsandbytes of 4 bits: two numbers to a byte, 32 bits for 64, a table of 16
    values, and 88 bytes of text on all of these."""
    numbers = rows * columns
    return {
        f"{name}.weight": ([numbers // 2, 1], "U8"),
        f"{name}.weight.absmax": ([numbers // 64], "F32"),
        f"{name}.weight.quant_map": ([16], "F32"),
        f"{name}.weight.quant_state.bitsandbytes__nf4": ([88], "U8"),
    }


def nf4_twice(name, rows, columns):
    """The same with scales of 8 bits, 32 bits for 256 of these, and their table."""
    scales = rows * columns // 64
    out = nf4(name, rows, columns)
    out[f"{name}.weight.absmax"] = ([scales], "U8")
    out[f"{name}.weight.nested_absmax"] = ([-(-scales // 256)], "F32")
    out[f"{name}.weight.nested_quant_map"] = ([256], "F32")
    return out


def int8(name, rows, columns):
    """bitsandbytes of 8 bits: 32 bits for each row, and a byte that tells the format."""
    return {
        f"{name}.weight": ([rows, columns], "I8"),
        f"{name}.SCB": ([rows], "F32"),
        f"{name}.weight_format": ([], "U8"),
    }


def packed_experts():
    """gpt-oss: attention in bf16, experts in blocks of 32 numbers to 16 bytes, with
    an exponent of a byte for each."""
    out = {"model.embed_tokens.weight": ([96, 64], "BF16"), "lm_head.weight": ([96, 64], "BF16")}
    for at in range(2):
        layer = f"model.layers.{at}"
        for name, rows, columns in [("q", 128, 64), ("k", 64, 64), ("v", 64, 64), ("o", 64, 128)]:
            out[f"{layer}.self_attn.{name}_proj.weight"] = ([rows, columns], "BF16")
            out[f"{layer}.self_attn.{name}_proj.bias"] = ([rows], "BF16")
        out[f"{layer}.self_attn.sinks"] = ([4], "BF16")
        out[f"{layer}.mlp.router.weight"] = ([4, 64], "BF16")
        out[f"{layer}.mlp.router.bias"] = ([4], "BF16")
        for name, rows, columns in [("gate_up_proj", 64, 64), ("down_proj", 64, 32)]:
            experts = f"{layer}.mlp.experts.{name}"
            out[f"{experts}_blocks"] = ([4, rows, columns // 32, 16], "U8")
            out[f"{experts}_scales"] = ([4, rows, columns // 32], "U8")
            out[f"{experts}_bias"] = ([4, rows], "BF16")
        for name in ("input_layernorm", "post_attention_layernorm"):
            out[f"{layer}.{name}.weight"] = ([64], "BF16")
    out["model.norm.weight"] = ([64], "BF16")
    return out


def opt():
    """OPT, with positions in f32 and all else in bf16, and the head's table that of
    the words."""
    out = {
        "model.decoder.embed_tokens.weight": ([96, 64], "BF16"),
        "model.decoder.embed_positions.weight": ([130, 64], "F32"),
    }

    def both(name, shape):
        out[f"model.decoder.{name}.weight"] = (shape, "BF16")
        out[f"model.decoder.{name}.bias"] = (shape[:1], "BF16")

    for at in range(2):
        for name in ("k", "v", "q", "out"):
            both(f"layers.{at}.self_attn.{name}_proj", [64, 64])
        both(f"layers.{at}.fc1", [128, 64])
        both(f"layers.{at}.fc2", [64, 128])
        both(f"layers.{at}.self_attn_layer_norm", [64])
        both(f"layers.{at}.final_layer_norm", [64])
    both("final_layer_norm", [64])
    return out


def mixture():
    """Layers with experts in fp8, and one in bf16 that computes every token."""
    out = {"model.embed_tokens.weight": ([96, 64], "BF16"), "lm_head.weight": ([96, 64], "BF16")}
    for at in range(2):
        layer = f"model.layers.{at}"
        for name, rows in [("q", 64), ("k", 32), ("v", 32)]:
            out[f"{layer}.self_attn.{name}_proj.weight"] = ([rows, 64], "BF16")
            out[f"{layer}.self_attn.{name}_proj.bias"] = ([rows], "BF16")
        out[f"{layer}.self_attn.o_proj.weight"] = ([64, 64], "BF16")
        out[f"{layer}.mlp.gate.weight"] = ([8, 64], "BF16")
        out[f"{layer}.mlp.shared_expert_gate.weight"] = ([1, 64], "BF16")
        every = [(f"experts.{expert}", 32, "F8_E4M3") for expert in range(8)]
        for expert, width, kind in every + [("shared_expert", 64, "BF16")]:
            for name, shape in [("gate", [width, 64]), ("up", [width, 64]), ("down", [64, width])]:
                out[f"{layer}.mlp.{expert}.{name}_proj.weight"] = (shape, kind)
        for name in ("input_layernorm", "post_attention_layernorm"):
            out[f"{layer}.{name}.weight"] = ([64], "BF16")
    out["model.norm.weight"] = ([64], "BF16")
    return out


def main():
    rows = []

    def add(name, counted):
        rows.append((name, *counted))

    for name, made in [
        ("llama-q4_0", llama()),
        ("qwen2-mixed", qwen2()),
        ("gemma2-f16", gemma2()),
        ("phi3-q8_0", phi3()),
        ("qwen3moe", qwen3moe()),
        ("mixtral-q4_0", mixtral()),
        ("gpt-oss-mxfp4", gpt_oss()),
        ("mamba-q8_0", mamba()),
    ]:
        add(f"{name}.gguf", gguf(name, *made))
    for arch, made in families().items():
        add(f"families/{arch}.gguf", gguf(f"families/{arch}", *made))
    head, tensors = llama()
    add("v2.gguf", gguf("v2", head, tensors, version=2))
    add("big-endian.gguf", gguf("big-endian", head, tensors, order=">"))
    # The same in two files.
    names = list(tensors)
    halves = [names[:9], names[9:]]
    for at, half in enumerate(halves):
        part = {name: tensors[name] for name in half}
        split = {"split.no": at, "split.count": 2, "split.tensors.count": len(names)}
        own = head | split if at == 0 else split
        gguf(f"split-0000{at + 1}-of-00002", own, part)
    # Of a family that nobody knows, but with a config beside.
    unknown = {
        key.replace("llama.", "acme."): value for key, value in head.items()
    } | {"general.architecture": "acme"}
    add("unknown.gguf", gguf("unknown", unknown, tensors))
    add("beside/model.gguf", gguf("beside/model", unknown, tensors))
    config("beside", **LLAMA)
    # One matrix is smaller than the keys say.
    short = tensors | {"blk.1.ffn_up.weight": ([64, 96], "q4_0")}
    add("short.gguf", gguf("short", head, short))

    # Experts that are chosen in fewer bits than the one that is not.
    head_of, of_experts = families()["qwen2moe"]
    of_experts = {
        name: (shape, "q4_0" if "_exps" in name else kind)
        for name, (shape, kind) in of_experts.items()
    }
    add("shared-expert.gguf", gguf("shared-expert", head_of, of_experts))
    # The words of a tokenizer, and no weights.
    gguf("vocabulary", head, {})

    numbers = 2 * 96 * 64 + 2 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 128 * 64 + 2 * 64) + 64
    config("plain", **LLAMA)
    add("plain/model.safetensors", (numbers, safetensors("plain/model.safetensors", modules(plain))))
    config("gptq", **LLAMA, quantization_config=dict(quant_method="gptq", bits=4, group_size=32))
    add("gptq/model.safetensors", (numbers, safetensors("gptq/model.safetensors", modules(gptq))))
    config(
        "fp8",
        **LLAMA,
        quantization_config=dict(quant_method="fp8", weight_block_size=[128, 128]),
    )
    add("fp8/model.safetensors", (numbers, safetensors("fp8/model.safetensors", modules(fp8))))
    # As other tools pack the linear layers.
    group = lambda bits, **weights: {
        "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": bits, **weights}}},
        "ignore": ["lm_head"],
        "quant_method": "compressed-tensors",
    }
    grouped = dict(type="int", symmetric=True, strategy="group", group_size=32)
    of_rows = dict(type="int", symmetric=True, strategy="channel")
    floats = dict(type="float", symmetric=True, strategy="tensor_group", group_size=16)
    four = dict(quant_method="bitsandbytes", load_in_4bit=True, bnb_4bit_quant_type="nf4")
    for folder, linear, quantisation in [
        ("awq", awq, dict(quant_method="awq", bits=4, group_size=32, zero_point=True, version="gemm")),
        ("w4a16", w4a16, dict(group(4, **grouped), format="pack-quantized")),
        ("w8a8", w8a8, dict(group(8, **of_rows), format="int-quantized")),
        ("nvfp4", nvfp4, dict(group(4, **floats), format="nvfp4-pack-quantized")),
        ("nf4", nf4, dict(four, bnb_4bit_use_double_quant=False)),
        ("nf4-twice", nf4_twice, dict(four, bnb_4bit_use_double_quant=True)),
        ("int8", int8, dict(quant_method="bitsandbytes", load_in_8bit=True)),
    ]:
        config(folder, **LLAMA, quantization_config=quantisation)
        file = f"{folder}/model.safetensors"
        add(file, (numbers, safetensors(file, modules(linear))))
    config(
        "mxfp4",
        **LLAMA
        | dict(
            architectures=["GptOssForCausalLM"],
            model_type="gpt_oss",
            head_dim=32,
            intermediate_size=32,
            num_local_experts=4,
            num_experts_per_tok=2,
            sliding_window=16,
            quantization_config=dict(
                quant_method="mxfp4",
                modules_to_not_convert=["model.layers.*.self_attn", "model.layers.*.mlp.router"],
            ),
        ),
    )
    # A layer: attention with biases and sinks, router, experts with biases, two norms.
    layer = 2 * 128 * 64 + 2 * 64 * 64 + 128 + 3 * 64 + 4 + 4 * 64 + 4 + 4 * (3 * 64 * 32 + 128) + 2 * 64
    file = "mxfp4/model.safetensors"
    add(file, (2 * 96 * 64 + 2 * layer + 64, safetensors(file, packed_experts())))
    config(
        "opt",
        architectures=["OPTForCausalLM"],
        model_type="opt",
        hidden_size=64,
        word_embed_proj_dim=64,
        ffn_dim=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=128,
        vocab_size=96,
        torch_dtype="bfloat16",
    )
    layer = 4 * 64 * 64 + 4 * 64 + 2 * 64 * 128 + 128 + 64 + 4 * 64
    file = "opt/model.safetensors"
    add(file, ((96 + 130) * 64 + 2 * layer + 2 * 64, safetensors(file, opt())))
    # In two files with their index.
    config("sharded", **LLAMA)
    all_of_them = modules(plain)
    names = list(all_of_them)
    index, total = {}, 0
    for at, half in enumerate([names[:8], names[8:]]):
        file = f"model-0000{at + 1}-of-00002.safetensors"
        part = {name: all_of_them[name] for name in half}
        total += safetensors(f"sharded/{file}", part)
        index |= {name: file for name in half}
    text = json.dumps({"metadata": {"total_size": total}, "weight_map": index}, indent=2)
    (HERE / "sharded" / "model.safetensors.index.json").write_text(text + "\n")
    add("sharded/model.safetensors.index.json", (numbers, total))
    config(
        "mixture",
        **LLAMA
        | dict(
            architectures=["Qwen2MoeForCausalLM"],
            model_type="qwen2_moe",
            num_experts=8,
            num_experts_per_tok=2,
            moe_intermediate_size=32,
            shared_expert_intermediate_size=64,
        ),
    )
    # A layer: attention with biases, router, the number of the shared expert, nine
    # experts, two norms.
    layer = 2 * 64 * 64 + 2 * 32 * 64 + 128 + 8 * 64 + 64 + 8 * 3 * 32 * 64 + 3 * 64 * 64 + 2 * 64
    file = "mixture/model.safetensors"
    add(file, (2 * 96 * 64 + 2 * layer + 64, safetensors(file, mixture())))
    # Without a config.
    safetensors("alone.safetensors", modules(plain))

    with open(HERE / "expected.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "numbers", "bytes"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
