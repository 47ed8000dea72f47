"""The graph is right after anything: random changes in PostgreSQL, and meanwhile the daemon, Neo4j and PostgreSQL are killed and
restarted, and a proxy between them cuts, delays and falsifies. After each round both sides are compared in full.

HARTONOMOUS_FIRE_ROUNDS and HARTONOMOUS_FIRE_SEED choose another number of rounds and another seed; a failure names both."""

import os
import random
import signal
import threading
import time


from graph_changes import Changes
from graph_state import assert_equal, dead_letters, idle
from neo4j_proxy import Neo4jProxy

SLOW = True

ROUNDS = int(os.environ.get("HARTONOMOUS_FIRE_ROUNDS", "4"))
SEED = int(os.environ.get("HARTONOMOUS_FIRE_SEED", random.SystemRandom().randrange(1 << 32)))

FAULTS = ["delay", "truncate", "reset", "lose", "cut-request", "hang", "status:500", "status:503", "status:429", "status:401", "after:500", "after:503",
          "status:503:Neo.TransientError.General.DatabaseUnavailable", "status:400:Neo.TransientError.Transaction.DeadlockDetected",
          'body:{"data":', "body:"]


class Fire:
    """The servers of a round, and what befalls them."""

    def __init__(self, chance, cluster, graph, daemon, proxy):
        self.chance, self.cluster, self.graph, self.daemon, self.proxy = chance, cluster, graph, daemon, proxy

    def daemon_dies(self):
        os.kill(self.daemon.pid, signal.SIGKILL)

    def daemon_restarts(self):
        os.kill(self.daemon.pid, signal.SIGTERM)

    def neo4j_dies(self):
        self.graph.kill9()
        self.graph.start(300)

    def neo4j_restarts(self):
        self.graph.stop()
        self.graph.start(300)

    def postgresql_dies(self):
        self.cluster.kill9()
        self.cluster.start(120)

    def postgresql_restarts(self):
        self.cluster.restart(self.chance.choice(["fast", "immediate"]))

    def network_fails(self):
        self.proxy.randomly(self.chance.randrange(1 << 32), self.chance.choice([0.1, 0.3, 0.7]), self.chance.sample(FAULTS, 4))

    def network_is_cut(self):
        self.proxy.cut()

    def nobody_listens(self):
        self.proxy.mode = "refuse"

    def network_heals(self):
        self.proxy.mode = "pass"


# What comes often, and what takes long.
BLOWS = ["daemon_dies"] * 4 + ["network_fails"] * 6 + ["network_is_cut"] * 3 + ["network_heals"] * 2 + ["nobody_listens"] + \
        ["daemon_restarts"] * 2 + ["postgresql_restarts", "postgresql_dies", "neo4j_dies", "neo4j_restarts"]


def burn(fire, database, changes, blows):
    """Changes of a round, from a thread of its own, and blows while they are made."""
    over = threading.Event()
    worker = threading.Thread(target=changes.run, args=(database, over))
    worker.start()
    try:
        for blow in blows:
            begun, seen = time.monotonic(), changes.made
            while changes.made < seen + fire.chance.randrange(1, 20) and worker.is_alive() and time.monotonic() - begun < 5:
                time.sleep(0.01)
            getattr(fire, blow)()
    finally:
        over.set()
        worker.join(120)
    assert not worker.is_alive() and changes.failures == [], changes.failures


def sections(graph, proxy):
    """A daemon that gives up on an answer soon, and does its work in small portions."""
    return {"worker": {"retry_base": "20ms", "retry_max": "200ms", "maintenance": "1s", "batch_size": 20},
            "neo4j": {"url": proxy.url, "user": graph.user, "batch_size": 200, "timeout": "10s", "lanes": 2}, "sync": {"piece": 150}}


def check(ctl, settings, graph, proxy):
    """`hartonomousctl graph check` on a network that works, with the time it needs."""
    settings.write("graph-sync", {"neo4j": {"url": graph.url, "user": graph.user, "timeout": "5min"}})
    try:
        return ctl("graph", "check", check=False, timeout=600)
    finally:
        settings.write("graph-sync", sections(graph, proxy))


def test_the_graph_is_right_after_anything(cluster, graph, database, ctl, settings, start, wait_until):
    print(f"HARTONOMOUS_FIRE_SEED={SEED}")
    chance = random.Random(SEED)
    changes = Changes(random.Random(chance.randrange(1 << 32)))
    with Neo4jProxy(graph.http_port, delay=0.3) as proxy:
        daemon = start("graph-sync", **sections(graph, proxy)).supervise()
        fire = Fire(chance, cluster, graph, daemon, proxy)
        for number in range(ROUNDS):
            blows = [chance.choice(BLOWS) for _ in range(chance.randrange(2, 7))]
            told = f"round {number} of seed {SEED}: {', '.join(blows)}"
            print(told)
            burn(fire, database, changes, blows)
            fire.network_heals()
            wait_until(lambda: idle(database), 300, f"the queue is empty after {told}; {daemon.status}")
            assert dead_letters(database) == [], told
            assert_equal(database, graph)
            checked = check(ctl, settings, graph, proxy)
            assert checked.returncode == 0, f"{told}\n{checked.stdout}{checked.stderr}"
        print(f"{changes.made} changes, {changes.refused} refused, {daemon.restarts} restarts of the daemon, {dict(proxy.counts)}")
        assert changes.made > 10 * ROUNDS and daemon.restarts > 0
