"""The encoder by itself: a process of encoder_probe, opened with options, that turns texts into vectors."""

import array
import json
import os
import subprocess

from daemons import program


class Refused(Exception):
    """What did not open: .code ("config", …) and .error, the line that says why."""

    def __init__(self, answer):
        super().__init__(answer["error"])
        self.code, self.error = answer["code"], answer["error"]


class Encoder:
    """Opened with options as in hart_encoder_options; .dimension, .token_limit, .engine, .revision and .may_fork say what opened."""

    def __init__(self, environment=None, **options):
        self.process = subprocess.Popen([program("encoder_probe"), json.dumps(options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env={**os.environ, **(environment or {})})
        answer = self._hear()
        if answer["code"] != "ok":
            self.close(1)
            raise Refused(answer)
        self.__dict__.update(answer)

    def _hear(self):
        line = self.process.stdout.readline()
        assert line, f"encoder_probe ended with {self.process.wait(20)}"
        return json.loads(line)

    def call(self, texts):
        """(vectors that were done, {"code", "error", "done", "tokens", "microseconds"})."""
        self.process.stdin.write(json.dumps(texts).encode() + b"\n")
        self.process.stdin.flush()
        answer = self._hear()
        numbers = array.array("f")
        numbers.frombytes(self.process.stdout.read(4 * self.dimension * answer["done"]))
        return [numbers[i:i + self.dimension] for i in range(0, len(numbers), self.dimension)], answer

    def run(self, texts):
        vectors, answer = self.call(texts)
        assert answer["code"] == "ok" and len(vectors) == len(texts), answer
        return vectors

    def close(self, expected=0):
        self.process.stdin.close()
        status = self.process.wait(20)
        self.process.stdout.close()
        assert status == expected, "the sanitizers have something to say"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if error[0] is None:
            self.close()
        else:
            self.process.kill()
            self.process.wait()


def check(environment=None, **options):
    """hart_encoder_check; raises Refused."""
    done = subprocess.run([program("encoder_probe"), json.dumps({**options, "do": "check"})], stdout=subprocess.PIPE, timeout=60,
                          env={**os.environ, **(environment or {})})
    answer = json.loads(done.stdout)
    assert done.returncode == (answer["code"] != "ok")
    if answer["code"] != "ok":
        raise Refused(answer)


def difference(one, other):
    """The largest between numbers of two lists of vectors."""
    assert len(one) == len(other)
    return max(abs(a - b) for mine, theirs in zip(one, other) for a, b in zip(mine, theirs, strict=True))
