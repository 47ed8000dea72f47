#!/usr/bin/env python3
"""Writes reference.f32: the vectors of the texts of tests/system/vector_texts.py as PyTorch gives them in double precision, through
sentence-transformers. Usage: make_reference.py MODEL_DIR   (pip install sentence-transformers); writes beside itself."""

import pathlib
import sys

import numpy
import torch
from sentence_transformers import SentenceTransformer

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

from vector_texts import compared, texts

torch.set_num_threads(1)  # sums in one order
chosen = texts(sys.argv[1])
model = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float64})
vectors = model.encode(chosen, batch_size=16, convert_to_numpy=True)
kept = [vector[list(compared(number))] for number, vector in enumerate(vectors)]
(HERE / "reference.f32").write_bytes(numpy.concatenate(kept).astype("<f4").tobytes())
