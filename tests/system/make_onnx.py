#!/usr/bin/env python3
"""Models in ONNX for the tests of the engine onnx: BERT from a folder with safetensors, as exporters write it, and small
ones that are right or wrong in one way.

usage: make_onnx.py MODEL_FOLDER OUT.onnx"""

import json
import struct
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 17, 8  # of 2022: any library the engine takes knows them
WHOLE = {64: TensorProto.INT64, 32: TensorProto.INT32}


class Graph:
    """Nodes one after another; names of results are made up."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, value, kind=numpy.float32):
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.array(value, dtype=kind, order="C"), name))
        return name

    def integers(self, *values):
        return self.constant(values, numpy.int64)

    def add(self, operator, *inputs, **attributes):
        name = attributes.pop("result", None) or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def model(self, inputs, outputs):
        """inputs: {name: (kind, sides)}; outputs the same."""
        def described(values):
            return [helper.make_tensor_value_info(name, kind, sides) for name, (kind, sides) in values.items()]
        graph = helper.make_graph(self.nodes, "test", described(inputs), described(outputs), self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)


def weights_of(folder):
    """Tensors of model.safetensors by name."""
    with open(f"{folder}/model.safetensors", "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: numpy.frombuffer(data, "<f4", offset=of["data_offsets"][0], count=int(numpy.prod(of["shape"]))).reshape(of["shape"])
            for name, of in header.items()}


class Bert(Graph):
    """Devlin et al. 2018, from weights by their usual names."""

    def __init__(self, folder):
        super().__init__()
        with open(f"{folder}/config.json", encoding="utf-8") as file:
            self.config = json.load(file)
        self.weights = weights_of(folder)
        self.heads = self.config["num_attention_heads"]
        self.width = self.config["hidden_size"] // self.heads

    def linear(self, x, name):
        product = self.add("MatMul", x, self.constant(self.weights[name + ".weight"].T))
        return self.add("Add", product, self.constant(self.weights[name + ".bias"]))

    def norm(self, x, name):
        return self.add("LayerNormalization", x, self.constant(self.weights[name + ".weight"]), self.constant(self.weights[name + ".bias"]),
                        axis=-1, epsilon=self.config["layer_norm_eps"])

    def embed(self, with_types):
        tables = {name: self.constant(self.weights[f"embeddings.{name}_embeddings.weight"]) for name in ("word", "position", "token_type")}
        length = self.add("Gather", self.add("Shape", "input_ids"), self.constant(1, numpy.int64), axis=0)
        positions = self.add("Range", self.constant(0, numpy.int64), length, self.constant(1, numpy.int64))
        types = "token_type_ids" if with_types else self.constant([[0]], numpy.int64)
        x = self.add("Add", self.add("Gather", tables["word"], "input_ids"), self.add("Gather", tables["token_type"], types))
        return self.norm(self.add("Add", x, self.add("Gather", tables["position"], positions)), "embeddings.LayerNorm")

    def attend(self, x, name, is_padding):
        def heads(part, order):
            split = self.add("Reshape", self.linear(x, f"{name}.self.{part}"), self.integers(0, 0, self.heads, self.width))
            return self.add("Transpose", split, perm=order)
        scores = self.add("MatMul", heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]))
        scores = self.add("Div", scores, self.constant(self.width ** 0.5))
        scores = self.add("Where", is_padding, self.constant(numpy.finfo(numpy.float32).min), scores)
        mixed = self.add("MatMul", self.add("Softmax", scores, axis=-1), heads("value", [0, 2, 1, 3]))
        joined = self.add("Reshape", self.add("Transpose", mixed, perm=[0, 2, 1, 3]), self.integers(0, 0, self.heads * self.width))
        return self.norm(self.add("Add", self.linear(joined, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")

    def gelu(self, x):
        half = self.add("Mul", x, self.constant(0.5))
        return self.add("Mul", half, self.add("Add", self.add("Erf", self.add("Div", x, self.constant(2 ** 0.5))), self.constant(1)))

    def states(self, with_types):
        x = self.embed(with_types)
        is_padding = self.add("Equal", self.add("Unsqueeze", "attention_mask", self.integers(1, 2)), self.constant(0, numpy.int64))
        for layer in range(self.config["num_hidden_layers"]):
            name = f"encoder.layer.{layer}"
            x = self.attend(x, f"{name}.attention", is_padding)
            inner = self.gelu(self.linear(x, f"{name}.intermediate.dense"))
            x = self.norm(self.add("Add", self.linear(inner, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")
        return x

    def mean(self, x):
        mask = self.add("Unsqueeze", self.add("Cast", "attention_mask", to=TensorProto.FLOAT), self.integers(2))
        total = self.add("ReduceSum", self.add("Mul", x, mask), self.integers(1), keepdims=0)
        return self.add("Div", total, self.add("ReduceSum", mask, self.integers(1), keepdims=0))


def bert(folder, output="last_hidden_state", with_types=True, graph=None):
    """The model of a folder, or of a graph begun for it; output "sentence_embedding" pools inside."""
    graph = graph or Bert(folder)
    x = graph.states(with_types)
    sides = ["texts", "tokens"]
    inputs = dict.fromkeys(["input_ids", "attention_mask"] + ["token_type_ids"] * with_types, (TensorProto.INT64, sides))
    pooled = output == "sentence_embedding"
    graph.add("Identity", graph.mean(x) if pooled else x, result=output)
    return graph.model(inputs, {output: (TensorProto.FLOAT, (["texts"] if pooled else sides) + [graph.config["hidden_size"]])})


def small(vocabulary, hidden=8, output="last_hidden_state", inputs=("input_ids", "attention_mask"), bits=64, sides=("texts", "tokens"),
          numbers=None, rank=3, kind=TensorProto.FLOAT, mask_counts=True):
    """A token's state is its row of a table, times its mask. Everything that can be wrong with a model can be chosen."""
    graph = Graph()
    if numbers is None:
        numbers = numpy.random.default_rng(7).standard_normal((vocabulary, hidden))
    x = graph.add("Gather", graph.constant(numbers), inputs[0])
    if mask_counts:
        mask = graph.add("Cast", inputs[1], to=TensorProto.FLOAT)
        x = graph.add("Mul", x, graph.add("Unsqueeze", mask, graph.integers(2)))
    if rank == 2:
        x = graph.add("ReduceSum", x, graph.integers(1), keepdims=0)
    if kind != TensorProto.FLOAT:
        x = graph.add("Cast", x, to=kind)
    graph.add("Identity", x, result=output)
    return graph.model(dict.fromkeys(inputs, (WHOLE[bits], list(sides))), {output: (kind, [*sides, hidden][:rank - 1] + [hidden])})


def save(model, path, outside=None):
    """With `outside`, a file name, all weights but the smallest lie in that file beside it."""
    if outside:
        onnx.save(model, path, save_as_external_data=True, location=outside, size_threshold=1024)
    else:
        onnx.save(model, path)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    save(bert(sys.argv[1]), sys.argv[2])
