/* Content types by first bytes, by what the sender says, by name, by being text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <hartonomous/atomizer.h>

#include "record.h"

#define BYTES(text) text, sizeof(text) - 1
#define ZEROS8      "\0\0\0\0\0\0\0\0"
/* A local header of zip: no sizes, so that the next one is searched for. */
#define ENTRY(length, name) "PK\3\4\x14\0\x08\0\x08\0" ZEROS8 ZEROS8 length "\0\0\0" name
#define WORD                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define SHEET               "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define SLIDES              "application/vnd.openxmlformats-officedocument.presentationml.presentation"
#define TYPES               ENTRY("\x13", "[Content_Types].xml") "...."
#define MP3                 "\xFF\xFB\x90\x64"

static const struct {
        const char *head;
        size_t size;
        const char *declared, *name, *expected;
} rows[] = {
        /* images */
        {BYTES("\x89PNG\r\n\x1A\n...."), NULL, "x.txt", "image/png"},
        {BYTES("\x89PNG\r\n\x1A\n...."), "text/html", NULL, "image/png"},
        {BYTES("\xFF\xD8\xFF\xE0"), NULL, NULL, "image/jpeg"},
        {BYTES("GIF89a"), NULL, NULL, "image/gif"},
        {BYTES("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0\2\0\0\0"), NULL, NULL, "image/bmp"},
        {BYTES("BMW is a maker of cars, and no picture."), NULL, NULL, "text/plain"},
        {BYTES("II*\0\x08\0\0\0"), NULL, NULL, "image/tiff"},
        {BYTES("MM\0*\0\0\0\x08"), NULL, NULL, "image/tiff"},
        {BYTES("P6\n# by hand\n2 2\n255\n123412341234"), NULL, NULL, "image/x-portable-anymap"},
        {BYTES("P1 1st floor"), NULL, NULL, "text/plain"},
        {BYTES("\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0"), NULL, NULL, "image/vnd.microsoft.icon"},
        {BYTES("RIFF\1\1\1\1WEBPVP8 "), NULL, NULL, "image/webp"},
        {BYTES("\0\0\0\x18"
               "ftypheic\0\0\0\0mif1heic"),
         NULL, NULL, "image/heic"},
        {BYTES("\0\0\0\x1C"
               "ftypmif1\0\0\0\0mif1avifmiaf"),
         NULL, NULL, "image/avif"},
        /* audio and video */
        {BYTES("fLaC"), NULL, NULL, "audio/flac"},
        {BYTES("RIFF\1\1\1\1WAVEfmt "), NULL, NULL, "audio/wav"},
        {BYTES("RIFF\1\1\1\1AVI LIST"), NULL, NULL, "video/x-msvideo"},
        {BYTES("FORM\0\0\0\x2E"
               "AIFFCOMM"),
         NULL, NULL, "audio/aiff"},
        {BYTES("ID3\4\0\0\0\0\0\0"), NULL, NULL, "audio/mpeg"},
        {BYTES("\0\0\0\x18"
               "ftypmp42\0\0\0\0isommp42"),
         NULL, NULL, "video/mp4"},
        {BYTES("\0\0\0\x14"
               "ftypqt  \0\0\0\0qt  "),
         NULL, NULL, "video/quicktime"},
        {BYTES("\0\0\0\x18"
               "ftypM4A \0\0\0\0M4A mp42"),
         NULL, NULL, "audio/mp4"},
        {BYTES("OggS\0\2" ZEROS8 "\1\0\0\0\0\0\0\0\0\0\0\0\1\x1E\1vorbis"), NULL, NULL, "audio/ogg"},
        {BYTES("OggS\0\2" ZEROS8 "\1\0\0\0\0\0\0\0\0\0\0\0\1\x2A\x80theora"), NULL, NULL, "video/ogg"},
        {BYTES("\x1A\x45\xDF\xA3\x9F\x42\x86\x81\1\x42\x82\x84webm"), NULL, NULL, "video/webm"},
        {BYTES("\x1A\x45\xDF\xA3\xA3\x42\x86\x81\1\x42\x82\x88matroska"), NULL, NULL, "video/x-matroska"},
        /* documents */
        {BYTES("%PDF-1.7"), NULL, NULL, "application/pdf"},
        {BYTES("HTTP/1.1 200 OK\r\n\r\n%PDF-1.4\n"), NULL, NULL, "application/pdf"},
        {BYTES("A PDF file begins with %PDF-1.4, always."), NULL, NULL, "text/plain"},
        {BYTES("{\\rtf1\\ansi"), NULL, NULL, "application/rtf"},
        /* zip, and what is in it */
        {BYTES(ENTRY("\5", "a.txt")), NULL, NULL, "application/zip"},
        {BYTES("PK\5\6" ZEROS8 ZEROS8 "\0\0"), NULL, NULL, "application/zip"},
        {BYTES(TYPES ENTRY("\x11", "word/document.xml")), NULL, NULL, WORD},
        {BYTES(ENTRY("\x11", "word/document.xml") TYPES), NULL, "a.docx", WORD},
        {BYTES(ENTRY("\x11", "word/document.xml") TYPES), NULL, NULL, WORD},
        {BYTES(ENTRY("\x11", "word/document.xml")), NULL, "words.zip", "application/zip"},
        {BYTES(TYPES ENTRY("\x0F", "xl/workbook.xml")), NULL, NULL, SHEET},
        {BYTES(TYPES ENTRY("\x14", "ppt/presentation.xml")), NULL, NULL, SLIDES},
        {BYTES(TYPES ENTRY("\x11", "word/document.xml")), NULL, "a.docm",
         "application/vnd.ms-word.document.macroenabled.12"},
        {BYTES(TYPES ENTRY("\x11", "word/document.xml")), NULL, "a.xlsx", WORD},
        {BYTES(ENTRY("\x14", "META-INF/MANIFEST.MF")), NULL, NULL, "application/java-archive"},
        {BYTES("PK\3\4\x0A\0\0\0\0\0" ZEROS8 "\x14\0\0\0\x14\0\0\0\x08\0\0\0mimetypeapplication/epub+zip"), NULL, NULL,
         "application/epub+zip"},
        {BYTES("PK\3\4\x0A\0\0\0\0\0" ZEROS8
               "\x27\0\0\0\x27\0\0\0\x08\0\0\0mimetypeapplication/vnd.oasis.opendocument.text"),
         NULL, NULL, "application/vnd.oasis.opendocument.text"},
        /* other archives and compressed files */
        {BYTES("\x1F\x8B\x08\0\0\0\0\0\0\3"), NULL, "x.csv", "application/gzip"},
        {BYTES("BZh91AY&SY...."), NULL, NULL, "application/x-bzip2"},
        {BYTES("BZh9 is no compressed file"), NULL, NULL, "text/plain"},
        {BYTES("\xFD"
               "7zXZ\0\0\4"),
         NULL, NULL, "application/x-xz"},
        {BYTES("\x28\xB5\x2F\xFD\x24"), NULL, NULL, "application/zstd"},
        {BYTES("]\0\0\x80\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0"), NULL, NULL, "application/x-lzma"},
        {BYTES("7z\xBC\xAF\x27\x1C\0\4"), NULL, NULL, "application/x-7z-compressed"},
        {BYTES("Rar!\x1A\7\1\0"), NULL, NULL, "application/vnd.rar"},
        {BYTES("!<arch>\ndebian-binary   "), NULL, NULL, "application/vnd.debian.binary-package"},
        {BYTES("!<arch>\n/               "), NULL, NULL, "application/x-archive"},
        {BYTES("\xED\xAB\xEE\xDB\3\0"), NULL, NULL, "application/x-rpm"},
        {BYTES("070701000001"), NULL, NULL, "application/x-cpio"},
        /* models */
        {BYTES("GGUF\3\0\0\0"), NULL, NULL, "application/x-gguf"},
        {BYTES("\x10\0\0\0\0\0\0\0{\"a\":{}}"), NULL, NULL, "application/x-safetensors"},
        {BYTES("\x10\0\0\0\0\0\0\x7F{\"a\":{}}"), NULL, NULL, "application/octet-stream"},
        {BYTES("\x08\x08\x12\7pytorch\x1A\5"
               "1.13."),
         NULL, NULL, "application/x-onnx"},
        {BYTES("\x08\x08\x3A\x20\n\1"), NULL, "m.onnx", "application/x-onnx"},
        {BYTES("\x08\x08\x3A\x20\n\1\0"), NULL, "m.bin", "application/octet-stream"},
        /* XML and HTML */
        {BYTES("<?xml version='1.0'?><a/>"), NULL, NULL, "application/xml"},
        {BYTES("\xEF\xBB\xBF<?xml version='1.0'?>"), NULL, NULL, "application/xml"},
        {BYTES("<?xml version='1.0'?>\n<!-- > -->\n<!DOCTYPE svg [<!ENTITY a \"]>\">]>\n<svg width='1'/>"), NULL, NULL,
         "image/svg+xml"},
        {BYTES("<svg xmlns='http://www.w3.org/2000/svg'/>"), NULL, NULL, "image/svg+xml"},
        {BYTES("<?xml version='1.0'?><s:svg xmlns:s='http://www.w3.org/2000/svg'/>"), NULL, NULL, "image/svg+xml"},
        {BYTES("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>"), NULL, "x.html",
         "application/xhtml+xml"},
        {BYTES("<rss version='2.0'>"), NULL, NULL, "application/rss+xml"},
        {BYTES("<feed xmlns='http://www.w3.org/2005/Atom'>"), NULL, NULL, "application/atom+xml"},
        {BYTES("<feed>"), NULL, NULL, "text/plain"},
        {BYTES("<?xml-stylesheet?>"), NULL, NULL, "text/plain"},
        {BYTES("<a/>"), NULL, "feed.XML", "application/xml"},
        {BYTES("<!doctype html>"), NULL, NULL, "text/html"},
        {BYTES(" <!-- a comment --> <HTML lang=en>"), NULL, NULL, "text/html"},
        {BYTES("<!doctype html>"), NULL, "x.php", "text/x-php"},
        {BYTES("<b is less than"), NULL, NULL, "text/html"},
        {BYTES("<before> is a word"), NULL, NULL, "text/plain"},
        /* JSON */
        {BYTES("{\"a\": 1}"), NULL, "package.json", "application/json"},
        {BYTES("{\"a\": [1, \"}\", null]}\n"), NULL, NULL, "application/json"},
        {BYTES("[true, false]"), NULL, NULL, "application/json"},
        {BYTES("{\"a\": 1}\n{\"a\": 2}\n"), NULL, NULL, "application/x-ndjson"},
        {BYTES("[notes]\nkey = value\n"), NULL, NULL, "text/plain"},
        {BYTES("[1] A foot note"), NULL, NULL, "text/plain"},
        {BYTES("{\"cut\": "), NULL, NULL, "text/plain"},
        {BYTES("{\"cut\": "), NULL, "x.json", "application/json"},
        /* mail */
        {BYTES("From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHello\r\n"), NULL, NULL,
         "message/rfc822"},
        {BYTES("Received: from x\n\tby y\nDate: now\n\nHello"), NULL, NULL, "message/rfc822"},
        {BYTES("From a@example.org Thu Feb 29 12:00:00 2024\nFrom: a@example.org\nSubject: x\n\nHi\n"), NULL, NULL,
         "application/mbox"},
        {BYTES("From here on it is easy.\nTo: be, or not\n"), NULL, NULL, "text/plain"},
        {BYTES("Subject: only one field\n\ntext"), NULL, NULL, "text/plain"},
        {BYTES("From: a\nTo: b\n\n"), NULL, "x.md", "text/markdown"},
        {BYTES("Hello"), NULL, "x.eml", "message/rfc822"},
        /* scripts and armour */
        {BYTES("#!/usr/bin/env -S python3 -u\n"), NULL, "run", "text/x-python"},
        {BYTES("#!/bin/sh\n"), NULL, "run.txt", "application/x-sh"},
        {BYTES("#! /usr/bin/perl -w\n"), NULL, NULL, "text/x-perl"},
        {BYTES("#!/usr/bin/unheard-of\n"), NULL, NULL, "text/plain"},
        {BYTES("#!"), NULL, NULL, "text/plain"},
        {BYTES("-----BEGIN CERTIFICATE-----\n"), NULL, NULL, "application/x-pem-file"},
        /* sender and name */
        {BYTES("a,b"), NULL, "t.csv", "text/csv"},
        {BYTES("a,b"), "text/plain; charset=utf-8", "t.csv", "text/plain"},
        {BYTES("a,b"), "Text/CSV", "t.txt", "text/csv"},
        {BYTES("a,b"), "application/octet-stream", "t.csv", "text/csv"},
        {BYTES("a,b"), "nonsense", "t.csv", "text/csv"},
        {BYTES("int x;"), NULL, "x.c", "text/x-c"},
        {BYTES("int x;"), NULL, "src/x.CPP", "text/x-c++"},
        {BYTES("let x;"), NULL, "x.ts", "application/x-typescript"},
        {BYTES("all:"), NULL, "src/Makefile", "text/x-makefile"},
        {BYTES("{}"), NULL, "x.jsonl", "application/x-ndjson"},
        {BYTES("Hello"), NULL, "README.MD", "text/markdown"},
        {BYTES("Hello"), NULL, ".md", "text/plain"},
        {BYTES(""), NULL, NULL, "text/plain"},
        {BYTES(""), NULL, "a.md", "text/markdown"},
        {BYTES("Hello"), NULL, NULL, "text/plain"},
        /* other charsets, and no text at all */
        {BYTES("\xFF"), NULL, "notes.txt", "text/plain"},
        {BYTES("caf\xC3\xA9"), NULL, "x", "text/plain"},
        {BYTES("caf\xE9"), NULL, "x", "text/plain"},
        {BYTES("a;caf\xE9\n"), NULL, "x.csv", "text/csv"},
        {BYTES("\xFF\xFEh\0i\0"), NULL, NULL, "text/plain"},
        {BYTES("\xFE\xFF\0h\0i"), NULL, NULL, "text/plain"},
        {BYTES("\xFF\xFF\xFF\xFF"), NULL, NULL, "application/octet-stream"},
        {BYTES("NUL \0 byte"), NULL, "x", "application/octet-stream"},
};

