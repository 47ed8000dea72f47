"""From rows to rows: the daemon and the peers in turns, on the same tables."""

import contextlib
import json
import os
import statistics
import subprocess
import time

from alone import peak, tokens_of
from harness import HERE, OURS, PEERS, PEERS_PYTHON, cpu_seconds, resident

ROUNDS = 3
STARTS = 7
QUESTIONS = 100
LIMITS = {"resident": 150, "start": 0.5, "difference": 1e-5}
COSINE_LIMITS = {"fast": 1e-4, "small": 3e-3}
KEPT_GOALS = {"fast": 0.99, "small": 0.94}
COMPARED = [("exact", "sentence_transformers"), ("exact", "fastembed"), ("exact", "fastembed_sorted"), ("fast", "sentence_transformers"),
            ("fast", "sentence_transformers_bf16"), ("small", "sentence_transformers")]


def turn(bench, name):
    """All sentences once: {"seconds", "cpu", "resident"}."""
    if name in PEERS:
        peer, model = bench.peer(name), bench.model_id()
        bench.empty()
        return {**peer.ask(f"run {model}"), "resident": resident(peer.process)}
    with bench.daemon(name) as daemon:
        bench.empty()
        before = cpu_seconds(daemon.process)
        seconds = bench.embed(daemon)
        return {"seconds": seconds, "cpu": cpu_seconds(daemon.process) - before, "resident": resident(daemon.process)}


def rate(bench):
    """Medians over rounds in which each comes once, every other round backwards: a slow minute of the machine hits all alike."""
    names = bench.engines(OURS + PEERS)
    for name in bench.engines(PEERS):
        bench.peer(name)
    turns, peaks = {name: [] for name in names}, []
    for number in range(1 if bench.arguments.quick else ROUNDS):
        for name in names if number % 2 == 0 else names[::-1]:
            if name in OURS:
                peaks.append(peak())
            turns[name].append(turn(bench, name))
            bench.say(f"{name}: {turns[name][-1]}")
            if name not in bench.files:
                bench.keep_vectors(name)
    report(bench, turns, max(peaks, default=0))


def report(bench, turns, best):
    count, tokens = len(bench.sentences), tokens_of(bench, bench.sentences)
    bench.value("sentences", count)
    bench.value("sentence_tokens", tokens / count, "in the mean, markers included")
    seconds = {name: statistics.median(turn["seconds"] for turn in list_of) for name, list_of in turns.items()}
    for name, list_of in turns.items():
        bench.value(f"{name}_sentences_per_second", count / seconds[name])
        bench.value(f"{name}_tokens_per_second", tokens / seconds[name])
        bench.value(f"{name}_sentences_per_cpu_second", count / statistics.median(turn["cpu"] for turn in list_of), "without PostgreSQL's")
        bench.value(f"{name}_resident", max(turn["resident"] for turn in list_of), "MB, behind it")
    for ours, peer in COMPARED:
        if ours in seconds and peer in seconds:
            bench.ratio(f"{ours}_vs_{peer}", seconds[peer] / seconds[ours])
    if "exact" in seconds:
        bench.value("peak", best, "GFLOP/s, fp32, two cores")
        bench.value("exact_gigaflops", tokens * flops(bench) / seconds["exact"] / 1e9, "of the linear layers alone")
        bench.ratio("exact_vs_peak", tokens * flops(bench) / seconds["exact"] / 1e9 / best)


def flops(bench):
    """Of the linear layers, for a token: a multiplication and an addition for each weight."""
    with open(os.path.join(bench.model, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    hidden, intermediate = config["hidden_size"], config["intermediate_size"]
    return 2 * config["num_hidden_layers"] * (4 * hidden * hidden + 2 * hidden * intermediate)


def accuracy(bench):
    """Our vectors against those of PyTorch in fp32."""
    reference = "sentence_transformers"
    names = bench.engines(OURS + ["sentence_transformers_bf16"])
    for name in [reference, *names]:
        if name not in bench.files:
            turn(bench, name)
            bench.keep_vectors(name)
    for name in names:
        done = subprocess.run([PEERS_PYTHON, "-B", os.path.join(HERE, "quality.py"), bench.files[reference], bench.files[name]],
                              check=True, stdout=subprocess.PIPE)
        found = json.loads(done.stdout)
        bench.value(f"{name}_difference", found["difference"], "the greatest between two numbers")
        bench.value(f"{name}_cosine_from_one", 1 - found["cosine"], "mean")
        bench.value(f"{name}_lowest_cosine_from_one", 1 - found["lowest"])
        bench.value(f"{name}_nearest_10_kept", found["kept"])
        if name == "exact":
            bench.ratio("exact_difference_to_limit", found["difference"] / LIMITS["difference"])
        if name in COSINE_LIMITS:
            bench.ratio(f"{name}_cosine_to_limit", (1 - found["cosine"]) / COSINE_LIMITS[name])
            bench.ratio(f"{name}_nearest_10_to_goal", found["kept"] / KEPT_GOALS[name])


def memory(bench):
    """With a text of 10,000 tokens beside the others."""
    bench.connection.execute("DELETE FROM hartonomous.atom WHERE tenant_id = 3")
    bench.add_atoms(3, [" ".join(["word"] * 10_000), *bench.sentences[:500]])
    for name in bench.engines(OURS):
        with bench.daemon(name) as daemon:
            bench.embed(daemon, tenant=3)
            used = resident(daemon.process)
        bench.value(f"{name}_resident_long_text", used, "MB")
        if name == "exact":
            bench.ratio("exact_resident_to_limit", used / LIMITS["resident"])
        bench.empty()


def ask(bench, text):
    """Milliseconds until the vector of a text is there, by way of PostgreSQL."""
    begun = time.monotonic()
    handle = bench.one("SELECT hartonomous.embed_texts(%s::text[], NULL)", [text])
    error = bench.one("SELECT error FROM hartonomous.embedded_texts(%s::bigint, interval '60 s')", handle)
    if error:
        raise SystemExit(f"a question was refused: {error}")
    return 1000 * (time.monotonic() - begun)


def questions(bench):
    """Of somebody who waits: nothing else to do, and in front of a backlog of all sentences."""
    for name in bench.engines(OURS):
        with bench.daemon(name) as daemon:
            bench.empty()
            idle = statistics.median(ask(bench, f"Where is number {number}?") for number in range(QUESTIONS))
            bench.send(1)
            busy = []
            while len(busy) < QUESTIONS and bench.one("SELECT count(*) FROM hartonomous.embedding WHERE tenant_id = 1") < len(bench.sentences):
                busy.append(ask(bench, f"Where is number {len(busy)} now?"))
            bench.wait(daemon, 1)
        bench.value(f"{name}_question", idle, "ms, the median")
        bench.value(f"{name}_question_beside_backlog", statistics.median(busy), "ms, the median")
        bench.empty()


def start(bench):
    """From the start of the daemon until it says READY=1."""
    for name in bench.engines(OURS):
        seconds = []
        for _ in range(STARTS):
            begun = time.monotonic()
            with contextlib.ExitStack() as stack:
                stack.enter_context(bench.daemon(name, warm=False))
                seconds.append(time.monotonic() - begun)
        bench.value(f"{name}_start", statistics.median(seconds), "s")
        if name == "exact":
            bench.ratio("exact_start_to_limit", statistics.median(seconds) / LIMITS["start"])
