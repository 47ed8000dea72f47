"""A PostgreSQL cluster of the tests' own: real server, temporary folder, Unix socket, fsync on."""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

import psycopg

from waiting import wait_until

# Whoever connects as this role must know its password; everybody else is trusted (the socket lies in a folder of ours).
PASSWORD_ROLE = "hartonomous-password"
PASSWORD = "correct horse"

SETTINGS = {
    "listen_addresses": "''",
    "fsync": "on",
    "max_connections": "100",
    "log_min_messages": "warning",
    "log_line_prefix": "'%m [%p] %q%u@%d '",
}


def binaries():
    """Folder of initdb and postgres: the newest of Debian's versions."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    if not found:
        raise RuntimeError("no PostgreSQL server binaries in /usr/lib/postgresql: apt-get install postgresql")
    return os.path.dirname(found[-1])


class Cluster:
    def __init__(self, within=None, wal=None, settings=None):
        """Its folder is made in `within` (None: where temporary files go), its write-ahead log in the folder `wal` (None:
        with the data); `settings` come behind those above."""
        self.folder = tempfile.mkdtemp(prefix="hart-pg-", dir=within)
        self.socket_folder = self.folder
        self.data = os.path.join(self.folder, "data")
        self.log_path = os.path.join(self.folder, "postgres.log")
        self.process = None
        # PostgreSQL refuses to run as root; Debian's own account is the unprivileged one at hand.
        self.account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        os.chmod(self.folder, 0o755)
        self._run("initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync",
                  *(["--waldir", wal] if wal else []))
        with open(os.path.join(self.data, "postgresql.auto.conf"), "a", encoding="ascii") as conf:
            conf.write(f"unix_socket_directories = '{self.socket_folder}'\n")
            conf.writelines(f"{name} = {value}\n" for name, value in {**SETTINGS, **(settings or {})}.items())
        with open(os.path.join(self.data, "pg_hba.conf"), "w", encoding="ascii") as hba:
            hba.write(f'local all "{PASSWORD_ROLE}" scram-sha-256\nlocal all all trust\nlocal replication all reject\n')
        self.start()
        self.psql("CREATE ROLE hartonomous LOGIN CREATEROLE CREATEDB")
        self.psql(f"""CREATE ROLE "{PASSWORD_ROLE}" LOGIN PASSWORD '{PASSWORD}'""")

    def _command(self, program, *arguments):
        command = [os.path.join(binaries(), program), *arguments]
        if self.account:
            command = ["setpriv", f"--reuid={self.account.pw_uid}", f"--regid={self.account.pw_gid}", "--clear-groups", *command]
        return command

    def _run(self, program, *arguments):
        done = subprocess.run(self._command(program, *arguments), cwd=self.folder, text=True, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")

    def conninfo(self, dbname="postgres", user="postgres", **more):
        """libpq's connection string; user=None leaves it to PGUSER or the operating system."""
        words = {"host": self.socket_folder, "dbname": dbname, "user": user, **more}
        return psycopg.conninfo.make_conninfo("", **{name: value for name, value in words.items() if value is not None})

    def connect(self, dbname="postgres", user="postgres", **more):
        return psycopg.connect(self.conninfo(dbname, user, **more), autocommit=True)

    def psql(self, statement, dbname="postgres", user="postgres"):
        """Runs SQL; returns the rows where there are any."""
        with self.connect(dbname, user) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else None

    def is_up(self):
        try:
            self.connect(connect_timeout=5).close()
            return True
        except psycopg.OperationalError:
            if self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended:\n{self.log()[-3000:]}") from None
            return False

    def start(self, timeout=60):
        """Starts the server, waits until it answers. After kill9() its old children may need a moment to go."""
        deadline = time.monotonic() + timeout
        while True:
            with open(self.log_path, "ab") as log:
                self.process = subprocess.Popen(self._command("postgres", "-D", self.data), cwd=self.folder,
                                                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
            try:
                return wait_until(self.is_up, max(1.0, deadline - time.monotonic()), "PostgreSQL answers")
            except RuntimeError as error:
                if "still in use" not in str(error) and "is another postmaster" not in str(error) or time.monotonic() > deadline:
                    raise

    def stop(self, mode="fast"):
        """mode smart, fast or immediate, as pg_ctl has them."""
        number = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(60)

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def kill9(self):
        """The postmaster dies at once; its children notice and follow, nothing is flushed."""
        self.process.kill()
        self.process.wait(10)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def close(self):
        if self.process and self.process.poll() is None:
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)
