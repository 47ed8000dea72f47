"""quality.py REFERENCE OTHER: how far the vectors of one file (float32, one behind the other) are from those of another, as JSON."""

import json
import sys

import numpy

DIMENSION = 384
KEPT = 10


def nearest(vectors):
    """For each vector the KEPT others that are nearest to it."""
    likeness = vectors @ vectors.T
    numpy.fill_diagonal(likeness, -2)
    return numpy.argpartition(-likeness, KEPT, axis=1)[:, :KEPT]


def main():
    reference, other = (numpy.fromfile(path, "<f4").reshape(-1, DIMENSION) for path in sys.argv[1:])
    mine, theirs = (vectors.astype("f8") for vectors in (reference, other))
    cosines = (mine * theirs).sum(axis=1) / numpy.linalg.norm(mine, axis=1) / numpy.linalg.norm(theirs, axis=1)
    kept = [len(set(a) & set(b)) / KEPT for a, b in zip(nearest(reference), nearest(other))]
    print(json.dumps({"difference": float(abs(reference - other).max()), "cosine": float(cosines.mean()), "lowest": float(cosines.min()),
                      "kept": sum(kept) / len(kept)}))


if __name__ == "__main__":
    main()
