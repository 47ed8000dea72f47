"""Reads the #include lines below src/ and include/ and names each that breaks the order of the folders.

usage: layers.py SOURCE_FOLDER | --selftest
"""

import os
import re
import sys
import tempfile

# Folder of src/ -> the folders it stands on. What those stand on is allowed too. Stages (the five at the end) are in nobody's
# row: they meet in the broker alone.
BELOW = {
    "common": [],
    "postgres": ["common"],
    "http": ["common"],
    "broker": ["postgres"],
    "schema": ["postgres"],
    "catalog": ["postgres"],
    "worker": ["broker", "schema"],
    "atomizer": ["common"],
    "encoder": ["http"],
    "graph": ["http"],
    "graph_state": ["graph", "postgres"],
    "graph_check": ["graph_state", "broker"],
    "provenance": ["graph", "postgres"],
    "atomize": ["atomizer"],
    "ingestion": ["worker", "atomizer"],
    "graph_sync": ["worker", "graph_state"],
    "embedding": ["worker", "encoder", "http"],
    "fetch": ["worker", "http"],
    "ctl": ["worker", "catalog", "graph_check", "provenance", "encoder", "atomizer"],
}

# Contract header of include/hartonomous -> its folder. One that is not here is named after its folder.
CONTRACTS = dict.fromkeys(
    ["clock", "compression", "digest", "error", "json", "memory", "settings", "standard_streams", "utf8"], "common")
CONTRACTS["document"] = "atomizer"

# Foreign header, or its first folder -> its one home.
HOMES = {
    "libpq-fe.h": "postgres", "libpq": "postgres",
    "curl": "http",
    "jansson.h": "common", "openssl": "common", "zstd.h": "common",
    "systemd": "worker", "microhttpd.h": "worker",
    "unicode": "atomizer",
    "magic.h": "atomizer", "archive.h": "atomizer", "archive_entry.h": "atomizer", "libxml": "atomizer", "yaml.h": "atomizer", "yajl": "atomizer",
    "expat.h": "atomizer", "cmark-gfm.h": "atomizer", "cmark-gfm-core-extensions.h": "atomizer", "cmark-gfm-extension_api.h": "atomizer",
    "poppler.h": "atomizer", "glib.h": "atomizer", "gio": "atomizer", "cairo.h": "atomizer", "gmime": "atomizer",
    "libavformat": "atomizer", "libavcodec": "atomizer", "libavutil": "atomizer", "libswscale": "atomizer", "libswresample": "atomizer",
    "tree_sitter": "atomizer", "git2.h": "ctl",
    "dnnl.h": "encoder", "sentencepiece_processor.h": "encoder", "oneapi": "encoder", "onnxruntime_c_api.h": "encoder",
    "seccomp.h": "atomize",
}

# What every Linux has: C17, POSIX, the kernel. Neither foreign nor ours.
SYSTEM = set("""
    assert.h ctype.h errno.h float.h inttypes.h iso646.h limits.h locale.h math.h setjmp.h signal.h stdalign.h stdarg.h
    stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h threads.h time.h wchar.h wctype.h
    arpa dirent.h dlfcn.h elf.h endian.h fcntl.h fnmatch.h fts.h ftw.h getopt.h glob.h grp.h iconv.h langinfo.h libgen.h linux malloc.h net netdb.h netinet
    exception string
    poll.h pthread.h pwd.h regex.h sched.h spawn.h strings.h sys sysexits.h syslog.h termios.h unistd.h cpuid.h immintrin.h
    """.split())

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


def closure(folder):
    found = {folder}
    for below in BELOW[folder]:
        found |= closure(below)
    return found


def owner(contract):
    name = contract.removesuffix(".h")
    return CONTRACTS.get(name, name)


def judge(path, folder, bracket, header):
    """What is wrong with this include line of a file of `folder`; None where nothing is."""
    family = header.split("/")[0]
    if family == "hartonomous":
        home = owner(header.split("/", 1)[1])
        if home not in BELOW:
            return f"<{header}> belongs to no folder this test knows"
        return None if home in closure(folder) else f"<{header}> belongs to {home}, which is not below {folder}"
    if bracket == '"':
        inside = os.path.normpath(os.path.join(os.path.dirname(path), header)).startswith(os.path.join("src", folder, ""))
        return None if inside else f"\"{header}\" is private to another folder"
    if family in SYSTEM:
        return None
    if path.startswith("include"):
        return f"<{header}> is foreign: contracts show our own types alone"
    if family not in HOMES:
        return f"<{header}> is of a library that has no home yet: give it one here"
    return None if HOMES[family] == folder else f"<{header}> is included in src/{HOMES[family]} alone"


def sources(top):
    for folder, _, files in os.walk(top):
        for file in sorted(files):
            if file.endswith((".c", ".cc", ".h")):
                yield os.path.join(folder, file)


def faults(root):
    found = []
    files = [(path, os.path.relpath(path, os.path.join(root, "src")).split(os.sep)[0])
             for path in sources(os.path.join(root, "src"))]
    files += [(path, owner(os.path.basename(path))) for path in sources(os.path.join(root, "include"))]
    for path, folder in files:
        name = os.path.relpath(path, root)
        if folder not in BELOW:
            found.append(f"{name}: src/{folder} has no row in this test")
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for bracket, header in INCLUDE.findall(text):
            wrong = judge(name, folder, bracket, header)
            if wrong:
                found.append(f"{name}: {wrong}")
    return found, len(files)


# File and line -> whether it is a fault: a test of the test.
SELFTEST = [
    ("src/common/a.c", "#include <openssl/evp.h>", False),
    ("src/common/a.c", "#include <hartonomous/http.h>", True),
    ("src/broker/a.c", "#include <hartonomous/json.h>", False),
    ("src/broker/a.c", "#include <libpq-fe.h>", True),
    ("src/broker/a.c", "  #  include \"../postgres/wait.h\"", True),
    ("src/broker/a.c", "#include \"wait.h\"", False),
    ("src/atomizer/strategies/a.c", "#include \"../segment.h\"", False),
    ("src/broker/a.c", "#include <hartonomous/worker.h>", True),
    ("src/graph_sync/a.c", "#include <hartonomous/broker.h>", False),
    ("src/graph_sync/a.c", "#include <hartonomous/encoder.h>", True),
    ("src/ingestion/a.h", "#include <curl/curl.h>", True),
    ("src/ingestion/a.h", "#include <yaml.h>", True),
    ("src/ingestion/a.h", "#include <sys/socket.h>", False),
    ("src/surprise/a.h", "#include <stdio.h>", True),
    ("include/hartonomous/error.h", "#include <stdarg.h>", False),
    ("include/hartonomous/error.h", "#include <jansson.h>", True),
    ("include/hartonomous/postgres.h", "#include <libpq-fe.h>", True),
    ("include/hartonomous/surprise.h", "#include <hartonomous/error.h>", True),
]


def selftest():
    failed = 0
    for path, line, is_fault in SELFTEST:
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, os.path.dirname(path)))
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(line + "\n")
            found, _ = faults(root)
        if bool(found) != is_fault:
            print(f"{path}: {line}: {found or 'no fault found'}")
            failed += 1
    return failed


def main():
    if sys.argv[1:] == ["--selftest"]:
        return min(selftest(), 1)
    if len(sys.argv) != 2:
        print(__doc__)
        return 64
    found, files = faults(sys.argv[1])
    print("\n".join(found) or f"{files} files keep the order")
    return 1 if found or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
