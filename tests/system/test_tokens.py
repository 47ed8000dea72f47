"""Tokens are equal to those of Hugging Face's `tokenizers`, on texts of all scripts, random Unicode and Debian's own files."""

import array
import itertools
import json
import os
import random
import struct
import subprocess
from collections import Counter

import pytest
from model_folder import model_folder
from sentencepiece_file import read, train, xlm_roberta
from token_texts import BLOCKS, PIECES, found, made
from tokenizers import AddedToken, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

LIMIT = 256
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
CONFIGURATION = {"do_lower_case": True, "tokenize_chinese_chars": True, "strip_accents": None, "tokenizer_class": "BertTokenizer"}


@pytest.fixture(scope="module")
def probe(build):
    def ask(folder, texts):
        """For each text, its tokens."""
        encoded = [text.encode() for text in texts]
        asked = b"".join(struct.pack("=I", len(text)) + text for text in encoded)
        answer = subprocess.run([os.path.join(build, "bin", "tokenizer_probe"), str(folder), str(LIMIT)], input=asked, stdout=subprocess.PIPE, check=True)
        numbers = array.array("i", answer.stdout)
        tokens, at = [], 0
        for _ in texts:
            tokens.append(numbers[at + 1:at + 1 + numbers[at]].tolist())
            at += 1 + numbers[at]
        assert at == len(numbers)
        return tokens

    return ask


@pytest.fixture(scope="module")
def debian():
    lines = found(60_000)
    assert len(lines) == 60_000
    return lines


def same(reference, probe, folder, texts):
    """No text has other tokens."""
    reference.enable_truncation(LIMIT)
    expected = [encoding.ids for encoding in reference.encode_batch_fast(texts)]
    different = [(text, theirs, ours) for text, theirs, ours in zip(texts, expected, probe(folder, texts)) if theirs != ours]
    assert not different, f"{len(different)} of {len(texts)}: {different[:5]!a}"


