"""Vectors for whoever waits for them: a conversation brings texts and gets their vectors, whatever else the daemon has to do."""

import json
import os
import signal
import subprocess
import threading
import time

import psycopg
import pytest

from broker_session import role
from test_embedding import Atoms, activate, sentences

HELLO = [-0.034478, 0.03102, 0.00673, 0.02611, -0.039362]
ROUTE = ("ClientService", "EmbeddingTextService", "EmbeddingTextContract")


def ask(connection, texts, model=None):
    return connection.execute("SELECT hartonomous.embed_texts(%s, %s)", (texts, model)).fetchone()[0]


def answer(connection, handle, timeout="30 seconds"):
    return connection.execute("SELECT number, vector, model, revision, error FROM hartonomous.embedded_texts(%s, %s)", (handle, timeout)).fetchall()


def vectors(connection, texts, model=None):
    rows = answer(connection, ask(connection, texts, model))
    assert [row[0] for row in rows] == list(range(1, len(texts) + 1)), rows[0][4]
    return [row[1] for row in rows]


def say(connection, body):
    """EmbedText as a program that knows the broker alone sends it: the handle."""
    handle = connection.execute("SELECT broker.begin_conversation(%s, %s, %s, '1 minute')", ROUTE).fetchone()[0]
    connection.execute("SELECT broker.send(%s, 'EmbedText', %s::jsonb)", (handle, json.dumps(body)))
    return handle


def nothing_is_left(database):
    return (database.value("SELECT count(*) FROM broker.conversation") == 0 and database.value("SELECT count(*) FROM broker.dead_letter") == 0
            and database.value("SELECT count(*) FROM broker.message m JOIN broker.queue q USING (queue_id) WHERE q.name IN ('EmbeddingTextQueue', 'ClientQueue')") == 0)


def processes(daemon):
    """The pids of the daemon's processes, the one that answers among them."""
    with open(f"/proc/{daemon.pid}/task/{daemon.pid}/children", encoding="ascii") as children:
        return [int(child) for child in children.read().split()]


def test_texts_get_the_vectors_that_atoms_get(start, database, wait_until):
    texts = ["hello world", "", "größer 日本語", "hello world", "word " * 3000, *sentences(8)]
    atoms = Atoms(database)
    ids = atoms.add(texts[:3] + texts[4:])
    daemon = start("embedding")
    atoms.ask(ids)
    with database.connect() as client:
        rows = answer(client, ask(client, texts))
        wait_until(lambda: atoms.count() == len(ids))
    assert rows[0][1][:5] == pytest.approx(HELLO, abs=1e-3)
    assert {(row[2], row[3][:12], row[4]) for row in rows} == {("all-MiniLM-L6-v2", "53aa51172d14", None)}
    stored = [atoms.vector(atom) for atom in ids]
    for given, kept in zip([row[1] for row in rows[:3] + rows[4:]], stored):
        assert given == pytest.approx(kept, abs=2e-6)
    assert rows[3][1] == rows[0][1]
    wait_until(lambda: nothing_is_left(database))
    wait_until(lambda: f"hartonomous_embedding_answers_total {len(texts)}" in daemon.get("/metrics")[1])


