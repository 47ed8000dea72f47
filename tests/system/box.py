"""A throw-away systemd for tests: a container whose root is this machine's own root under a layer in memory.

    with Box(prepare=install) as box:
        box.run("systemctl", "start", "hartonomous-ingestion")

prepare(root) is called with the folder that becomes the container's root, before systemd starts in it. What the
container writes stays in memory. Nothing enabled on this machine starts in it, only basic.target. /tmp, /run and /dev are
its own; the network is this machine's. Everything ends with the process that made it: mounts live in a mount
namespace that only the container holds, and it dies with its parent. Needs root, systemd-container and cgroup2, also
beside cgroup v1."""

import ctypes
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

from waiting import wait_until

# Runs inside the new mount namespace: layers the root, says "mounted", awaits the caller's word, becomes the container.
SCRIPT = r"""
set -eu
mount -t tmpfs -o mode=755 hartonomous-box "$BOX"
mkdir "$BOX/upper" "$BOX/work" "$BOX/root"
mount -t overlay -o "lowerdir=/,upperdir=$BOX/upper,workdir=$BOX/work" hartonomous-box "$BOX/root"
cd "$BOX/root/etc"
rm -rf systemd/system/*.wants systemd/system/*.requires systemd/system/*.upholds fstab
rm -rf ../var/log/journal
ln -sfn /dev/null systemd/system/systemd-tmpfiles-clean.timer
cd /
echo mounted
read -r word
test "$word" = boot
exec setpriv --pdeathsig KILL env -i PATH="$PATH" SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_LOCK=0 \
    systemd-nspawn --quiet --directory="$BOX/root" --machine="$NAME" --register=no --keep-unit --resolv-conf=off \
    --timezone=off --link-journal=no --capability=CAP_NET_ADMIN,CAP_BPF,CAP_PERFMON --system-call-filter=bpf \
    $BINDS --boot systemd.unit=basic.target
"""

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNS, _MS_REC, _MS_PRIVATE, _MNT_DETACH, _SYS_PIVOT_ROOT = 0x20000, 0x4000, 0x40000, 2, 155 if os.uname().machine == "x86_64" else 41


