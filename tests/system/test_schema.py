"""hartonomousctl schema: migrations applied once each, verified against what they make."""

import json
import signal
import subprocess

from daemons import program

NAMES = ["broker", "broker_sending", "broker_receiving", "broker_administration", "broker_upkeep", "data", "entry_points", "roles"]


def scratch_databases(cluster):
    return cluster.psql("SELECT datname FROM pg_database WHERE datname LIKE 'hartonomous_verify%'")


def test_apply_makes_everything_and_a_second_time_nothing(empty_database, ctl):
    planned = json.loads(ctl("schema", "apply", "--dry-run", "--json").stdout)
    assert [row["name"] for row in planned][:len(NAMES)] == NAMES
    assert {row["state"] for row in planned} == {"pending"}
    assert empty_database.value("SELECT count(*) FROM pg_namespace WHERE nspname IN ('broker', 'hartonomous', 'hartonomous_schema')") == 0
    pending = ctl("schema", "status", check=False)
    assert pending.returncode == 1 and "pending" in pending.stdout
    done = json.loads(ctl("schema", "apply", "--json").stdout)
    assert [row["number"] for row in done] == [row["number"] for row in planned]
    assert all(row["state"] == "applied" and row["applied_at"].endswith("Z") for row in done)
    before = empty_database.query("SELECT * FROM hartonomous_schema.migration")
    assert "nothing to do" in ctl("schema", "apply").stdout
    assert json.loads(ctl("schema", "apply", "--json").stdout) == []
    assert empty_database.query("SELECT * FROM hartonomous_schema.migration") == before
    status = json.loads(ctl("schema", "status", "--json").stdout)
    assert all(row["state"] == "applied" and row["applied_at"].endswith("Z") for row in status)


def test_two_at_once_apply_each_migration_once(empty_database, settings):
    command = [program("hartonomousctl"), "--config-dir", settings.folder, "schema", "apply", "--json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings.environment("hartonomous"))
            for _ in range(2)]
    outputs = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    applied = sorted(row["number"] for out, _ in outputs for row in json.loads(out))
    assert applied == [row[0] for row in empty_database.query("SELECT number FROM hartonomous_schema.migration ORDER BY number")]


def test_a_changed_migration_is_refused_by_name(database, ctl):
    database.query("UPDATE hartonomous_schema.migration SET sha256 = sha256('other') WHERE number = 2")
    assert "changed" in ctl("schema", "status", check=False).stdout
    done = ctl("schema", "apply", check=False)
    assert done.returncode == 78
    assert "0002_broker_sending" in done.stderr and "new migration" in done.stderr and done.stderr.count("\n") == 1


def test_a_database_of_a_newer_program_is_refused(database, ctl):
    database.query("INSERT INTO hartonomous_schema.migration (number, name, sha256) VALUES (9000, 'future', sha256('x'))")
    assert "unknown" in ctl("schema", "status", check=False).stdout
    done = ctl("schema", "apply", check=False)
    assert done.returncode == 78 and "9000" in done.stderr and "newer" in done.stderr


def test_a_daemon_names_the_missing_schema(empty_database, settings):
    settings.write("ingestion", {})
    done = subprocess.run([program("hartonomous-ingestion"), "--config-dir", settings.folder], capture_output=True, text=True, timeout=60,
                          env=settings.environment("hartonomous"))
    assert done.returncode == 78
    assert "hartonomousctl schema apply" in done.stderr


def test_every_role_may_ask_for_the_version(database):
    for role in ("hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding", "hartonomous-fetch"):
        with database.connect(user=role) as connection:
            assert connection.execute("SELECT count(*) FROM hartonomous_schema.migration").fetchone()[0] >= 4


def test_verify_finds_no_difference_in_what_was_applied(database, ctl, cluster):
    assert "what the migrations make" in ctl("schema", "verify").stdout
    assert json.loads(ctl("schema", "verify", "--json").stdout) == []
    assert scratch_databases(cluster) == []


