"""Readers and senders of test_broker_fire.py: processes that are killed, started again, and tell what they had in hand."""

import dataclasses
import os
import struct
import subprocess
import threading
import time

from daemons import program

# struct note of broker_fire/fire.h
NOTE = struct.Struct("=IIq64s500q")
IDLE, RECEIVING, HANDLING, ENDING = range(4)
GAVE_UP = 3


@dataclasses.dataclass(frozen=True)
class Event:
    """Something that may have cost messages an attempt: a death, or a line of a reader's log."""

    since: float  # it happened after this
    at: float  # and before
    what: str
    phase: int
    received_at: float
    connection: str
    numbers: tuple
    batch: int


def start(role, **options):
    """test_broker_fire ROLE KEY=VALUE…"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE} if role == "hold" else {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    return subprocess.Popen([program("test_broker_fire"), role, *(f"{key}={value}" for key, value in options.items())], text=True, **pipes)


class Reader(threading.Thread):
    """A reader process that is started again whenever it dies, at once. What it held then is in `deaths`."""

    def __init__(self, conninfo, folder, number, batch, uses_next):
        super().__init__(daemon=True)
        self.note = os.path.join(folder, f"reader-{number}")
        self.batch = batch
        self.options = {"conninfo": conninfo, "name": f"reader-{number}", "note": self.note, "batch": batch, "next": int(uses_next)}
        self.deaths, self.starts, self.failure = [], 0, None
        self.killed_at = {}  # process: just before
        self.stopping = threading.Event()
        self.process = self._start()
        self.start()

    def _start(self):
        self.starts += 1
        return start("read", **self.options)

    def run(self):
        try:
            self._restart_for_ever()
        except Exception as error:  # the test asks for failures
            self.failure = repr(error)

    def _restart_for_ever(self):
        while True:
            status = self.process.wait()
            self.process.stdout.close()
            if status == 0 and self.stopping.is_set():
                return
            if status != -9:
                self.failure = f"reader {self.note} ended with {status}"
                return
            self.deaths.append(self._death(self.killed_at.get(self.process.pid)))
            self.process = self._start()
            if self.stopping.is_set():
                self.process.terminate()

    def _death(self, killed_at):
        now = time.time()
        data = b""
        if os.path.exists(self.note):
            with open(self.note, "rb") as file:
                data = file.read(NOTE.size)
        if len(data) < NOTE.size:  # killed before it had a note: it held nothing
            return Event(now, now, "killed", IDLE, 0.0, "-", (), self.batch)
        phase, count, received_at, connection, *numbers = NOTE.unpack(data)
        return Event(killed_at or now, now, "killed", phase, received_at / 1e6, connection.rstrip(b"\0").decode(), tuple(numbers[:count]), self.batch)

    def kill(self):
        process = self.process
        self.killed_at.setdefault(process.pid, time.time())
        process.kill()

    def stop(self, timeout=30):
        self.stopping.set()
        self.process.terminate()
        self.join(timeout)
        assert not self.is_alive(), f"reader {self.note} does not stop"

    def close(self):
        """Ends it whatever state it is in."""
        self.stopping.set()
        while self.is_alive():
            self.process.terminate()
            self.join(1)
            if self.is_alive():
                self.failure = self.failure or "had to be killed"
                self.process.send_signal(9)

    def events(self, terminated):
        """Its deaths, and what it wrote itself. terminated: connection: just before its backend was."""
        if not os.path.exists(self.note + ".log"):
            return list(self.deaths)
        with open(self.note + ".log", encoding="ascii") as log:
            return self.deaths + [self._line(line, terminated) for line in log]

    def _line(self, line, terminated):
        at, what, phase, received_at, connection, numbers = line.rstrip("\n").split(" ")
        return Event(terminated.get(connection, int(at) / 1e6), int(at) / 1e6, what, int(phase), int(received_at) / 1e6, connection,
                     tuple(int(n) for n in numbers.split(",") if n), self.batch)


class Holder:
    """A reader that is led by hand; see broker_fire/holder.c."""

    def __init__(self, conninfo, name):
        self.process = start("hold", conninfo=conninfo, name=name)
        self.expect("ready")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def expect(self, word):
        """The rest of the next line, which begins with `word`."""
        line = self.process.stdout.readline().split()
        assert line and line[0] == word, f"expected {word}, got {line}"
        return line[1:]

    def ask(self, line, word):
        self.say(line)
        return self.expect(word)

    def kill(self):
        self.process.kill()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
