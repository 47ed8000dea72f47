"""Writes the Office Open XML and OpenDocument files beside it: small documents counted by hand in the tests, and broken ones.

usage: make_office.py
"""

import os
import struct
import zipfile
import zlib

FOLDER = os.path.dirname(os.path.abspath(__file__))


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"\0\xff\0\0", 9)) + chunk(b"IEND", b""))


HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_R = "http://schemas.openxmlformats.org/package/2006/relationships"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def relations(*rows):
    """rows: (id, type, target)"""
    body = "".join(f'<Relationship Id="{i}" Type="{R if k != "core-properties" else PACKAGE_R + "/metadata"}/{k}" Target="{t}"'
                   f'{" TargetMode=" + chr(34) + "External" + chr(34) if t.startswith("http") else ""}/>' for i, k, t in rows)
    return f'{HEAD}<Relationships xmlns="{PACKAGE_R}">{body}</Relationships>'


def types(main_part, kind):
    return (f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
            f'<Override PartName="/{main_part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>')


CORE = (f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        '<dc:title>A sample</dc:title><dc:creator>A. Writer</dc:creator><cp:keywords>one, two</cp:keywords>'
        '<dcterms:created>2024-02-29T12:00:00Z</dcterms:created><dcterms:modified>2024-03-01T08:30:00Z</dcterms:modified></cp:coreProperties>')
APP = (f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
       '<Application>By hand</Application></Properties>')


def package(main_part, kind, parts):
    rows = [("rId1", "officeDocument", main_part), ("rId2", "core-properties", "docProps/core.xml"), ("rId3", "extended-properties", "docProps/app.xml")]
    return {"[Content_Types].xml": types(main_part, kind), "_rels/.rels": relations(*rows), "docProps/core.xml": CORE, "docProps/app.xml": APP, **parts}


def paragraph(text, style=""):
    properties = f'<w:pPr><w:pStyle w:val="{style}"/><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"


def docx(**changes):
    body = (
        paragraph("Title of it", "Titel") + paragraph("First chapter", "berschrift1") +
        paragraph("One sentence. And another one, by Dr. Smith.") +
        # Words in pieces, a tab, a line break, deleted and inserted text, a link.
        '<w:p><w:r><w:t>In pie</w:t></w:r><w:r><w:t>ces</w:t><w:tab/><w:t>tab</w:t><w:br/><w:t>broken</w:t></w:r>'
        '<w:del w:id="1"><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins w:id="2"><w:r><w:t> new</w:t></w:r></w:ins>'
        '<w:hyperlink r:id="rId9"><w:r><w:t> linked</w:t></w:r></w:hyperlink><w:r><w:footnoteReference w:id="2"/></w:r></w:p>' +
        paragraph("A section in it", "Sub") + paragraph("Its text.") +
        "<w:tbl><w:tr><w:tc>" + paragraph("Name") + "</w:tc><w:tc>" + paragraph("Number") + "</w:tc></w:tr><w:tr><w:tc>" +
        paragraph("Ada") + paragraph("Lovelace") + "</w:tc><w:tc>" + paragraph("") + "</w:tc><w:tc>" + paragraph("1815") + "</w:tc></w:tr></w:tbl>" +
        paragraph("Second chapter", "berschrift1") +
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps">'
        "<w:txbxContent>" + paragraph("In a box.") + "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>" + paragraph("In a box.") +
        "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>Beside the box.</w:t></w:r></w:p>")
    parts = {
        "word/document.xml": f'{HEAD}<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": relations(
            ("rId1", "styles", "styles.xml"), ("rId2", "footnotes", "footnotes.xml"), ("rId3", "comments", "/word/comments.xml"),
            ("rId4", "header", "header1.xml"), ("rId5", "image", "media/image1.png"), ("rId9", "hyperlink", "https://example.org/a?b=c")),
        "word/styles.xml": f'{HEAD}<w:styles xmlns:w="{W}"><w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>'
                           '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
                           '<w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>'
                           '<w:style w:styleId="Sub"><w:name w:val="Mine"/><w:basedOn w:val="berschrift2"/></w:style></w:styles>',
        "word/footnotes.xml": f'{HEAD}<w:footnotes xmlns:w="{W}"><w:footnote w:type="separator" w:id="0">{paragraph("---")}</w:footnote>'
                              f'<w:footnote w:id="2">{paragraph("A note. Of two sentences.")}</w:footnote></w:footnotes>',
        "word/comments.xml": f'{HEAD}<w:comments xmlns:w="{W}"><w:comment w:id="0" w:author="A Reader" w:date="2024-03-02T10:00:00Z">'
                             f'{paragraph("Is this so?")}</w:comment></w:comments>',
        "word/header1.xml": f'{HEAD}<w:hdr xmlns:w="{W}">{paragraph("On each page")}</w:hdr>',
        "word/media/image1.png": png(),
        "word/media/größer.png": png(),
    }
    return {**package("word/document.xml", "wordprocessingml.document", parts), **changes}


