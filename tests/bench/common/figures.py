"""What a benchmark prints: its progress, its values, and at the end its ratios."""

import sys
import time


class Figures:
    def __init__(self):
        self.begun = time.monotonic()
        self.ratios = []

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
