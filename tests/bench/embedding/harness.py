"""What the parts share: the server with the sentences as atoms, our daemon, the peers, and printing."""

import array
import contextlib
import glob
import json
import os
import subprocess
import time

from cluster import Cluster
from daemons import Daemon, Settings, program
from figures import Figures
from sentences import sentences
from waiting import wait_until

OURS = ["exact", "fast", "small"]
PEERS = ["sentence_transformers", "sentence_transformers_bf16", "fastembed", "fastembed_sorted"]
WORKERS = 2
MODEL_NAME = "all-MiniLM-L6-v2"
HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("HARTONOMOUS_BENCH_CACHE", os.path.join(HERE, "..", "..", "..", "build", "bench-embedding"))
PEERS_PYTHON = os.path.join(CACHE, "venv", "bin", "python3")
TICKS = os.sysconf("SC_CLK_TCK")

SEND = """
SELECT broker.send_many('IngestionService', 'EmbeddingService', 'EmbeddingContract', 'EmbeddingRequest', array_agg(body))
FROM (SELECT jsonb_build_object('TenantId', tenant_id, 'AtomIds', jsonb_agg(atom_id ORDER BY atom_id)) AS body
      FROM (SELECT tenant_id, atom_id, row_number() OVER (ORDER BY atom_id) / 64 AS part FROM hartonomous.atom WHERE tenant_id = %s) AS atom
      GROUP BY tenant_id, part ORDER BY part) AS request"""


def model_folder():
    cache = "/var/cache" if os.geteuid() == 0 else os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "hartonomous", "models", MODEL_NAME)


class Bench(Figures):
    def __init__(self, stack, folder, arguments):
        self.stack, self.folder, self.arguments = stack, folder, arguments
        self.model = model_folder()
        super().__init__()
        self.files, self._peers = {}, {}
        self.sentences = sentences(os.path.join(CACHE, "book"), 1000 if arguments.quick else 5000)
        self.cluster = stack.enter_context(contextlib.closing(Cluster()))
        self.cluster.psql("CREATE DATABASE bench OWNER hartonomous")
        self.settings = stack.enter_context(contextlib.closing(Settings(self.cluster.conninfo("bench", None))))
        self.settings.write_common(logging={"level": "warning"})
        subprocess.run([program("hartonomousctl"), "--config-dir", self.settings.folder, "schema", "apply"], check=True,
                       stdout=subprocess.DEVNULL, env=self.settings.environment("hartonomous"))
        self.connection = stack.enter_context(self.cluster.connect("bench"))
        self.add_atoms(1, self.sentences)
        self.add_atoms(2, [f"This is sentence {number} of those that warm up what is measured." for number in range(256)])

    def engines(self, among):
        return [name for name in among if name in self.arguments.engines]

    def add_atoms(self, tenant, texts):
        self.connection.execute("INSERT INTO hartonomous.tenant (tenant_id) VALUES (%s) ON CONFLICT DO NOTHING", (tenant,))
        with self.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO hartonomous.atom (tenant_id, modality, subtype, content_hash, size, atomic_value, canonical_text)"
                               " VALUES (%s, 'text', 'sentence', sha256(%s), %s, %s, %s)",
                               [(tenant, text.encode(), len(text.encode()), text.encode() if len(text.encode()) <= 64 else b"", text)
                                for text in texts])
        self.connection.execute("ANALYZE hartonomous.atom")

    def one(self, statement, *parameters):
        return self.connection.execute(statement, parameters).fetchone()[0]

    def empty(self):
        """No vectors, and what was written lies on the disk: all begin alike."""
        self.connection.execute("TRUNCATE hartonomous.embedding")
        self.connection.execute("CHECKPOINT")

    @contextlib.contextmanager
    def daemon(self, precision, warm=True):
        self.settings.write("embedding", {f'model "{MODEL_NAME}"': {"directory": self.model, "precision": precision},
                                          "worker": {"workers": WORKERS, "batch_size": 2}})
        with contextlib.closing(Daemon("embedding", self.settings)) as daemon:
            wait_until(daemon.is_ready, 60, "READY=1", interval=0.001)
            if warm:
                self.embed(daemon, tenant=2)
            yield daemon
            daemon.stop()

    def send(self, tenant):
        self.connection.execute(SEND, (tenant,))

    def wait(self, daemon, tenant):
        """Until each atom of the tenant has its vector in a committed row."""
        expected = self.one("SELECT count(*) FROM hartonomous.atom WHERE tenant_id = %s", tenant)
        deadline = time.monotonic() + 1800
        while self.one("SELECT count(*) FROM hartonomous.embedding WHERE tenant_id = %s", tenant) < expected:
            if daemon.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the vectors do not come; its status: {daemon.status}\n{daemon.log()[-3000:]}")
            time.sleep(0.02)

    def embed(self, daemon, tenant=1):
        """Seconds from sending the requests until all is done."""
        begun = time.monotonic()
        self.send(tenant)
        self.wait(daemon, tenant)
        return time.monotonic() - begun

    def model_id(self):
        """The row that our daemon makes; peers write under it as well."""
        if not self.one("SELECT count(*) FROM hartonomous.model"):
            with self.daemon("exact", warm=False):
                pass
        return self.one("SELECT min(model_id) FROM hartonomous.model")

    def peer(self, kind):
        if kind not in self._peers:
            self._peers[kind] = self.stack.enter_context(contextlib.closing(Peer(self, kind)))
        return self._peers[kind]

    def keep_vectors(self, name):
        """Those in the table, in the order of the sentences, as a file."""
        numbers = array.array("f")
        with self.connection.cursor(binary=True) as cursor:
            for row in cursor.execute("SELECT vector FROM hartonomous.embedding WHERE tenant_id = 1 ORDER BY atom_id"):
                numbers.extend(row[0])
        self.files[name] = os.path.join(self.folder, name + ".f32")
        with open(self.files[name], "wb") as file:
            numbers.tofile(file)


class Peer:
    """A process of peer.py; loaded and with its best batch size."""

    def __init__(self, bench, kind):
        model = bench.model
        if kind.startswith("fastembed"):
            model = os.path.join(bench.folder, "onnx")
            if not os.path.exists(model):
                subprocess.run([PEERS_PYTHON, os.path.join(HERE, "peer_files.py"), bench.model, model], check=True)
        self._log = open(os.path.join(bench.folder, kind + ".log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([PEERS_PYTHON, "-B", os.path.join(HERE, "peer.py"), kind, model, bench.cluster.conninfo("bench")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, start_new_session=True)
        self.batch = self.ask(f"tune {bench.arguments.batch or ''}")["batch"]
        bench.say(f"{kind}: batches of {self.batch}")

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise SystemExit(f"the peer ended: {self._log.read()[-3000:]}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        self._log.close()


def family(process):
    """Process ids of a daemon and of what it started: all that is in its process group."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError), open(path, encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
            if int(fields[2]) == process.pid:
                found.append((int(path.split("/")[2]), (int(fields[11]) + int(fields[12])) / TICKS))
    return found


def cpu_seconds(process):
    return sum(seconds for _, seconds in family(process))


def resident(process):
    """MB that it takes: what several of its processes share counts once."""
    total = 0
    for pid, _ in family(process):
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
            total += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return total * 1024 / 1e6