static const char *type_of(const void *head, size_t size, const char *declared, const char *name)
{
        static char text[256];
        HART_CLEANUP(hart_buffer_done) hart_buffer type = {0};
        hart_content_type(head, size, declared, name, &type);
        assert_true(type.size > 0 && type.size < sizeof text);
        memcpy(text, type.data, type.size + 1);
        return text;
}

static void check_rows(void)
{
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                const char *found = type_of(rows[i].head, rows[i].size, rows[i].declared, rows[i].name);
                if (strcmp(found, rows[i].expected) != 0)
                        fail_msg("row %zu, %.40s: %s instead of %s", i, rows[i].head, found, rows[i].expected);
        }
}

static void test_rows(void **unused)
{
        (void)unused;
        check_rows();
}

/* libmagic is asked where nothing else knows, and changes nothing of what is known. */
static void test_magic(void **unused)
{
        (void)unused;
        static const unsigned char java[] = "\xCA\xFE\xBA\xBE\0\0\0\x34\0\x1D\x0A\0\6\0\x0F";
        assert_string_equal(type_of(java, sizeof java - 1, NULL, NULL), "application/octet-stream");
        hart_error err = {0};
        assert_int_equal(hart_atomizers_open(&err), HART_OK);
        check_rows();
        assert_string_equal(type_of(java, sizeof java - 1, NULL, NULL), "application/x-java-applet");
        hart_atomizers_close();
}

