"""The engine http against a server that answers well, late, short, wrong, never, or not at all; by itself, and as the daemon has it."""

import collections
import json
import random
import subprocess
import threading
import time

import pytest

import encoder_probe
import vector_server as server_of
from encoder_probe import Encoder, Refused, difference
from test_embedding import Atoms
from vector_server import Status, Vectors, VectorServer

SECOND = 1_000_000  # the probe's options are in microseconds


@pytest.fixture
def serve():
    """serve(dimension=24, …): a server; all are closed at the end."""
    made = []

    def run(**options):
        made.append(VectorServer(**options))
        return made[-1]

    yield run
    for server in made:
        server.close()


@pytest.fixture
def server(serve):
    return serve()


def options(server, **more):
    """Of a probe that does not ask before the first text."""
    return {"engine": "http", "url": server.url(), "remote_name": "mini", "dimension": server.dimension, "timeout": 5 * SECOND, **more}


def sentences(count, name="text"):
    return [f"{name} {n}, with word {n * 7 % 101} and word {n * 13 % 97}" for n in range(count)]


def assert_vectors(server, texts, vectors):
    assert len(texts) == len(vectors)
    assert not texts or difference(vectors, [server.vector(text) for text in texts]) < 1e-6


# --- what is asked, and good answers ---


@pytest.mark.parametrize("api, shape", [("openai", server_of.openai), ("openai", server_of.unordered), ("openai", server_of.without_index),
                                        ("openai", server_of.packed), ("tei", server_of.tei)])
def test_each_text_gets_its_vector(server, api, shape):
    server.shape, server.scale = shape, 7.5
    texts = sentences(300) + ["", "\0 a NUL", "ü" * 3000, "\t", "日本語", ""]
    with Encoder(**options(server, api=api, key="s3cret-key")) as encoder:
        assert (encoder.dimension, encoder.engine, encoder.token_limit) == (24, "http/remote", -1)
        vectors, answer = encoder.call(texts)
        assert encoder.run([]) == []
    assert answer["code"] == "ok" and answer["tokens"] == (3 * len(texts) if shape in (server_of.openai, server_of.unordered) else 0)
    assert_vectors(server, texts, vectors)
    posts = server.posts()
    assert len(posts) == 10 and all(len(asked.texts) <= 32 for asked in posts), "batched"
    assert [asked.headers["Authorization"] for asked in posts] == ["Bearer s3cret-key"] * 10
    rest = {"model": "mini", "encoding_format": "float"} if api == "openai" else {"truncate": True}
    assert all({key: value for key, value in asked.body.items() if not key.startswith("input")} == rest for asked in posts)


def test_several_requests_are_under_way_beside_one_another(server):
    server.trouble = server_of.always(lambda: server_of.late(0.1))
    texts = sentences(16 * 8)
    with Encoder(**options(server, texts_per_request=8)) as encoder:
        assert_vectors(server, texts, encoder.run(texts))
    assert len(server.posts()) == 16 and server.most_at_once() == 4


def test_the_dimension_is_found_out_where_it_is_not_said(server):
    with Encoder(**options(server, dimension=0)) as encoder:
        assert encoder.dimension == 24 and [asked.texts for asked in server.posts()] == [["hello"]]
        assert "Authorization" not in server.posts()[0].headers
    with Encoder(**options(server)) as encoder:
        assert len(server.posts()) == 1, "nothing is asked where it is said"


def test_requests_stay_small(server):
    texts = ["x" * 100_000 + str(n) for n in range(30)]
    with Encoder(**options(server)) as encoder:
        assert_vectors(server, texts, encoder.run(texts))
    assert max(sum(map(len, asked.texts)) for asked in server.posts()) <= 1 << 20


def test_what_names_the_model(server):
    def revision(**more):
        with Encoder(**options(server, **more)) as encoder:
            return encoder.revision

    tei = {"api": "tei", "url": server.url("/embed"), "remote_name": None}
    server.shape = server_of.tei
    seen = [revision(), revision(remote_name="other"), revision(url=server.url("/v2")), revision(**tei)]
    assert revision() == seen[0] and revision(key="k", texts_per_request=7, timeout=SECOND) == seen[0]
    for sha in ("abc", "def"):
        server.info = Status(200, {"model_id": "sentence-transformers/x", "model_sha": sha, "max_client_batch_size": 32})
        seen.append(revision(**tei))
        assert revision(**tei) == seen[-1]
    assert len(set(seen)) == 6 and {asked.path for asked in server.asked} == {"/info"}
    server.info = Status(503)
    with pytest.raises(Refused) as refused:
        revision(**tei)
    assert refused.value.code == "retry", "it may have a page that says more, later"


