#!/usr/bin/env python3
"""Module text."""
from __future__ import annotations
import os, sys
from pathlib import Path

LIMIT = 10
# Not attached.

# Attached.
@decorated(1)
def top(a, b=2):
    """Doc."""
    return a + b


class Shape(Base):
    """A shape."""

    sides: int = 4

    def __init__(self):
        self.x = 1

    @property
    def area(self):
        def inner():
            pass
        return 0

    class Meta:
        name = "x"


async def later():
    pass

if __name__ == "__main__":
    top(1)
    Shape()