/* Two frames of 417 bytes, the second where the first ends. */
static void test_mp3_frames(void **unused)
{
        (void)unused;
        unsigned char head[1000] = {0};
        memcpy(head, MP3, 4);
        memcpy(head + 417, MP3, 4);
        assert_string_equal(type_of(head, sizeof head, NULL, NULL), "audio/mpeg");
        head[417] = 0;
        assert_string_equal(type_of(head, sizeof head, NULL, NULL), "application/octet-stream");
}

/* Real archives, whose kind is in their first bytes, or at byte 257. */
static void test_archives(void **unused)
{
        (void)unused;
        static const struct {
                const char *path, *expected;
        } files[] = {
                {TEST_DATA "/archive/all.tar", "application/x-tar"},
                {TEST_DATA "/archive/all.tar.gz", "application/gzip"},
                {TEST_DATA "/archive/all.tar.bz2", "application/x-bzip2"},
                {TEST_DATA "/archive/all.tar.xz", "application/x-xz"},
                {TEST_DATA "/archive/two.zip", "application/zip"},
                {TEST_DATA "/archive/nested.zip", "application/zip"},
                {TEST_DATA "/archive/three.7z", "application/x-7z-compressed"},
                {TEST_DATA "/archive/three.odc", "application/x-cpio"},
                {TEST_DATA "/archive/small.cpio", "application/x-cpio"},
                {TEST_DATA "/archive/small.deb", "application/vnd.debian.binary-package"},
                {TEST_DATA "/archive/small.rpm", "application/x-rpm"},
                {TEST_DATA "/archive/small.cab", "application/vnd.ms-cab-compressed"},
                {TEST_DATA "/archive/small.rar", "application/vnd.rar"},
                {TEST_DATA "/archive/note.txt.zst", "application/zstd"},
                {TEST_DATA "/archive/note.txt.lz4", "application/x-lz4"},
        };
        for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
                record_read_file(files[i].path, &bytes);
                assert_string_equal(type_of(bytes.data, bytes.size, NULL, NULL), files[i].expected);
        }
}

/* The first 64 KiB decide, and a character cut at their end is no error. */
static void test_cut_head(void **unused)
{
        (void)unused;
        static unsigned char head[(64 << 10) + 1];
        memset(head, 'a', sizeof head);
        head[sizeof head - 2] = 0xC3;
        head[sizeof head - 1] = 0;
        assert_string_equal(type_of(head, sizeof head - 1, NULL, NULL), "text/plain");
        assert_true(hart_is_text(head, sizeof head));
        assert_true(hart_is_text(head, sizeof head - 1));
        assert_false(hart_is_text(head + 1, sizeof head - 2));
        memset(head, ' ', sizeof head);
        memcpy(head, "{\"long\":", 8);
        assert_string_equal(type_of(head, sizeof head, NULL, NULL), "application/json");
        assert_string_equal(type_of(head, sizeof head - 2, NULL, NULL), "text/plain");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),     cmocka_unit_test(test_magic),    cmocka_unit_test(test_mp3_frames),
                cmocka_unit_test(test_archives), cmocka_unit_test(test_cut_head),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
