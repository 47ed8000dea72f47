"""peer_files.py MODEL FOLDER: the model as fastembed reads it, in FOLDER: model.onnx, made from model.safetensors with the fused
operators of ONNX Runtime (what its own optimiser makes of such a model), and the tokenizer's files."""

import json
import os
import shutil
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import BertWordPieceTokenizer

FUSED = "com.microsoft"


class Graph:
    def __init__(self, weights, config):
        self.weights, self.config = weights, config
        self.nodes, self.constants = [], {}

    def constant(self, name, array):
        self.constants[name] = numpy_helper.from_array(numpy.ascontiguousarray(array), name)
        return name

    def weight(self, name):
        return self.constant(name, self.weights[name])

    def turned(self, *names):
        """Matrices as MatMul wants them, one beside the other."""
        return self.constant("+".join(names), numpy.concatenate([self.weights[name].T for name in names], axis=1))

    def add(self, operator, inputs, outputs=1, domain=FUSED, **attributes):
        names = [f"{operator}_{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, domain=domain, **attributes))
        return names if outputs > 1 else names[0]

    def norm(self, x, change, name, bias):
        return self.add("SkipLayerNormalization", [change, x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), self.weight(bias)],
                        epsilon=self.config["layer_norm_eps"])

    def embeddings(self):
        ids, types, mask = (self.add("Cast", [name], domain="", to=TensorProto.INT32) for name in ("input_ids", "token_type_ids", "attention_mask"))
        weights = [self.weight(f"embeddings.{name}") for name in ("word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight",
                                                                "LayerNorm.weight", "LayerNorm.bias")]
        return self.add("EmbedLayerNormalization", [ids, types, *weights, mask], outputs=2, epsilon=self.config["layer_norm_eps"])

    def layer(self, x, mask, name):
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        bias = self.constant(f"{name}.bias", numpy.concatenate([self.weights[f"{part}.bias"] for part in parts]))
        mixed = self.add("Attention", [x, self.turned(*[f"{part}.weight" for part in parts]), bias, mask],
                         num_heads=self.config["num_attention_heads"])
        change = self.add("MatMul", [mixed, self.turned(f"{name}.attention.output.dense.weight")], domain="")
        x = self.norm(x, change, f"{name}.attention.output.LayerNorm", f"{name}.attention.output.dense.bias")
        wide = self.add("MatMul", [x, self.turned(f"{name}.intermediate.dense.weight")], domain="")
        wide = self.add("BiasGelu", [wide, self.weight(f"{name}.intermediate.dense.bias")])
        change = self.add("MatMul", [wide, self.turned(f"{name}.output.dense.weight")], domain="")
        return self.norm(x, change, f"{name}.output.LayerNorm", f"{name}.output.dense.bias")

    def model(self):
        x, mask = self.embeddings()
        for number in range(self.config["num_hidden_layers"]):
            x = self.layer(x, mask, f"encoder.layer.{number}")
        self.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
                  for name in ("input_ids", "attention_mask", "token_type_ids")]
        output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", self.config["hidden_size"]])
        graph = helper.make_graph(self.nodes, "bert", inputs, [output], list(self.constants.values()))
        return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)])


def main():
    source, target = sys.argv[1:]
    os.makedirs(target, exist_ok=True)
    with open(os.path.join(source, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    with open(os.path.join(source, "sentence_bert_config.json"), encoding="utf-8") as file:
        limit = json.load(file)["max_seq_length"]
    onnx.save(Graph(load_file(os.path.join(source, "model.safetensors")), config).model(), os.path.join(target, "model.onnx"))
    shutil.copy(os.path.join(source, "config.json"), target)
    BertWordPieceTokenizer(os.path.join(source, "vocab.txt"), lowercase=True).save(os.path.join(target, "tokenizer.json"))
    markers = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
    for name, content in {"tokenizer_config.json": {**markers, "model_max_length": limit}, "special_tokens_map.json": markers}.items():
        with open(os.path.join(target, name), "w", encoding="utf-8") as file:
            json.dump(content, file)


if __name__ == "__main__":
    main()
