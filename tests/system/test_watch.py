"""hartonomousctl watch: what comes into a folder becomes sources, once it is complete, and only then."""

import os
import signal
import subprocess

import pytest

from daemons import program


class Watcher:
    def __init__(self, settings, database, words, environment):
        self.database = database
        self.log = os.path.join(settings.folder, "watch.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "watch", *map(str, words)],
                                            stdout=log, stderr=log, env=settings.environment("hartonomous", **environment))

    def names(self):
        return sorted(row[0] for row in self.database.query("SELECT file_name FROM hartonomous.source"))

    def said(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(15) == 0, self.said()

    def is_watching(self):
        with open(f"/proc/{self.process.pid}/wchan", encoding="ascii"):
            pass
        return any("inotify" in open(f"/proc/{self.process.pid}/fdinfo/{fd}", encoding="ascii").read() for fd in os.listdir(f"/proc/{self.process.pid}/fdinfo"))


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "in coming"
    made.mkdir()
    return made


@pytest.fixture
def watch(settings, database, folder, wait_until):
    """watch("--include", "*.txt"): watching the folder."""
    started = []

    def run(*words, path=folder, ready=True, **environment):
        watcher = Watcher(settings, database, [*words, path], environment)
        started.append(watcher)
        if ready:
            wait_until(watcher.is_watching, 15, "inotify watches the folder")
        return watcher

    yield run
    for watcher in started:
        if watcher.process.poll() is None:
            watcher.process.kill()
            watcher.process.wait(10)


def test_what_is_there_what_is_written_and_what_is_moved_in(watch, folder, wait_until, database):
    (folder / "there.txt").write_text("there")
    (folder / "deep").mkdir()
    (folder / "deep" / "below.txt").write_text("below")
    watcher = watch("--settle", 0)
    wait_until(lambda: watcher.names() == ["below.txt", "there.txt"], 15)
    (folder / "written.txt").write_text("written")
    (folder.parent / "elsewhere.txt").write_text("moved")
    os.rename(folder.parent / "elsewhere.txt", folder / "moved.txt")
    (folder / "new" / "newer").mkdir(parents=True)
    (folder / "new" / "newer" / "newest.txt").write_text("newest")
    wait_until(lambda: watcher.names() == ["below.txt", "moved.txt", "newest.txt", "there.txt", "written.txt"], 15)
    uris = {row[0] for row in database.query("SELECT uri FROM hartonomous.source")}
    assert "file://" + str(folder).replace(" ", "%20") + "/new/newer/newest.txt" in uris
    assert str(folder / "moved.txt") in watcher.said()
    (folder / "written.txt").write_text("written anew")
    wait_until(lambda: watcher.names().count("written.txt") == 2, 15)
    watcher.stop()


def test_a_file_is_taken_when_it_is_closed(watch, folder, wait_until, database):
    watcher = watch("--settle", 0)
    with open(folder / "slow.txt", "w", encoding="ascii") as slow:
        slow.write("first ")
        slow.flush()
        (folder / "other.txt").write_text("other")
        wait_until(lambda: watcher.names() == ["other.txt"], 15)
        slow.write("second")
    wait_until(lambda: watcher.names() == ["other.txt", "slow.txt"], 15)
    assert database.value("SELECT size FROM hartonomous.source WHERE file_name = 'slow.txt'") == 12


def test_a_file_that_is_written_again_and_again_is_taken_when_it_has_settled(watch, folder, wait_until, database):
    watcher = watch("--settle", 2)
    for n in range(20):
        (folder / "busy.txt").write_text(f"{n:4}")
    (folder / "gone.txt").write_text("gone before it settled")
    (folder / "gone.txt").unlink()
    wait_until(lambda: watcher.names() == ["busy.txt"], 15)
    assert database.value("SELECT content_hash FROM hartonomous.source") == database.value("SELECT sha256('  19')")
    assert "gone.txt" not in watcher.said()


def test_unchanged_files_are_not_handed_in_again(watch, folder, wait_until):
    (folder / "same.txt").write_text("same")
    first = watch("--settle", 0)
    wait_until(lambda: first.names() == ["same.txt"], 15)
    first.stop()
    second = watch("--settle", 0)
    (folder / "another.txt").write_text("another")
    wait_until(lambda: second.names() == ["another.txt", "same.txt"], 15)
    assert "same.txt" not in second.said()


def test_hidden_and_temporary_names_and_patterns(watch, folder, wait_until):
    for name in (".hidden.txt", "draft.txt~", "half.txt.part", ".half.txt.swp", "yes.txt", "no.md", "not.txt"):
        (folder / name).write_text(name)
    (folder / ".git").mkdir()
    (folder / ".git" / "config.txt").write_text("x")
    (folder / "skipped").mkdir()
    (folder / "skipped" / "inside.txt").write_text("x")
    watcher = watch("--settle", 0, "--include", "*.txt", "--exclude", "not*", "--exclude", "skipped")
    wait_until(lambda: watcher.names() == ["yes.txt"], 15)
    (folder / ".later.txt").write_text("x")
    (folder / "last.txt").write_text("x")
    wait_until(lambda: watcher.names() == ["last.txt", "yes.txt"], 15)
    watcher.stop()
    everything = watch("--settle", 0, "--all", "--exclude", "skipped")
    wait_until(lambda: {".hidden.txt", "config.txt", "half.txt.part", ".later.txt"} <= set(everything.names()), 15)
    assert "inside.txt" not in everything.names()


def test_a_folder_that_moves_is_followed_and_one_that_left_is_not(watch, folder, wait_until, database):
    (folder / "old").mkdir()
    (folder / "leaves").mkdir()
    watcher = watch("--settle", 0)
    os.rename(folder / "old", folder / "new")
    os.rename(folder / "leaves", folder.parent / "left")
    (folder.parent / "left" / "outside.txt").write_text("outside")
    (folder / "new" / "inside.txt").write_text("inside")
    wait_until(lambda: watcher.names() == ["inside.txt"], 15)
    assert database.value("SELECT uri FROM hartonomous.source").endswith("/new/inside.txt")


def test_an_overflow_is_made_good(watch, folder, wait_until):
    watcher = watch("--settle", 0)
    with open("/proc/sys/fs/inotify/max_queued_events", encoding="ascii") as limit:
        most = int(limit.read())
    watcher.process.send_signal(signal.SIGSTOP)
    for n in range(most // 2 + 100):  # opening for writing and closing: one event each; creation: another
        os.close(os.open(folder / f"{n % 50}.txt", os.O_WRONLY | os.O_CREAT))
        if n % 50 == 49:
            for k in range(50):
                (folder / f"{k}.txt").unlink()
    for n in range(3):
        (folder / f"last{n}.txt").write_text(f"last {n}")
    watcher.process.send_signal(signal.SIGCONT)
    wait_until(lambda: {"last0.txt", "last1.txt", "last2.txt"} <= set(watcher.names()), 60)


def test_postgresql_away_is_waited_for(watch, folder, wait_until, cluster):
    watcher = watch("--settle", 0)
    cluster.stop()
    try:
        (folder / "meanwhile.txt").write_text("meanwhile")
        wait_until(lambda: watcher.said().count("hartonomousctl: ") == 1, 15)
    finally:
        cluster.start()
    wait_until(lambda: watcher.names() == ["meanwhile.txt"], 30)
    assert watcher.process.poll() is None and watcher.said().count("hartonomousctl: ") == 1
    watcher.stop()


def test_what_it_cannot_do(watch, folder, wait_until, ctl, database):
    assert ctl("watch", "/nowhere", check=False).returncode == 2
    (folder / "file").write_text("x")
    assert ctl("watch", folder / "file", check=False).returncode == 64
    (folder / "file").unlink()
    watcher = watch("--settle", 0)
    folder.rmdir()
    assert watcher.process.wait(15) == 2 and "is gone" in watcher.said()
