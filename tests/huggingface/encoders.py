"""Small encoders of text and of images, against the library itself.

Writes `encoders/NAME.json`, a config of a network with a few thousand parameters, and
`encoders/expected.csv`: what the installed `transformers` and `torch` say of it. Parameters are those
of `named_parameters`, tied ones once; multiply-accumulates are half of what `FlopCounterMode` counts in
one forward pass, of 10 tokens and of one image as large as the config says, with eager attention.
Where the counter misleads, the test has the number by hand, and says why.

    pip install torch transformers
    python tests/huggingface/encoders.py [NAME ...]

With names, only these are made anew.
"""

import csv
import json
import sys
from pathlib import Path

import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoConfig, logging

logging.set_verbosity_error()
HERE = Path(__file__).parent / "encoders"
TOKENS = 10

TEXT = {
    "hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 36, "num_hidden_layers": 3,
    "vocab_size": 61, "max_position_embeddings": 50, "type_vocab_size": 2, "embedding_size": 16,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2,
}
RELATIVE = {
    "relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_biased_input": False, "type_vocab_size": 0,
}
BUCKETS = {**RELATIVE, "position_buckets": 8, "norm_rel_ebd": "layer_norm", "share_att_key": True}
IMAGES = {
    "hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 36, "num_hidden_layers": 3,
    "image_size": 24, "patch_size": 6, "num_channels": 3, "mlp_ratio": 2,
}
SEEN = {**IMAGES, "projection_dim": 20}
READ = {**TEXT, "projection_dim": 20, "projection_size": 20}
SWIN = {"image_size": 32, "patch_size": 2, "embed_dim": 8, "depths": [1, 2], "num_heads": [2, 4], "window_size": 4,
        "mlp_ratio": 2.0}
STAGES = {"hidden_sizes": [8, 12, 16, 24], "depths": [1, 2, 1, 1], "embedding_size": 6, "image_size": 64}