# Each damage is to an object of its own, so that none hides another.
DAMAGES = [
    ("DROP INDEX hartonomous.source_unfinished", "missing", "index hartonomous.source_unfinished"),
    ("CREATE INDEX odd ON hartonomous.atom (size)", "unexpected", "index hartonomous.odd"),
    ("ALTER TABLE hartonomous.atom ADD COLUMN extra integer", "unexpected", "column hartonomous.atom.extra"),
    ("ALTER TABLE hartonomous.tenant ALTER COLUMN name SET DEFAULT 'x'", "differs", "column hartonomous.tenant.name"),
    ("ALTER TABLE hartonomous.source ALTER COLUMN file_name DROP NOT NULL", "differs", "column hartonomous.source.file_name"),
    ("ALTER TABLE hartonomous.atom ALTER COLUMN content SET STORAGE PLAIN", "differs", "column hartonomous.atom.content"),
    ("ALTER TABLE hartonomous.atom ALTER COLUMN canonical_text SET COMPRESSION pglz", "differs", "column hartonomous.atom.canonical_text"),
    ("ALTER TABLE hartonomous.atom ALTER COLUMN size SET (n_distinct = 5)", "differs", "column hartonomous.atom.size"),
    ("GRANT UPDATE (metadata) ON hartonomous.atom TO hartonomous_operator", "differs", "column hartonomous.atom.metadata"),
    ("ALTER TABLE hartonomous.embedding DROP CONSTRAINT embedding_model_id_fkey", "missing",
     "constraint hartonomous.embedding.embedding_model_id_fkey"),
    ("ALTER FUNCTION hartonomous.stage_begin SECURITY INVOKER", "differs", "function hartonomous.stage_begin(integer,text,text,text)"),
    ("CREATE OR REPLACE FUNCTION broker.channel(queue_id integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'x' $$", "differs",
     "function broker.channel(integer)"),
    ("GRANT EXECUTE ON FUNCTION broker.replay_dead_letter TO PUBLIC", "differs", "function broker.replay_dead_letter(bigint)"),
    ("CREATE FUNCTION hartonomous.odd() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "unexpected", "function hartonomous.odd()"),
    ("GRANT INSERT ON hartonomous.atom TO hartonomous_operator", "differs", "table hartonomous.atom"),
    ("ALTER TABLE hartonomous.model SET (fillfactor = 50)", "differs", "table hartonomous.model"),
    ("COMMENT ON TABLE hartonomous.source IS 'other'", "differs", "table hartonomous.source"),
    ("ALTER TABLE broker.server_start SET LOGGED", "differs", "table broker.server_start"),
    ("ALTER SEQUENCE hartonomous.state_version INCREMENT 2", "differs", "sequence hartonomous.state_version"),
    ("DROP VIEW hartonomous.composition", "missing", "view hartonomous.composition"),
    ("CREATE TYPE hartonomous.odd AS ENUM ('a')", "unexpected", "type hartonomous.odd"),
    ("CREATE TRIGGER odd BEFORE UPDATE ON hartonomous.atom FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()", "unexpected",
     "trigger hartonomous.atom.odd"),
    ("REVOKE USAGE ON SCHEMA broker FROM hartonomous_operator", "differs", "schema broker"),
]


def test_verify_names_each_difference_and_no_other(database, ctl, cluster):
    for damage, _, _ in DAMAGES:
        database.query(damage)
    done = ctl("schema", "verify", "--json", check=False)
    assert done.returncode == 1, done.stderr
    found = {(row["difference"], row["object"]) for row in json.loads(done.stdout)}
    # A view that goes takes its columns with it; nothing else is said.
    also = {(kind, name) for kind, name in found if name.startswith("column hartonomous.composition.")}
    assert found - also == {(kind, name) for _, kind, name in DAMAGES}
    people = ctl("schema", "verify", check=False)
    assert people.returncode == 1
    assert all(f"{kind}: {name}\n" in people.stdout for _, kind, name in DAMAGES)
    assert scratch_databases(cluster) == []


def test_verify_works_on_an_empty_database(empty_database, ctl):
    done = ctl("schema", "verify", "--json", check=False)
    assert done.returncode == 1
    assert {row["difference"] for row in json.loads(done.stdout)} == {"missing"}


def test_leftovers_of_a_crash_are_cleaned(database, ctl, cluster):
    cluster.psql("CREATE DATABASE hartonomous_verify OWNER hartonomous")
    ctl("schema", "verify")
    assert scratch_databases(cluster) == []


def test_an_interrupted_verification_leaves_nothing(database, settings, cluster, wait_until):
    holder = database.connect()
    holder.execute("SELECT pg_advisory_lock(1212240468, 1)")
    process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "schema", "verify"], stderr=subprocess.PIPE,
                               text=True, env=settings.environment("hartonomous"))
    wait_until(lambda: database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"), 20)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) != 0
    holder.close()
    assert scratch_databases(cluster) == []


def test_who_may_not_verify_is_told_who_may(database, ctl):
    done = ctl("schema", "verify", check=False, role="hartonomous-embedding")
    assert done.returncode == 78 and "sudo -u hartonomous" in done.stderr and done.stderr.count("\n") == 1


def test_who_may_not_apply_is_told_who_may(empty_database, ctl):
    done = ctl("schema", "apply", check=False, role="hartonomous-password", environment={"PGPASSWORD": "correct horse"})
    assert done.returncode == 78 and "hartonomous" in done.stderr and done.stderr.count("\n") == 1
    assert empty_database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'hartonomous_schema'") == 0


def test_a_failing_migration_leaves_the_ones_before_it(empty_database, ctl):
    empty_database.query("CREATE SCHEMA hartonomous; CREATE TABLE hartonomous.tenant ()")
    done = ctl("schema", "apply", check=False)
    assert done.returncode != 0 and "0006_data" in done.stderr
    assert empty_database.query("SELECT number FROM hartonomous_schema.migration ORDER BY number") == [(number,) for number in range(1, 6)]
    empty_database.query("DROP SCHEMA hartonomous CASCADE")
    ctl("schema", "apply")
    ctl("schema", "verify")
