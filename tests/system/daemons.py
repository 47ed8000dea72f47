"""The programs of the build tree, run as a service manager runs them: settings folder, credentials, notify socket."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from waiting import wait_until

BUILD = os.environ.get("HARTONOMOUS_BUILD") or os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "build", "release")


def program(name):
    """Path of a program of the build tree."""
    path = os.path.join(BUILD, "bin", name)
    if not os.access(path, os.X_OK):
        raise RuntimeError(f"{path} is missing: build it, or let HARTONOMOUS_BUILD name the build folder")
    return path


class Settings:
    """A temporary --config-dir with credentials and a folder for the daemons' sockets."""

    def __init__(self, conninfo):
        self.folder = tempfile.mkdtemp(prefix="hart-")
        self.conninfo = conninfo
        self.run = os.path.join(self.folder, "run")
        os.mkdir(self.run)
        os.mkdir(os.path.join(self.folder, "credentials"), 0o700)
        self.write_common()

    def write_common(self, **sections):
        """hartonomous.conf: what every program reads. Sections given here are merged over the tests' own."""
        merged = {"database": {"conninfo": self.conninfo}, "logging": {"level": "debug"}, "telemetry": {"listen": self.run}}
        for name, keys in sections.items():
            merged.setdefault(name, {}).update(keys)
        self.write("hartonomous", merged)

    def write(self, name, sections):
        """NAME.conf from {"section": {"key": value}}; True and False become yes and no. Of "model" the key name is the section's name."""
        with open(os.path.join(self.folder, name + ".conf"), "w", encoding="utf-8") as file:
            for section, keys in sections.items():
                if section == "model":
                    keys = dict(keys)
                    section = f'model "{keys.pop("name", "all-MiniLM-L6-v2")}"'
                file.write(f"[{section}]\n")
                for key, value in keys.items():
                    text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
                    file.write(f"{key} = {text}\n")

    def write_text(self, name, text):
        """NAME.conf word by word, for files that are wrong on purpose."""
        with open(os.path.join(self.folder, name + ".conf"), "w", encoding="utf-8") as file:
            file.write(text)

    def credential(self, name, secret):
        path = os.path.join(self.folder, "credentials", name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(secret + "\n")

    def environment(self, role, **more):
        """Roles come from the operating system's user in real life; here PGUSER stands for it."""
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith("PG") and name not in ("NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM")}
        return {**clean, "PGUSER": role, **{name: str(value) for name, value in more.items()}}

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Daemon:
    """One running hartonomous-NAME."""

    def __init__(self, name, settings, environment=None, arguments=()):
        self.name = name
        self.settings = settings
        instance = next((word.partition("=")[2] for word in arguments if word.startswith("--instance=")), None)
        self._own_name = f"{name}@{instance}" if instance else name  # as its socket's
        self.log_path = os.path.join(settings.folder, self._own_name + ".log")
        self.messages = []  # every datagram's lines, in order of arrival
        self._extra = environment or {}
        self._arguments = arguments
        self._socket_path = os.path.join(settings.folder, self._own_name + ".notify")
        if os.path.exists(self._socket_path):
            os.unlink(self._socket_path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self._socket_path)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.process = None
        self.restarts = 0
        self._supervised = threading.Event()
        self._supervisor = None
        self.launch()

    def launch(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [program("hartonomous-" + self.name), "--config-dir", self.settings.folder, *self._arguments],
                env=self.settings.environment("hartonomous-" + self.name, NOTIFY_SOCKET=self._socket_path, **self._extra),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def _read(self):
        while True:
            try:
                datagram = self._socket.recv(65536)
            except OSError:
                return
            if not datagram:
                return
            self.messages.extend(datagram.decode("utf-8", "replace").splitlines())

    def notified(self, key):
        """Values of KEY=… notifications so far."""
        return [line[len(key) + 1:] for line in list(self.messages) if line.startswith(key + "=")]

    @property
    def pid(self):
        return self.process.pid

    @property
    def status(self):
        """The last STATUS=, or ''."""
        return (self.notified("STATUS") or [""])[-1]

    def is_ready(self):
        if self.process.poll() is not None and not self._supervised.is_set():
            raise AssertionError(f"hartonomous-{self.name} ended with {self.process.returncode} before READY=1:\n{self.log()[-3000:]}")
        return "1" in self.notified("READY")

    def wait_ready(self, timeout=30):
        wait_until(self.is_ready, timeout, f"READY=1 of hartonomous-{self.name}; status {self.status!r}")
        return self

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def socket_path(self):
        """Where it serves /health and /metrics."""
        return os.path.join(self.settings.run, self._own_name + ".sock")

    def get(self, path, timeout=5):
        """GET on its telemetry socket: (status, body)."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(timeout)
            client.connect(self.socket_path())
            client.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            reply = b""
            while part := client.recv(65536):
                reply += part
        head, _, body = reply.partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()

    def resident(self):
        """Resident memory in bytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))

    def pids(self):
        """Itself and the processes it forked."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as children:
            return [self.pid, *map(int, children.read().split())]

    def memory(self):
        """Bytes of all its processes together; what they share counts once."""
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                total += next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
        return total

    def is_sanitized(self):
        with open(f"/proc/{self.pid}/maps", encoding="ascii", errors="replace") as maps:
            return "asan" in maps.read()

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def wait_exit(self, timeout=30):
        """Its exit status (negative: the signal that ended it)."""
        return self.process.wait(timeout)

    def stop(self, timeout=10):
        """SIGTERM; a daemon ends with 0 and has said STOPPING=1."""
        self.unsupervise()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.wait_exit(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"hartonomous-{self.name} did not stop within {timeout} s; status {self.status!r}\n{self.log()[-3000:]}") from None
        assert status == 0, f"hartonomous-{self.name} ended with {status}:\n{self.log()[-3000:]}"
        wait_until(lambda: self.notified("STOPPING"), 5, f"STOPPING=1 of hartonomous-{self.name}")

    def kill(self):
        """SIGKILL; a supervised daemon is started again by its supervisor."""
        process = self.process
        process.kill()
        process.wait(10)

    def supervise(self):
        """From now on as under Restart=always: whenever it ends, it is started again."""
        self._supervised.set()
        self._supervisor = threading.Thread(target=self._restart_for_ever, daemon=True)
        self._supervisor.start()
        return self

    def unsupervise(self):
        self._supervised.clear()
        if self._supervisor:
            self._supervisor.join(10)
            self._supervisor = None

    def _restart_for_ever(self):
        while self._supervised.is_set():
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            if self._supervised.is_set():
                self.restarts += 1
                self.launch()

    def close(self):
        """Ends it whatever state it is in."""
        self.unsupervise()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()
