"""peer.py KIND MODEL CONNECTION: a peer that reads texts from hartonomous.atom and writes vectors to hartonomous.embedding, in the venv
that `install` made. Reads commands from standard input: `tune [SIZE]` sets the batch size or finds the best, `run MODEL_ID` does everything once;
each is answered by a line of JSON."""

import json
import os
import sys
import time

os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_PROGRESS_BARS="1", TOKENIZERS_PARALLELISM="true")

import numpy
import psycopg

THREADS = 2
DIMENSION = 384
SIZES = (8, 16, 32, 64, 128)
TUNED_ON = 1280  # texts


class SentenceTransformers:
    def __init__(self, model, precision):
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(THREADS)
        self.batch = 32
        self.model = SentenceTransformer(model, device="cpu", local_files_only=True, model_kwargs={"dtype": getattr(torch, precision)})

    def encode(self, texts):
        """It sorts them by length itself."""
        return self.model.encode(texts, batch_size=self.batch, show_progress_bar=False, convert_to_numpy=True)


class FastEmbed:
    """It pads each batch to its longest text and takes texts as they come."""

    def __init__(self, model):
        from fastembed import TextEmbedding
        from fastembed.common.model_description import ModelSource, PoolingType

        self.batch = 32
        TextEmbedding.add_custom_model(model="bench/model", pooling=PoolingType.MEAN, normalization=True, dim=DIMENSION,
                                       sources=ModelSource(hf="bench/model"), model_file="model.onnx")
        self.model = TextEmbedding("bench/model", specific_model_path=model, threads=THREADS)

    def encode(self, texts):
        return list(self.model.embed(texts, batch_size=self.batch))


class FastEmbedSorted(FastEmbed):
    """As a caller could do it who sorts by length before and puts the vectors in order behind."""

    def encode(self, texts):
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = numpy.empty((len(texts), DIMENSION), numpy.float32)
        vectors[order] = super().encode([texts[i] for i in order])
        return vectors


KINDS = {
    "sentence_transformers": lambda model: SentenceTransformers(model, "float32"),
    "sentence_transformers_bf16": lambda model: SentenceTransformers(model, "bfloat16"),
    "fastembed": FastEmbed,
    "fastembed_sorted": FastEmbedSorted,
}


def read(connection):
    return connection.execute("SELECT atom_id, canonical_text FROM hartonomous.atom WHERE tenant_id = 1 ORDER BY atom_id").fetchall()


def rows(ids, vectors, model):
    """PostgreSQL's binary rows of (1, model, atom, vector): all of one size, so put together by numpy at once."""
    kind = numpy.dtype([("fields", ">i2"), ("s1", ">i4"), ("tenant", ">i4"), ("s2", ">i4"), ("model", ">i4"), ("s3", ">i4"), ("atom", ">i8"),
                        ("s4", ">i4"), ("dimensions", ">i4"), ("nulls", ">i4"), ("type", ">i4"), ("count", ">i4"), ("first", ">i4"),
                        ("numbers", [("size", ">i4"), ("number", ">f4")], (DIMENSION,))])
    table = numpy.zeros(len(ids), kind)
    for name, value in {"fields": 4, "s1": 4, "tenant": 1, "s2": 4, "model": int(model), "s3": 8, "atom": ids, "s4": 20 + 8 * DIMENSION,
                        "dimensions": 1, "type": 700, "count": DIMENSION, "first": 1}.items():
        table[name] = value
    table["numbers"]["size"] = 4
    table["numbers"]["number"] = vectors
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + table.tobytes() + b"\xff\xff"


def run(peer, connection, model):
    """All rows at once: nothing is faster, and it lets the peer sort all texts by length."""
    begun, cpu = time.monotonic(), time.process_time()
    ids, texts = zip(*read(connection))
    vectors = numpy.asarray(peer.encode(list(texts)), numpy.float32)
    with connection.cursor() as cursor, cursor.copy(
            "COPY hartonomous.embedding (tenant_id, model_id, atom_id, vector) FROM STDIN (FORMAT binary)") as copy:
        copy.write(rows(ids, vectors, model))
    connection.commit()
    return {"seconds": time.monotonic() - begun, "cpu": time.process_time() - cpu}


def tune(peer, connection, size=None):
    """The batch size with the best rate on a part of the texts, unless one is given."""
    texts = [text for _, text in read(connection)][:TUNED_ON]
    connection.commit()
    peer.encode(texts[:64])
    if size:
        peer.batch = int(size)
        return {"batch": peer.batch}
    rates = {}
    for peer.batch in SIZES:
        begun = time.monotonic()
        peer.encode(texts)
        rates[peer.batch] = len(texts) / (time.monotonic() - begun)
    peer.batch = max(rates, key=rates.get)
    return {"batch": peer.batch}


def main():
    kind, model, conninfo = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is not an answer
    peer = KINDS[kind](model)
    with psycopg.connect(conninfo) as connection:
        for line in sys.stdin:
            command, *words = line.split()
            answer = {"tune": tune, "run": run}[command](peer, connection, *words)
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
