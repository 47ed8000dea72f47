"""Models of SentencePiece: trained by Debian's spm_train, read field by field, and what Hugging Face makes of them."""

import struct
import subprocess

from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.processors import TemplateProcessing


def train(folder, texts, size=16000):
    """Returns the path of a model file of the kind that XLM-RoBERTa has."""
    source = folder / "texts.txt"
    source.write_text("\n".join(text.replace("\n", " ").replace("\r", " ").replace("\0", " ") for text in texts), encoding="utf-8")
    subprocess.run(["spm_train", f"--input={source}", f"--model_prefix={folder / 'trained'}", f"--vocab_size={size}", "--model_type=unigram",
                    "--character_coverage=0.98", "--num_threads=1", "--minloglevel=2", "--hard_vocab_limit=false", "--max_sentence_length=2000"],
                   check=True, capture_output=True, timeout=120)
    return folder / "trained.model"


def fields(data):
    """(number, value) of each field of a message in the format of Protocol Buffers."""
    at = 0

    def number():
        nonlocal at
        result = shift = 0
        while True:
            byte = data[at]
            at += 1
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    while at < len(data):
        key = number()
        size = {0: None, 1: 8, 2: 0, 5: 4}[key & 7]
        if size is None:
            yield key >> 3, number()
            continue
        size = size or number()
        yield key >> 3, data[at:at + size]
        at += size


def read(path):
    """The pieces with their scores, and the rules of the normaliser."""
    pieces, rules = [], b""
    for number, value in fields(path.read_bytes()):
        if number == 1:
            piece = dict(fields(value))
            pieces.append((piece[1].decode(), struct.unpack("<f", piece[2])[0] if 2 in piece else 0.0))
        elif number == 3:
            rules = dict(fields(value)).get(2, b"")
    return pieces, rules


def normal(*steps):
    return steps[0] if len(steps) == 1 else normalizers.Sequence(list(steps))


def xlm_roberta(path, shape):
    """As the tokenizer.json of such models is: "old" and "new" are the ways it was written; "bare" has no normaliser at all."""
    pieces, rules = read(path)
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + pieces[3:] + [("<mask>", 0.0)]
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=3, byte_fallback=False))
    mark = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="never" if shape == "bare" else "always")
    precompiled, blanks = normalizers.Precompiled(rules), Regex(" {2,}")
    if shape == "old":
        tokenizer.normalizer = precompiled
        mark = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), mark])
    elif shape == "middle":
        tokenizer.normalizer = normal(precompiled, normalizers.Replace(blanks, " "))
    elif shape == "new":
        tokenizer.normalizer = normal(precompiled, normalizers.Strip(left=False, right=True), normalizers.Replace(blanks, "▁"))
    tokenizer.pre_tokenizer = mark
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, lstrip=token == "<mask>") for token in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")])
    tokenizer.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer
