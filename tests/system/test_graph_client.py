"""The client of Neo4j (src/graph) against real servers of both lines and both interfaces, over plain connections, TLS and a
proxy that breaks things. The program under test is graph_client_probe: the client on a line."""

import json
import os
import shutil
import subprocess
import tempfile

import pytest

from daemons import program
from neo4j_proxy import Neo4jProxy
from neo4j_server import Neo4j, versions
from waiting import wait_until

APIS = ["transaction", "query"]
CONFIGURATION = """dbms.memory.transaction.total.max=64m
db.lock.acquisition.timeout=500ms
db.transaction.timeout=20s
server.https.enabled=true
server.https.listen_address=127.0.0.1:{https}
dbms.ssl.policy.https.enabled=true
dbms.ssl.policy.https.base_directory={home}/https
dbms.ssl.policy.https.client_auth=REQUIRE"""


class Probe:
    """A process of graph_client_probe, with settings of its own."""

    def __init__(self, password, keys):
        self.folder = tempfile.mkdtemp(prefix="hart-probe-")
        with open(os.path.join(self.folder, "graph-sync.conf"), "w", encoding="utf-8") as file:
            file.write("[neo4j]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items()))
        with open(os.open(os.path.join(self.folder, "neo4j-password"), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(password)
        self.process = subprocess.Popen([program("graph_client_probe"), self.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env={**os.environ, "CREDENTIALS_DIRECTORY": self.folder}, text=True)

    def tell(self, do, statement="", parameters=None, **more):
        command = {"do": do, "statement": statement, **({"parameters": parameters} if parameters else {}), **more}
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        assert line, "the probe has ended"
        return json.loads(line)

    def ask(self, do, statement="", parameters=None, **more):
        self.tell(do, statement, parameters, **more)
        return self.hear()

    def run(self, statement, parameters=None, **more):
        return self.ask("run", statement, parameters, **more)

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(20)
        self.process.stdout.close()
        shutil.rmtree(self.folder)
        assert status == 0, "the sanitizers have something to say"


def shell(folder, *commands):
    for command in commands:
        done = subprocess.run(["openssl", *command.split()], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def certificates(home):
    """An authority, the server's certificate (for the name localhost alone) and a client's; and another authority."""
    folder = os.path.join(home, "https")
    for name in ("", "trusted", "revoked"):
        os.makedirs(os.path.join(folder, name))
    with open(os.path.join(folder, "extensions"), "w", encoding="utf-8") as file:
        file.write("subjectAltName=DNS:localhost\n")
    key = "-newkey rsa:2048 -nodes"
    shell(folder,
          f"req -x509 {key} -days 2 -keyout ca.key -out ca.pem -subj /CN=authority",
          f"req -x509 {key} -days 2 -keyout other.key -out other.pem -subj /CN=other",
          f"req {key} -keyout private.key -out server.csr -subj /CN=localhost",
          "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out public.crt",
          f"req {key} -keyout client.key -out client.csr -subj /CN=hartonomous",
          "x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out client.pem",
          f"req -x509 {key} -days 2 -keyout stranger.key -out stranger.pem -subj /CN=stranger")
    # The policy wants to see somebody in its folder; whom its port trusts is what Java says.
    shutil.copy(os.path.join(folder, "ca.pem"), os.path.join(folder, "trusted", "ca.pem"))
    subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "authority", "-file", "ca.pem", "-keystore", "trust.p12", "-storetype", "PKCS12",
                    "-storepass", "changeit"], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module", params=versions())
def server(request):
    made = Neo4j(version=request.param, extra_conf=CONFIGURATION, prepare=certificates,
                 java_options="-Djavax.net.ssl.trustStore={home}/https/trust.p12 -Djavax.net.ssl.trustStorePassword=changeit")
    made.query("CREATE INDEX indexed IF NOT EXISTS FOR (n:Thing) ON (n.indexed)")
    made.query("CREATE CONSTRAINT unique IF NOT EXISTS FOR (n:Thing) REQUIRE n.unique IS UNIQUE")
    made.query("CALL db.awaitIndexes(60)")
    yield made
    made.close()


@pytest.fixture
def proxy(server):
    with Neo4jProxy(server.http_port) as made:
        yield made


@pytest.fixture
def probe(server):
    """probe(url=…, api=…): a client of `server` unless told otherwise."""
    made = []

    def start(password=None, **keys):
        made.append(Probe(password or server.password, {"url": server.url, "timeout": "30s", **keys}))
        return made[-1]

    yield start
    for one in made:
        one.close()


def is_failure(answer, code, *words):
    assert answer["code"] == code, answer
    for word in words:
        assert word in answer["text"], answer
    assert "\n" not in answer["text"]


# --- who is there ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted, used", [("auto", "transaction"), ("query", "query"), ("transaction", "transaction")])
def test_the_server_says_what_it_is(server, probe, wanted, used):
    answer = probe(api=wanted).ask("hello")
    assert answer["code"] == "ok" and answer["api"] == used
    assert (answer["version"], answer["edition"]) == (server.version, "community")


@pytest.mark.parametrize("api", APIS)
def test_a_wrong_password_is_for_a_person_and_too_many_pass(probe, api):
    client, right = probe("wrong-password", api=api), probe(api=api)
    for _ in range(3):
        is_failure(client.run("RETURN 1"), "config", "neo4j-password", "Unauthorized")
    is_failure(client.run("RETURN 1"), "retry", "AuthenticationRateLimit")
    is_failure(right.run("RETURN 1"), "retry", "AuthenticationRateLimit")
    wait_until(lambda: right.run("RETURN 1")["code"] == "ok", 60, "the right password is heard again")


@pytest.mark.parametrize("api", APIS)
def test_a_missing_database_is_for_a_person(probe, api):
    is_failure(probe(api=api, database="elsewhere").run("RETURN 1"), "config", "elsewhere", "[neo4j] database")


def test_nobody_there_is_a_reason_to_wait(probe, proxy):
    proxy.mode = "refuse"
    client = probe(url=proxy.url)
    is_failure(client.run("RETURN 1"), "retry", "is it running there?")
    proxy.mode = "pass"
    assert client.run("RETURN 1")["rows"] == [1]


@pytest.mark.parametrize("body", ["", "{", "[]", "<html>It works!</html>", '{"version": "1"}'])
def test_what_is_not_neo4j_is_for_a_person(probe, proxy, body):
    proxy.mode = "body:" + body
    is_failure(probe(url=proxy.url).run("RETURN 1"), "config", "is not Neo4j's HTTP port", proxy.url)


def test_an_older_server_has_no_query_api(probe, proxy):
    document = {"neo4j_version": "5.20.0", "neo4j_edition": "enterprise", "transaction": "http://x/db/{databaseName}/tx"}
    proxy.mode = "body:" + json.dumps(document)
    is_failure(probe(url=proxy.url, api="query").run("RETURN 1"), "config", "5.20.0", "came with 5.25")
    client = probe(url=proxy.url)
    client.run("RETURN 1")  # what comes next is the same body again, as an answer
    assert b'"statements"' in proxy.bodies[-1]


@pytest.mark.parametrize("module, has, lacks", [("TRANSACTIONAL_ENDPOINTS", "transaction", "query"), ("QUERY_API_ENDPOINTS", "query", "transaction")])
def test_an_interface_that_is_switched_off_is_told_from_a_server_that_is_down(module, has, lacks):
    server = Neo4j(extra_conf=f"server.http_enabled_modules={module}")
    client, other = Probe(server.password, {"url": server.url}), Probe(server.password, {"url": server.url, "api": lacks})
    try:
        answer = client.ask("hello")
        assert answer["code"] == "ok" and answer["api"] == has
        is_failure(other.run("RETURN 1"), "config", "is there, but its", "switched off", "http_enabled_modules")
    finally:
        client.close()
        other.close()
        server.close()


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api", APIS)
def test_counters(probe, api):
    client = probe(api=api)
    made = client.run("CREATE (a:Counted {x: 1, y: 2})-[:R]->(b:Counted) RETURN a.x")
    assert made["rows"] == [1]
    assert (made["nodes_created"], made["relationships_created"], made["properties_set"]) == (2, 1, 2)
    gone = client.run("MATCH (n:Counted) DETACH DELETE n")
    assert (gone["nodes_deleted"], gone["relationships_deleted"], gone["nodes_created"]) == (2, 1, 0)
    assert client.run("RETURN 1")["properties_set"] == 0


VERDICTS = [
    ("syntax", "RETRUN 1", {}, "poison", "Neo.ClientError.Statement.SyntaxError"),
    ("parameter", "RETURN $missing", {}, "poison", "Neo.ClientError.Statement.ParameterMissing"),
    ("while rows stream", "UNWIND [1, 0] AS x RETURN 1 / x", {}, "poison", "Neo.ClientError.Statement.ArithmeticError"),
    ("map as a property", "CREATE (:Thing {p: $value})", {"value": {"a": 1}}, "poison", "Neo.ClientError.Statement.TypeError"),
    ("nested list as a property", "CREATE (:Thing {p: $value})", {"value": [[1]]}, "poison", "Neo.ClientError.Statement.TypeError"),
    ("mixed list as a property", "CREATE (:Thing {p: $value})", {"value": [1, "a"]}, "poison", "Neo.ClientError.Statement.TypeError"),
    ("null as a key", "MERGE (:Thing {unique: $value})", {"value": None}, "poison", "Neo.ClientError.Statement.SemanticError"),
    ("twice the same", "UNWIND [1, 1] AS x CREATE (:Thing {unique: x})", {}, "poison", "Neo.ClientError.Schema.ConstraintValidationFailed"),
    ("too large for an index", "CREATE (:Thing {indexed: $value})", {"value": "x" * 40000}, "poison", "Neo.DatabaseError.Statement.ExecutionFailed"),
    ("too large for a key", "CREATE (:Thing {unique: $value})", {"value": "x" * 40000}, "poison", "Neo.DatabaseError.Statement.ExecutionFailed"),
    ("needs Enterprise", "CREATE CONSTRAINT never FOR (n:Thing) REQUIRE n.p IS NOT NULL", {}, "failed", "Neo.DatabaseError.Schema.ConstraintCreationFailed"),
]


@pytest.mark.parametrize("api", APIS)
def test_what_the_data_brings_about_does_not_come_again_for_ever(server, probe, api):
    client = probe(api=api)
    for name, statement, parameters, code, foreign in VERDICTS:
        answer = client.run(statement, parameters)
        assert (answer["code"], answer["foreign"]) == (code, foreign), name
        assert answer["rows"] == [] and answer["nodes_created"] == 0, name
    assert server.query("MATCH (n:Thing) RETURN count(n) AS n") == [{"n": 0}]
    assert client.run("RETURN 1")["retries"] == 0


@pytest.mark.parametrize("api", APIS)
def test_nothing_but_data_arrives(server, probe, api):
    texts = ["'); MATCH (n) DETACH DELETE n //", "`x`", "\\u0027", "a\0b", "\U0001f600 \u202e", '"' * 1000, "x" * (1 << 20)]
    answer = probe(api=api).run("UNWIND $texts AS text CREATE (n:Text {text: text}) RETURN n.text", {"texts": texts})
    assert answer["rows"] == texts
    assert sorted(row["text"] for row in server.query("MATCH (n:Text) RETURN n.text AS text")) == sorted(texts)
    server.query("MATCH (n:Text) DELETE n")


@pytest.mark.parametrize("api", APIS)
def test_too_much_for_the_servers_memory_is_told_apart(server, probe, api):
    client = probe(api=api)
    statement = "UNWIND range(1, $rows) AS i CREATE (:Much {text: toString(i) + $text})"
    answer = client.run(statement, {"rows": 2000000, "text": "x" * 50})
    is_failure(answer, "retry", "threshold reached")
    assert answer["memory"] and not answer["deadlock"] and answer["retries"] == 0
    assert client.run(statement, {"rows": 100, "text": ""})["nodes_created"] == 100
    server.query("MATCH (n:Much) DELETE n")


def test_a_transaction_that_takes_too_long_for_the_server_costs_an_attempt(probe):
    for api in APIS:
        answer = probe(api=api, timeout="60s").run("UNWIND range(1, 100000000000) AS x WITH x WHERE x % 2 = 0 RETURN count(x)")
        is_failure(answer, "failed", "TransactionTimedOut")
        assert not answer["memory"]


# --- locks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api", APIS)
def test_who_waits_for_a_lock_tries_five_times(server, probe, api):
    client = probe(api=api)
    server.query("MERGE (n:Locked {unique: 1})")
    with server.driver() as driver, driver.session() as session, session.begin_transaction() as holder:
        holder.run("MATCH (n:Locked) SET n.held = true").consume()
        answer = client.run("MATCH (n:Locked) SET n.held = false")
        is_failure(answer, "retry", "Neo.TransientError.Transaction.LockAcquisitionTimeout")
        assert answer["retries"] == 4 and answer["waited"] > 0
        assert answer["took"] > 5 * 500000 + 0.8 * (250000 + 500000 + 1000000 + 2000000)
        is_failure(client.run("MATCH (n:Locked) SET n.held = false", give_up_after=2), "stopped")
        client.tell("run", "MATCH (n:Locked) SET n.held = false")
        wait_until(lambda: server.query("SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS 'n.held = false' AND NOT currentQuery CONTAINS 'SHOW' "
                                        "RETURN currentQuery"), 30, "it waits for the lock")
        holder.rollback()
    assert client.hear()["code"] == "ok"


@pytest.mark.parametrize("api", APIS)
def test_deadlocks_are_tried_again_until_both_are_done(server, probe, api):
    client = probe(api=api, lanes=2)
    server.query("UNWIND [1, 2] AS i MERGE (n:Pair {i: i}) SET n.n = 0")
    crossing = ("MATCH (a:Pair {i: $first}) SET a.n = a.n + 1 WITH a UNWIND range(1, 300000) AS x WITH count(x) AS c "
                "MATCH (b:Pair {i: $second}) SET b.n = b.n + 1")
    rounds, retries = 0, 0
    while retries == 0:
        rounds += 1
        assert rounds <= 20, "no deadlock in twenty rounds"
        client.ask("submit", crossing, {"first": 1, "second": 2}, tag=1)
        client.ask("submit", crossing, {"first": 2, "second": 1}, tag=2)
        answers = [client.ask("collect"), client.ask("collect")]
        assert [answer["code"] for answer in answers] == ["ok", "ok"], answers
        retries = answers[-1]["retries"]
    assert server.query("MATCH (n:Pair) RETURN n.n AS n") == [{"n": 2 * rounds}] * 2
    server.query("MATCH (n:Pair) DELETE n")


# --- beside one another ----------------------------------------------------------------------------------------------

BUSY = "UNWIND range(1, $rows) AS x WITH x WHERE x % 2 = 0 RETURN count(x)"


@pytest.mark.parametrize("api", APIS)
def test_what_is_over_first_is_collected_first(probe, api):
    client = probe(api=api, lanes=2)
    assert client.ask("submit", BUSY, {"rows": 4000000}, tag=1)["free"] == 1
    assert client.ask("submit", "RETURN $x", {"x": 5}, tag=2)["free"] == 0
    assert client.ask("submit", "RETURN 1", tag=3)["code"] == "empty"
    assert client.run("RETURN 7")["rows"] == [7]
    first, second, none = client.ask("collect"), client.ask("collect"), client.ask("collect")
    assert (first["tag"], first["rows"], first["free"]) == (2, [5], 1)
    assert (second["tag"], second["rows"], second["free"]) == (1, [2000000], 2)
    assert second["duration"] > first["duration"] > 0
    assert (none["code"], none["tag"]) == ("empty", -1)


@pytest.mark.parametrize("api", APIS)
def test_the_server_works_while_the_caller_does_something_else(server, probe, api):
    """A request of two megabytes leaves while it is submitted: nobody calls the client until the rows are there."""
    client = probe(api=api, lanes=2)
    rows = [{"n": n, "text": "x" * 400} for n in range(5000)]
    client.run("RETURN 1")
    assert client.ask("submit", "UNWIND $rows AS row CREATE (:Away {n: row.n, text: row.text})", {"rows": rows}, tag=9)["code"] == "ok"
    wait_until(lambda: server.query("MATCH (n:Away) RETURN count(n) AS n") == [{"n": 5000}], 30, "the rows are there")
    answer = client.ask("collect")
    assert (answer["code"], answer["tag"], answer["nodes_created"]) == ("ok", 9, 5000)
    server.query("MATCH (n:Away) DELETE n")


def test_who_is_asked_to_stop_leaves_everything(probe):
    client = probe(lanes=2)
    for tag in (1, 2):
        client.ask("submit", BUSY, {"rows": 1000000000}, tag=tag)
    answer = client.ask("collect", give_up_after=2)
    is_failure(answer, "stopped")
    assert (answer["tag"], answer["free"]) == (-1, 2)
    assert client.run("RETURN 1")["rows"] == [1]
    client.ask("submit", BUSY, {"rows": 1000000000}, tag=1)
    assert client.ask("abandon")["free"] == 2
    assert client.ask("collect")["code"] == "empty"


def test_a_failure_belongs_to_its_own_statement(probe):
    client = probe(lanes=3)
    client.ask("submit", "RETURN 1", tag=1)
    client.ask("submit", "RETURN 1 / 0", tag=2)
    client.ask("submit", "RETURN 3", tag=3)
    answers = {answer["tag"]: answer for answer in (client.ask("collect") for _ in range(3))}
    assert {tag: answer["code"] for tag, answer in answers.items()} == {1: "ok", 2: "poison", 3: "ok"}
    assert answers[3]["rows"] == [3]


# --- bookmarks -------------------------------------------------------------------------------------------------------


def named_bookmarks(proxy):
    return json.loads(proxy.bodies[-1]).get("bookmarks", [])


def test_each_request_names_what_those_before_it_did(probe, proxy):
    client = probe(url=proxy.url, api="query")
    client.run("CREATE (:Marked)")
    assert named_bookmarks(proxy) == []
    seen = []
    for _ in range(3):
        client.run("MERGE (n:Marked) SET n.x = coalesce(n.x, 0) + 1")
        assert len(named_bookmarks(proxy)) == 1
        seen += named_bookmarks(proxy)
    assert len(set(seen)) == 3, "each write has moved the mark"
    assert client.run("MATCH (n:Marked) DELETE n")["code"] == "ok"


def test_a_mark_that_the_server_does_not_know_is_dropped(probe, proxy):
    client = probe(url=proxy.url, api="query")
    client.run("RETURN 1")
    proxy.mode = 'body:{"data":{"fields":[],"values":[]},"bookmarks":["FB:of another server"]}'
    assert client.run("RETURN 1")["code"] == "ok"
    proxy.mode = "pass"
    is_failure(client.run("RETURN 1"), "retry", "InvalidBookmark")
    assert named_bookmarks(proxy) == ["FB:of another server"]
    assert client.run("RETURN 1")["rows"] == [1]
    assert named_bookmarks(proxy) == []


# --- bad connections -------------------------------------------------------------------------------------------------

BROKEN = [
    ("delay", "ok", ""),
    ("truncate", "retry", ""),
    ("reset", "retry", ""),
    ("lose", "retry", ""),
    ("cut-request", "retry", ""),
    ("hang", "retry", "timed out"),
    ("flood", "failed", "longer than 1048576 bytes"),
    ("body:", "retry", "the outcome is unknown"),
    ('body:{"results":[{"data":[', "retry", "the outcome is unknown"),
    ("body:<html>hello</html>", "retry", "the outcome is unknown"),
    ('body:{"results":[{"data":[]}],"data":{"values":[]}}', "retry", "the outcome is unknown"),
    ("status:302", "config", "[neo4j] url"),
    ("status:401", "config", "which Neo4j itself did not say"),
    ("status:401:Neo.ClientError.Security.Unauthorized", "config", "neo4j-password"),
    ("status:403", "config", "which Neo4j itself did not say"),
    ("status:403:Neo.ClientError.Security.Forbidden", "config", "Forbidden"),
    ("status:404", "config", "[neo4j] url"),
    ("status:404:Neo.ClientError.Request.Invalid", "config", "[neo4j] url"),
    ("status:404:Neo.ClientError.Database.DatabaseNotFound", "config", "[neo4j] database"),
    ("status:413", "failed", "too large"),
    ("status:415", "config", "[neo4j] url"),
    ("status:429", "retry", "HTTP 429"),
    ("status:429:Neo.ClientError.Security.AuthenticationRateLimit", "retry", "AuthenticationRateLimit"),
    ("status:500", "retry", "HTTP 500"),
    ("status:500:Neo.DatabaseError.General.UnknownError", "failed", "UnknownError"),
    ("status:503", "retry", "HTTP 503"),
    ("status:503:Neo.TransientError.General.DatabaseUnavailable", "retry", "DatabaseUnavailable"),
    ("after:503", "retry", "HTTP 503"),
    ("status:200:Neo.ClientError.Statement.SyntaxError", "poison", "SyntaxError"),
    ("status:202:Neo.TransientError.General.OutOfMemoryError", "retry", "OutOfMemoryError"),
]


@pytest.mark.parametrize("api", APIS)
def test_whatever_comes_back_the_next_statement_goes_on(probe, proxy, api):
    client = probe(url=proxy.url, api=api, timeout="2s", response_limit="1M")
    for mode, code, words in BROKEN:
        proxy.mode = "pass"
        assert client.run("RETURN 1")["rows"] == [1], mode
        proxy.mode = mode
        answer = client.run("RETURN 2")
        assert answer["code"] == code and words in answer["text"], (mode, answer)
        assert answer["took"] < 4000000, mode
    proxy.mode = "pass"
    assert client.run("RETURN 3")["rows"] == [3]


@pytest.mark.parametrize("api", APIS)
def test_bad_answers_lose_nothing_that_was_acknowledged(server, probe, proxy, api):
    """Counts what the client says is committed; statements bear repeating, as all of ours."""
    client = probe(url=proxy.url, api=api, lanes=3, timeout="1s")
    proxy.randomly(17, 0.3, ["truncate", "reset", "lose", "cut-request", "status:503", "after:503", "status:429", "status:401", "body:"])
    acknowledged, open_ones = set(), {}
    for number in range(150):
        answer = client.ask("submit", "MERGE (n:Thing {unique: $n})", {"n": number}, tag=number % 64)
        if answer["code"] == "ok":
            open_ones[number % 64] = number
        while open_ones and client_is_full(client, open_ones, number):
            over = client.ask("collect")
            one = open_ones.pop(over["tag"])
            if over["code"] == "ok":
                acknowledged.add(one)
    proxy.mode = "pass"
    there = {row["n"] for row in server.query("MATCH (n:Thing) RETURN n.unique AS n")}
    assert acknowledged <= there and len(acknowledged) > 40
    assert sum(proxy.counts.values()) > proxy.counts["pass"] > 40
    server.query("MATCH (n:Thing) DELETE n")


def client_is_full(client, open_ones, number):
    return len(open_ones) == 3 or number == 149


def test_a_server_that_dies_and_comes_back_is_found_again(server, probe):
    client = probe(lanes=2)
    client.run("RETURN 1")
    client.tell("submit", BUSY, {"rows": 10000000000}, tag=1)
    client.hear()
    client.tell("collect")
    try:
        wait_until(lambda: server.query("SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS 'x % 2' AND NOT currentQuery CONTAINS 'SHOW' "
                                        "RETURN currentQuery"), 30, "the statement runs")
        server.kill9()
        answer = client.hear()
        is_failure(answer, "retry")
        assert answer["tag"] == 1
        is_failure(client.run("RETURN 1"), "retry", "is it running there?")
    finally:
        server.start()
    assert client.run("RETURN 1")["rows"] == [1]


# --- TLS -------------------------------------------------------------------------------------------------------------


def tls(server, host="localhost", authority="ca.pem", certificate="client"):
    folder = os.path.join(server.home, "https")
    keys = {"url": f"https://{host}:{server.https_port}", "ca_file": os.path.join(folder, authority)}
    if certificate:
        keys.update(client_certificate=os.path.join(folder, certificate + ".pem"), client_key=os.path.join(folder, certificate + ".key"))
    return keys


@pytest.mark.parametrize("api", APIS)
def test_both_sides_know_each_other(server, probe, api):
    client = probe(api=api, lanes=2, **tls(server))
    assert client.ask("hello")["code"] == "ok"
    client.ask("submit", "RETURN 1", tag=1)
    client.ask("submit", "RETURN $x", {"x": "x" * 1000000}, tag=2)
    assert {client.ask("collect")["code"], client.ask("collect")["code"]} == {"ok"}


def test_another_authority_is_not_trusted(server, probe):
    is_failure(probe(**tls(server, authority="other.pem")).run("RETURN 1"), "config", "certificate")


def test_another_name_is_not_trusted(server, probe):
    is_failure(probe(**tls(server, host="127.0.0.1")).run("RETURN 1"), "config", "127.0.0.1")


@pytest.mark.parametrize("certificate", [None, "stranger"])
def test_the_server_wants_to_know_the_client(server, probe, certificate):
    is_failure(probe(**tls(server, certificate=certificate)).run("RETURN 1"), "config", "the client's certificate")


def test_a_file_that_is_missing_is_named(server, probe):
    is_failure(probe(**tls(server, authority="nowhere.pem")).run("RETURN 1"), "config", "nowhere.pem")
    is_failure(probe(**tls(server, certificate="nowhere")).run("RETURN 1"), "config", "nowhere.pem")


def test_plain_text_on_the_tls_port(server, probe):
    answer = probe(url=f"http://127.0.0.1:{server.https_port}").run("RETURN 1")
    assert answer["code"] in ("config", "retry") and answer["text"]