# The name of each config: its type, its class, and its fields.
NETWORKS = {
    "albert": ("albert", "AlbertForMaskedLM", TEXT),
    "albert-groups": ("albert", "AlbertForSequenceClassification", {
        **TEXT, "num_hidden_layers": 4, "num_hidden_groups": 2, "inner_group_num": 2}),
    "albert-untied": ("albert", "AlbertForMaskedLM", {**TEXT, "tie_word_embeddings": False}),
    "albert-pretraining": ("albert", "AlbertForPreTraining", TEXT),
    "camembert": ("camembert", "CamembertForMaskedLM", TEXT),
    "camembert-untied": ("camembert", "CamembertForMaskedLM", {**TEXT, "tie_word_embeddings": False}),
    "data2vec-text": ("data2vec-text", "Data2VecTextForMaskedLM", TEXT),
    "deberta": ("deberta", "DebertaForMaskedLM", {**TEXT, **RELATIVE}),
    "deberta-classes": ("deberta", "DebertaForSequenceClassification", {**TEXT, **RELATIVE, "pos_att_type": "c2p"}),
    "deberta-v2": ("deberta-v2", "DebertaV2ForMaskedLM", {**TEXT, **BUCKETS}),
    "deberta-v2-classes": ("deberta-v2", "DebertaV2ForSequenceClassification", {
        **TEXT, **BUCKETS, "conv_kernel_size": 3, "conv_act": "gelu"}),
    "deberta-v2-own": ("deberta-v2", "DebertaV2ForTokenClassification", {
        **TEXT, **BUCKETS, "share_att_key": False, "position_buckets": -1, "norm_rel_ebd": "none",
        "position_biased_input": True, "type_vocab_size": 2}),
    "deberta-v2-plain": ("deberta-v2", "DebertaV2Model", TEXT),
    "electra": ("electra", "ElectraForMaskedLM", TEXT),
    "electra-classes": ("electra", "ElectraForSequenceClassification", TEXT),
    "electra-pretraining": ("electra", "ElectraForPreTraining", {**TEXT, "embedding_size": 32}),
    "ernie": ("ernie", "ErnieForMaskedLM", TEXT),
    "deberta-untied": ("deberta", "DebertaForMaskedLM", {**TEXT, **RELATIVE, "tie_word_embeddings": False}),
    "ernie-untied": ("ernie", "ErnieForPreTraining", {**TEXT, "tie_word_embeddings": False}),
    "roformer-untied": ("roformer", "RoFormerForMaskedLM", {**TEXT, "tie_word_embeddings": False}),
    "ernie-tasks": ("ernie", "ErnieForPreTraining", {**TEXT, "use_task_id": True, "task_type_vocab_size": 3}),
    "megatron-bert": ("megatron-bert", "MegatronBertForMaskedLM", TEXT),
    "modernbert": ("modernbert", "ModernBertForMaskedLM", TEXT),
    "modernbert-classes": ("modernbert", "ModernBertForSequenceClassification", {
        **TEXT, "norm_bias": True, "attention_bias": True, "mlp_bias": True, "classifier_bias": True}),
    "esm": ("esm", "EsmForMaskedLM", {**TEXT, "position_embedding_type": "rotary", "token_dropout": True, "mask_token_id": 3}),
    "esm-classes": ("esm", "EsmForSequenceClassification", {**TEXT, "emb_layer_norm_before": True}),
    "esm-plain": ("esm", "EsmModel", TEXT),
    "eurobert": ("eurobert", "EuroBertForMaskedLM", {**TEXT, "num_key_value_heads": 2, "head_dim": 8}),
    "eurobert-classes": ("eurobert", "EuroBertForSequenceClassification", {
        **TEXT, "attention_bias": True, "mlp_bias": True}),
    "eurobert-mean": ("eurobert", "EuroBertForSequenceClassification", {**TEXT, "classifier_pooling": "mean"}),
    "eurobert-tokens": ("eurobert", "EuroBertForTokenClassification", TEXT),
    "gte": ("gte", "GteForMaskedLM", TEXT),
    "gte-classes": ("gte", "GteForSequenceClassification", {**TEXT, "type_vocab_size": 0}),
    "jina_embeddings_v3": ("jina_embeddings_v3", "JinaEmbeddingsV3ForMaskedLM", TEXT),
    "jina_embeddings_v3-plain": ("jina_embeddings_v3", "JinaEmbeddingsV3Model", TEXT),
    "mpnet": ("mpnet", "MPNetForMaskedLM", TEXT),
    "mpnet-classes": ("mpnet", "MPNetForSequenceClassification", TEXT),
    "nomic_bert": ("nomic_bert", "NomicBertForMaskedLM", {**TEXT, "head_dim": 8}),
    "nomic_bert-classes": ("nomic_bert", "NomicBertForSequenceClassification", TEXT),
    "nomic_bert-plain": ("nomic_bert", "NomicBertModel", {**TEXT, "head_dim": 6}),
    "roformer": ("roformer", "RoFormerForMaskedLM", TEXT),
    "roformer-classes": ("roformer", "RoFormerForSequenceClassification", {**TEXT, "embedding_size": 32}),
    "roberta-prelayernorm": ("roberta-prelayernorm", "RobertaPreLayerNormForMaskedLM", TEXT),
    "xlm-roberta": ("xlm-roberta", "XLMRobertaForMaskedLM", TEXT),
    "xlm-roberta-xl": ("xlm-roberta-xl", "XLMRobertaXLForMaskedLM", TEXT),
    "beit": ("beit", "BeitForImageClassification", {
        **IMAGES, "use_relative_position_bias": True, "use_mean_pooling": True}),
    "beit-shared": ("beit", "BeitModel", {
        **IMAGES, "use_shared_relative_position_bias": True, "use_absolute_position_embeddings": True,
        "use_mask_token": True, "use_mean_pooling": False, "layer_scale_init_value": 0.0}),
    "clip": ("clip", "CLIPModel", {"text_config": READ, "vision_config": SEEN, "projection_dim": 20}),
    "clip-classes": ("clip", "CLIPForImageClassification", {
        "text_config": READ, "vision_config": SEEN, "projection_dim": 20}),
    "clip_text_model": ("clip_text_model", "CLIPTextModelWithProjection", READ),
    "clip_vision_model": ("clip_vision_model", "CLIPVisionModelWithProjection", SEEN),
    "clip_vision_model-plain": ("clip_vision_model", "CLIPVisionModel", SEEN),
    "convnext": ("convnext", "ConvNextForImageClassification", {**STAGES, "patch_size": 4}),
    "convnext-model": ("convnext", "ConvNextModel", {**STAGES, "patch_size": 2, "layer_scale_init_value": 0.0}),
    "convnextv2": ("convnextv2", "ConvNextV2ForImageClassification", {**STAGES, "patch_size": 4}),
    "deit": ("deit", "DeiTForImageClassificationWithTeacher", IMAGES),
    "deit-classes": ("deit", "DeiTForImageClassification", IMAGES),
    "dinov2": ("dinov2", "Dinov2Model", IMAGES),
    "dinov2-gated": ("dinov2", "Dinov2ForImageClassification", {**IMAGES, "use_swiglu_ffn": True}),
    "dinov2_with_registers": ("dinov2_with_registers", "Dinov2WithRegistersModel", {
        **IMAGES, "num_register_tokens": 3}),
    "dinov3_vit": ("dinov3_vit", "DINOv3ViTModel", {**IMAGES, "num_register_tokens": 4}),
    "dinov3_vit-gated": ("dinov3_vit", "DINOv3ViTModel", {**IMAGES, "use_gated_mlp": True}),
    "metaclip_2": ("metaclip_2", "MetaClip2Model", {"text_config": READ, "vision_config": SEEN, "projection_dim": 20}),
    "metaclip_2_text_model": ("metaclip_2_text_model", "MetaClip2TextModelWithProjection", READ),
    "metaclip_2_vision_model": ("metaclip_2_vision_model", "MetaClip2VisionModel", SEEN),
    "resnet": ("resnet", "ResNetForImageClassification", {**STAGES, "hidden_sizes": [8, 16, 16, 24]}),
    "resnet-basic": ("resnet", "ResNetModel", {
        **STAGES, "layer_type": "basic", "downsample_in_first_stage": True, "hidden_sizes": [6, 12, 16, 24]}),
    "siglip": ("siglip", "SiglipModel", {"text_config": READ, "vision_config": {**SEEN, "hidden_size": 20}}),
    "siglip_text_model": ("siglip_text_model", "SiglipTextModel", READ),
    "siglip_vision_model": ("siglip_vision_model", "SiglipVisionModel", SEEN),
    "swin": ("swin", "SwinForImageClassification", SWIN),
    "swin-odd": ("swin", "SwinModel", {**SWIN, "image_size": 36, "use_absolute_embeddings": True}),
}


