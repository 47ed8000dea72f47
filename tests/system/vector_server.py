"""A server of vectors, as OpenAI's and as Text Embeddings Inference's, that answers well or in every bad way a test asks for.

Vectors are made of the text's hash, so that whoever knows the text knows the vector."""

import base64
import hashlib
import http.server
import json
import math
import random
import socket
import ssl
import threading
import time


def vector(text, dimension):
    """Of length 1; of a blank where the text is empty, since that is what is sent."""
    numbers = random.Random(hashlib.sha256((text or " ").encode("utf-8", "surrogatepass")).digest())
    raw = [numbers.gauss(0, 1) for _ in range(dimension)]
    length = math.sqrt(sum(x * x for x in raw))
    return [x / length for x in raw]


class Asked:
    """One request: .number from 0, .path, .headers, .texts (None for a GET), .model, .begun and .over (monotonic)."""

    def __init__(self, number, path, headers, body):
        self.number, self.path, self.headers, self.body = number, path, headers, body
        self.texts = None if body is None else body["input"] if "input" in body else body["inputs"]
        self.begun, self.over = time.monotonic(), None


class VectorServer(http.server.ThreadingHTTPServer):
    """.trouble(asked) gives an answer of a kind below, or None for a good one; .asked are the requests so far."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, dimension=24, port=0, context=None):
        super().__init__(("127.0.0.1", port), Handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.scheme = "https" if context else "http"
        self.dimension, self.scale, self.shape = dimension, 1.0, openai
        self.trouble = lambda asked: None
        self.info = None  # what GET /info answers
        self.asked, self.lock, self.ended, self.connections = [], threading.Lock(), threading.Event(), set()
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def url(self, path="/v1/embeddings"):
        return f"{self.scheme}://127.0.0.1:{self.server_port}{path}"

    def vector(self, text):
        return vector(text, self.dimension)

    def posts(self):
        with self.lock:
            return [asked for asked in self.asked if asked.texts is not None]

    def most_at_once(self):
        """Requests that were under way beside one another."""
        edges = sorted([(asked.begun, 1) for asked in self.posts()] + [(asked.over, -1) for asked in self.posts() if asked.over])
        now = most = 0
        for _, step in edges:
            now += step
            most = max(most, now)
        return most

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what some tests are about

    def process_request(self, request, client_address):
        with self.lock:
            self.connections.add(request)
        super().process_request(request, client_address)

    def close(self):
        """Away: nobody listens, and who was served is cut off."""
        self.ended.set()
        self.shutdown()
        self.server_close()
        with self.lock:
            for connection in self.connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True

    def note(self, body):
        with self.server.lock:
            asked = Asked(len(self.server.asked), self.path, dict(self.headers), body)
            self.server.asked.append(asked)
        return asked

    def do_GET(self):
        self.note(None)
        self.answer(self.server.info or Status(404))

    def do_POST(self):
        asked = self.note(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        try:
            self.answer(self.server.trouble(asked) or Vectors(), asked)
        finally:
            asked.over = time.monotonic()

    def answer(self, answer, asked=None):
        status, headers, body = answer.make(self.server, asked)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        sent = answer.sent(body)
        self.wfile.write(sent)
        self.wfile.flush()
        if len(sent) < len(body):
            self.close_connection = True

    def log_message(self, *arguments):
        pass


# --- shapes of a good answer: functions of the server and the vectors ---


def openai(server, vectors):
    return {"object": "list", "model": "m", "data": [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)],
            "usage": {"prompt_tokens": 3 * len(vectors), "total_tokens": 3 * len(vectors)}}


def unordered(server, vectors):
    answer = openai(server, vectors)
    random.Random(len(vectors)).shuffle(answer["data"])
    return answer


def without_index(server, vectors):
    return {"data": [{"embedding": v} for v in vectors]}


def packed(server, vectors):
    import struct
    return {"data": [{"index": i, "embedding": base64.b64encode(struct.pack(f"<{len(v)}f", *v)).decode()} for i, v in enumerate(vectors)]}


def tei(server, vectors):
    return vectors


# --- answers ---


class Vectors:
    """A good answer; `change` makes another of what it would be: change(vectors) before its shape, or wrong(answer) behind."""

    def __init__(self, change=None, wrong=None, part=1.0, late=0):
        self.change, self.wrong, self.part, self.late = change, wrong, part, late

    def make(self, server, asked):
        server.ended.wait(self.late)
        vectors = [[x * server.scale for x in server.vector(text)] for text in asked.texts]
        vectors = self.change(vectors) if self.change else vectors
        answer = server.shape(server, vectors)
        answer = self.wrong(answer) if self.wrong else answer
        return 200, {"Content-Type": "application/json"}, answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def sent(self, body):
        return body[:int(len(body) * self.part)]


class Status(Vectors):
    def __init__(self, status, body=b"", late=0, **headers):
        super().__init__(late=late)
        self.status, self.body = status, body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = {name.replace("_", "-"): str(value) for name, value in headers.items()}

    def make(self, server, asked):
        server.ended.wait(self.late)
        return self.status, self.headers, self.body


def late(seconds):
    return Vectors(late=seconds)


def cut_off():
    return Vectors(part=0.6)


def short():
    return Vectors(change=lambda vectors: vectors[:-1])


def long():
    return Vectors(change=lambda vectors: vectors + vectors[-1:])


def other_dimension(dimension):
    return Vectors(change=lambda vectors: [(v * (dimension // len(v) + 1))[:dimension] for v in vectors])


def ragged():
    return Vectors(change=lambda vectors: vectors[:-1] + [vectors[-1] + [1.0]])


def not_a_number():
    return Vectors(change=lambda vectors: vectors[:-1] + [[float("nan")] + vectors[-1][1:]])


def zeros():
    return Vectors(change=lambda vectors: vectors[:-1] + [[0.0] * len(vectors[-1])])


def garbage():
    return Vectors(wrong=lambda answer: b"<html><body>please log in</body></html>")


def half_json():
    return Vectors(wrong=lambda answer: json.dumps(answer).encode()[:-20])


def endless():
    return Vectors(wrong=lambda answer: b"[" + b"1," * 8_000_000 + b"1]")


def first(count, answer):
    """Trouble for the first so many requests for vectors, and then none."""
    seen = [0]
    lock = threading.Lock()

    def trouble(asked):
        with lock:
            seen[0] += 1
            return answer() if seen[0] <= count else None

    return trouble


def always(answer):
    return lambda asked: answer()


def context_of(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
