"""A proxy between a program and Neo4j's HTTP port that does to requests what networks, balancers and dying servers do.

    with Neo4jProxy(neo4j.http_port) as proxy:
        …[neo4j] url = http://127.0.0.1:{proxy.port}
        proxy.mode = "truncate"                       # every request from now on
        proxy.randomly(7, 0.2, ["reset", "delay"])    # each request with this probability, always the same for a seed
        proxy.counts                                  # {"pass": 12, "truncate": 3}
    proxy.bodies                                  # of the last 100 requests

Modes:
    pass               the request and its answer, as they are
    delay              the answer comes in two halves, `delay` seconds apart
    truncate           the server does what is asked; half the answer arrives, then the connection ends
    reset              the server does what is asked; no answer, the connection is reset
    lose               the server never gets the request; the connection is reset
    cut-request        the server gets half of the request; both connections are reset
    hang               the server does what is asked; no answer, the connection stays open
    status:503         an answer of the proxy's own, with a page of its own; the server never gets the request
    status:503:CODE    the same with Neo4j's body and that code of Neo4j's
    after:503          as status:503, but the server does what is asked
    body:TEXT          200 with that text; the server never gets the request
    flood              200 and a body without end
    refuse             nobody listens
"""

import collections
import json
import random
import socket
import struct
import threading


class Closed(Exception):
    """The other side ended the connection."""


class Stream:
    """What comes over a socket, in pieces of HTTP."""

    def __init__(self, connection):
        self.socket = connection
        self.rest = b""

    def _more(self):
        try:
            got = self.socket.recv(262144)
        except OSError as error:
            raise Closed from error
        if not got:
            raise Closed
        self.rest += got

    def until(self, mark):
        """Up to and with the mark."""
        while mark not in self.rest:
            self._more()
        end = self.rest.index(mark) + len(mark)
        taken, self.rest = self.rest[:end], self.rest[end:]
        return taken

    def exactly(self, size):
        pieces = [self.rest]
        got = len(self.rest)
        while got < size:
            self.rest = b""
            self._more()
            pieces.append(self.rest)
            got += len(self.rest)
        whole = b"".join(pieces)
        self.rest = whole[size:]
        return whole[:size]

    def _chunks(self):
        raw = b""
        while True:
            line = self.until(b"\r\n")
            size = int(line.split(b";")[0], 16)
            raw += line + self.exactly(size + 2)
            if size == 0:
                return raw

    def message(self, bodyless=False):
        """A request or an answer, whole and as it came."""
        head = self.until(b"\r\n\r\n")
        fields = {name.strip().lower(): value.strip() for name, _, value in
                  (line.partition(b":") for line in head.split(b"\r\n")[1:]) if name}
        if bodyless:
            return head
        if b"chunked" in fields.get(b"transfer-encoding", b"").lower():
            return head + self._chunks()
        return head + self.exactly(int(fields.get(b"content-length", b"0")))

    def reset(self):
        """Ends the connection so that the other side sees an error, not an end."""
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self.socket.close()


def answer_of(status, body, content_type="text/html"):
    data = body.encode()
    return (f"HTTP/1.1 {status} Because\r\nContent-Type: {content_type}\r\nContent-Length: {len(data)}\r\n\r\n").encode() + data


def failure_of(status, neo4j_code):
    if not neo4j_code:
        return answer_of(status, f"<html>{status}</html>")
    return answer_of(status, json.dumps({"errors": [{"code": neo4j_code, "message": "Said the proxy."}]}), "application/json")


