"""hartonomousctl ingest --database: tables become documents, equal tables the same ones."""

import csv
import io
import json

import psycopg
import pytest


@pytest.fixture
def shop(empty_database, cluster):
    """A database beside ours, with tables of every kind."""
    name = empty_database.name + "_shop"
    cluster.psql(f"CREATE DATABASE {name} OWNER hartonomous")
    conninfo = cluster.conninfo(dbname=name, user="hartonomous")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute('''
            CREATE TABLE item (number integer, colour text, price numeric, at timestamptz, data bytea, PRIMARY KEY (colour, number));
            CREATE TABLE "Odd name" (j json, p point);
            CREATE TABLE empty (a integer PRIMARY KEY, "quoted ""column""" text);
            CREATE SCHEMA other; CREATE TABLE other.long (n integer PRIMARY KEY, text text);
            CREATE TABLE parted (n integer PRIMARY KEY) PARTITION BY RANGE (n);
            CREATE TABLE part_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
            CREATE VIEW seen AS SELECT 1 AS one;
            INSERT INTO item VALUES (2, 'red', 1.50, '2024-01-01 12:00+02', '\\x00ff'), (1, 'red, "dark"', NULL, NULL, NULL), (1, 'blue\nlight', 3, NULL, repeat('x', 0)::bytea);
            INSERT INTO "Odd name" VALUES ('{"b": 1}', '(1,2)'), ('[]', NULL);
            INSERT INTO parted VALUES (3), (1);
            INSERT INTO other.long SELECT n, repeat(md5(n::text), 100) FROM generate_series(1, 2000) n''')
        yield connection, conninfo
    cluster.psql(f"DROP DATABASE {name} WITH (FORCE)")


def documents(ctl, conninfo, *words):
    rows = json.loads(ctl("ingest", "--database", conninfo, "--json", *words).stdout)
    return {row["path"].rpartition("/")[2]: row for row in rows}


def content(database, source):
    """Of a small document: what is under 256 bytes is staged as it is."""
    parts = database.query("SELECT encoding, data FROM hartonomous.content_chunk WHERE source_id = %s ORDER BY chunk_index", (source,))
    assert all(encoding == "plain" for encoding, _ in parts)
    return b"".join(data for _, data in parts).decode()


def test_each_table_is_a_document(database, ctl, shop):
    _, conninfo = shop
    found = documents(ctl, conninfo)
    assert sorted(found) == ["other.long", "public.Odd%20name", "public.empty", "public.item", "public.parted"]
    assert {row["state"] for row in found.values()} == {"staged"}
    lines = list(csv.reader(io.StringIO(content(database, found["public.item"]["source"]))))
    assert lines == [["number", "colour", "price", "at", "data"], ["1", "blue\nlight", "3", "", "\\x"], ["2", "red", "1.50", "2024-01-01 10:00:00+00", "\\x00ff"],
                     ["1", 'red, "dark"', "", "", ""]]
    assert content(database, found["public.empty"]["source"]) == 'a,"quoted ""column"""\n'
    assert content(database, found["public.parted"]["source"]) == "n\n1\n3\n"
    name, uri, declared, size = database.query("SELECT file_name, uri, declared_content_type, size FROM hartonomous.source WHERE source_id = %s",
                                               (found["other.long"]["source"],))[0]
    assert (name, declared) == ("other.long.csv", "text/csv") and uri.startswith("postgresql://") and uri.endswith("_shop/other.long")
    assert "hartonomous@" not in uri and size == found["other.long"]["size"] > 6_000_000


def test_an_unchanged_table_is_unchanged_bytes(database, ctl, shop):
    connection, conninfo = shop
    before = documents(ctl, conninfo)
    connection.execute("SET TimeZone = 'Asia/Tokyo'; UPDATE item SET price = price; UPDATE \"Odd name\" SET p = p; DELETE FROM parted WHERE n = 3")
    after = documents(ctl, conninfo)
    assert {name: row["state"] for name, row in after.items()} == {"other.long": "unchanged", "public.Odd%20name": "unchanged", "public.empty": "unchanged",
                                                                   "public.item": "unchanged", "public.parted": "staged"}
    assert after["public.item"]["source"] == before["public.item"]["source"]
    assert database.value("SELECT count(*) FROM hartonomous.source") == 6


def test_tables_are_chosen_by_name(database, ctl, shop):
    _, conninfo = shop
    assert sorted(documents(ctl, conninfo, "--table", "other.*", "--table", "*.item")) == ["other.long", "public.item"]
    none = ctl("ingest", "--database", conninfo, "--table", "public.p_rted", check=False)
    assert none.returncode == 1 and "no table that fits" in none.stderr


def test_a_database_that_is_away(database, ctl, tmp_path):
    done = ctl("ingest", "--database", f"host={tmp_path} dbname=x", check=False)
    assert done.returncode == 69 and "the database to be ingested" in done.stderr
    assert database.value("SELECT count(*) FROM hartonomous.source") == 0
