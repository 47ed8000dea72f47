#!/usr/bin/env python3
"""Writes vectors.json and vectors.f32: texts, and their vectors as BERT's definition gives them in double precision.

An implementation of its own, after Devlin et al. 2018 and sentence-transformers' modules: nothing is shared with what it is
compared with but the weights. Before anything is written, PyTorch must agree with it, as transformers' BertModel.
Usage: make_vectors.py MODEL_DIR   (pip install numpy tokenizers torch transformers); writes beside itself.
"""
import json
import math
import pathlib
import random
import struct
import sys

import numpy
import torch
import transformers
from tokenizers import BertWordPieceTokenizer

HERE = pathlib.Path(__file__).parent
folder = pathlib.Path(sys.argv[1])
raw = (folder / "model.safetensors").read_bytes()
header_size = struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8:8 + header_size])
config = json.loads((folder / "config.json").read_text())
tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
tokenizer.enable_truncation(256)
erf = numpy.vectorize(math.erf)


def weight(name):
    begin, end = header[name]["data_offsets"]
    numbers = numpy.frombuffer(raw[8 + header_size + begin:8 + header_size + end], dtype="<f4")
    return numbers.reshape(header[name]["shape"]).astype(numpy.float64)


def linear(x, name):
    return x @ weight(name + ".weight").T + weight(name + ".bias")


def norm(x, name):
    x = x - x.mean(axis=-1, keepdims=True)
    x = x / numpy.sqrt((x * x).mean(axis=-1, keepdims=True) + config["layer_norm_eps"])
    return x * weight(name + ".weight") + weight(name + ".bias")


def attention(x, name):
    heads = config["num_attention_heads"]
    split = lambda y: y.reshape(len(y), heads, -1).transpose(1, 0, 2)
    query, key, value = (split(linear(x, f"{name}.self.{part}")) for part in ("query", "key", "value"))
    scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
    scores = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
    return linear(mixed.transpose(1, 0, 2).reshape(x.shape), name + ".output.dense")


def encode(text):
    ids = tokenizer.encode(text).ids
    x = (weight("embeddings.word_embeddings.weight")[ids] + weight("embeddings.position_embeddings.weight")[:len(ids)]
         + weight("embeddings.token_type_embeddings.weight")[0])
    x = norm(x, "embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        x = norm(x + attention(x, name + ".attention"), name + ".attention.output.LayerNorm")
        up = linear(x, name + ".intermediate.dense")
        x = norm(x + linear(up * (1 + erf(up / math.sqrt(2))) / 2, name + ".output.dense"), name + ".output.LayerNorm")
    mean = x.mean(axis=0)
    return mean / numpy.linalg.norm(mean)


def texts():
    random.seed(7)
    words = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[2000:20000]
    yield from ["hello world", "", "a", "The quick brown fox jumps over the lazy dog.", "Straße, naïve, Ωmega — 中文 한국어 日本語",
                "def main(): return 0", "word " * 300, "x" * 5000]
    for n in range(92):
        yield " ".join(random.choice(words).removeprefix("##") for _ in range(1 + n * n // 60))


def encode_by_torch(text):
    with torch.no_grad():
        states = bert(input_ids=torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0]
    return torch.nn.functional.normalize(states.mean(dim=0), dim=0).numpy()


bert = transformers.BertModel.from_pretrained(folder, local_files_only=True).eval()
chosen = list(texts())
vectors = numpy.array([encode(text) for text in chosen])
apart = max(abs(vector - encode_by_torch(text)).max() for text, vector in zip(chosen, vectors))
assert apart < 2e-6, apart
(HERE / "vectors.json").write_text(json.dumps(chosen, indent=0) + "\n")
(HERE / "vectors.f32").write_bytes(vectors.astype("<f4").tobytes())