# --- trouble that passes ---


TROUBLE = {
    "429": lambda: Status(429, {"error": {"message": "slow down"}}),
    "429 with Retry-After": lambda: Status(429, Retry_After=1),
    "500": lambda: Status(500), "502": lambda: Status(502, b"<html>bad gateway</html>"), "503": lambda: Status(503, Retry_After=0), "504": lambda: Status(504),
    "408": lambda: Status(408), "424": lambda: Status(424, {"error": "inference failed", "error_type": "Backend"}),
    "cut": server_of.cut_off, "late": lambda: server_of.late(2), "short": server_of.short, "long": server_of.long, "ragged": server_of.ragged,
    "NaN": server_of.not_a_number, "zeros": server_of.zeros, "garbage": server_of.garbage, "half of it": server_of.half_json, "endless": server_of.endless,
    "an index twice": lambda: Vectors(wrong=lambda answer: json.dumps({"data": [{**item, "index": 0} for item in answer["data"]]}).encode()),
    "an index too high": lambda: Vectors(wrong=lambda answer: json.dumps({"data": [{**item, "index": item["index"] + 1} for item in answer["data"]]}).encode()),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_that_passes_costs_nothing_but_time(server, trouble):
    server.trouble = server_of.first(2, TROUBLE[trouble])
    texts = sentences(100)
    with Encoder(**options(server, timeout=SECOND // 2)) as encoder:
        assert_vectors(server, texts, encoder.run(texts))
    if trouble == "429 with Retry-After":
        first, *others = [asked.begun for asked in server.posts()]
        assert all(begun < first + 0.5 or begun >= first + 1 for begun in others), "it is left alone for as long as it wants"


def test_a_server_that_is_gone_for_a_moment(serve):
    first = serve()
    port, texts = first.server_port, sentences(64)
    with Encoder(**options(first)) as encoder:
        assert_vectors(first, texts, encoder.run(texts))
        first.close()
        back = threading.Timer(1, lambda: serve(port=port))
        back.start()
        vectors, answer = encoder.call(texts)
        back.join()
    assert answer["code"] == "ok" and answer["microseconds"] > SECOND / 2
    assert_vectors(first, texts, vectors)


# --- trouble that stays ---


@pytest.mark.parametrize("trouble, words", [
    (lambda: Status(503, {"message": "the model is loading"}), 'HTTP 503: "the model is loading"'),
    (lambda: Status(429, Retry_After=3600), "HTTP 429"),
    (lambda: server_of.late(1000), "imed out"),
    (server_of.cut_off, "127.0.0.1"),
    (server_of.garbage, "not JSON"),
    (server_of.zeros, "all zero"),
])
def test_a_server_that_is_ill_is_to_be_asked_again_later(server, trouble, words):
    server.trouble = server_of.always(trouble)
    with Encoder(**options(server, timeout=SECOND // 2)) as encoder:
        vectors, answer = encoder.call(["a text"])
        assert (answer["code"], vectors) == ("retry", []) and words in answer["error"]
        assert answer["microseconds"] < 15 * SECOND and ("429" not in words or answer["microseconds"] < 2 * SECOND)
        assert len(server.posts()) <= 5
        server.trouble = server_of.always(lambda: None)
        assert_vectors(server, ["a text"], encoder.run(["a text"]))


def test_nobody_there(serve):
    server = serve()
    server.close()
    with Encoder(**options(server)) as encoder:
        vectors, answer = encoder.call(["a text"])
    assert (answer["code"], vectors) == ("retry", []) and "connect" in answer["error"]


@pytest.mark.parametrize("trouble, words", [
    (lambda: Status(401, {"error": {"message": "Incorrect API key provided: s3cret-key"}}), "HTTP 401: the key"),
    (lambda: Status(403), "HTTP 403: the key"),
    (lambda: Status(404, {"error": {"message": "no model for s3cret-key"}}), 'HTTP 404: check the model\'s "url"'),
    (lambda: Status(404, {"error": {"message": "The model `mini` does not exist"}}), 'HTTP 404: "The model `mini` does not exist"'),
    (lambda: Status(301, Location="https://elsewhere.example/"), "a redirect"),
    (lambda: Status(400, {"error": {"message": "unknown model"}}), 'HTTP 400: "unknown model", whatever the text'),
    (lambda: server_of.other_dimension(30), "have 30 numbers, not 24"),
])
def test_what_only_a_person_can_mend(server, trouble, words):
    server.trouble = server_of.always(trouble)
    with Encoder(**options(server, key="s3cret-key")) as encoder:
        vectors, answer = encoder.call(sentences(5))
    assert (answer["code"], vectors) == ("config", []) and words in answer["error"] and "s3cret" not in answer["error"]
    assert server.url() in answer["error"]


# --- texts that are refused ---


def refuse(is_bad, answer=lambda: Status(422, {"error": "it has a word in it"})):
    return lambda asked: answer() if any(map(is_bad, asked.texts)) else None


@pytest.mark.parametrize("answer, words", [
    (lambda: Status(422, {"error": "it has a word in it"}), "it has a word in it"), (lambda: Status(400), "HTTP 400"), (lambda: Status(413), "HTTP 413")])
@pytest.mark.parametrize("bad", [0, 17, 99])
def test_one_text_that_is_refused_is_found(server, answer, words, bad):
    server.trouble = refuse(lambda text: "forbidden" in text, answer)
    texts = sentences(100)
    texts[bad] = "a forbidden text"
    with Encoder(**options(server)) as encoder:
        vectors, answer = encoder.call(texts)
        assert (answer["code"], answer["done"]) == ("poison", bad) and words in answer["error"]
        assert_vectors(server, texts[:bad], vectors)
        assert_vectors(server, texts[bad + 1:], encoder.run(texts[bad + 1:]))


@pytest.mark.parametrize("answer, words", [(lambda: Status(500), "HTTP 500"), (lambda: server_of.cut_off(), "127.0.0.1"), (server_of.not_a_number, "JSON")])
def test_one_text_that_the_server_chokes_on_is_found(server, answer, words):
    """Tried again first: it might be the server that is ill. Where another text goes well, it is not."""
    server.trouble = refuse(lambda text: "awkward" in text, answer)
    texts = ["one", "two", "an awkward text", "four"]
    with Encoder(**options(server)) as encoder:
        vectors, answer = encoder.call(texts)
        assert words in answer["error"]
        if words == "127.0.0.1":  # a broken connection is never a text's fault
            assert (answer["code"], answer["done"]) == ("retry", 0)
            return
        assert (answer["code"], answer["done"]) == ("poison", 2)
        assert_vectors(server, texts[:2], vectors)
        assert_vectors(server, texts[3:], encoder.run(texts[3:]))
    assert len([asked for asked in server.posts() if "an awkward text" in asked.texts]) == 8


def test_several_refused_texts_are_found_one_after_the_other(server):
    server.trouble = refuse(lambda text: "forbidden" in text)
    texts = sentences(90)
    wrong = [3, 4, 40, 89]
    for n in wrong:
        texts[n] = f"forbidden {n}"
    found, at = [], 0
    with Encoder(**options(server)) as encoder:
        while at < len(texts):
            vectors, answer = encoder.call(texts[at:])
            assert_vectors(server, texts[at:at + answer["done"]], vectors)
            at += answer["done"]
            if answer["code"] == "poison":
                found.append(at)
                at += 1
    assert found == wrong


def test_a_text_that_is_too_long_for_the_server_counts_by_its_beginning(server):
    server.trouble = refuse(lambda text: len(text.encode()) > 3000, lambda: Status(400, {"error": {"message": "maximum context length"}}))
    texts = sentences(40)
    texts[7] = "ä" + "xyz→" * 5000
    with Encoder(**options(server)) as encoder:
        vectors = encoder.run(texts)
    sent = max((text for asked in server.posts() for text in asked.texts if text.startswith("ä") and len(text.encode()) <= 3000), key=len)
    assert texts[7].startswith(sent) and len(sent.encode()) > 1400
    assert_vectors(server, texts[:7] + [sent] + texts[8:], vectors)


def test_a_server_that_takes_fewer_texts_at_once_is_given_fewer(server):
    server.trouble = lambda asked: Status(413, {"error": "batch size > maximum allowed batch size 10"}) if len(asked.texts) > 10 else None
    texts = sentences(128)
    with Encoder(**options(server)) as encoder:
        assert_vectors(server, texts, encoder.run(texts))
        before = len(server.posts())
        assert_vectors(server, texts, encoder.run(texts))
    assert [len(asked.texts) for asked in server.posts()[before:]] == [8] * 16


# --- opening ---


@pytest.mark.parametrize("more, words", [
    ({"url": None}, '"url"'), ({"url": "ftp://127.0.0.1/"}, "neither http: nor https:"), ({"url": "nonsense"}, '"url"'),
    ({"url": "http://user:s3cret@127.0.0.1/v1"}, "credential"), ({"remote_name": None}, '"remote_name"'),
    ({"api": "soap"}, "one of: openai, tei"), ({"long_texts": "windows"}, "windows"), ({"ca_file": "/nowhere/ca.pem"}, "/nowhere/ca.pem"),
    ({"key": "two\nlines s3cret"}, "the key"), ({"dimension": 100_000}, "65536"), ({"precision": "fast"}, "precision"),
])
def test_settings_that_cannot_be(server, more, words):
    for do in (encoder_probe.check, lambda **all: Encoder(**all).close()):
        with pytest.raises(Refused) as refused:
            do(**options(server, **more))
        assert refused.value.code == "config" and words in refused.value.error and "s3cret" not in refused.value.error
    assert server.asked == []


@pytest.mark.parametrize("trouble, code, words", [
    (lambda: Status(503), "retry", "HTTP 503"), (lambda: Status(500), "retry", "HTTP 500"), (server_of.cut_off, "retry", "127.0.0.1"),
    (lambda: server_of.late(1000), "retry", "imed out"), (lambda: Status(401), "config", "the key"), (lambda: Status(404), "config", '"url"'),
    (lambda: Status(400), "config", '"remote_name"'), (server_of.garbage, "config", "no server of vectors"), (server_of.zeros, "config", "all zero"),
    (lambda: Vectors(change=lambda vectors: [[]]), "config", "no vector"), (server_of.endless, "config", "longer than"),
])
def test_meeting_a_server_that_is_in_no_good_state(server, trouble, code, words):
    server.trouble = server_of.always(trouble)
    with pytest.raises(Refused) as refused:
        Encoder(**options(server, dimension=0, timeout=SECOND)).close()
    assert refused.value.code == code and words in refused.value.error


def test_tls(serve, tmp_path):
    for name in ("good", "other"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{name}.key", "-out", f"{name}.pem"],
                       cwd=tmp_path, check=True, capture_output=True)
    server = serve(context=server_of.context_of(tmp_path / "good.pem", tmp_path / "good.key"))
    with Encoder(**options(server, ca_file=str(tmp_path / "good.pem"))) as encoder:
        assert_vectors(server, sentences(50), encoder.run(sentences(50)))
    with pytest.raises(Refused) as refused:
        Encoder(**options(server, ca_file=str(tmp_path / "other.pem"), dimension=0)).close()
    assert refused.value.code == "config" and "certificate" in refused.value.error


# --- the daemon ---


@pytest.fixture
def atoms(database):
    return Atoms(database)


def model(server, **more):
    return {"name": "served", "engine": "http", "url": server.url(), "remote_name": "mini", "timeout": "1s", **more}


def assert_each_has_its_vector(database, server, ids):
    rows = database.query("SELECT atom_id, canonical_text, vector FROM hartonomous.embedding e JOIN hartonomous.atom a USING (atom_id)")
    assert sorted(row[0] for row in rows) == sorted(ids), "one each"
    assert_vectors(server, [row[1] for row in rows], [row[2] for row in rows])


def letters(database):
    return [row[0] for row in database.query("SELECT coalesce(error_text, reason) FROM broker.dead_letter ORDER BY 1")]


def chaos(seed):
    """Any trouble, for up to two times the same texts are asked for."""
    kinds = [TROUBLE[name] for name in sorted(TROUBLE) if name not in ("429 with Retry-After", "endless")]
    draw, seen, lock = random.Random(seed), collections.Counter(), threading.Lock()

    def trouble(asked):
        with lock:
            seen[tuple(asked.texts)] += 1
            return draw.choice(kinds)() if seen[tuple(asked.texts)] <= draw.choice((0, 1, 2)) else None

    return trouble


def test_whatever_the_server_does_each_atom_has_one_vector(start, atoms, wait_until, database, server):
    server.trouble = chaos(7)
    ids = atoms.add(sentences(240))
    for first in range(0, len(ids), 20):
        atoms.ask(ids[first:first + 25])  # some are asked for twice
    daemon = start("embedding", model=model(server, dimension=24, timeout="400ms"), worker={"batch_size": 2, "retry_base": "10ms", "retry_max": "20ms"})
    wait_until(lambda: atoms.count() >= 60, 60)
    daemon.kill()
    daemon.launch()
    wait_until(atoms.is_idle, 60)
    assert_each_has_its_vector(database, server, ids)
    assert letters(database) == []
    assert database.query("SELECT name, dimension, engine FROM hartonomous.model WHERE name = 'served'") == [("served", 24, "http/remote")]


def test_a_refused_text_is_a_dead_letter_and_its_neighbours_have_their_vectors(start, atoms, wait_until, database, server):
    server.shape = server_of.tei
    server.trouble = refuse(lambda text: "forbidden" in text)
    texts = sentences(70)
    texts[20], texts[21], texts[65] = "forbidden 1", "forbidden 2", "forbidden 3"
    ids = atoms.add(texts)
    for first in range(0, 60, 30):
        atoms.ask(ids[first:first + 30])
    for atom in ids[60:]:
        atoms.ask([atom])
    start("embedding", model=model(server, api="tei", url=server.url("/embed")))
    wait_until(lambda: atoms.is_idle() and len(letters(database)) == 3, 60)
    assert_each_has_its_vector(database, server, [atom for n, atom in enumerate(ids) if n not in (20, 21, 65)])
    for atom, letter in zip((ids[20], ids[21], ids[65]), sorted(letters(database), key=lambda letter: int(letter.split("atom ")[1].split()[0]))):
        assert f"atom {atom} " in letter and "it has a word in it" in letter


def test_a_server_that_comes_later_goes_and_comes_back(start, atoms, wait_until, database, serve):
    server = serve()
    port = server.server_port
    server.close()
    ids = atoms.add(sentences(50))
    atoms.ask(ids[:25])
    daemon = start("embedding", model=model(server), ready=False, worker={"retry_base": "50ms", "retry_max": "100ms"})
    wait_until(lambda: "Waiting for" in daemon.status, 30)
    server = serve(port=port)
    daemon.wait_ready()
    wait_until(lambda: atoms.count() == 25, 30)
    server.close()
    atoms.ask(ids[25:])
    wait_until(lambda: "Waiting for" in daemon.status, 30)
    assert database.value("SELECT max(attempts) FROM broker.message WHERE message_type = 'EmbeddingRequest'") == 0
    server = serve(port=port)
    wait_until(atoms.is_idle, 40)
    assert_each_has_its_vector(database, server, ids)
    assert letters(database) == []


@pytest.mark.parametrize("dimension", [24, 0])
def test_a_server_that_wants_to_be_left_alone_is(start, atoms, wait_until, server, dimension):
    """By messages, and, where it has to be asked before the first of them, already at start."""
    atoms.ask(atoms.add(["a text"]))
    server.trouble = server_of.always(lambda: Status(429, Retry_After=600))
    daemon = start("embedding", ready=dimension > 0, model=model(server, dimension=dimension),
                   worker={"retry_base": "10ms", "retry_max": "20ms", "poll": "100ms"})
    wait_until(lambda: "Waiting for" in daemon.status, 30)
    time.sleep(1.5)
    assert len(server.posts()) == (1 if dimension else 2), "at start by both processes, whose queues are not the same"
    daemon.stop()


def test_it_stops_while_the_server_never_answers(start, atoms, wait_until, database, server):
    server.trouble = server_of.always(lambda: server_of.late(1000))
    atoms.ask(atoms.add(sentences(40)))
    daemon = start("embedding", model=model(server, dimension=24, timeout="10min"))
    wait_until(server.posts, 30)
    daemon.stop()
    assert atoms.count() == 0 and database.query("SELECT attempts FROM broker.message WHERE message_type = 'EmbeddingRequest'") == [(0,)]


def test_the_key_is_a_credential_and_no_line_has_it(start, atoms, wait_until, settings, database, server):
    settings.credential("vectors-key", "s3cret-key")
    atom, other = atoms.add(["a text", "another"])
    atoms.ask([atom])
    daemon = start("embedding", model=model(server, key="vectors-key"))
    wait_until(lambda: atoms.count() == 1)
    assert {asked.headers["Authorization"] for asked in server.posts()} == {"Bearer s3cret-key"}
    server.trouble = server_of.always(lambda: Status(401, {"error": {"message": "Incorrect API key provided: s3cret-key"}}))
    atoms.ask([other])
    assert daemon.wait_exit() == 78
    assert "HTTP 401: the key" in daemon.log() and "s3cret" not in daemon.log()
    assert database.query("SELECT attempts FROM broker.message WHERE message_type = 'EmbeddingRequest'") == [(0,)], "it waits for whoever mends it"


def test_a_key_that_is_not_there(start, server, database):
    daemon = start("embedding", model=model(server, key="vectors-key"), ready=False)
    assert daemon.wait_exit() == 78 and "vectors-key" in daemon.log() and server.asked == []


def test_another_model_behind_the_same_address_is_noticed(start, atoms, wait_until, database, server):
    atom, other = atoms.add(["a text", "another"])
    atoms.ask([atom])
    daemon = start("embedding", model=model(server))
    wait_until(lambda: atoms.count() == 1)
    server.dimension = 32
    atoms.ask([other])
    assert daemon.wait_exit() == 78 and "have 32 numbers, not 24" in daemon.log()
    assert atoms.count() == 1 and letters(database) == []
