"""A database, a graph and graph sync between them for all tests of a module that ask provenance questions of the same rows.

    @pytest.fixture(scope="module")
    def case(cluster, neo4j):
        with Case(cluster, neo4j) as made:
            … record rows through made.connect() …
            made.settle()
            yield made
"""

import contextlib
import itertools
import os
import subprocess

import psycopg

import provenance_case
from daemons import Daemon, Settings, program
from waiting import wait_until

_numbers = itertools.count(1)


class Case:
    def __init__(self, cluster, neo4j):
        self.cluster, self.neo4j = cluster, neo4j
        self.name = f"case_{os.getpid()}_{next(_numbers)}"
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.cluster.psql(f"CREATE DATABASE {self.name} OWNER hartonomous")
            stack.callback(self.cluster.psql, f"DROP DATABASE {self.name} WITH (FORCE)")
            self.settings = stack.enter_context(contextlib.closing(Settings(self.cluster.conninfo(dbname=self.name, user=None))))
            self.settings.credential("neo4j-password", self.neo4j.password)
            self.settings.write("graph-sync", {"neo4j": {"url": self.neo4j.url, "user": self.neo4j.user}})
            self.neo4j.wipe()
            self.ctl("schema", "apply")
            self.ctl("graph", "apply")
            daemon = stack.enter_context(contextlib.closing(Daemon("graph-sync", self.settings)))
            daemon.wait_ready()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *problem):
        self._stack.close()

    def ctl(self, *arguments, check=True):
        done = subprocess.run([program("hartonomousctl"), "--config-dir", self.settings.folder, *map(str, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, env=self.settings.environment("hartonomous"))
        assert not check or done.returncode == 0, f"hartonomousctl {' '.join(map(str, arguments))}:\n{done.stdout}\n{done.stderr}"
        return done

    def connect(self):
        return psycopg.connect(self.cluster.conninfo(dbname=self.name, user="hartonomous"), autocommit=True)

    def query(self, statement, parameters=None):
        with self.connect() as connection:
            return connection.execute(statement, parameters).fetchall()

    def value(self, statement, parameters=None):
        return self.query(statement, parameters)[0][0]

    def settle(self):
        """Waits until the graph has all that was recorded."""
        provenance_case.settle(self, wait_until)

    def ask(self, name, **parameters):
        """The rows, which are the same from Neo4j and from PostgreSQL."""
        graph, database = (provenance_case.ask(self.ctl, name, side, **parameters) for side in ("graph", "database"))
        wrong = provenance_case.difference(graph, database)
        assert wrong is None, f"{name}: Neo4j and PostgreSQL do not agree: {wrong}"
        return graph

    def mix(self, one, other):
        """Draws, in the graph, every relationship of one tenant to everything of its kind that the other has, and back. Nothing of
        ours does that: questions have to keep tenants apart all the same. The last test of a module calls it."""
        for (kind,) in (row.values() for row in self.neo4j.query("CALL db.relationshipTypes() YIELD relationshipType")):
            self.neo4j.query(f"""
                MATCH (a {{tenantId: $one}})-[r:{kind}]->(b {{tenantId: $one}})
                MATCH (c {{tenantId: $other}}) WHERE labels(c) = labels(b)
                MATCH (d {{tenantId: $other}}) WHERE labels(d) = labels(a)
                WITH DISTINCT a, properties(r) AS properties, b, c, d
                CREATE (a)-[to:{kind}]->(c), (d)-[from:{kind}]->(b)
                SET to = properties, from = properties""", one=one, other=other)


def announce(connection, kind, number):
    """Tells graph sync of a document, as ingestion does; what else is recorded tells of itself."""
    connection.execute("SELECT hartonomous.enqueue_neo4j_sync(%s, %s)", (kind, number))
