"""hartonomousctl ingest --git: the files of a revision, what they are, and the commits that lead to it."""

import json
import os
import subprocess

import pytest

ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
               "GIT_AUTHOR_NAME": "Erika Müller", "GIT_AUTHOR_EMAIL": "erika@example.org", "GIT_AUTHOR_DATE": "2024-02-29T13:00:00+0100",
               "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.org", "GIT_COMMITTER_DATE": "2024-02-29T14:00:00+0100"}
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"


def git(folder, *words):
    return subprocess.run(["git", "-C", folder, *words], env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder, message, **dates):
    subprocess.run(["git", "-C", folder, "commit", "-q", "-m", message], env={**ENVIRONMENT, **dates}, check=True)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path):
    """Three commits: text and a file of 3 MiB; a link, a pointer of Git LFS and a submodule; a change of one file."""
    folder = tmp_path / "my project"
    (folder / "src").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "README.md").write_text("# Title\n\nOne sentence. Another one.\n")
    (folder / "src" / "naïve #1.txt").write_text("Text.\n")
    (folder / "empty").write_text("")
    (folder / "big.bin").write_bytes(bytes(range(256)) * (3 << 12))
    git(folder, "add", "-A")
    commit(folder, "First\n\nWith a body.")
    (folder / "link").symlink_to("README.md")
    (folder / "huge.psd").write_text(POINTER)
    git(folder, "add", "-A")
    git(folder, "update-index", "--add", "--cacheinfo", "160000," + "1" * 40 + ",vendor/library")
    commit(folder, "Second", GIT_COMMITTER_DATE="2024-03-01T14:00:00+0100")
    git(folder, "tag", "v1")
    (folder / "README.md").write_text("# Title\n\nOne sentence. A changed one.\n")
    git(folder, "add", "README.md")
    commit(folder, "Third")
    return folder


def rows_of(done):
    return {row["path"].split(":", 1)[1]: row for row in json.loads(done.stdout)}


def lines_of(ctl, row):
    return [json.loads(line) for line in ctl("reconstruct", row["source"]).stdout.splitlines()]


def test_a_revision(database, start, ctl, repository):
    start("ingestion")
    done = ctl("ingest", "--git", "--wait", "--json", f"{repository}@v1", timeout=300)
    rows = rows_of(done)
    assert sorted(rows) == ["README.md", "big.bin", "commits.jsonl", "empty", "files.jsonl", "huge.psd", "src/naïve #1.txt"]
    assert {row["state"] for row in rows.values()} == {"complete"}
    assert "vendor/library: submodule" in done.stderr and "link: symbolic link" in done.stderr and "huge.psd: pointer" in done.stderr
    for path in ["README.md", "big.bin", "src/naïve #1.txt", "huge.psd"]:
        wanted = subprocess.run(["git", "-C", repository, "show", f"v1:{path}"], capture_output=True, check=True).stdout
        assert ctl("reconstruct", rows[path]["source"], "--output", "-", text=False).stdout == wanted
    head = git(repository, "rev-parse", "v1")
    uris = dict(database.query("SELECT source_id, uri FROM hartonomous.source"))
    place = str(repository).replace(" ", "%20")
    assert uris[rows["src/naïve #1.txt"]["source"]] == f"git:{place}#src/na%C3%AFve%20%231.txt"
    assert uris[rows["commits.jsonl"]["source"]] == f"git:{place}@{head}?commits.jsonl"

    files = {line["path"]: line for line in lines_of(ctl, rows["files.jsonl"])}
    listed = [line.split(None, 4) for line in git(repository, "-c", "core.quotePath=off", "ls-tree", "-r", "-l", "v1").splitlines()]
    assert {path: (mode, object) for mode, _, object, _, path in listed} == {path: (line["mode"], line["object"]) for path, line in files.items()}
    assert {path: line["kind"] for path, line in files.items() if line["kind"] != "file"} == {
        "link": "link", "huge.psd": "lfs-pointer", "vendor/library": "submodule"}

    commits = lines_of(ctl, rows["commits.jsonl"])
    assert [(line["commit"], line["message"]) for line in commits] == [
        (head, "Second\n"), (git(repository, "rev-parse", "v1~1"), "First\n\nWith a body.\n")]
    assert commits[0]["parents"] == [commits[1]["commit"]] and commits[1]["parents"] == []
    assert commits[1]["author"] == {"name": "Erika Müller", "email": "erika@example.org", "date": "2024-02-29T13:00:00+01:00"}
    assert commits[0]["committer"]["date"] == "2024-03-01T14:00:00+01:00"


def test_only_what_changed_is_handed_in_again(database, ctl, repository):
    first = rows_of(ctl("ingest", "--git", "--json", f"{repository}@v1"))
    again = rows_of(ctl("ingest", "--git", "--json", f"{repository}@v1"))
    assert {row["state"] for row in again.values()} == {"unchanged"}
    assert {path: row["source"] for path, row in again.items()} == {path: row["source"] for path, row in first.items()}
    newer = rows_of(ctl("ingest", "--git", "--json", repository))
    assert sorted(path for path, row in newer.items() if row["state"] == "staged") == ["README.md", "commits.jsonl", "files.jsonl"]


def test_bare_repository_and_short_history(database, ctl, repository, tmp_path):
    bare = tmp_path / "at@sign.git"
    subprocess.run(["git", "clone", "-q", "--bare", repository, bare], env=ENVIRONMENT, check=True)
    rows = rows_of(ctl("ingest", "--git", "--json", f"{bare}@v1~1"))
    assert sorted(rows) == ["README.md", "big.bin", "commits.jsonl", "empty", "files.jsonl", "src/naïve #1.txt"]
    sizes = [rows_of(ctl("ingest", "--git", "--json", f"--commits={count}", bare))["commits.jsonl"]["size"] for count in (1, 2, 3, 4)]
    assert 0 < sizes[0] < sizes[1] < sizes[2] == sizes[3]


def test_shallow_clone(database, ctl, repository, tmp_path):
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{repository}", shallow], env=ENVIRONMENT, check=True)
    rows = rows_of(ctl("ingest", "--git", "--json", shallow))
    assert {row["state"] for row in rows.values()} == {"staged"} and "commits.jsonl" in rows


def test_what_is_no_repository(database, ctl, repository, tmp_path):
    (tmp_path / "folder").mkdir()
    for argument, said in [(tmp_path / "folder", "no Git repository"), (tmp_path / "missing", "no Git repository"),
                           (f"{repository}@v9", "no commit v9")]:
        done = ctl("ingest", "--git", argument, check=False)
        assert done.returncode == 1 and said in done.stderr
    assert database.value("SELECT count(*) FROM hartonomous.source") == 0
    git(tmp_path / "folder", "init", "-q")
    assert "no commit HEAD" in ctl("ingest", "--git", tmp_path / "folder", check=False).stderr
