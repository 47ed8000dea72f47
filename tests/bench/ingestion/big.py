"""A photo, and the memory that a big file takes."""

import random
import subprocess

MEGABYTES = 256


def photo(bench):
    """A photo of 12 megapixels with the noise of a camera's sensor."""
    path = bench.path("photo", "photo.jpg")
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "mandelbrot=size=4000x3000:rate=1", "-vf", "noise=alls=4", "-frames:v", "1",
                    "-q:v", "3", path], check=True, stdin=subprocess.DEVNULL)
    with bench.database() as database:
        database.ctl("ingest", path)
        seconds = database.ingest()
        atomizer = database.one("SELECT string_agg(DISTINCT atomizer, ' ') FROM hartonomous.ingestion_job")
        atoms = database.one("SELECT count(*) FROM hartonomous.atom")
    bench.value("photo_12mp_atoms", atoms, f"by the atomizer {atomizer}")
    bench.value("photo_12mp_seconds", seconds)
    bench.ratio("photo_12mp_to_limit", seconds / 3)


def peak(pid):
    """The most memory that a process has had resident, in MiB; 0 where it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:")), 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def memory(bench):
    """Peak resident memory of the daemon and of its atomizer, each, for a big binary file and for a big text."""
    size = (64 if bench.quick else MEGABYTES) << 20
    chance = random.Random(3)
    block = b"".join(b"Line %d says %s and %d.\n" % (n, chance.choice([b"this", b"that"]), chance.randrange(10**9)) for n in range(20000))
    kinds = {"binary": lambda: chance.randbytes(1 << 20), "text": lambda: block}
    worst = 0
    for kind, make in kinds.items():
        path = bench.path("big", kind)
        with open(path, "wb") as file:
            while file.tell() < size:
                file.write(make()[:size - file.tell()])
        with bench.database() as database:
            database.ctl("ingest", path)
            most = {"daemon": 0, "atomizer": 0}

            def watch(daemon):
                most["daemon"] = max(most["daemon"], peak(daemon.pid))
                most["atomizer"] = max([most["atomizer"], *map(peak, children(daemon.pid))])

            seconds = database.ingest(watch=watch)
        bench.value(f"big_{kind}_megabytes_per_second", size / 1e6 / seconds)
        for name, used in most.items():
            bench.value(f"big_{kind}_resident_{name}", used, "MiB at its peak")
        worst = max(worst, *most.values())
    bench.ratio("big_resident_to_limit", worst / 64)
