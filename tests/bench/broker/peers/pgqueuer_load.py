"""pgqueuer, by the protocol of the load programs (client/client.h).

Settings as in its own benchmark: asyncpg, uvloop, several queue managers with a connection each, an async entrypoint (a sync
one would need a thread for each job), the installation's default durability (everything logged)."""

import array
import asyncio
import json
import logging
import sys
import time

import asyncpg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

ENTRYPOINT = "bench"
BODY_SIZE = 200


def now():
    return time.monotonic_ns() / 1e3


def body(number):
    head = b'{"n": %d, "pad": "' % number
    return head + b"x" * (BODY_SIZE - len(head) - 2) + b'"}'


class Work:
    """What has to be done, and what was done."""

    def __init__(self, words):
        self.members, self.batch, self.first, self.rate, self.arrival, self.out = 1, 1, 0, 0, 0, ""
        for word in words:
            name, value = word.split("=")
            setattr(self, name, value if name == "out" else int(value))
        self.handled = self.before = 0
        self.begun_at = self.last_at = 0.0
        self.target = 0
        self.stopped = False
        self.times = array.array("d")
        self.ids = array.array("d")

    @property
    def endless(self):
        return self.target is None

    @property
    def over(self):
        return self.stopped or self.target is not None and self.handled >= self.target

    def note(self, number, at):
        self.times.extend((at, 1))
        self.ids.append(number)
        self.note_count(1, at)

    def note_count(self, count, at):
        self.handled += count
        self.last_at = at

    def write(self):
        if self.out:
            for kind, numbers in (("times", self.times), ("ids", self.ids)):
                with open(f"{self.out}.0.{kind}", "wb") as file:
                    numbers.tofile(file)


async def connect(conninfo):
    words = dict(word.split("=", 1) for word in conninfo.split())
    return await asyncpg.connect(host=words["host"], user=words["user"], database=words["dbname"])


class Receiver:
    async def open(self, conninfo, work):
        self.managers = []
        for _ in range(work.members):
            manager = PgQueuer(AsyncpgDriver(await connect(conninfo)))

            @manager.entrypoint(ENTRYPOINT)
            async def handle(job):
                work.note(json.loads(job.payload)["n"], now())

            self.managers.append(manager)

    async def run(self, work):
        running = asyncio.gather(*(manager.run(batch_size=work.batch) for manager in self.managers))
        while not work.over:
            done, _ = await asyncio.wait([running], timeout=0.005)
            if done:
                raise RuntimeError("a queue manager ended")
        for manager in self.managers:
            manager.shutdown.set()
        await running

    async def close(self):
        pass


class Sender:
    async def open(self, conninfo, work):
        self.queries = [Queries(AsyncpgDriver(await connect(conninfo))) for _ in range(work.members)]

    async def send(self, queries, work, first, count):
        if count == 1:
            await queries.enqueue(ENTRYPOINT, body(first))
        else:
            await queries.enqueue([ENTRYPOINT] * count, [body(first + i) for i in range(count)], [0] * count)
        work.note_count(count, now())

    async def run(self, work):
        if work.rate:
            following = now()
            while not work.stopped:
                following += 1e6 / work.rate
                await asyncio.sleep(max(0.0, (following - now()) / 1e6))
                await self.send(self.queries[0], work, round(now()), 1)
            return
        at = work.before

        async def one(queries):
            nonlocal at
            while not work.stopped and (work.endless or at < work.target):
                first = at
                count = work.batch if work.endless else min(work.batch, work.target - first)
                at += count
                await self.send(queries, work, work.first + first, count)

        await asyncio.gather(*(one(queries) for queries in self.queries))

    async def close(self):
        pass


class Installer:
    async def open(self, conninfo, _work):
        await Queries(AsyncpgDriver(await connect(conninfo))).install()

    async def run(self, _work):
        pass

    async def close(self):
        pass


async def go(role, work, count):
    work.before = work.handled
    work.target = work.handled + count if count else None
    work.stopped = False
    work.begun_at = now()
    await role.run(work)
    print(f"done {work.handled - work.before} {max(0.0, work.last_at - work.begun_at) / 1e6:.6f}", flush=True)


async def main():
    logging.disable(logging.WARNING)
    mode, conninfo, *words = sys.argv[1:]
    work = Work(words)
    role = {"receive": Receiver, "send": Sender, "install": Installer}[mode]()
    await role.open(conninfo, work)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("ready", flush=True)
    running = None
    while line := (await lines.readline()).decode().strip():
        if line == "stop":
            work.stopped = True
        else:
            running = asyncio.create_task(go(role, work, int(line.split()[1])))
            running.add_done_callback(lambda task: task.cancelled() or task.exception() and sys.exit(1))
    if running:
        await running
    await role.close()
    work.write()


if __name__ == "__main__":
    uvloop.run(main())