def test_what_the_manual_says_is_what_a_program_does(start, database):
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "docs", "embedding.md"), encoding="utf-8") as page:
        blocks = [block.split("```")[0] for block in page.read().split("```sql\n")[1:]]
    start("embedding")
    blocks = [block for block in blocks if "EmbedText" in block or "embed_texts" in block]
    assert len(blocks) == 2
    for block in blocks:
        done = subprocess.run(["psql", "-X", "-v", "ON_ERROR_STOP=1", "-At", database.conninfo()], input=block, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "-0.03447" in done.stdout, done.stderr + done.stdout
    assert nothing_is_left(database)


def test_as_many_texts_as_may_be_come_back_in_order(start, database, wait_until):
    start("embedding")
    texts = [f"text {n}" for n in range(256)]
    with database.connect() as client:
        many = vectors(client, texts)
        assert vectors(client, [texts[200]])[0] == pytest.approx(many[200], abs=1e-6)
        for wrong in ([], texts + ["one more"], ["a", None]):
            with pytest.raises(psycopg.errors.InvalidParameterValue, match="1 to 256 texts"):
                ask(client, wrong)
    wait_until(lambda: nothing_is_left(database))


@pytest.mark.parametrize("body, words", [
    ({"Texts": []}, "Texts must be an array of 1 to 256 texts"),
    ({"Texts": ["x"] * 257}, "Texts must be an array of 1 to 256 texts"),
    ({"Texts": ["a", 7]}, "Texts[1] is no text"),
    ({"Texts": ["a", None]}, "Texts[1] is no text"),
    ({"Texts": ["ü" * 65537]}, "Texts[0] has more than 65536 characters"),
    ({"Texts": ["a"], "Model": "no-such-model"}, "model no-such-model is not in this daemon's embedding.conf"),
])
def test_a_wrong_question_ends_with_the_reason(start, database, wait_until, body, words):
    start("embedding")
    with database.connect() as client:
        handle = say(client, body)
        rows = answer(client, handle)
        assert len(rows) == 1 and words in rows[0][4] and rows[0][1] is None
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="asked for no vectors, or has ended"):
            answer(client, handle)
        assert len(vectors(client, ["the next one"])) == 1
    wait_until(lambda: nothing_is_left(database))


def test_what_can_be_seen_to_be_wrong_is_not_even_sent(database):
    with database.connect() as client:
        for body in ({}, {"Texts": "a"}, {"Texts": ["a"], "Model": 7}, []):
            with pytest.raises(psycopg.errors.InvalidParameterValue):
                say(client, body)


def test_the_active_model_or_the_one_that_is_named(start, database, model, wait_until):
    start("embedding", model={"directory": model}, **{'model "second"': {"directory": model}})
    first = "all-MiniLM-L6-v2"

    def by(client, name=None):
        return answer(client, ask(client, ["x"], name))[0][2]

    with database.connect() as client:
        assert (by(client), by(client, first), by(client, "second")) == (first, first, "second")
        activate(database, "second")
        assert (by(client), by(client, first), by(client, "second")) == ("second", first, "second")
        database.query("UPDATE hartonomous.model SET state = 'retired'")
        assert "no model is active" in answer(client, ask(client, ["x"]))[0][4]
        database.query("UPDATE hartonomous.model SET state = 'active', revision = 'of other weights' WHERE name = 'second'")
        assert "model second, which is active, is not in this daemon's embedding.conf, or with other weights" in answer(client, ask(client, ["x"]))[0][4]
    wait_until(lambda: nothing_is_left(database))


def test_a_question_is_answered_before_the_backlog(start, database, wait_until):
    atoms = Atoms(database)
    ids = atoms.add(sentences(3000, words=60))
    for first in range(0, len(ids), 64):
        atoms.ask(ids[first:first + 64])
    daemon = start("embedding")
    wait_until(lambda: "atoms" in daemon.status)
    with database.connect() as client:
        for n in range(10):
            assert len(vectors(client, [f"question {n}"])[0]) == 384
    assert not atoms.is_idle(), "it did not wait for what was there before it"


def test_who_may_ask_and_who_gets_the_answer(start, database, role, wait_until):
    start("embedding")
    names = {}
    for name, calls in {"program": ["grant_send('IngestionService', %s)"], "other": ["grant_send('IngestionService', %s)"],
                        "tenant": ["grant_send('EmbeddingTextService', %s)", "bind_tenant(%s, 7)"], "nobody": []}.items():
        names[name] = role(f"{database.name}_{name}")
        for call in calls:
            database.query(f"SELECT broker.{call}", (names[name],))
    with database.connect(user=names["program"]) as client, database.connect(user=names["other"]) as other:
        handle = ask(client, ["hello world"])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            answer(other, handle)
        assert answer(client, handle)[0][1][:5] == pytest.approx(HELLO, abs=1e-3)
    with database.connect(user=names["tenant"]) as client:
        assert len(vectors(client, ["of tenant 7"])[0]) == 384
    with database.connect(user=names["nobody"]) as client, pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(client, ["hello"])
    wait_until(lambda: nothing_is_left(database))