def bert(vocabulary, **flags):
    made_of = {token: number for number, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(WordPiece(made_of, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(**flags)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL])
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")])
    return tokenizer


@pytest.fixture(scope="module")
def cased(debian):
    """A vocabulary that tells much apart: upper from lower case, accents, marks, controls."""
    words = Counter(itertools.chain.from_iterable(line.split() for line in debian))
    tokens = dict.fromkeys(SPECIAL)
    for block in BLOCKS:
        for code_point in range(block, min(block + 128, 0x110000)):
            character = chr(code_point)
            if not 0xD800 <= code_point < 0xE000 and character not in "\0\n\r":
                tokens.update({character: None, "##" + character: None})
    for word, _ in words.most_common(12_000):
        tokens.update({word[:12]: None, "##" + word[-4:]: None})
    for piece in PIECES:
        tokens.update({piece[:20]: None, "##" + piece[:20]: None})
    return [token for token in tokens if token and not set(token) & set("\0\n\r")]


def write_list(folder, vocabulary, **changes):
    (folder / "vocab.txt").write_text("".join(token + "\n" for token in vocabulary), encoding="utf-8", newline="\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({**CONFIGURATION, **changes}), encoding="utf-8")


def test_the_uncased_model(probe, debian):
    with open(os.path.join(model_folder(), "vocab.txt"), encoding="utf-8") as file:
        vocabulary = file.read().splitlines()
    texts = made(140_000, [token.removeprefix("##") for token in vocabulary]) + debian
    assert len(texts) >= 200_000
    same(bert(vocabulary, lowercase=True), probe, model_folder(), texts)


def test_a_cased_model(probe, debian, cased, tmp_path):
    write_list(tmp_path, cased, do_lower_case=False)
    same(bert(cased, lowercase=False), probe, tmp_path, made(60_000, cased, seed=2) + debian)


@pytest.mark.parametrize("accents", [True, False, None])
@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("chinese", [True, False])
@pytest.mark.parametrize("clean", [True, False])
def test_every_combination_of_flags(probe, cased, debian, tmp_path, clean, chinese, lower, accents):
    tokenizer = bert(cased, clean_text=clean, handle_chinese_chars=chinese, lowercase=lower, strip_accents=accents)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    texts = made(6_000, cased, seed=3) + debian[::60]
    same(tokenizer, probe, tmp_path, texts)
    if clean:  # a vocab.txt says nothing of it
        os.remove(tmp_path / "tokenizer.json")
        write_list(tmp_path, cased, do_lower_case=lower, strip_accents=accents, tokenize_chinese_chars=chinese)
        same(tokenizer, probe, tmp_path, texts)


@pytest.mark.parametrize("flags", [{}, {"lowercase": False}, {"clean_text": False, "strip_accents": True, "lowercase": False}])
def test_added_tokens(probe, cased, tmp_path, flags):
    tokenizer = bert(cased, **flags)
    tokenizer.add_tokens([AddedToken("<S>", single_word=True, normalized=False), AddedToken("<L>", lstrip=True, normalized=False),
                          AddedToken("<R>", rstrip=True, normalized=False), AddedToken("<R>x", normalized=False),
                          AddedToken("Été", normalized=True), AddedToken("new York", normalized=True, single_word=True),
                          AddedToken("Zé中", normalized=True, lstrip=True, rstrip=True), AddedToken("\u302e\u1b44", normalized=True)])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    words = ["<S>", "<L>", "<R>", "<R>x", " <S> ", "  <L> \u3000", "\u2003<R> ", "a<S>", "<S>_", "<S>\u0301", "Été", "ete", "ÉTÉ", "e\u0301te\u0301", "new York", "NEW YORK",
             " zé中 ", "Ze\u0301中a", "\u2003zE中", "\u1b44\u302e", "\u302e\u1b44"] + cased[2000:2100]
    same(tokenizer, probe, tmp_path, made(20_000, words, seed=4))


def test_shapes_of_a_file(probe, cased, tmp_path):
    """Other names of the parts, other prefix, other length; markers as older files give them; truncation is not the file's matter."""
    tokenizer = Tokenizer(WordPiece({token.replace("##", "@"): number for number, token in enumerate(dict.fromkeys(t for t in cased if "@" not in t))},
                                    unk_token="[UNK]", max_input_chars_per_word=7, continuing_subword_prefix="@"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.post_processor = TemplateProcessing(single="[SEP] $A [CLS]", special_tokens=[("[SEP]", 3), ("[CLS]", 2)])
    tokenizer.enable_truncation(5)
    tokenizer.enable_padding()
    document = json.loads(tokenizer.to_str())
    document["post_processor"] = {"type": "BertProcessing", "sep": ["[CLS]", 2], "cls": ["[SEP]", 3]}
    (tmp_path / "tokenizer.json").write_text(json.dumps(document), encoding="utf-8")
    tokenizer.no_padding()
    same(tokenizer, probe, tmp_path, made(10_000, cased, seed=5))


@pytest.fixture(scope="module")
def trained(debian, tmp_path_factory):
    """A model file that knows much of each script."""
    return train(tmp_path_factory.mktemp("trained"), debian[::6] + [text[:400] for text in made(6_000, PIECES, seed=6)])


@pytest.fixture(scope="module")
def pieces(trained):
    return [piece.replace("▁", " ") for piece, _ in read(trained)[0]] + PIECES


@pytest.mark.parametrize("shape", ["old", "middle", "new", "bare"])
def test_a_unigram_model(probe, debian, trained, pieces, tmp_path, shape):
    tokenizer = xlm_roberta(trained, shape)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    same(tokenizer, probe, tmp_path, made(25_000, pieces, seed=7) + debian[::5])


def test_a_unigram_model_without_tokenizer_json(probe, debian, trained, pieces, tmp_path):
    (tmp_path / "sentencepiece.bpe.model").write_bytes(trained.read_bytes())
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "XLMRobertaTokenizer", "mask_token": {"content": "<mask>", "lstrip": True}}))
    same(xlm_roberta(trained, "new"), probe, tmp_path, made(25_000, pieces, seed=8) + debian[::5])


def test_added_tokens_of_a_unigram_model(probe, trained, pieces, tmp_path):
    tokenizer = xlm_roberta(trained, "new")
    tokenizer.add_tokens([AddedToken("[[new]]", normalized=False), AddedToken("ﬁn  x", normalized=True), AddedToken("Tür", normalized=True, single_word=True)])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    words = ["[[new]]", "ﬁn  x", "fin x", "fin\u3000 x", "Tür", "Tu\u0308r", "Türen", " <mask>", "<s>", " \u2003<mask> "] + pieces[1000:1100]
    same(tokenizer, probe, tmp_path, made(15_000, words, seed=9))


def test_damaged_model_files(build, trained, tmp_path):
    """Each is refused in one line that names it, or is whole enough to be read; no program ends by a signal."""
    def status(folder):
        ended = subprocess.run([os.path.join(build, "bin", "tokenizer_probe"), str(folder), "16"], input=struct.pack("=I", 9) + b"ein \xef\xbd\x81 x", capture_output=True,
                               check=False, timeout=60)
        assert ended.returncode in (0, 78), ended
        if ended.returncode == 78:
            assert ended.stderr.decode().startswith(f"{folder}/") and ended.stderr.count(b"\n") == 1, ended
        return ended.returncode

    generator = random.Random(11)
    model, whole = tmp_path / "spiece.model", trained.read_bytes()
    configuration = tmp_path / "tokenizer_config.json"
    configuration.write_text(json.dumps({"tokenizer_class": "XLMRobertaTokenizer"}))
    model.write_bytes(whole)
    assert status(tmp_path) == 0
    for part in (b"", whole[:1], b"\0" * 4096, b"\xff" * 4096, b"<html>", *(whole[:generator.randrange(20, len(whole) - 8)] for _ in range(20))):
        model.write_bytes(part)
        assert status(tmp_path) == 78
    for _ in range(60):
        garbled = bytearray(whole)
        for _ in range(generator.randrange(1, 9)):
            garbled[generator.randrange(generator.choice([400, len(whole)]))] = generator.randrange(256)
        model.write_bytes(garbled)
        status(tmp_path)
    model.write_bytes(whole)
    for wrong in ({"tokenizer_class": "T5Tokenizer"}, {}, {"tokenizer_class": "XLMRobertaTokenizer", "cls_token": "<cls>"}):
        configuration.write_text(json.dumps(wrong))
        assert status(tmp_path) == 78
    text = xlm_roberta(trained, "new").to_str()
    for part in (text[:generator.randrange(len(text) - 1)] for _ in range(10)):
        (tmp_path / "tokenizer.json").write_text(part, encoding="utf-8")
        assert status(tmp_path) == 78