class Neo4jProxy:
    def __init__(self, target_port, mode="pass", delay=0.5):
        self.target = ("127.0.0.1", target_port)
        self.delay = delay
        self.counts = collections.Counter()
        self.bodies = collections.deque(maxlen=100)
        self.port = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._open = set()
        self._random = None
        self._listener = None
        self._mode = "pass"
        self._listen()
        self.mode = mode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def mode(self):
        return self._mode

    @mode.setter
    def mode(self, mode):
        with self._lock:
            self._random = None
        self._mode = mode
        if mode == "refuse":
            self._unlisten()
        else:
            self._listen()

    def randomly(self, seed, probability, modes):
        """From now on each request fares badly with this probability, in one of these ways ("refuse" cannot be one)."""
        assert "refuse" not in modes
        self.mode = "pass"
        with self._lock:
            self._random = (random.Random(seed), probability, list(modes))

    def _draw(self):
        with self._lock:
            mode = self._mode
            if self._random:
                source, probability, modes = self._random
                mode = source.choice(modes) if source.random() < probability else "pass"
            self.counts[mode] += 1
            return mode

    # --- connections -------------------------------------------------------------------------------------------------

    def _listen(self):
        if self._listener:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _unlisten(self):
        if self._listener:
            listener, self._listener = self._listener, None
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept
            listener.close()
        self.cut()

    def cut(self):
        """Resets all connections there are."""
        with self._lock:
            streams = list(self._open)
        for stream in streams:
            try:
                stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                stream.socket.shutdown(socket.SHUT_RDWR)  # wakes whoever reads it, who closes it
            except OSError:
                pass

    def close(self):
        self._closing.set()
        self._unlisten()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client, server = Stream(connection), []
        with self._lock:
            self._open.add(client)
        try:
            while True:
                request = client.message()
                self.bodies.append(request.partition(b"\r\n\r\n")[2])
                self._handle(self._draw(), request, client, server)
        except (Closed, OSError):
            pass
        finally:
            with self._lock:
                self._open.discard(client)
            for stream in [client, *server]:
                stream.reset()

    # --- one request -------------------------------------------------------------------------------------------------

    def _forward(self, request, server):
        """The server's whole answer. A connection that the server has closed meanwhile is made anew, once."""
        kept = bool(server)
        try:
            if not server:
                server.append(self._connect())
            server[0].socket.sendall(request)
            return server[0].message(bodyless=request.startswith(b"HEAD "))
        except (Closed, OSError):
            if not kept:
                raise
            server.pop().reset()
        return self._forward(request, server)

    def _connect(self):
        connection = socket.create_connection(self.target, timeout=600)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Stream(connection)

    def _handle(self, mode, request, client, server):
        name, _, detail = mode.partition(":")
        getattr(self, "_" + name.replace("-", "_"))(detail, request, client, server)

    def _pass(self, _, request, client, server):
        client.socket.sendall(self._forward(request, server))

    def _delay(self, _, request, client, server):
        answer = self._forward(request, server)
        client.socket.sendall(answer[:len(answer) // 2])
        self._closing.wait(self.delay)
        client.socket.sendall(answer[len(answer) // 2:])

    def _truncate(self, _, request, client, server):
        answer = self._forward(request, server)
        head = answer.index(b"\r\n\r\n") + 4
        client.socket.sendall(answer[:head + (len(answer) - head) // 2])
        client.socket.shutdown(socket.SHUT_WR)
        client.until(b"never")  # until the client goes: a reset would overtake the half

    def _reset(self, _, request, client, server):
        self._forward(request, server)
        raise Closed

    def _lose(self, _, request, client, server):
        raise Closed

    def _cut_request(self, _, request, client, server):
        if not server:
            server.append(self._connect())
        server[0].socket.sendall(request[:len(request) // 2])
        raise Closed

    def _hang(self, _, request, client, server):
        self._forward(request, server)
        client.until(b"never")

    def _status(self, detail, request, client, server):
        status, _, neo4j_code = detail.partition(":")
        client.socket.sendall(failure_of(int(status), neo4j_code))

    def _after(self, detail, request, client, server):
        self._forward(request, server)
        self._status(detail, request, client, server)

    def _body(self, detail, request, client, server):
        client.socket.sendall(answer_of(200, detail, "application/json"))

    def _flood(self, _, request, client, server):
        client.socket.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + 65536 * b" " + b"\r\n"
        while True:
            client.socket.sendall(chunk)

    def _refuse(self, _, request, client, server):
        raise Closed