def test_nobody_waits_for_ever_and_nobody_is_waited_for(start, database, wait_until):
    """No daemon; then one that finds what people did who did not wait."""
    with database.connect() as client:
        rows = answer(client, ask(client, ["too early"]), "100 milliseconds")
        assert len(rows) == 1 and "does hartonomous-embedding run?" in rows[0][4]
        assert nothing_is_left(database), "who gives up takes the question back"
        client.execute("SELECT broker.end_conversation(%s)", (ask(client, ["gone before the answer"]),))
        client.execute("SELECT broker.end_conversation(%s, 1, 'changed my mind')", (ask(client, ["gone with an error"]),))
        client.execute("SELECT broker.send_one(%s, %s, %s, 'EmbedText', '{\"Texts\": [\"one way\"]}')", ROUTE)
        client.execute("SELECT broker.send_one(%s, %s, %s, 'EmbedText', '{\"Texts\": []}')", ROUTE)
        patient = ask(client, ["hello world"])
        start("embedding")
        assert answer(client, patient)[0][1][:5] == pytest.approx(HELLO, abs=1e-3)
        wait_until(lambda: nothing_is_left(database))


def test_killed_between_question_and_answer(start, database, wait_until):
    daemon = start("embedding").supervise()
    failures = []

    def client(number):
        with database.connect() as connection:
            for n in range(6):
                try:
                    assert len(vectors(connection, [f"{name} of {number}" for name in sentences(20, name=f"t{n}")])) == 20
                except Exception as error:  # pylint: disable=broad-except
                    failures.append(error)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    kills = 0
    while any(thread.is_alive() for thread in threads):
        for pid in processes(daemon) if kills % 2 == 0 else [daemon.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        kills += 1
        asked = database.value("SELECT coalesce(sum(consumed), 0) FROM broker.queue_activity WHERE queue = 'EmbeddingTextQueue'")
        wait_until(lambda: not any(thread.is_alive() for thread in threads)
                   or database.value("SELECT coalesce(sum(consumed), 0) FROM broker.queue_activity WHERE queue = 'EmbeddingTextQueue'") >= asked + 4, 60)
    assert failures == [] and kills > 1
    wait_until(lambda: nothing_is_left(database))


def test_the_command(start, database, ctl, settings):
    start("embedding")
    plain = ctl("embed", "hello world", "hello").stdout.splitlines()
    assert len(plain) == 2 and [float(number) for number in plain[0].split()][:5] == pytest.approx(HELLO, abs=1e-3)
    shown = json.loads(ctl("embed", "--json", "-", input="hello world\n\n" + "line\n" * 300 + "last", role="hartonomous").stdout)
    assert (shown["model"], len(shown["vectors"])) == ("all-MiniLM-L6-v2", 303)
    assert shown["vectors"][0][:5] == pytest.approx(HELLO, abs=1e-3)
    assert json.loads(ctl("embed", "--json", "--model", "all-MiniLM-L6-v2", "x").stdout)["model_revision"].startswith("53aa51172d14")
    wrong = ctl("embed", "--model", "none", "x", check=False)
    assert wrong.returncode == 1 and "model none is not in this daemon's embedding.conf" in wrong.stderr and wrong.stdout == ""
    assert "no lines" in ctl("embed", "-", input="", check=False).stderr


def test_a_question_takes_little_time(start, database):
    """Not a benchmark: the best of many on a busy machine is far below what waiting for a batch, or a poll, would cost."""
    start("embedding")
    with database.connect() as client:
        best = min(elapsed(client) for _ in range(50))
    assert best < 0.1


def elapsed(client):
    begin = time.monotonic()
    vectors(client, ["one sentence of some twenty tokens which somebody would like to have the vector of as soon as can be"])
    return time.monotonic() - begin
