"""Where scripts/install-model put the model; and another one, made on the spot."""

import json
import os
import shutil
import struct

import numpy


def model_folder():
    candidates = [os.environ.get("HARTONOMOUS_TEST_MODEL"),
                  os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "hartonomous", "models", "all-MiniLM-L6-v2"),
                  "/var/cache/hartonomous/models/all-MiniLM-L6-v2"]
    for folder in candidates:
        if folder and os.path.exists(os.path.join(folder, "model.safetensors")):
            return folder
    raise RuntimeError("the model is not installed: run scripts/install-model, or let HARTONOMOUS_TEST_MODEL name its folder")


def _weights(hidden, layers, inner, vocabulary, positions):
    """Names and shapes of a BERT's weights."""
    norm = lambda name: [(name + ".weight", [hidden]), (name + ".bias", [hidden])]
    linear = lambda name, out, into: [(name + ".weight", [out, into]), (name + ".bias", [out])]
    yield from [("embeddings.word_embeddings.weight", [vocabulary, hidden]), ("embeddings.position_embeddings.weight", [positions, hidden]),
                ("embeddings.token_type_embeddings.weight", [2, hidden]), *norm("embeddings.LayerNorm")]
    for n in range(layers):
        layer = f"encoder.layer.{n}"
        for part in ("query", "key", "value"):
            yield from linear(f"{layer}.attention.self.{part}", hidden, hidden)
        yield from linear(f"{layer}.attention.output.dense", hidden, hidden) + norm(f"{layer}.attention.output.LayerNorm")
        yield from linear(f"{layer}.intermediate.dense", inner, hidden) + linear(f"{layer}.output.dense", hidden, inner)
        yield from norm(f"{layer}.output.LayerNorm")


def random_model(folder, hidden=64, layers=2, heads=4, seed=7):
    """A small BERT sentence encoder with random weights and the real one's vocabulary: another model, with vectors of its own. Its folder."""
    real = model_folder()
    os.makedirs(os.path.join(folder, "1_Pooling"))
    for name in ("modules.json", "sentence_bert_config.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copy(os.path.join(real, name), folder)
    with open(os.path.join(real, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    config.update(hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=4 * hidden)
    with open(os.path.join(real, "1_Pooling", "config.json"), encoding="utf-8") as file:
        pooling = {**json.load(file), "word_embedding_dimension": hidden}
    for name, value in (("config.json", config), (os.path.join("1_Pooling", "config.json"), pooling)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(value, file)
    chance = numpy.random.default_rng(seed)
    header, parts, at = {}, [], 0
    for name, shape in _weights(hidden, layers, 4 * hidden, config["vocab_size"], config["max_position_embeddings"]):
        numbers = chance.normal(0, 0.1, shape) + (1 if name.endswith("LayerNorm.weight") else 0)
        parts.append(numbers.astype("<f4").tobytes())
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + len(parts[-1])]}
        at += len(parts[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(folder, "model.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
    return folder