def xlsx():
    strings = ["Name", "Born", "Ada", "with\ttab and\nline end"]
    cells = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>in place</t></is></c></row>'
        '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>42004</v></c><c r="C2"><v>3.5</v></c><c r="D2" t="b"><v>1</v></c></row>'
        '<row r="3"/><row r="4"><c r="C4"><f>C2*2</f><v>7</v></c><c r="D4" t="str"><f>A2</f><v>Ada</v></c><c r="E4" t="e"><v>#DIV/0!</v></c></row>'
        '<row r="5"><c r="A5" t="s"><v>3</v></c><c r="B5" s="2"><v>0.75</v></c><c r="C5" s="3"><v>42004.5</v></c><c r="D5" t="s"><v>99</v></c></row>')
    parts = {
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{S}" xmlns:r="{R}"><sheets><sheet name="People" sheetId="1" r:id="rId2"/>'
                           '<sheet name="Hidden" sheetId="2" state="hidden" r:id="rId1"/><sheet name="Lost" sheetId="3" r:id="rId7"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(("rId1", "worksheet", "worksheets/sheet2.xml"), ("rId2", "worksheet", "worksheets/sheet1.xml"),
                                                ("rId3", "sharedStrings", "sharedStrings.xml"), ("rId4", "styles", "styles.xml")),
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{S}">' + "".join(f"<si><t>{text}</t></si>" for text in strings[:3]) +
                                f"<si><r><t>with\t</t></r><r><t>tab and\nline end</t></r><rPh><t>spoken</t></rPh></si></sst>",
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{S}"><numFmts><numFmt numFmtId="164" formatCode="hh:mm:ss"/></numFmts>'
                         '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
                         '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'{HEAD}<worksheet xmlns="{S}"><sheetData>{cells}</sheetData></worksheet>',
        "xl/worksheets/sheet2.xml": f'{HEAD}<worksheet xmlns="{S}"><sheetData><row><c><v>1</v></c><c><v>2</v></c></row></sheetData></worksheet>',
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("rId1", "comments", "../comments1.xml")),
        "xl/comments1.xml": f'{HEAD}<comments xmlns="{S}"><commentList><comment ref="A1"><text><r><t>First remark.</t></r></text></comment>'
                            '<comment ref="B1"><text><t>Second remark.</t></text></comment></commentList></comments>',
        "xl/media/image1.png": png(),
    }
    return package("xl/workbook.xml", "spreadsheetml.sheet", parts)


def shape(kind, *paragraphs):
    placeholder = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
    body = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in paragraphs)
    return f"<p:sp>{placeholder}<p:txBody>{body}</p:txBody></p:sp>"


def slide(*shapes, show=""):
    return f'{HEAD}<p:sld xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}"{show}><p:cSld><p:spTree>{"".join(shapes)}</p:spTree></p:cSld></p:sld>'


def pptx():
    table = ("<p:graphicFrame><a:graphic><a:graphicData><a:tbl>" + "".join(
        "<a:tr>" + "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{cell}</a:t></a:r></a:p></a:txBody></a:tc>" for cell in row) + "</a:tr>"
        for row in (("a", "b"), ("c", "d"))) + "</a:tbl></a:graphicData></a:graphic></p:graphicFrame>")
    parts = {
        # The order of the presentation is not that of the names.
        "ppt/presentation.xml": f'{HEAD}<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst><p:sldId id="256" r:id="rId2"/>'
                                '<p:sldId id="257" r:id="rId1"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(("rId1", "slide", "slides/slide1.xml"), ("rId2", "slide", "slides/slide2.xml")),
        "ppt/slides/slide1.xml": slide(shape("", "Nothing has a title here."), table, show=' show="0"'),
        "ppt/slides/slide2.xml": slide(shape("sldNum", "1"), shape("body", "First point", "Second point. With two sentences."),
                                       shape("ctrTitle", "Opening &amp; more")),
        "ppt/slides/_rels/slide2.xml.rels": relations(("rId1", "notesSlide", "../notesSlides/notesSlide1.xml"), ("rId2", "image", "../media/image1.png")),
        "ppt/notesSlides/notesSlide1.xml": slide(shape("body", "Say hello first."), shape("sldNum", "1")).replace("p:sld ", "p:notes ").replace("/p:sld>", "/p:notes>"),
        "ppt/media/image1.png": png(),
    }
    return package("ppt/presentation.xml", "presentationml.presentation", parts)


OFFICE = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
          'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
          'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
          'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"')


