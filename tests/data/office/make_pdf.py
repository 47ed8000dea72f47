"""Writes the PDF files beside it: small documents whose pages, paragraphs and images are counted by hand in the tests.

usage: make_pdf.py
"""

import base64
import hashlib
import os
import zlib

FOLDER = os.path.dirname(os.path.abspath(__file__))

# 16 x 16 pixels, made with FFmpeg's test source.
JPEG = base64.b64decode("""
/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgoKC8oLzc3Nzc3N0E8QUNDQ0FBQUFDQ0NISEhVVVVI
SEhDQ0hIUFBVVVxfXFdXVVdfX2RkZHh4c3OMjJGsrM//xABvAAEBAAAAAAAAAAAAAAAAAAAFBgEBAAMBAAAAAAAAAAAAAAAABgID
AQQQAQABAwQDAQEAAAAAAAAAAAECAAMRUSFhMSIEQYESEQACAQMCBQUBAQAAAAAAAAACAQMAERIEIXFBMWETgSMyUdJykf/AABEI
ABAAEAMBEgACEgADEgD/2gAMAwEAAhEDEQA/AJn+ZWLEUUZBLIvThNPjvVDIhdsw84mIxj8egNeKUwQxm7kKL+ldf49uVHINSYni
oifq/wA1okzUqdvaQIO2buT4vpwrnkT0/kxTkUmO65Ybd79fSlb109W4MQIiZAOts4633cc0J7MZ35sSEj8XTjihkEsh/IiLi2/v
7pJFpwAMhmE7clb9OrwFG5m7vx4Ybuw5fKyvbep6YhJyomgcmGze6x7O16//2Q==
""")


def stream(entries, data):
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def pdf(objects, trailer=""):
    """objects: bytes of object 1, 2, …; the first one is the catalog."""
    out, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + (body if isinstance(body, bytes) else body.encode("latin-1")) + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def lines(*rows):
    """rows: (left, baseline, size, text)"""
    return "".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, size, text in rows)


FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def sample():
    first = lines(
        (72, 720, 18, "A heading"),
        (72, 690, 11, "The first paragraph has two lines and a soft hy\\255"),
        (72, 677, 11, "phen. Its second sentence ends here."),
        (72, 645, 11, "The second one keeps its hard hy-"),
        (72, 632, 11, "phen as it is."),
        (72, 600, 11, "\\225 an item"), (72, 587, 11, "\\225 another item"),
    ) + "q 50 0 0 50 72 500 cm /Photo Do Q q 20 0 0 20 150 500 cm /Logo Do Q\n"
    # Two columns: the left one is read first.
    second = lines(*[(72, 700 - 13 * i, 11, f"left column line {i}") for i in range(3)],
                   *[(320, 700 - 13 * i, 11, f"Right column line {i}") for i in range(3)]) + \
        "q 20 0 0 20 150 500 cm /Logo Do Q\n"
    page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F 5 0 R >> /XObject << /Photo 8 0 R /Logo 9 0 R >> >>"
    return pdf([
        "<< /Type /Catalog /Pages 2 0 R /Outlines 12 0 R /PageLabels << /Nums [0 << /S /r >> 1 << /S /D >>] >> "
        "/Names << /EmbeddedFiles << /Names [(note.txt) 15 0 R] >> >> /AcroForm << /Fields [18 0 R] /DR << /Font << /F 5 0 R >> >> >> >>",
        "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
        f"<< {page} /Contents 6 0 R /Annots [17 0 R 18 0 R 19 0 R] >>",
        f"<< {page} /Contents 7 0 R >>",
        FONT,
        stream("", first.encode("latin-1")),
        stream("/Filter /FlateDecode", zlib.compress(second.encode("latin-1"))),
        stream("/Type /XObject /Subtype /Image /Width 16 /Height 16 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode", JPEG),
        stream("/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceRGB /BitsPerComponent 8 /SMask 10 0 R",
               bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])),
        stream("/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8", bytes([255, 255, 255, 128])),
        "<< /Title <FEFF00C4007200670065> /Author (A. Writer) /CreationDate (D:20240229130000+01'00') /ModDate (D:20240301) /Producer (by hand) >>",
        "<< /Type /Outlines /First 13 0 R /Last 13 0 R /Count 2 >>",
        "<< /Title (Part one) /Parent 12 0 R /Dest [3 0 R /Fit] /First 14 0 R /Last 14 0 R /Count 1 >>",
        "<< /Title (Its end) /Parent 13 0 R /Dest [4 0 R /Fit] >>",
        "<< /Type /Filespec /F (note.txt) /UF (note.txt) /Desc (a note) /EF << /F 16 0 R >> >>",
        stream("/Type /EmbeddedFile /Params << /ModDate (D:20240101120000+02'00') /Size 6 >>", b"A note"),
        "<< /Type /Annot /Subtype /Text /Rect [300 700 320 720] /Contents (Is this so? I doubt it.) /T (A Reader) >>",
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada) /DA (/F 11 Tf) /Rect [300 600 400 620] >>",
        # Free text and a field without appearances of their own, in fonts that are not in the file.
        "<< /Type /Annot /Subtype /FreeText /Rect [300 500 420 520] /Contents (Free text) /DA (/Times 11 Tf) >>",
    ], "/Info 11 0 R")


