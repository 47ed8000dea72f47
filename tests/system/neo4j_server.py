"""A real Neo4j of the tests' own, run by scripts/neo4j with a home and ports of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request

from waiting import wait_until

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PASSWORD = "only-for-tests"
OLDEST, NEWEST = "5.26.30", "2026.08.1"


def versions():
    """Those that a Java of this machine can run."""
    launcher = os.path.join(SOURCE, "scripts", "neo4j")
    return [version for version in (OLDEST, NEWEST)
            if subprocess.run([launcher, "java"], env={**os.environ, "NEO4J_VERSION": version}, capture_output=True).returncode == 0]


def free_ports(count):
    """Ports that were free a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Neo4j:
    """extra_conf: lines for neo4j.conf; they may have {home}, {http} and {https} (ports) in them, java_options {home}."""

    def __init__(self, version=OLDEST, extra_conf="", java_options="", prepare=None):
        self.version = version
        self.home = tempfile.mkdtemp(prefix="hart-neo4j-")
        self.http_port, self.bolt_port, self.https_port = free_ports(3)
        self.extra_conf = extra_conf.format(home=self.home, http=self.http_port, https=self.https_port)
        self.java_options = java_options.format(home=self.home)
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.bolt = f"bolt://127.0.0.1:{self.bolt_port}"
        self.user = "neo4j"
        self.password = PASSWORD
        self.log_path = os.path.join(self.home, "console.log")
        self.process = None
        try:
            if prepare:
                prepare(self.home)
            self.start()
        except BaseException:
            self.close()
            raise

    def _environment(self):
        return {**os.environ, "NEO4J_DIR": self.home, "NEO4J_HTTP_PORT": str(self.http_port), "NEO4J_BOLT_PORT": str(self.bolt_port),
                "NEO4J_PASSWORD": self.password, "NEO4J_HEAP": "384m", "NEO4J_VERSION": self.version, "NEO4J_EXTRA_CONF": self.extra_conf, "JDK_JAVA_OPTIONS": self.java_options}

    def is_up(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"Neo4j ended with {self.process.returncode}:\n{self.log()[-3000:]}")
        try:
            with urllib.request.urlopen(self.url, timeout=5) as reply:
                return reply.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def start(self, timeout=300):
        """Runs the server in the foreground as our child, waits until HTTP (which opens last) answers."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([os.path.join(SOURCE, "scripts", "neo4j"), "run"], env=self._environment(),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        wait_until(self.is_up, timeout, "Neo4j answers", interval=0.1)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def kill9(self):
        self.process.kill()
        self.process.wait(10)

    def driver(self):
        """The official driver: an independent witness of what is in the graph. Close it (with …)."""
        import neo4j

        return neo4j.GraphDatabase.driver(self.bolt, auth=(self.user, self.password))

    def query(self, cypher, **parameters):
        """Rows as dicts."""
        with self.driver() as driver:
            return [record.data() for record in driver.execute_query(cypher, parameters_=parameters).records]

    def wipe(self, schema=True):
        """Empties the graph; with schema its constraints and indexes too."""
        self._delete_all()
        if not schema:
            return
        for row in self.query("SHOW CONSTRAINTS YIELD name"):
            self.query(f"DROP CONSTRAINT `{row['name']}` IF EXISTS")
        for row in self.query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'"):
            self.query(f"DROP INDEX `{row['name']}` IF EXISTS")

    def _delete_all(self):
        with self.driver() as driver, driver.session() as session:
            # Relationships first: a node may have a hundred thousand, and a transaction keeps what it deletes in memory.
            session.run("MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 10000 ROWS").consume()
            session.run("MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill9()
        shutil.rmtree(self.home, ignore_errors=True)
