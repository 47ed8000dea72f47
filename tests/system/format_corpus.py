"""Documents of all formats: real files of the machine, the samples of the fuzz targets, and files made on purpose to be trouble."""

import glob
import gzip
import io
import os
import random
import struct
import tarfile
import zipfile
import zlib

from neo4j_server import SOURCE

CORPUS = os.path.join(SOURCE, "tests/fuzz/corpus")

# What Debian's packages ship: pattern -> how many of the smallest that are at least 500 bytes long.
SHIPPED = {
    "/usr/share/doc/*/copyright": 6, "/usr/share/doc/**/*.gz": 6, "/usr/share/common-licenses/*": 3, "/usr/share/**/*.png": 6, "/usr/share/**/*.svg": 3,
    "/usr/share/**/*.gif": 2, "/usr/share/**/*.html": 5, "/usr/share/**/*.xml": 5, "/usr/share/**/*.json": 4, "/usr/share/**/*.md": 3,
    "/usr/share/**/*.js": 3, "/usr/share/**/*.css": 2, "/usr/share/**/*.py": 4, "/usr/lib/python3*/**/*.py": 3, "/usr/include/*.h": 4,
    "/usr/share/**/*.sql": 2, "/usr/share/**/*.jar": 3, "/usr/share/**/*.mo": 2, "/usr/share/zoneinfo/Europe/*": 2, "/usr/bin/*": 2,
    "/usr/share/perl5/**/*.pm": 2, "/usr/lib/x86_64-linux-gnu/*.a": 1,
}
FORMATS = ("archive", "audio", "charset", "code", "csv", "gguf", "html", "image", "json_document", "mail", "markdown", "model_safetensors", "onnx", "pdf", "sheet",
           "slides", "text", "video", "word", "xml", "yaml")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def shipped():
    """Name -> bytes of real files."""
    found = {}
    for pattern, count in SHIPPED.items():
        files = sorted((os.path.getsize(path), path) for path in glob.glob(pattern, recursive=True)
                       if os.path.isfile(path) and not os.path.islink(path) and 500 <= os.path.getsize(path) <= 300_000)
        for _, path in files[:count]:
            found[path] = read(path)
    return found


def samples(most=20_000):
    """Format -> {name: bytes} of the fuzz targets' corpora."""
    found = {}
    for name in FORMATS:
        files = sorted(glob.glob(os.path.join(CORPUS, name, "*")))
        found[name] = {f"{name}/{os.path.basename(path)}": read(path) for path in files if 0 < os.path.getsize(path) <= most}
    return found


def made():
    """Name -> bytes of files made here, of every format a few lines of Python can write."""
    documents = {
        "page.html": b"<!doctype html><html><head><title>Page</title></head><body><h1>Head</h1><p>One. Two.</p></body></html>",
        "rows.csv": b"a;b\n1;2\n3;\"4\n5\"\n", "data.json": b'{"a": [1, 2, {"b": "text"}], "c": null}', "lines.ndjson": b'{"a": 1}\n{"a": 2}\n',
        "deploy.yaml": b"a: 1\nb:\n  - x\n  - y\n", "feed.xml": b"<?xml version='1.0'?><feed><title>News</title><item>First. Second.</item></feed>",
        "main.c": b"#include <stdio.h>\n\n/* says it */\nint main(void)\n{\n        return puts(\"x\") < 0;\n}\n",
        "utf16.txt": "Grüße aus Köln. Zweiter Satz.".encode("utf-16"), "latin1.txt": "Grüße aus Köln. Schöne Straße, weiß und naß. Über alles.\n".encode("latin-1") * 8,
        "letter.eml": b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Hello\r\nDate: Mon, 2 Jan 2023 10:00:00 +0000\r\n"
                      b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nFirst sentence. Second one.\r\n",
    }
    inner = dict(documents)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in inner.items():
            archive.writestr(zipfile.ZipInfo(f"folder/{name}"), content)
    documents["all.zip"] = buffer.getvalue()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        for name, content in inner.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    documents["all.tar.xz"] = buffer.getvalue()
    documents["notes.txt.gz"] = gzip.compress(b"Packed sentence. Another one.", mtime=0)
    return documents


def png(width, height, rows):
    """A PNG file of 8-bit RGBA with these bytes as its compressed rows."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def picture(pixels, width):
    """RGBA pixels, row by row, as a PNG file."""
    rows = b"".join(b"\0" + b"".join(pixels[start:start + width]) for start in range(0, len(pixels), width))
    return png(width, len(pixels) // width, rows)


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return buffer.getvalue()


def bombs():
    """Name -> bytes of small files that want much."""
    lol = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "lol">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)) + b"]><l>&a11;</l>"
    nested = b"deepest text"
    for level in range(30):
        nested = zipped({f"level{level}.zip" if level else "text.txt": nested})
    zeros = bytes(50 << 20)
    return {
        "laughs.xml": lol, "laughs.svg": lol.replace(b"<l>", b"<svg>").replace(b"</l>", b"</svg>"), "laughs.docx": zipped({
            "[Content_Types].xml": b"<Types/>", "word/document.xml": lol}),
        "deep.json": b"[" * 100_000 + b"]" * 100_000, "deep-open.json": b'{"a":' * 100_000, "deep.xml": b"<a>" * 100_000, "deep.html": b"<div>" * 100_000,
        "deep.yaml": b"[" * 20_000, "deep.md": b"> " * 50_000 + b"x", "deep.c": b"{" * 100_000, "deep.py": b"(" * 100_000,
        "huge.png": png(65535, 65535, bytes(1000)), "wide.png": png(2_000_000_000, 1, b"\0"), "zeros.zip": zipped({"zeros": zeros}),
        "zeros.gz": gzip.compress(zeros, mtime=0), "nested.zip": nested, "many.zip": zipped({f"{n}": b"%d" % n for n in range(3000)}),
        "paths.zip": zipped({"../../etc/passwd": b"x", "/absolute": b"y", "C:\\windows": b"z", "": b"no name"}),
        "quoted.csv": b'"' * 100_001, "one-line.csv": b"a," * 500_000, "huge.gguf": b"GGUF\3\0\0\0" + b"\xff" * 16, "claims.safetensors": struct.pack("<Q", 90_000_000) + b"{",
        "one-line.json": b'{"a":"' + b"x" * 1_000_000 + b'"}', "numbers.json": b"[" + b"1," * 300_000 + b"1]", "nul.html": b"<p>a\0b</p>" * 1000,
    }


def damaged(content, seed):
    """The document cut at every tenth part of it, with single bits turned over, and with a stretch of noise in it."""
    chance = random.Random(seed)
    for part in range(1, 10):
        yield content[:len(content) * part // 10]
    for _ in range(6):
        place = chance.randrange(len(content))
        yield content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1:]
    place = chance.randrange(len(content))
    yield content[:place] + chance.randbytes(min(64, len(content) - place)) + content[place + 64:]


def cuts(content):
    """The document cut at every tenth byte."""
    for end in range(0, len(content), 10):
        yield content[:end]
