"""What the scenarios share: the server, the competitors, and printing."""

import os
import statistics
import sys
import time

import competitors


class Bench:
    def __init__(self, cluster, folder):
        self.cluster, self.folder = cluster, folder
        self.begun = time.monotonic()
        self.competitors, self.ratios, self.outputs = {}, [], 0

    def competitor(self, name):
        if name not in self.competitors:
            self.say(f"{name}: a database of its own")
            self.competitors[name] = competitors.ALL[name](self.cluster)
        return self.competitors[name]

    def output(self):
        """A new prefix for what a load program writes."""
        self.outputs += 1
        return os.path.join(self.folder, str(self.outputs))

    def say(self, text):
        print(f"{time.monotonic() - self.begun:6.1f} s  {text}", file=sys.stderr, flush=True)

    def value(self, name, number, unit=""):
        print(f"value {name} {number:.4g}" + (f"  ({unit})" if unit else ""), flush=True)

    def ratio(self, name, number):
        """Ratios come at the end, together."""
        self.ratios.append((name, number))

    def print_ratios(self):
        for name, number in self.ratios:
            print(f"ratio {name} {number:.3g}", flush=True)


def alternate(rounds, cases, measure):
    """Medians of measure(case) over rounds in which each case comes once: a slow minute of the machine hits all alike."""
    results = {case: [] for case in cases}
    for _ in range(rounds):
        for case in cases:
            results[case].append(measure(case))
    return {case: statistics.median(numbers) for case, numbers in results.items()}


def best_peer(rates):
    """The highest of {(competitor, …): rate} that is not ours."""
    return max(rate for (competitor, *_), rate in rates.items() if competitor != "broker")
