#!/usr/bin/env python3
"""Writes models/NAME: tiny models with random weights, token numbers (ids.json) and their vectors by PyTorch (vectors.f32).

Each has other things that a BERT-family sentence encoder's files may say. Usage: make_models.py   (pip install torch
transformers safetensors); writes beside itself. Random numbers are seeded: the same releases write the same files.
"""
import json
import pathlib
import random

import torch
import transformers
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent / "models"
SIZES = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 80}
MODELS = {
    # The first token's state; no Normalize; the length is the tokenizer's; tensors as a BertForPreTraining saves them.
    "cls": {"config": {"model_type": "bert", "vocab_size": 101, "max_position_embeddings": 64, "pad_token_id": 0},
            "cls": True, "normalize": False, "prefix": "bert.", "type": torch.float32, "tokenizer": {"model_max_length": 40}},
    # Positions begin behind the padding's number, one type; half precision; the length is what positions allow.
    "xlm-roberta": {"config": {"model_type": "xlm-roberta", "vocab_size": 130, "max_position_embeddings": 66,
                               "type_vocab_size": 1, "pad_token_id": 1, "layer_norm_eps": 1e-5},
                    "type": torch.float16, "tokenizer": {"model_max_length": 1e30}},
    # Another GELU; bfloat16; a head that fills no vector.
    "bfloat": {"config": {"model_type": "bert", "vocab_size": 97, "max_position_embeddings": 64, "pad_token_id": 0,
                          "hidden_act": "gelu_new", "hidden_size": 44, "num_attention_heads": 4},
               "type": torch.bfloat16, "sentence": {"max_seq_length": 50}},
}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content) + "\n")


def make(name, asked):
    torch.manual_seed(7)
    random.seed(name)
    settings = {**SIZES, "initializer_range": 0.3, **asked["config"]}
    config = transformers.AutoConfig.for_model(**settings)
    model = transformers.AutoModel.from_config(config, attn_implementation="eager").eval()
    for key, tensor in model.state_dict().items():  # layer norms and biases that do something
        if "LayerNorm" in key or key.endswith("bias"):
            tensor += torch.randn(tensor.shape) / 4
    model = model.to(asked["type"]).float()
    folder, dimension = HERE / name, config.hidden_size
    types = ["Transformer", "Pooling", "Normalize"][:3 if asked.get("normalize", True) else 2]
    write(folder / "modules.json", [{"idx": i, "type": f"sentence_transformers.models.{kind}"} for i, kind in enumerate(types)])
    write(folder / "1_Pooling/config.json", {"word_embedding_dimension": dimension, "pooling_mode_cls_token": asked.get("cls", False),
                                             "pooling_mode_mean_tokens": not asked.get("cls", False)})
    keys = ["layer_norm_eps", "hidden_act", "type_vocab_size", *settings]
    write(folder / "config.json", {key: getattr(config, key) for key in keys if key != "initializer_range"})
    for file, key in (("tokenizer_config.json", "tokenizer"), ("sentence_bert_config.json", "sentence")):
        if key in asked:
            write(folder / file, asked[key])
    save_file({asked.get("prefix", "") + key: tensor.to(asked["type"]).contiguous() for key, tensor in model.state_dict().items()
               if tensor.is_floating_point()}, folder / "model.safetensors")
    texts = [[random.randrange(2, config.vocab_size) for _ in range(length)] for length in (2, 3, 5, 16, 17, 33, 40)]
    vectors = []
    for ids in texts:
        with torch.no_grad():
            states = model(input_ids=torch.tensor([ids])).last_hidden_state[0]
        pooled = states[0] if asked.get("cls", False) else states.mean(dim=0)
        vectors.append(torch.nn.functional.normalize(pooled, dim=0))
    write(folder / "ids.json", texts)
    (folder / "vectors.f32").write_bytes(torch.stack(vectors).numpy().astype("<f4").tobytes())


for name, asked in MODELS.items():
    make(name, asked)
