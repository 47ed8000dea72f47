"""What the scenarios share: the server, the competitors, and printing."""

import os
import statistics

import competitors
from figures import Figures


class Bench(Figures):
    def __init__(self, cluster, folder):
        self.cluster, self.folder = cluster, folder
        super().__init__()
        self.competitors, self.outputs = {}, 0

    def competitor(self, name):
        if name not in self.competitors:
            self.say(f"{name}: a database of its own")
            self.competitors[name] = competitors.ALL[name](self.cluster)
        return self.competitors[name]

    def output(self):
        """A new prefix for what a load program writes."""
        self.outputs += 1
        return os.path.join(self.folder, str(self.outputs))


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