def network(name):
    kind, model, fields = NETWORKS[name]
    kind = type(AutoConfig.for_model(kind))
    known = set(kind().to_dict()) | {"conv_kernel_size", "conv_act", "position_buckets", "norm_rel_ebd", "share_att_key"}
    own = lambda fields, known: {key: value for key, value in fields.items() if key in known}
    fields = {
        key: own(value, kind.sub_configs[key]().to_dict()) if isinstance(value, dict) else value
        for key, value in own(fields, known).items()
    }
    config = kind(**fields)
    torch.manual_seed(0)
    model = getattr(transformers, model)
    return config, model._from_config(config, attn_implementation="eager").eval().requires_grad_(False)


def inputs(config, model):
    given = {}
    images = getattr(config, "vision_config", config)
    if model.main_input_name == "input_ids":
        given["input_ids"] = torch.cat([torch.randint(3, 60, (1, TOKENS - 1)), torch.tensor([[2]])], 1)
    if model.main_input_name == "pixel_values" or images is not config:
        side = getattr(images, "image_size", 224)
        given["pixel_values"] = torch.randn(1, 3, side, side)
    return given


def main():
    wanted = sys.argv[1:] or list(NETWORKS)
    HERE.mkdir(exist_ok=True)
    table = HERE / "expected.csv"
    rows = {}
    if table.exists() and sys.argv[1:]:
        with table.open() as file:
            rows = {row["name"]: row for row in csv.DictReader(file)}
    for name in wanted:
        config, model = network(name)
        config.architectures = [type(model).__name__]
        parameters = sum(p.numel() for _, p in model.named_parameters())
        try:
            with torch.no_grad(), FlopCounterMode(display=False) as counter:
                model(**inputs(config, model))
            macs = counter.get_total_flops() // 2
        except Exception as error:
            print(f"{name}: does not run: {type(error).__name__} {str(error)[:300]}")
            macs = ""
        saved = config.to_dict()
        drop = ("_name_or_path", "dtype", "transformers_version", "_experts_implementation", "_attn_implementation")
        for part in (saved, saved.get("text_config", {}), saved.get("vision_config", {})):
            for key in drop:
                part.pop(key, None)
        (HERE / f"{name}.json").write_text(json.dumps(dict(sorted(saved.items())), indent=1) + "\n")
        rows[name] = {"name": name, "class": config.architectures[0], "parameters": parameters, "macs": macs}
        print(name, parameters, macs, flush=True)
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["name", "class", "parameters", "macs"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[name] for name in sorted(rows))


main()
