"""hartonomous-fetch against a real web server: what is fetched, what is refused, what is tried again."""

import hashlib
import http.server
import json
import threading
import time

import psycopg
import pytest


class Server(http.server.ThreadingHTTPServer):
    """Answers by path from `pages`: {path: (status, headers, body)} or a function of the request that gives these."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages, self.asked = {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.server_port}{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        page = self.server.pages.get(self.path.split("?")[0], (404, {}, b"there is none"))
        status, headers, body = page(self) if callable(page) else page
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304 and "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def log_message(self, *arguments):
        pass


@pytest.fixture
def web():
    server = Server()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetcher(start, web):
    """fetcher(max_size="1K"): the daemon, which may ask the server."""
    return lambda **more: start("fetch", fetch={"allow": f"127.0.0.1:{web.server_port} localhost:{web.server_port}", "private_addresses": True,
                                                "retry_first": "10ms", **more})


@pytest.fixture
def fetch(database, wait_until):
    """fetch(url): asks, and waits until the request is done with, one way or the other."""

    def run(url, tenant=1, content_type=None):
        database.query("SELECT hartonomous.enqueue_fetch(%s, %s, %s)", (url, tenant, content_type))
        wait_until(lambda: database.value("""SELECT (SELECT count(*) FROM broker.deferred_message) + count(*) FROM broker.message m
            JOIN broker.queue q USING (queue_id) WHERE q.name = 'FetchQueue'""") == 0, 30)

    return run


def letters(database):
    return [row[0] for row in database.query("SELECT coalesce(error_text, reason) FROM broker.dead_letter WHERE queue = 'FetchQueue' ORDER BY dead_letter_id")]


def sources(database):
    return database.query("SELECT uri, file_name, declared_content_type, size, content_hash FROM hartonomous.source ORDER BY source_id")


def test_a_document_is_staged_as_it_is_served(database, web, fetcher, fetch):
    body = bytes(range(256)) * 10_000
    web.pages["/a/page.html"] = (200, {"Content-Type": "text/html; charset=utf-8"}, body)
    fetcher()
    fetch(web.url("/a/page.html?x=1"))
    assert sources(database) == [(web.url("/a/page.html?x=1"), "page.html", "text/html; charset=utf-8", len(body), hashlib.sha256(body).digest())]
    chunks = database.query("SELECT data FROM hartonomous.content_chunk ORDER BY chunk_index")
    assert b"".join(row[0] for row in chunks) == body and len(chunks) == 3
    assert database.value("SELECT count(*) FROM broker.message WHERE message_type = 'IngestionRequest'") == 1
    assert web.asked[0][1]["User-Agent"].startswith("hartonomous/") and letters(database) == []


def test_an_empty_document_a_declared_type_and_no_name(database, web, fetcher, fetch):
    web.pages["/"] = (200, {"Content-Type": "text/html"}, b"")
    fetcher(user_agent="reader of the web")
    fetch(web.url("/"), content_type="text/markdown")
    assert sources(database) == [(web.url("/"), f"127.0.0.1:{web.server_port}", "text/markdown", 0, hashlib.sha256(b"").digest())]
    assert web.asked[0][1]["User-Agent"] == "reader of the web"


def test_an_unchanged_document_costs_a_304_or_at_least_no_source(database, web, fetcher, fetch):
    def page(request):
        known = request.headers.get("If-None-Match") == '"v1"' and request.headers.get("If-Modified-Since") == "Mon, 01 Jan 2024 00:00:00 GMT"
        return (304, {}, b"") if known else (200, {"ETag": '"v1"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}, b"once")

    web.pages["/tagged"], web.pages["/plain"] = page, (200, {}, b"plain")
    daemon = fetcher()
    for _ in range(2):
        fetch(web.url("/tagged"))
        fetch(web.url("/plain"))
    assert len(sources(database)) == 2 and daemon.log().count("has not changed") == 2
    assert "If-None-Match" in web.asked[2][1] and database.value("SELECT count(*) FROM hartonomous.content_chunk") == 2
    database.query("SELECT * FROM hartonomous.delete_sources(1, ARRAY(SELECT source_id FROM hartonomous.source))")
    fetch(web.url("/tagged"))
    assert len(sources(database)) == 1, "what was removed is fetched anew"


def test_redirects_are_followed_only_to_where_it_may_go(database, web, fetcher, fetch):
    web.pages["/start"] = (302, {"Location": "/next"}, b"")
    web.pages["/next"] = (301, {"Location": web.url("/end", "localhost")}, b"not the document")
    web.pages["/end"] = (200, {}, b"the end")
    web.pages["/out"] = (302, {"Location": "http://elsewhere.example/"}, b"")
    web.pages["/file"] = (302, {"Location": "file:///etc/passwd"}, b"")
    web.pages["/loop"] = (302, {"Location": "/loop"}, b"")
    fetcher()
    fetch(web.url("/start"))
    assert [(row[0], row[1], row[3]) for row in sources(database)] == [(web.url("/start"), "end", 7)]
    for path in ("/out", "/file", "/loop"):
        fetch(web.url(path))
    told = letters(database)
    assert "host elsewhere.example (port 80) is not allowed" in told[0] and "neither http: nor https:" in told[1] and "more than 5 times" in told[2]
    assert len([path for path, _ in web.asked if path == "/loop"]) == 6 and len(sources(database)) == 1


@pytest.mark.parametrize("allow, private, host, said", [
    ("", True, "127.0.0.1", "is not allowed; add it to [fetch] allow"),
    ("example.org *.example.org", True, "127.0.0.1", "host 127.0.0.1 (port"),
    ("127.0.0.1", True, "127.0.0.1", "is not allowed"),
    ("127.0.0.1:{port}", False, "127.0.0.1", "its address is not public"),
    ("localhost:{port}", False, "localhost", "its address is not public"),
    ("*", False, "[::ffff:127.0.0.1]", "its address is not public"),
    ("*", False, "169.254.169.254", "its address is not public"),
    ("*", False, "2130706433", "its address is not public"),
    ("*", False, "[::1]", "its address is not public"),
])
def test_what_is_not_allowed_is_never_asked(database, web, start, fetch, allow, private, host, said):
    web.pages["/"] = (200, {}, b"secret")
    start("fetch", fetch={"allow": allow.format(port=web.server_port), "private_addresses": private, "tries": 1})
    fetch(web.url("/", host))
    assert len(letters(database)) == 1 and said in letters(database)[0]
    assert web.asked == [] and sources(database) == []


def test_refusals_and_long_documents_are_given_up(database, web, fetcher, fetch):
    web.pages["/gone"] = (410, {}, b"")
    web.pages["/long"] = (200, {}, b"x" * 5000)
    web.pages["/endless"] = lambda request: (200, {"Content-Length": "999999999"}, b"x")
    fetcher(max_size="4K", tries=2)
    for path in ("/gone", "/nothing", "/long", "/endless"):
        fetch(web.url(path))
    told = letters(database)
    assert "answers 410" in told[0] and "answers 404" in told[1] and "is longer than 4096 bytes" in told[2] and "is longer than 4096 bytes" in told[3]
    assert sources(database) == [] and database.value("SELECT count(*) FROM hartonomous.content_chunk") == 0


def test_a_busy_server_is_asked_again_and_others_do_not_wait(database, web, fetcher, fetch):
    tries = iter([(503, {}, b""), (429, {"Retry-After": "1"}, b""), (200, {}, b"at last")])
    web.pages["/busy"] = lambda request: next(tries)
    web.pages["/other"] = (200, {}, b"other")
    fetcher()
    begun = time.monotonic()
    database.query("SELECT hartonomous.enqueue_fetch(%s, 1)", (web.url("/busy"),))
    fetch(web.url("/other"))
    assert time.monotonic() - begun >= 1, "Retry-After is kept to"
    assert sorted(row[1] for row in sources(database)) == ["busy", "other"] and letters(database) == []
    assert [path for path, _ in web.asked].index("/other") < 3


def test_what_fails_again_and_again_is_given_up(database, web, fetcher, fetch):
    web.pages["/broken"] = (500, {}, b"")
    web.pages["/short"] = lambda request: (200, {"Content-Length": "100"}, b"only this")
    fetcher(tries=3)
    fetch(web.url("/broken"))
    fetch(web.url("/short"))
    told = letters(database)
    assert "given up after 3 tries" in told[0] and "answers 500" in told[0] and "given up after 3 tries" in told[1]
    assert len(web.asked) >= 6 and sources(database) == [] and database.value("SELECT count(*) FROM hartonomous.content_chunk") == 0


def test_a_slow_server_is_not_waited_for(database, web, fetcher, fetch):
    release = threading.Event()
    web.pages["/slow"] = lambda request: (release.wait(20), (200, {}, b"late"))[1]
    daemon = fetcher(timeout="1s", tries=1)
    fetch(web.url("/slow"))
    release.set()
    assert "given up after 1 tries" in letters(database)[0] and "timed out" in letters(database)[0].lower()
    daemon.stop()


def test_a_quota_is_asked_before(database, web, fetcher, fetch):
    database.query("SELECT hartonomous.set_quota(1, NULL, 100)")
    web.pages["/big"] = (200, {}, b"x" * 101)
    fetcher()
    fetch(web.url("/big"))
    assert "101 bytes do not fit" in letters(database)[0] and sources(database) == []
    database.query("SELECT hartonomous.set_quota(1, 0, NULL)")
    with pytest.raises(psycopg.Error, match="quota of tenant 1"):
        fetch(web.url("/big"))


def test_the_command_asks_and_refuses(database, ctl):
    done = ctl("fetch", "https://example.org/a", "ftp://example.org/b", "http://example.org/c", "--tenant", 3, "--content-type", "text/html", "--json", check=False)
    assert done.returncode == 1 and "not a URL to fetch: 'ftp://example.org/b'" in done.stderr
    assert [row["uri"] for row in json.loads(done.stdout)] == ["https://example.org/a", "http://example.org/c"]
    assert [row[0] for row in database.query("SELECT body FROM broker.message ORDER BY id")] == [
        {"TenantId": 3, "Uri": "https://example.org/a", "ContentType": "text/html"}, {"TenantId": 3, "Uri": "http://example.org/c", "ContentType": "text/html"}]


def test_a_key_makes_a_request_once(database):
    ask = lambda: database.value("SELECT hartonomous.enqueue_fetch('https://example.org/', 1, NULL, 'monday')")
    assert ask() == ask() and database.value("SELECT count(*) FROM broker.message") == 1


def test_messages_that_say_nothing(database, fetcher, wait_until):
    for body in ('{}', '{"TenantId": 1}', '{"TenantId": -1, "Uri": "http://x/"}', '{"TenantId": 1, "Uri": "nonsense"}', '{"TenantId": 1, "Uri": "http://user:secret@x/"}'):
        database.query("SELECT broker.send_one('ClientService', 'FetchService', 'FetchContract', 'FetchRequest', %s::jsonb)", (body,))
    fetcher()
    wait_until(lambda: len(letters(database)) == 5, 15)
    assert not any("secret" in letter for letter in letters(database))
