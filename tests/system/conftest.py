"""Fixtures of the system tests: everything real, everything thrown away afterwards, also when a test fails."""

import itertools
import os
import subprocess

import psycopg
import pytest

pytest.register_assert_rewrite("truth")

import daemons
from cluster import Cluster
from daemons import Daemon, Settings, program
from model_folder import model_folder
from neo4j_server import Neo4j
from waiting import wait_until as wait_until_function


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL cluster: conninfo(), connect(), psql(), restart(mode), kill9(), start(), stop(), log()."""
    server = Cluster()
    yield server
    server.close()


@pytest.fixture(scope="session")
def neo4j():
    """A Neo4j: url, bolt, user, password, driver(), query(), wipe(), kill9(), start(), stop()."""
    server = Neo4j()
    yield server
    server.close()


@pytest.fixture(scope="session")
def model():
    """Folder of the installed model."""
    return model_folder()


class Database:
    """A fresh database with all migrations applied."""

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name

    def conninfo(self, **overrides):
        """As the owner, unless overrides say otherwise; user=None leaves it to PGUSER."""
        return self.cluster.conninfo(**{"dbname": self.name, "user": "hartonomous", **overrides})

    def connect(self, **overrides):
        return psycopg.connect(self.conninfo(**overrides), autocommit=True)

    def query(self, statement, parameters=None):
        """Rows of one statement, as the owner."""
        with self.connect() as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else None

    def value(self, statement, parameters=None):
        """The one value of one row."""
        return self.query(statement, parameters)[0][0]


_numbers = itertools.count(1)


@pytest.fixture
def empty_database(cluster):
    """A database without our schema, owned by hartonomous."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    cluster.psql(f"CREATE DATABASE {name} OWNER hartonomous")
    yield Database(cluster, name)
    if not _is_answering(cluster):
        cluster.start()
    cluster.psql(f"DROP DATABASE {name} WITH (FORCE)")


def _is_answering(cluster):
    return cluster.process.poll() is None and cluster.is_up()


@pytest.fixture
def settings(empty_database):
    """The --config-dir of this test: folder, write(), write_text(), write_common(), credential(). PGUSER names the role."""
    made = Settings(empty_database.conninfo(user=None))
    yield made
    made.close()


@pytest.fixture
def ctl(settings):
    """Runs hartonomousctl: ctl("status", "--json") gives a CompletedProcess with text; role names who asks."""

    def run(*arguments, input=None, check=True, role="hartonomous", timeout=120, text=True, environment=None):
        done = subprocess.run([program("hartonomousctl"), "--config-dir", settings.folder, *map(str, arguments)], input=input,
                              stdin=subprocess.DEVNULL if input is None else None, capture_output=True, text=text,
                              timeout=timeout, env=settings.environment(role, **(environment or {})))
        if check and done.returncode != 0:
            raise AssertionError(f"hartonomousctl {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    return run


@pytest.fixture
def database(empty_database, ctl):
    """A database made ready by the real `hartonomousctl schema apply`: conninfo(), connect(), query(), value()."""
    ctl("schema", "apply")
    return empty_database


def neo4j_settings(settings, server):
    settings.credential("neo4j-password", server.password)
    return {"neo4j": {"url": server.url, "user": server.user}}


@pytest.fixture
def graph(neo4j, settings, ctl):
    """The fixture neo4j, emptied and made ready by the real `hartonomousctl graph apply`; the settings name it."""
    neo4j.wipe()
    settings.write("graph-sync", neo4j_settings(settings, neo4j))
    ctl("graph", "apply")
    return neo4j


@pytest.fixture
def start(request, settings, database):
    """start("ingestion", worker={"batch_size": 1}): the daemon, READY; keyword arguments are sections of its file.

    common={"database": {…}} adds to hartonomous.conf; environment={…} to its environment; ready=False does not wait.
    graph-sync gets the fixture neo4j, embedding the fixture model, unless their sections say otherwise."""
    started = []

    def run(name, common=None, environment=None, ready=True, arguments=(), timeout=30, **sections):
        if common:
            settings.write_common(**common)
        for section, keys in defaults(name).items():
            sections[section] = {**keys, **sections.get(section, {})}
        settings.write(name, sections)
        daemon = Daemon(name, settings, environment, arguments)
        started.append(daemon)
        return daemon.wait_ready(timeout) if ready else daemon

    def defaults(name):
        if name == "graph-sync":
            return neo4j_settings(settings, request.getfixturevalue("neo4j"))
        if name == "embedding":
            return {"model": {"directory": request.getfixturevalue("model")}}
        return {}

    yield run
    for daemon in reversed(started):
        if request.node.stash.get(FAILED, False):
            print(f"\n--- log of hartonomous-{daemon.name} (last lines; status {daemon.status!r})\n{daemon.log()[-4000:]}")
        daemon.close()


FAILED = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Remembers a failure, so that fixtures show their logs at teardown."""
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        item.stash[FAILED] = True


@pytest.fixture(scope="session")
def wait_until():
    """wait_until(predicate, timeout): its first true value, or the test fails."""
    return wait_until_function


@pytest.fixture(scope="session")
def build():
    """The build folder under test."""
    return daemons.BUILD
