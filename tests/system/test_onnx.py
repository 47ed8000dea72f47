"""The engine onnx: vectors equal to the native engine's from a file of ONNX, whatever shape its exporter gave it; and every way in which
a model or ONNX Runtime's library can be wrong, which is one clear line and never a crash. Models are written by make_onnx.py."""

import hashlib
import json
import math
import os
import random
import shutil
import struct
import subprocess

import numpy
import onnx
import pytest

import encoder_probe
import make_onnx
from encoder_probe import Encoder, Refused, difference
from test_embedding import HELLO, Atoms

LIBRARY = "lib/libonnxruntime.so"
WIDE = 384  # of the real model; its vocabulary is used by the small ones too
TOKENS = 30522


def installed_library():
    folders = [os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "hartonomous"), "/var/cache/hartonomous"]
    for folder in folders:
        path = os.path.join(folder, "onnxruntime", LIBRARY)
        if os.path.exists(path):
            return path
    raise RuntimeError("ONNX Runtime is not installed: run scripts/install-onnxruntime")


class Folder:
    """A model's folder: the real one's files without its weights, and a file of ONNX."""

    def __init__(self, path, model):
        self.path = str(path)
        shutil.copytree(model, path, ignore=shutil.ignore_patterns("*.safetensors"))

    def put(self, model, name="model.onnx", outside=None):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        make_onnx.save(model, path, outside)
        return path

    def change(self, name, **members):
        path = os.path.join(self.path, name)
        with open(path, encoding="utf-8") as file:
            content = {**json.load(file), **members}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file)

    def open(self, **options):
        return Encoder(**{"engine": "onnx", "model_dir": self.path, **options})

    def refusal(self, **options):
        """The one line that says why it does not open."""
        with pytest.raises(Refused) as caught:
            self.open(**options)
        assert caught.value.code == "config" and "\n" not in caught.value.error
        return caught.value.error


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    """The real model in ONNX."""
    folder = Folder(tmp_path_factory.mktemp("onnx") / "real", model)
    folder.put(make_onnx.bert(model))
    return folder


@pytest.fixture
def folder(model, tmp_path):
    """A folder for one of the small models, whose vectors have 8 numbers."""
    made = Folder(tmp_path / "small", model)
    made.change("config.json", hidden_size=8)
    made.change("1_Pooling/config.json", word_embedding_dimension=8)
    return made


def small(**choices):
    return make_onnx.small(TOKENS, **choices)


def texts(model, count):
    """Of all lengths, from nothing to more than the model looks at; the same each time."""
    generator = random.Random(6)
    with open(os.path.join(model, "vocab.txt"), encoding="utf-8") as file:
        words = [line for line in file.read().split("\n")[1996:29000] if not line.startswith("##")]
    lengths = [0, 1, 2, 253, 254, 255, 1000] + [generator.choice([3, 5, 9, 14, 20, 33, 60]) for _ in range(count - 10)]
    made = [" ".join(generator.choices(words, k=length)) for length in lengths]
    return made + ["hello world", "Größe, naïveté — 東京 ☃", "x" * 300]


