"""The documentation says what is true: settings are the programs' own, links lead somewhere, what is named exists."""

import os
import re
import subprocess

import pytest

from daemons import program

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = ["README.md"] + sorted(os.path.join(folder, name)[len(SOURCE) + 1:] for folder, _, names in os.walk(os.path.join(SOURCE, "docs"))
                               for name in names if name.endswith(".md"))


def read(page):
    with open(os.path.join(SOURCE, page), encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    folder = os.path.dirname(os.path.join(SOURCE, page))
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)", read(page))
    assert [target for target in targets if not os.path.exists(os.path.join(folder, target))] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != "docs/adding-an-atomizer.md"])  # names files yet to be written
def test_files_that_are_named_exist(page):
    named = re.findall(r"`((?:src|include|tests|scripts|units|conf|cmake|docs)/[\w./-]+?)/?`", read(page))
    assert [path for path in named if not os.path.exists(os.path.join(SOURCE, path))] == []


@pytest.mark.parametrize("name, option", [("ingestion", "--help-settings=hartonomous"), ("ingestion", "--help-settings"),
                                          ("graph-sync", "--help-settings"), ("embedding", "--help-settings"), ("fetch", "--help-settings")])
def test_settings_page_has_every_setting(name, option):
    """docs/settings.md holds what --help-settings prints, word for word; scripts/settings-page writes it anew."""
    printed = subprocess.run([program(f"hartonomous-{name}"), option], capture_output=True, text=True, check=True).stdout
    page = read("docs/settings.md")
    assert printed.strip() in page


def test_readme_names_commands_that_exist():
    commands = set(re.findall(r"^(?:runuser .* )?hartonomousctl ((?:[a-z-]+ ?){1,2}?)(?= |$)", read("README.md"), re.MULTILINE))
    assert commands
    for command in commands:
        done = subprocess.run([program("hartonomousctl"), *command.split(), "--help"], capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"


def test_every_decision_is_in_the_index():
    index = read("docs/decisions/README.md")
    records = [name for name in os.listdir(os.path.join(SOURCE, "docs", "decisions")) if re.match(r"\d{4}-", name)]
    assert [name for name in records if f"({name})" not in index] == []