def _call(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def _own_mounts():
    """Before exec: a mount namespace of its own, whose root is the root that this process sees. In a chroot the two differ,
    and there the kernel makes no user namespaces (PrivateUsers= of the units)."""
    _call(_LIBC.unshare(_CLONE_NEWNS), "unshare")
    root = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    _call(_LIBC.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None), "mount private")
    namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    _call(_LIBC.setns(namespace, _CLONE_NEWNS), "setns")  # goes to the namespace's root
    if not os.path.samestat(os.fstat(root), os.stat("/")):
        os.fchdir(root)
        _call(_LIBC.syscall(_SYS_PIVOT_ROOT, b".", b"."), "pivot_root")
        _call(_LIBC.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")
    os.close(namespace)
    os.close(root)


def _own_cgroups():
    """Folders of this process's cgroups that the container needs: name=systemd where v1 is mounted, and cgroup2."""
    mounts = {}
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        for line in table:
            words = line.split()
            rest = words[words.index("-") + 1:]
            kind = "cgroup2" if rest[0] == "cgroup2" else "named" if rest[0] == "cgroup" and "name=systemd" in rest[2] else None
            if kind:
                mounts.setdefault(kind, words[4])
    found = []
    with open("/proc/self/cgroup", encoding="utf-8") as table:
        for line in table:
            number, controllers, path = line.rstrip("\n").split(":", 2)
            kind = "cgroup2" if number == "0" else "named" if controllers == "name=systemd" else None
            if kind in mounts:
                found.append(mounts[kind] + ("" if path.startswith("/..") else path).rstrip("/"))
    if "cgroup2" not in mounts:
        raise RuntimeError("cgroup2 is not mounted: mount -t cgroup2 cgroup2 /sys/fs/cgroup")
    return found


class Box:
    """One container. binds: {folder of this machine: folder in the box}."""

    def __init__(self, prepare=None, binds=None, timeout=90):
        self.name = f"hartonomous-{os.getpid()}-{time.monotonic_ns() % 1000000}"
        self.folder = tempfile.mkdtemp(prefix="hart-box-")
        self.console_path = self.folder + ".console"
        self.cgroups = []
        self.process = None
        self.leader = None
        try:
            self._boot(prepare, binds or {}, timeout)
        except BaseException:
            print(self.console()[-4000:])
            self.close()
            raise

    def _boot(self, prepare, binds, timeout):
        self.cgroups = [os.path.join(folder, self.name) for folder in _own_cgroups()]
        for folder in self.cgroups:
            os.mkdir(folder)
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "BOX": self.folder, "NAME": self.name,
                       "BINDS": " ".join(f"--bind={outside}:{inside}" for outside, inside in binds.items())}
        with open(self.console_path, "wb") as console:
            self.process = subprocess.Popen(["sh", "-c", SCRIPT], env=environment, preexec_fn=_own_mounts, start_new_session=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=console)
            # From here on the console gets what the container prints.
        if self.process.stdout.readline() != b"mounted\n":
            raise RuntimeError("the layer over the root cannot be mounted")
        for folder in self.cgroups:
            with open(os.path.join(folder, "cgroup.procs"), "w", encoding="ascii") as members:
                members.write(str(self.process.pid))
        if prepare:
            prepare(f"/proc/{self.process.pid}/root{self.folder}/root")
        self.process.stdin.write(b"boot\n")
        self.process.stdin.flush()
        self.leader = wait_until(self._find_leader, timeout, "systemd runs in the box")
        wait_until(self._is_running, timeout, "systemd in the box is up", interval=0.1)

    def _find_leader(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"systemd-nspawn ended with {self.process.returncode}")
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
            for child in children.read().split():
                try:
                    with open(f"/proc/{child}/comm", encoding="ascii") as name:
                        if name.read() == "systemd\n":
                            return int(child)
                except FileNotFoundError:
                    pass
        return None

    def _is_running(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"systemd-nspawn ended with {self.process.returncode}")
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def command(self, *command):
        """The command line that runs `command` as root in the box."""
        return ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-p", "-n", "-C", "-r", "-w", "--", "env", "-i", "HOME=/root",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "SYSTEMD_PAGER=cat",
                "SYSTEMD_COLORS=0", *command]

    def run(self, *command, check=True, timeout=90, input=None):
        done = subprocess.run(self.command(*[str(word) for word in command]), input=input, text=True, capture_output=True, timeout=timeout,
                              stdin=subprocess.DEVNULL if input is None else None)
        if check and done.returncode:
            raise AssertionError(f"in the box: {shlex.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def path(self, inside):
        """Where a file of the box is for this process."""
        return f"/proc/{self.leader}/root{inside}"

    def write(self, inside, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(inside)), exist_ok=True)
        with open(self.path(inside), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(inside), mode)

    def show(self, unit, *properties):
        """Properties of a unit as a dictionary."""
        lines = self.run("systemctl", "show", unit, *[f"--property={name}" for name in properties]).stdout.splitlines()
        return dict(line.split("=", 1) for line in lines)

    def journal(self, *matches):
        """Journal entries, oldest first, as dictionaries."""
        lines = self.run("journalctl", "--output=json", "--no-pager", "--all", *matches, check=False).stdout.splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def console(self):
        try:
            with open(self.console_path, encoding="utf-8", errors="replace") as console:
                return console.read()
        except FileNotFoundError:
            return ""

    def close(self):
        """Kills the container; its mounts go with it."""
        for number in (self.leader, self.process.pid if self.process else None):
            if number and self.process.poll() is None:
                try:
                    os.kill(number, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        if self.process:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait(30)
        for top in self.cgroups:
            wait_until(lambda top=top: _remove_cgroup(top), 30, f"{top} is empty")
        shutil.rmtree(self.folder, ignore_errors=True)
        if os.path.exists(self.console_path):
            os.unlink(self.console_path)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def _remove_cgroup(top):
    """Removes a cgroup with all below it; False while something in it still ends."""
    for folder, _, _ in os.walk(top, topdown=False):
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            pass
        except OSError:
            return False
    return True
