"""The load programs: starting them, telling them what to do, reading what they noted. client/client.h has the protocol."""

import array
import glob
import os
import selectors
import subprocess

WARM_UP = 0.1  # share of the messages after which all readers are taken to be warm


class Record:
    """What readers noted: `batches` are (microseconds, messages) in order of time, `ids` the numbers of all messages."""

    def __init__(self, prefix):
        self.batches, self.ids, self.readers = [], array.array("d"), []
        for path in sorted(glob.glob(glob.escape(prefix) + ".*.times")):
            times, ids = read_numbers(path), read_numbers(path.removesuffix("times") + "ids")
            batches = list(zip(times[::2], (int(count) for count in times[1::2])))
            self.readers.append((batches, ids))
            self.batches += batches
            self.ids.extend(ids)
        self.batches.sort()

    def require_exactly_once(self, count, what):
        """Every message from 0 to count - 1, each once."""
        if len(self.ids) != count or len(set(self.ids)) != count or min(self.ids) != 0 or max(self.ids) != count - 1:
            raise SystemExit(f"{what}: {count} messages were sent, {len(self.ids)} consumed, {len(set(self.ids))} of them different")

    def times_at(self, *shares):
        """When these shares of all messages were consumed, and how many that was: [(microseconds, messages)]."""
        total, found, consumed = sum(count for _, count in self.batches), [], 0
        wanted = list(shares)
        for at, count in self.batches:
            consumed += count
            while wanted and consumed >= wanted[0] * total:
                found.append((at, consumed))
                wanted.pop(0)
        return found

    def rate(self, begin=WARM_UP, end=1.0):
        """Messages a second between two shares of all messages."""
        (began, before), (ended, after) = self.times_at(begin, end)
        return (after - before) / max(ended - began, 1.0) * 1e6

    def seconds(self, begin=WARM_UP):
        return (self.batches[-1][0] - self.times_at(begin)[0][0]) / 1e6

    def rate_between(self, begin, end):
        """Messages a second between two times in microseconds."""
        return sum(count for at, count in self.batches if begin <= at < end) / (end - begin) * 1e6

    def latencies(self, skip=1e6):
        """Milliseconds from sending to receiving of messages that are numbered by the clock, but for the first second's."""
        pairs = []
        for batches, ids in self.readers:
            received = (at for at, count in batches for _ in range(count))
            pairs += zip(ids, received)
        first = min(sent for sent, _ in pairs) + skip
        return sorted((received - sent) / 1e3 for sent, received in pairs if sent >= first)


def read_numbers(path):
    numbers = array.array("d")
    with open(path, "rb") as file:
        numbers.frombytes(file.read())
    return numbers


class Program:
    """A load program; use it in a `with`, which ends it."""

    def __init__(self, command, timeout=300):
        self.timeout = timeout
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                                        env={**os.environ, "NODE_ENV": "production", "NO_LOG_SUCCESS": "1"})
        self._expect("ready")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.process.stdin.close()
            self.process.wait(self.timeout)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        if kind is None and self.process.returncode:
            raise SystemExit(f"{' '.join(self.process.args[:2])} failed ({self.process.returncode})")

    def _expect(self, word):
        # A whole line comes at once, so that the buffer is empty whenever we wait.
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(self.timeout):
                raise SystemExit(f"no answer within {self.timeout} s: {' '.join(self.process.args)}")
        line = self.process.stdout.readline().split()
        if not line or line[0] != word:
            raise SystemExit(f"unexpected answer {line}: {' '.join(self.process.args)}")
        return line[1:]

    def begin(self, count=0):
        self.process.stdin.write(f"go {count}\n")

    def end(self):
        """Waits until what was begun is done: (messages, seconds from the beginning to the last of them)."""
        count, seconds = self._expect("done")
        return int(count), float(seconds)

    def go(self, count):
        self.begin(count)
        return self.end()

    def stop(self):
        self.process.stdin.write("stop\n")
        return self.end()