def text_pages(count):
    """As many pages as that, each with a line of its own."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", None, FONT]
    kids = []
    for number in range(count):
        objects.append(stream("", lines((72, 700, 11, f"This is page {number + 1}.")).encode()))
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 800] /Contents {len(objects)} 0 R /Resources << /Font << /F 3 0 R >> >> >>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {count} >>"
    return pdf(objects)


PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def rc4(key, data):
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def encrypted(password):
    """With the 40-bit handler (ISO 32000-1, 7.6.3), whose rules are the shortest."""
    identity = bytes(range(16))
    user = (password.encode() + PADDING)[:32]
    owner = rc4(hashlib.md5((b"owner" + PADDING)[:32]).digest()[:5], user)
    permissions = -4
    key = hashlib.md5(user + owner + permissions.to_bytes(4, "little", signed=True) + identity).digest()[:5]
    content = lines((72, 700, 11, "A secret sentence.")).encode()
    object_key = hashlib.md5(key + (4).to_bytes(3, "little") + b"\0\0").digest()[:10]
    return pdf([
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 800] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        stream("", rc4(object_key, content)),
        FONT,
        f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{rc4(key, PADDING).hex()}> /P {permissions} >>",
    ], f"/Encrypt 6 0 R /ID [<{identity.hex()}> <{identity.hex()}>]")


def japanese():
    """Text in a character collection that is not in the file."""
    return pdf([
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        stream("", b"BT /F 12 Tf 10 200 Td <82A082A2> Tj ET"),
        "<< /Type /Font /Subtype /Type0 /BaseFont /Ryumin /Encoding /90ms-RKSJ-H /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Ryumin /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> "
        "/FontDescriptor 7 0 R >>",
        "<< /Type /FontDescriptor /FontName /Ryumin /Flags 4 /FontBBox [0 0 100 100] /ItalicAngle 0 /Ascent 80 /Descent 0 /CapHeight 80 /StemV 10 >>",
    ])


def huge_image():
    return pdf([
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>",
        stream("", b"q 100 0 0 100 0 0 cm /I Do Q"),
        stream("/Type /XObject /Subtype /Image /Width 65535 /Height 65535 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode",
               zlib.compress(bytes(100))),
    ])


def main():
    files = {
        "sample.pdf": sample(),
        "pages.pdf": text_pages(3),
        "locked.pdf": encrypted("secret"),
        "encrypted.pdf": encrypted(""),
        "japanese.pdf": japanese(),
        "huge-image.pdf": huge_image(),
    }
    for name, content in files.items():
        with open(os.path.join(FOLDER, name), "wb") as file:
            file.write(content)


if __name__ == "__main__":
    main()