def opendocument(kind, body, locked=""):
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return {
        "mimetype": mime,
        "content.xml": f'{HEAD}<office:document-content {OFFICE}><office:body>{body}</office:body></office:document-content>',
        "meta.xml": f'{HEAD}<office:document-meta {OFFICE}><office:meta><dc:title>A sample</dc:title>'
                    '<meta:initial-creator>A. Writer</meta:initial-creator><meta:keyword>one</meta:keyword><meta:keyword>two</meta:keyword>'
                    '<meta:creation-date>2024-02-29T12:00:00</meta:creation-date></office:meta></office:document-meta>',
        "META-INF/manifest.xml": f'{HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                                 f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
                                 f'<manifest:file-entry manifest:full-path="Pictures/a.png" manifest:media-type="image/png">{locked}</manifest:file-entry>'
                                 '</manifest:manifest>',
        "Pictures/a.png": png(),
    }


def odt():
    return opendocument("text", '<office:text><text:tracked-changes><text:p>gone</text:p></text:tracked-changes>'
        '<text:h text:outline-level="1">First chapter</text:h><text:p>One   sentence<text:note text:note-class="footnote">'
        '<text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note> with a note. '
        '<text:span>Another<text:s text:c="2"/>one.</text:span></text:p><text:h text:outline-level="2">In it</text:h>'
        '<table:table table:name="T1"><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p>'
        '<text:p>c</text:p></table:table-cell></table:table-row></table:table><text:p>The end<office:annotation><dc:creator>A Reader</dc:creator>'
        '<text:p>Really?</text:p></office:annotation>.</text:p></office:text>')


def ods():
    return opendocument("spreadsheet", '<office:spreadsheet><table:table table:name="People"><table:table-row><table:table-cell><text:p>Name</text:p>'
        '</table:table-cell><table:table-cell table:number-columns-repeated="2"/><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16379"/></table:table-row><table:table-row table:number-rows-repeated="2">'
        '<table:table-cell office:value-type="float" office:value="1234.5"><text:p>1.234,50</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2024-02-29"><text:p>29.02.24</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
        '<table:table table:name="Empty"/></office:spreadsheet>')


def odp():
    return opendocument("presentation", '<office:presentation><draw:page draw:name="Opening"><draw:frame presentation:class="title"><draw:text-box>'
        '<text:p>Hello there</text:p></draw:text-box></draw:frame><draw:frame><draw:text-box><text:p>A point. And one more.</text:p></draw:text-box></draw:frame>'
        '<presentation:notes><draw:frame><draw:text-box><text:p>Speak up.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>'
        '<draw:page draw:name="End"/></office:presentation>')


def laughs():
    entities = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
    return docx(**{"word/document.xml": f'{HEAD}<!DOCTYPE d [{entities}]><w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>'})


def bomb():
    """Eighteen megabytes of blanks."""
    text = ("<!--" + " " * 6000000 + "-->") * 3 + paragraph("The last sentence.")
    return docx(**{"word/document.xml": f'{HEAD}<w:document xmlns:w="{W}"><w:body>{text}</w:body></w:document>'})


def write(name, parts):
    with zipfile.ZipFile(os.path.join(FOLDER, name), "w") as file:
        for part, content in parts.items():
            if content is None:
                continue
            entry = zipfile.ZipInfo(part, (2024, 2, 29, 12, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if part == "mimetype" else zipfile.ZIP_DEFLATED
            file.writestr(entry, content, compresslevel=9)


def change(name, source, edit):
    with open(os.path.join(FOLDER, source), "rb") as file:
        content = bytearray(file.read())
    edit(content)
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(content)


def encrypt_flags(content):
    """Says of each entry that it is encrypted."""
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(magic, at + 4)


def wrong_size(content):
    """The document's unpacked size, in both places, is less than it is."""
    for magic, size, name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = content.find(magic)
        while at >= 0:
            if content[at + name:at + name + 17] == b"word/document.xml":
                content[at + size:at + size + 4] = struct.pack("<I", 100)
            at = content.find(magic, at + 4)


def main():
    write("sample.docx", docx())
    write("sample.xlsx", xlsx())
    write("sample.pptx", pptx())
    write("sample.odt", odt())
    write("sample.ods", ods())
    write("sample.odp", odp())
    write("locked.odt", opendocument("text", "", "<manifest:encryption-data/>"))
    write("laughs.docx", laughs())
    write("doctype.docx", docx(**{"word/document.xml": docx()["word/document.xml"].replace("<w:document ", "<!DOCTYPE d [<!ENTITY a 'b'>]><w:document ", 1)}))
    write("bomb.docx", bomb())
    write("missing.docx", docx(**{"word/document.xml": None}))
    write("broken.docx", docx(**{"word/document.xml": docx()["word/document.xml"][:900]}))
    write("latin.docx", docx(**{"word/document.xml": '<?xml version="1.0" encoding="EUC-JP"?><w:document xmlns:w="%s"><w:body>%s</w:body></w:document>'
                                % (W, paragraph("Plain letters."))}))
    write("wide.docx", docx(**{"word/document.xml": docx()["word/document.xml"].replace("UTF-8", "UTF-16").encode("utf-16")}))
    change("encrypted.docx", "sample.docx", encrypt_flags)
    change("wrong-size.docx", "sample.docx", wrong_size)


if __name__ == "__main__":
    main()
