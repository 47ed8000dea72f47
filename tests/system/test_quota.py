"""Quotas: how much a tenant may have, what it has, and where work is refused."""

import json

import psycopg
import pytest

import truth
from test_delete import counted, used
from test_ingestion import stage


def complete(database, wait_until, source):
    wait_until(lambda: database.value("SELECT state FROM hartonomous.source WHERE source_id = %s", (source,)) == "complete", 30)


def quota(database, atoms=None, size=None, tenant=1):
    database.query("SELECT hartonomous.set_quota(%s, %s, %s)", (tenant, atoms, size))


def test_setting_and_showing(database, ctl):
    shown = json.loads(ctl("tenant", "set-quota", 7, "--atoms", 1000000, "--bytes", "500M", "--json").stdout)
    assert (shown["tenant"], shown["atoms"], shown["max_atoms"], shown["bytes"], shown["max_bytes"]) == (7, 0, 1000000, 0, 500 << 20)
    ctl("tenant", "set-quota", 7, "--atoms", "none")
    ctl("tenant", "set-quota", 8, "--atoms", "0")
    assert [(row["tenant"], row["max_atoms"], row["max_bytes"]) for row in json.loads(ctl("tenant", "list", "--json").stdout)] == [
        (7, None, 500 << 20), (8, 0, None)]
    assert "MOST BYTES" in ctl("tenant", "list").stdout
    assert len(json.loads(ctl("tenant", "list", "--tenant", 8, "--json").stdout)) == 1
    for words in (["x", "--atoms", 1], [7], [7, "--atoms", "-1"], [7, "--bytes", "5X"], [7, "--bytes", "9000000T"], [-1, "--atoms", 1]):
        assert ctl("tenant", "set-quota", *words, check=False).returncode == 64


@pytest.mark.parametrize("atoms, size, said", [
    (5, None, "quota of tenant 1: 5 atoms are used up"),
    (None, 7, "quota of tenant 1: 7 bytes are used up"),
    (1_000_000, 1_000, None),
    (None, None, None),
])
def test_staging_is_refused_when_it_is_used_up(database, atoms, size, said):
    quota(database, atoms, size)
    database.query("SELECT hartonomous.count_usage('{1,1}', '{2,3}', '{3,4}')")
    if said is None:
        stage(database, b"fits")
        return
    with pytest.raises(psycopg.Error) as refused:
        stage(database, b"x")
    assert refused.value.sqlstate == "54Q01" and said in str(refused.value) and "set-quota" in refused.value.diag.message_hint
    assert database.value("SELECT count(*) FROM hartonomous.source") == 0
    stage(database, b"x", tenant=2)


def test_a_document_that_does_not_fit_is_refused_when_its_size_is_known(database):
    quota(database, size=2_000)
    with pytest.raises(psycopg.Error, match="quota of tenant 1: 2,001 bytes do not fit, 0 of 2,000 are used"):
        stage(database, b"x" * 2001)
    stage(database, b"x" * 2000)


def test_the_daemon_asks_before_the_first_step(database, start, wait_until):
    quota(database, atoms=3)
    first = stage(database, b"One sentence.")
    second, third = stage(database, b"Another one. And more."), stage(database, b"Too late.")
    other = stage(database, b"Of another tenant.", tenant=2)
    start("ingestion", worker={"batch_size": 1})
    complete(database, wait_until, first)
    complete(database, wait_until, other)
    wait_until(lambda: "IngestionQueue" not in truth.queued(database), 30)
    letters = database.query("SELECT body -> 'SourceId', error_text FROM broker.dead_letter")
    assert [letter[0] for letter in letters] == [third] and "quota of tenant 1: 3 atoms are used up" in letters[0][1]
    assert used(database) == counted(database) == (5, 13 + 12 + 9)
    assert used(database, 2) == counted(database, 2)
    quota(database)
    database.query("SELECT broker.replay_dead_letters()")
    complete(database, wait_until, third)
    assert used(database) == counted(database)


def test_documents_that_came_inside_a_message_are_refused_too(database, start, wait_until):
    quota(database, atoms=0)
    database.query("""SELECT broker.send_one('ClientService', 'IngestionService', 'IngestionContract', 'IngestionRequest',
        '{"FileName": "a.txt", "FileData": "eA==", "TenantId": 1}')""")
    start("ingestion")
    wait_until(lambda: "IngestionQueue" not in truth.queued(database), 30)
    assert "quota of tenant 1" in database.value("SELECT error_text FROM broker.dead_letter")


def test_many_documents_of_many_readers_are_counted_once(database, start, wait_until):
    start("ingestion", arguments=["--instance=1"])
    start("ingestion", arguments=["--instance=2"])
    for n in range(60):
        stage(database, " ".join(f"Sentence {k % 31}." for k in range(n, n + 40)).encode(), name=str(n), tenant=1 + n % 2)
    wait_until(
        lambda: database.value("SELECT count(*) FROM hartonomous.source WHERE state <> 'complete'") == 0, 60)
    truth.nothing_is_dead(database)
    for tenant in (1, 2):
        assert used(database, tenant) == counted(database, tenant)


def test_ingest_says_why_for_each_document(database, ctl, tmp_path):
    quota(database, atoms=0, tenant=0)
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b" * (3 << 20))
    done = ctl("ingest", tmp_path, check=False)
    assert done.returncode == 1 and done.stderr.count("quota of tenant 0: 0 atoms are used up") == 2


def test_people_may_and_others_may_not(database, cluster):
    cluster.psql("CREATE ROLE quota_person LOGIN; GRANT hartonomous_operator TO quota_person")
    try:
        with database.connect(user="quota_person") as person:
            person.execute("SELECT hartonomous.set_quota(1, 5, NULL)")
            assert person.execute("SELECT max_atoms FROM hartonomous.tenant_status").fetchone() == (5,)
            person.execute("SELECT * FROM hartonomous.delete_sources(1, '{1}')")
            for private in ("find_doomed(1, '{1}')", "spare_used(1)", "delete_doomed(1)", "drop_messages_of_doomed()", "tell_graph('Atom', 1, '{}')", "count_usage('{1}', '{1}', '{1}')"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    person.execute(f"SELECT hartonomous.{private}")
        with database.connect(user="hartonomous-embedding") as daemon, pytest.raises(psycopg.errors.InsufficientPrivilege):
            daemon.execute("SELECT * FROM hartonomous.delete_sources(1, '{1}')")
    finally:
        cluster.psql("DROP ROLE quota_person")
