"""The tree keeps its rules: sources are written out, every stage has all its parts. (tests/unit/layers reads the include lines.)"""

import os
import subprocess

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def sources():
    for folder, _, files in os.walk(os.path.join(SOURCE, "src")):
        for file in files:
            if file.endswith((".c", ".h")):
                yield os.path.join(folder, file)


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
    for stage, page in {"ingestion": "ingestion", "graph-sync": "graph", "embedding": "embedding", "fetch": "fetch"}.items():
        for path in (f"src/{stage.replace('-', '_')}", f"units/hartonomous-{stage}.service.in", f"docs/{page}.md", f"docs/man/hartonomous-{stage}.8"):
            assert os.path.exists(os.path.join(SOURCE, path)), path
        help_text = subprocess.run([os.path.join(build, "bin", f"hartonomous-{stage}"), "--help"], capture_output=True, text=True, check=True).stdout
        assert "--config-dir" in help_text and "--check-config" in help_text
