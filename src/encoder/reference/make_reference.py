#!/usr/bin/env python3
"""Writes the reference vectors that `hartonomousctl model check` compares with, from tests/data/vectors.*: texts, and vectors in
double precision by an implementation that shares nothing with this one but the weights. Usage: make_reference.py MODEL_DIR
"""
import base64
import hashlib
import json
import pathlib
import sys

DATA = pathlib.Path(__file__).resolve().parents[3] / "tests" / "data"

revision = hashlib.sha256((pathlib.Path(sys.argv[1]) / "model.safetensors").read_bytes()).hexdigest()
texts = json.loads((DATA / "vectors.json").read_text(encoding="utf-8"))
vectors = (DATA / "vectors.f32").read_bytes()
size = len(vectors) // len(texts)
items = [{"text": text, "vector": base64.b64encode(vectors[n * size:(n + 1) * size]).decode()} for n, text in enumerate(texts)]
head = json.dumps({"revision": revision, "dimension": size // 4})[:-1]
path = pathlib.Path(__file__).with_name(f"{revision[:12]}.json")
path.write_text(head + ', "texts": [\n' + ",\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "]}\n", encoding="utf-8")
print(path.name, path.stat().st_size, "bytes")
