"""Waiting for a condition with a deadline: tests never sleep and hope."""

import time


def wait_until(predicate, timeout=30.0, what=None, interval=0.02):
    """Returns the first true value of predicate(); fails with the last value seen once `timeout` seconds are over."""
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            name = what or getattr(predicate, "__name__", "condition")
            raise AssertionError(f"not within {timeout} s: {name}; last value: {value!r}")
        time.sleep(interval)
