"""The tree keeps its rules: a foreign library has one home, dependencies point one way, sources are written out."""

import os
import re
import subprocess

import pytest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Each foreign header's one folder below src/.
HOMES = {
    r"libpq-fe\.h|libpq/": "postgres",
    r"curl/": "http",
    r"jansson\.h": "common",
    r"openssl/": "common",
    r"zstd\.h": "common",
    r"systemd/": "worker",
    r"microhttpd\.h": "worker",
    r"unicode/": "atomizer",
    r"oneapi/dnnl|dnnl": "encoder",
    r"seccomp\.h": "atomize",
}

# What each folder may include of ours: contracts of the layers below it (and its own).
ALLOWED = {
    "common": set(),
    "postgres": {"common"},
    "http": {"common"},
    "broker": {"common", "postgres"},
    "worker": {"common", "postgres", "broker"},
    "schema": {"common", "postgres"},
    "catalog": {"common", "postgres"},
    "atomizer": {"common"},
    "atomize": {"common", "atomizer"},
    "encoder": {"common"},
    "graph": {"common", "http"},
    "ingestion": {"common", "postgres", "broker", "worker", "atomizer", "schema", "atomize"},
    "graph_sync": {"common", "postgres", "http", "broker", "worker", "graph", "schema"},
    "embedding": {"common", "postgres", "http", "broker", "worker", "encoder", "schema"},
    "ctl": {"common", "postgres", "http", "broker", "worker", "schema", "catalog", "atomizer", "graph", "encoder"},
}

# Whose contract a header of include/hartonomous is; one that is not named here is its folder's own ("worker.h").
CONTRACTS = {
    "clock.h": "common", "compression.h": "common", "digest.h": "common", "error.h": "common", "json.h": "common", "memory.h": "common",
    "settings.h": "common", "utf8.h": "common",
}


def sources():
    for folder, _, files in os.walk(os.path.join(SOURCE, "src")):
        for file in files:
            if file.endswith((".c", ".h")):
                yield os.path.join(folder, file)


def folder_of(path):
    return os.path.relpath(path, os.path.join(SOURCE, "src")).split(os.sep)[0]


def includes(path, pattern):
    with open(path, encoding="utf-8") as file:
        return re.findall(r"^\s*#\s*include\s+" + pattern, file.read(), re.MULTILINE)


@pytest.mark.parametrize("header", HOMES)
def test_a_foreign_library_has_one_home(header):
    users = {folder_of(path) for path in sources() if includes(path, f"[<\"]((?:{header})[^>\"]*)[>\"]")}
    assert users == {HOMES[header]}


def test_dependencies_point_one_way():
    wrong = []
    for path in sources():
        folder = folder_of(path)
        for header in includes(path, r"<hartonomous/([^>]+)>"):
            owner = CONTRACTS.get(header, header.removesuffix(".h"))
            if owner != folder and owner not in ALLOWED[folder]:
                wrong.append(f"{os.path.relpath(path, SOURCE)} includes <hartonomous/{header}>")
        for header in includes(path, r'"([^"]+)"'):
            owner = header.split("/")[-2] if "/" in header else folder
            if owner in ALLOWED and owner != folder and owner not in ALLOWED[folder]:
                wrong.append(f"{os.path.relpath(path, SOURCE)} includes \"{header}\"")
    assert not wrong


def test_every_source_file_is_built():
    """Source lists are written out; a file that nobody names would be forgotten."""
    forgotten = []
    for path in sources():
        if not path.endswith(".c"):
            continue
        folder = os.path.dirname(path)
        lists = ""
        while folder.startswith(os.path.join(SOURCE, "src")):
            if os.path.exists(os.path.join(folder, "CMakeLists.txt")):
                with open(os.path.join(folder, "CMakeLists.txt"), encoding="utf-8") as file:
                    lists += file.read()
            folder = os.path.dirname(folder)
        if os.path.basename(path) not in lists:
            forgotten.append(os.path.relpath(path, SOURCE))
    assert not forgotten


def test_every_stage_has_its_parts(build):
    """One stage = one folder = one daemon = one unit = one settings file = one page."""
    for stage in ("ingestion", "graph-sync", "embedding"):
        for path in (f"src/{stage.replace('-', '_')}", f"units/hartonomous-{stage}.service.in", f"docs/{stage}.md"):
            assert os.path.exists(os.path.join(SOURCE, path)), path
        help_text = subprocess.run([os.path.join(build, "bin", f"hartonomous-{stage}"), "--help"], capture_output=True, text=True, check=True).stdout
        assert "--config-dir" in help_text and "--check-config" in help_text