def test_vectors_are_those_of_the_native_engine(exported, model):
    some = texts(model, 120)
    with open(os.path.join(exported.path, "model.onnx"), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    with Encoder(model_dir=model) as native, exported.open() as encoder:
        assert (encoder.engine, encoder.dimension, encoder.token_limit, encoder.revision) == ("onnx/exact", WIDE, 256, digest)
        expected, native_says = native.call(some)
        vectors, says = encoder.call(some)
        assert len(vectors) == 120 and says["tokens"] == native_says["tokens"]
        assert difference(vectors, expected) < 1e-5
        assert list(encoder.run(["hello world"])[0][:5]) == pytest.approx(HELLO, abs=1e-4)
        # What else is in a call, and how long, changes nothing but rounding.
        assert difference([encoder.run([text])[0] for text in some[-12:]], vectors[-12:]) < 1e-6
    with exported.open(token_budget=4096) as encoder:
        assert difference(encoder.run(some[:40]), expected[:40]) < 1e-5


@pytest.mark.parametrize("output, with_types", [("sentence_embedding", True), ("token_embeddings", False)])
def test_whatever_the_exporter_chose(exported, model, tmp_path, output, with_types):
    other = Folder(tmp_path / "other", model)
    other.put(make_onnx.bert(model, output, with_types), "onnx/model.onnx")  # the second place that is looked at
    some = texts(model, 20)[4:]
    with other.open() as encoder, exported.open() as encoder_of_states:
        assert difference(encoder.run(some), encoder_of_states.run(some)) < 1e-6


def test_the_means_of_a_table(folder):
    """Small enough to know what must come out."""
    numbers = numpy.random.default_rng(1).standard_normal((TOKENS, 8)).astype(numpy.float32)
    with open(os.path.join(folder.path, "vocab.txt"), encoding="utf-8") as file:
        number = {word: i for i, word in enumerate(file.read().split("\n"))}
    some = ["hello world", "world", "hello", "a b c d e f g h"]
    expected = []
    for text in some:
        mean = numbers[[number[word] for word in ("[CLS]", *text.split(), "[SEP]")]].mean(axis=0)
        expected.append(mean / numpy.linalg.norm(mean))
    for choices in ({}, {"mask_counts": False}, {"bits": 32}, {"output": "sentence_embedding", "rank": 2},
                    {"inputs": ("input_ids", "attention_mask", "token_type_ids"), "bits": 32}):
        folder.put(small(numbers=numbers, **choices))
        with folder.open() as encoder:
            assert difference(encoder.run(some), expected) < 1e-6, choices


def test_the_first_token_where_the_model_says_so(folder):
    numbers = numpy.random.default_rng(2).standard_normal((TOKENS, 8)).astype(numpy.float32)
    folder.put(small(numbers=numbers))
    folder.change("1_Pooling/config.json", pooling_mode_mean_tokens=False, pooling_mode_cls_token=True)
    first = numbers[101]  # [CLS]
    with folder.open() as encoder:
        assert difference(encoder.run(["hello world", ""]), [first / numpy.linalg.norm(first)] * 2) < 1e-6


def test_another_architecture_may_leave_out_what_only_bert_has(folder):
    folder.put(small())
    with folder.open() as encoder:
        expected = encoder.run(["hello world"])
    with open(os.path.join(folder.path, "config.json"), "w", encoding="utf-8") as file:
        json.dump({"model_type": "mpnet", "vocab_size": TOKENS}, file)
    with folder.open() as encoder:
        assert difference(encoder.run(["hello world"]), expected) == 0


def test_weights_in_files_of_their_own(folder):
    path = folder.put(small(), outside="weights.bin")
    weights = os.path.join(folder.path, "weights.bin")
    with open(path, "rb") as first, open(weights, "rb") as second:
        digest = hashlib.sha256(first.read() + second.read()).hexdigest()
    with folder.open() as encoder:
        assert encoder.revision == digest
        assert math.isclose(sum(x * x for x in encoder.run(["hello"])[0]), 1, abs_tol=1e-6)
    with open(weights, "r+b") as file:
        file.write(struct.pack("<f", 0.5))
    with folder.open() as encoder:
        assert encoder.revision != digest
    os.unlink(weights)
    refusal = folder.refusal()
    assert "weights.bin" in refusal and "keeps its weights in another file" in refusal
    with open(path, "rb") as file:
        content = file.read()
    with open(path, "wb") as file:
        file.write(content.replace(b"weights.bin", b"../ghts.bin"))
    assert "not below its own folder" in folder.refusal()


def threads_of(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def child_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return int(file.read())


@pytest.mark.parametrize("threads", [1, 2])
def test_processes_that_are_forked_after_open(exported, threads):
    with exported.open(threads=threads, do="fork") as encoder:
        assert list(encoder.run(["hello world"])[0][:5]) == pytest.approx(HELLO, abs=1e-4)
        assert encoder.may_fork and threads_of(encoder.process.pid) == 1, "threads would not have lived through the fork"
        child = child_of(encoder.process.pid)
        assert threads_of(child) == threads
        if threads == 1:
            with open(f"/proc/{child}/smaps_rollup", encoding="ascii") as file:
                own = next(int(line.split()[1]) for line in file if line.startswith("Private_Dirty:"))
            assert own < 32 * 1024, "kB; the weights, 87 MB, are shared"


def test_memory_does_not_grow(exported, model):
    some = texts(model, 30)
    with exported.open(environment={"ASAN_OPTIONS": "quarantine_size_mb=8"}) as encoder:
        sizes = []
        for _ in range(3):
            encoder.run(some)
            with open(f"/proc/{encoder.process.pid}/status", encoding="ascii") as file:
                sizes.append(next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")))
        assert sizes[-1] < sizes[0] + 32 * 1024, sizes


# What is wrong with a small model, and words of the line that says so.
WRONG_MODELS = {
    "another name of an input": (dict(inputs=("tokens", "attention_mask")), ["its input tokens is none", "input_ids"]),
    "an input that nobody has": (dict(inputs=("input_ids", "attention_mask", "position_ids")), ["its input position_ids is none"]),
    "four inputs": (dict(inputs=("input_ids", "attention_mask", "token_type_ids", "bbox")), ["it has 4 inputs"]),
    "no mask": (dict(inputs=("input_ids",), mask_counts=False), ["it has no input attention_mask"]),
    "a fixed length": (dict(sides=("texts", 128)), ["fixed lengths (-1, 128", "dynamic axes"]),
    "a fixed number of texts": (dict(sides=(1, "tokens")), ["fixed lengths (1, -1", "dynamic axes"]),
    "another name of the output": (dict(output="logits"), ["none of the outputs", "but: logits"]),
    "states where vectors belong": (dict(output="sentence_embedding"), ["sentence_embedding has rank 3, not 2"]),
    "vectors where states belong": (dict(rank=2), ["last_hidden_state has rank 2, not 3"]),
    "another dimension": (dict(hidden=12), ["have 12 numbers, config.json says 8"]),
    "half precision": (dict(kind=onnx.TensorProto.FLOAT16), ["last_hidden_state must be float"]),
    "numbers that are none": (dict(numbers=numpy.full((TOKENS, 8), numpy.nan)), ["not finite"]),
    "infinite numbers": (dict(numbers=numpy.full((TOKENS, 8), numpy.inf)), ["not finite"]),
    "nothing but zeroes": (dict(numbers=numpy.zeros((TOKENS, 8))), ["all 0"]),
    "too few tokens": (dict(numbers=numpy.ones((20000, 8))), ["ONNX Runtime: ", "out of data bounds"]),
}


@pytest.mark.parametrize("wrong", WRONG_MODELS)
def test_a_wrong_model_is_one_clear_line(folder, wrong):
    choices, words = WRONG_MODELS[wrong]
    path = folder.put(small(**choices))
    refusal = folder.refusal()
    assert refusal.startswith(path) and all(word in refusal for word in words), refusal


def test_fewer_positions_than_tokens_are_looked_at(model, tmp_path):
    """Found when it is opened, and not by the first long text."""
    class Shorter(make_onnx.Bert):
        def __init__(self, folder):
            super().__init__(folder)
            self.config["num_hidden_layers"] = 1
            self.weights["embeddings.position_embeddings.weight"] = self.weights["embeddings.position_embeddings.weight"][:128]
    folder = Folder(tmp_path / "shorter", model)
    folder.put(make_onnx.bert(model, graph=Shorter(model)))
    assert "model.onnx: ONNX Runtime: " in folder.refusal()
    folder.change("sentence_bert_config.json", max_seq_length=128)
    with folder.open() as encoder:
        assert encoder.token_limit == 128 and len(encoder.run(["long " * 200])) == 1


@pytest.mark.parametrize("damage, word", [
    (lambda content: b"", "empty"),
    (lambda content: b"GIF89a" + content, "no ONNX model"),
    (lambda content: content[:len(content) // 2], "cut off"),
    (lambda content: content[:-1], "cut off"),
    (lambda content: content.replace(b"Gather", b"Gethar"), "ONNX Runtime: "),
    (lambda content: b"\x08\x08", "ONNX Runtime: "),
])
def test_a_damaged_file(folder, damage, word):
    path = folder.put(small())
    with open(path, "rb") as file:
        content = file.read()
    with open(path, "wb") as file:
        file.write(damage(content))
    refusal = folder.refusal()
    assert refusal.startswith(path) and word in refusal, refusal


def test_no_file_and_no_such_precision(folder):
    assert "has no model.onnx and no onnx/model.onnx" in folder.refusal()
    with pytest.raises(Refused, match="has no model.onnx"):
        encoder_probe.check(engine="onnx", model_dir=folder.path)
    os.mkdir(os.path.join(folder.path, "model.onnx"))
    assert "is not a file" in folder.refusal()
    os.rmdir(os.path.join(folder.path, "model.onnx"))
    folder.put(small())
    encoder_probe.check(engine="onnx", model_dir=folder.path)
    assert 'no precision "fast"; one of: exact' in folder.refusal(precision="fast")


OLD = """
struct table { const void *(*get)(unsigned version); const char *(*version)(void); };
static const void *get(unsigned version) { (void)version; return 0; }
static const char *version(void) { return "1.2.0"; }
const struct table *OrtGetApiBase(void) { static const struct table table = {get, version}; return &table; }
"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """Files that are not ONNX Runtime's library as it must be; kind -> path."""
    home = tmp_path_factory.mktemp("libraries")
    with open(installed_library(), "rb") as file:
        content = file.read()
    machine = struct.pack("<H", 183 if content[18] != 183 else 62)
    files = {"of another machine": content[:18] + machine + content[20:], "cut off": content[:len(content) // 2], "a text": b"hello\n" * 999,
             "empty": b""}
    for name, content in files.items():
        (home / name).write_bytes(content)
    for name, source in {"old": OLD, "another": "int nothing;\n"}.items():
        (home / (name + ".c")).write_text(source)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", home / name, home / (name + ".c")], check=True)
    return home


@pytest.mark.parametrize("kind, words", [
    ("missing", ["cannot be opened", "scripts/install-onnxruntime"]),
    ("of another machine", ["cannot be opened"]),
    ("cut off", ["is cut off", "scripts/install-onnxruntime"]),
    ("a text", ["cannot be opened", "invalid ELF header"]),
    ("empty", ["cannot be opened"]),
    ("old", ["ONNX Runtime 1.2.0 is too old", "needs 1.16 or newer"]),
    ("another", ["is not ONNX Runtime's library"]),
])
def test_a_wrong_library(folder, libraries, kind, words):
    folder.put(small())
    path = str(libraries / kind)
    refusal = folder.refusal(library=path)
    assert all(word in refusal for word in [*words, *([] if kind == "old" else [path])]), refusal
    with pytest.raises(Refused) as caught:
        encoder_probe.check(engine="onnx", model_dir=folder.path, library=path)
    assert caught.value.error == refusal


def test_the_library_may_lie_anywhere(folder):
    folder.put(small())
    with folder.open(library=installed_library()) as encoder:
        assert encoder.engine == "onnx/exact"


def test_the_daemon_computes_with_it(start, database, wait_until, exported):
    atoms = Atoms(database)
    daemon = start("embedding", model={"name": "exported", "directory": exported.path, "engine": "onnx"})
    hello, other = atoms.add(["hello world", "another text"])
    atoms.ask([hello, other])
    wait_until(lambda: atoms.count() == 2)
    assert atoms.vector(hello)[:5] == pytest.approx(HELLO, abs=1e-3)
    assert database.query("SELECT name, dimension, engine FROM hartonomous.model") == [("exported", WIDE, "onnx/exact")]
    daemon.stop()


def test_the_daemon_refuses_a_wrong_library(start, exported, tmp_path):
    daemon = start("embedding", ready=False, model={"directory": exported.path, "engine": "onnx", "library": tmp_path / "nowhere.so"})
    assert daemon.process.wait(30) == 78
    assert "nowhere.so" in daemon.log() and "scripts/install-onnxruntime" in daemon.log()
