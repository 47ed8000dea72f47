"""Vectors of 2,000 texts of all kinds, from message to row, are those that PyTorch gives; also where the processor can do less."""

import array
import json
import math
import operator

import pytest
from vector_texts import COUNT, REFERENCE, WHOLE, compared, texts

# A number's difference at the most; the cosine in the mean, and for each sentence.
EXACT = 1e-5
COSINES = {"fast": (0.9999, 0.9995), "small": (0.997, 0.99)}
LESS = {"ONEDNN_MAX_CPU_ISA": "AVX2"}


@pytest.fixture(scope="module")
def chosen(model):
    return texts(model)


@pytest.fixture(scope="module")
def reference():
    """For each text, the numbers of its vector that are known."""
    numbers = array.array("f")
    with open(REFERENCE, "rb") as file:
        numbers.frombytes(file.read())
    rows, at = [], 0
    for number in range(COUNT):
        rows.append(numbers[at:at + len(compared(number))])
        at += len(compared(number))
    assert at == len(numbers)
    return rows


@pytest.fixture
def vectors(start, database, settings, model, wait_until):
    """vectors(texts, precision, environment): what the daemon wrote for them, in order, and how it says it computed."""

    def add(connection, text):
        content = text.encode()
        return connection.execute(
            "INSERT INTO hartonomous.atom (tenant_id, modality, subtype, content_hash, size, atomic_value, canonical_text)"
            " VALUES (1, 'text', 'sentence', sha256(%s), %s, %s, %s) RETURNING atom_id",
            (content, len(content), content if len(content) <= 64 else b"", text)).fetchone()[0]

    def run(chosen, precision, environment=None):
        with database.connect() as connection, connection.transaction():
            connection.execute("INSERT INTO hartonomous.tenant (tenant_id) VALUES (1) ON CONFLICT DO NOTHING")
            ids = [add(connection, text) for text in chosen]
            for first in range(0, len(ids), 64):
                connection.execute("SELECT broker.send_one('IngestionService', 'EmbeddingService', 'EmbeddingContract', 'EmbeddingRequest', %s::jsonb)",
                                   (json.dumps({"TenantId": 1, "AtomIds": ids[first:first + 64]}),))
        start("embedding", environment=environment, worker={"workers": 2}, model={"directory": model, "precision": precision})
        wait_until(lambda: database.value("SELECT count(*) FROM hartonomous.embedding") == len(ids), 300)
        with database.connect() as connection, connection.cursor(binary=True) as cursor:
            rows = [array.array("f", row[0]) for row in cursor.execute("SELECT vector FROM hartonomous.embedding ORDER BY atom_id")]
        return rows, database.value("SELECT engine FROM hartonomous.model")

    return run


def cosine(one, other):
    product, one_square, other_square = (math.fsum(map(operator.mul, a, b)) for a, b in ((one, other), (one, one), (other, other)))
    return product / math.sqrt(one_square * other_square)


def differences(rows, reference):
    return [max(abs(row[at] - known[i]) for i, at in enumerate(compared(number))) for number, (row, known) in enumerate(zip(rows, reference))]


@pytest.mark.parametrize("environment", [None, LESS], ids=["as it is", "AVX2"])
def test_exact_vectors_are_those_of_pytorch(vectors, chosen, reference, environment):
    rows, engine = vectors(chosen, "exact", environment)
    assert engine == "native/exact"
    found = differences(rows, reference)
    worst = max(range(COUNT), key=found.__getitem__)
    assert found[worst] < EXACT, f"{chosen[worst]!r}: {rows[worst][:5]} …, expected {reference[worst][:5]} …"
    assert all(abs(math.fsum(x * x for x in row) - 1) < 1e-5 for row in rows)


@pytest.mark.parametrize("environment", [None, LESS], ids=["as it is", "AVX2"])
@pytest.mark.parametrize("precision", list(COSINES))
def test_other_precisions_keep_to_their_bounds(vectors, chosen, reference, precision, environment):
    """With English sentences. Where the processor lacks what a precision needs, the engine says in brackets what it does instead."""
    rows, engine = vectors(chosen[:WHOLE], precision, environment)
    assert engine.startswith(f"native/{precision}")
    found = [cosine(row, known) for row, known in zip(rows, reference)]
    mean, least = COSINES[precision]
    assert math.fsum(found) / len(found) >= mean
    worst = min(range(WHOLE), key=found.__getitem__)
    assert found[worst] >= least, f"{chosen[worst]!r}: cosine {found[worst]}"
