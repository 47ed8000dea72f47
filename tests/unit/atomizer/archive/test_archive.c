/* Archives of each kind: which children there are, which entries are none, and what is said of broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "samples.h"

static const struct sample samples[] = {
        {"two.zip",
         "describe {\"format\":\"zip\",\"filters\":[]}\n"
         "child \"hello.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":14} 14\n"
         "entry \"folder/\"\n"
         "child \"folder/naïve.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":120} "
         "120\n"
         "entry \"link -> hello.txt\"\n"
         "describe {\"entries\":4,\"files\":2}\n"},
        {"streamed.zip",
         "describe {\"format\":\"zip\",\"filters\":[]}\n"
         "child \"streamed.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":90} 90\n"
         "describe {\"entries\":1,\"files\":1}\n"},
        {"escape.zip",
         "describe {\"format\":\"zip\",\"filters\":[]}\n"
         "child \"../../etc/passwd\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":5} "
         "5\n"
         "child \"/absolute\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":1} 1\n"
         "child \"C:/x\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":1} 1\n"
         "describe {\"entries\":3,\"files\":3}\n"},
        {"nested.zip",
         "describe {\"format\":\"zip\",\"filters\":[]}\n"
         "child \"two.zip\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":436} 436\n"
         "describe {\"entries\":1,\"files\":1}\n"},
        {"secret.zip", "describe {\"format\":\"zip\",\"filters\":[]}\n"
                       "child \"hello.txt\" - archive-entry "
                       "{\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":14} 0: is encrypted\n"
                       "child \"ünï.txt\" - archive-entry "
                       "{\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":7} 0: is encrypted\n"
                       "child \"third\" - archive-entry "
                       "{\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":29} 0: is encrypted\n"
                       "describe {\"entries\":3,\"files\":3}\n"},
        {"crc.zip",
         "describe {\"format\":\"zip\",\"filters\":[]}\n"
         "child \"a\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":100} 100: ZIP bad "
         "CRC: 0xaf707a64 should be 0x4030201\n"
         "child \"b\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":600} 600\n"
         "child \"c\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":100} 100\n"
         "describe {\"entries\":3,\"files\":3}\n"},
        {"broken-entry.zip",
         "describe {\"format\":\"zip\",\"filters\":[]}\n"
         "child \"a\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":100} 100\n"
         "child \"b\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":600} 0: ZIP "
         "decompression failed (-3)\n"
         "problem \"after 2 entries: ZIP decompression failed (-3)\"\n"
         "child \"c\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":100} 100\n"
         "describe {\"entries\":3,\"files\":3}\n"},
        {"all.tar",
         "describe {\"format\":\"tar\",\"filters\":[]}\n"
         "entry \"dir/\"\n"
         "child \"dir/file.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":10} 10\n"
         "entry \"dir/symbolic -> file.txt\"\n"
         "entry \"dir/hard link to dir/file.txt\"\n"
         "entry \"pipe\"\n"
         "entry \"tty\"\n"
         "child \"empty\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":0} 0\n"
         "child \"long/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" 155 - archive-entry "
         "{\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":4} 4\n"
         "child \"ü.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":6} 6\n"
         "describe {\"entries\":9,\"files\":4}\n"},
        {"all.tar.gz",
         "describe {\"format\":\"tar\",\"filters\":[\"gzip\"]}\n"
         "entry \"dir/\"\n"
         "child \"dir/file.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":10} 10\n"
         "entry \"dir/symbolic -> file.txt\"\n"
         "entry \"dir/hard link to dir/file.txt\"\n"
         "entry \"pipe\"\n"
         "entry \"tty\"\n"
         "child \"empty\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":0} 0\n"
         "child \"long/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" 155 - archive-entry "
         "{\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":4} 4\n"
         "child \"ü.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":6} 6\n"
         "describe {\"entries\":9,\"files\":4}\n"},
        {"all.tar.xz",
         "describe {\"format\":\"tar\",\"filters\":[\"xz\"]}\n"
         "entry \"dir/\"\n"
         "child \"dir/file.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":10} 10\n"
         "entry \"dir/symbolic -> file.txt\"\n"
         "entry \"dir/hard link to dir/file.txt\"\n"
         "entry \"pipe\"\n"
         "entry \"tty\"\n"
         "child \"empty\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":0} 0\n"
         "child \"long/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" 155 - archive-entry "
         "{\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":4} 4\n"
         "child \"ü.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":6} 6\n"
         "describe {\"entries\":9,\"files\":4}\n"},
        {"bad-name.tar",
         "describe {\"format\":\"tar\",\"filters\":[]}\n"
         "child \"caf�\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":3} 3\n"
         "describe {\"entries\":1,\"files\":1}\n"},
        {"huge.tar", "problem \"after 0 entries: Tar entry size overflow\"\n"
                     "describe {\"entries\":0,\"files\":0}\n"},
        {"cut.tar",
         "describe {\"format\":\"tar\",\"filters\":[]}\n"
         "child \"big\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":1099511627776} "
         "512: Truncated tar archive\n"
         "problem \"after 1 entries: Truncated tar archive\"\n"
         "describe {\"entries\":1,\"files\":1}\n"},
        {"hole.tar", "describe {\"format\":\"tar\",\"filters\":[]}\n"
                     "child \"hole\" - archive-entry "
                     "{\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":1073741824} problem \"unpacks to "
                     "more than its size times 200: the rest is not taken out\" 16773122: cut off at a limit\n"},
        {"three.7z",
         "describe {\"format\":\"7z\",\"filters\":[]}\n"
         "child \"hello.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":14} 14\n"
         "child \"ünï.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":7} 7\n"
         "child \"third\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":29} 29\n"
         "describe {\"entries\":3,\"files\":3}\n"},
        {"three.ar",
         "describe {\"format\":\"ar\",\"filters\":[]}\n"
         "child \"hello.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":14} 14\n"
         "child \"ünï.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":7} 7\n"
         "child \"third\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":29} 29\n"
         "describe {\"entries\":3,\"files\":3}\n"},
        {"three.odc",
         "describe {\"format\":\"cpio\",\"filters\":[]}\n"
         "child \"hello.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":14} 14\n"
         "child \"ünï.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":7} 7\n"
         "child \"third\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":29} 29\n"
         "describe {\"entries\":3,\"files\":3}\n"},
        {"three.iso.gz",
         "describe {\"format\":\"iso9660\",\"filters\":[\"gzip\"]}\n"
         "entry \"./\"\n"
         "child \"hello.txt\" - archive-entry {\"mode\":292,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":14} 14\n"
         "child \"ünï.txt\" - archive-entry {\"mode\":292,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":7} 7\n"
         "child \"third\" - archive-entry {\"mode\":292,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":29} 29\n"
         "describe {\"entries\":4,\"files\":3}\n"},
        {"small.cpio",
         "describe {\"format\":\"cpio\",\"filters\":[]}\n"
         "entry \"d/\"\n"
         "child \"d/f\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":9} 9\n"
         "describe {\"entries\":2,\"files\":1}\n"},
        {"small.deb",
         "describe {\"format\":\"ar\",\"filters\":[]}\n"
         "child \"debian-binary\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":4} 4\n"
         "child \"control.tar.gz\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":29} "
         "29\n"
         "child \"data.tar.gz\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":29} 29\n"
         "describe {\"entries\":3,\"files\":3}\n"},
        {"small.rpm",
         "describe {\"format\":\"cpio\",\"filters\":[\"gzip\",\"rpm\"]}\n"
         "child \"./r\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":8} 8\n"
         "describe {\"entries\":1,\"files\":1}\n"},
        {"small.cab",
         "describe {\"format\":\"cab\",\"filters\":[]}\n"
         "child \"c.txt\" - archive-entry {\"mode\":438,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":8} 8\n"
         "describe {\"entries\":1,\"files\":1}\n"},
        {"small.rar",
         "describe {\"format\":\"rar\",\"filters\":[]}\n"
         "child \"r.txt\" - archive-entry {\"mode\":420,\"modified\":\"2024-02-29T12:00:00Z\",\"size\":8} 8\n"
         "describe {\"entries\":1,\"files\":1}\n"},
        {"note.txt.gz", "describe {\"format\":\"compressed\",\"filters\":[\"gzip\"]}\n"
                        "child \"note.txt\" - archive-entry 8\n"
                        "describe {\"entries\":1,\"files\":1}\n"},
        {"note.txt.xz", "describe {\"format\":\"compressed\",\"filters\":[\"xz\"]}\n"
                        "child \"note.txt\" - archive-entry 8\n"
                        "describe {\"entries\":1,\"files\":1}\n"},
        {"note.txt.zst", "describe {\"format\":\"compressed\",\"filters\":[\"zstd\"]}\n"
                         "child \"note.txt\" - archive-entry 8\n"
                         "describe {\"entries\":1,\"files\":1}\n"},
        {"note.txt.lz4", "describe {\"format\":\"compressed\",\"filters\":[\"lz4\"]}\n"
                         "child \"note.txt\" - archive-entry 8\n"
                         "describe {\"entries\":1,\"files\":1}\n"},
        {"nothing.gz", "describe {\"format\":\"compressed\",\"filters\":[\"gzip\"]}\n"
                       "child \"nothing\" - archive-entry 0\n"
                       "describe {\"entries\":1,\"files\":1}\n"},
        {"zeros.img.gz", "describe {\"format\":\"compressed\",\"filters\":[\"gzip\"]}\n"
                         "child \"zeros.img\" - archive-entry 4096\n"
                         "describe {\"entries\":1,\"files\":1}\n"},
        {"bomb.gz", "describe {\"format\":\"compressed\",\"filters\":[\"gzip\",\"gzip\"]}\n"
                    "child \"bomb\" - archive-entry problem \"unpacks to more than its size times 200: the rest is not "
                    "taken out\" 16777216: cut off at a limit\n"},
        {"dictionary.xz", "describe {\"format\":\"compressed\",\"filters\":[\"xz\"]}\n"
                          "child \"dictionary\" - archive-entry 5\n"
                          "describe {\"entries\":1,\"files\":1}\n"},
};

#define SAMPLES (sizeof samples / sizeof *samples)

static void test_samples(void **unused)
{
        (void)unused;
        check_samples("archive", samples, SAMPLES);
}

static void test_bytes_of_children(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
        struct record record;
        read_sample("archive", "three.7z", &bytes);
        record_run(&record, "archive", bytes.data, bytes.size, NULL, NULL, NULL);
        assert_string_equal((const char *)record.children.data, "Hello, world.\numlautsthird third third third third");
        record_done(&record);
}

static void test_damage(void **unused)
{
        (void)unused;
        damage_samples("archive", samples, SAMPLES, 40);
}

/* A header of format ustar for an empty file. */
static void put_tar_header(hart_buffer *out, unsigned number)
{
        char header[512] = {0};
        unsigned sum = 0;
        (void)snprintf(header, 100, "file-%u", number);
        memcpy(header + 100, "0000644", 8);
        memcpy(header + 108, "0000000", 8);
        memcpy(header + 116, "0000000", 8);
        memcpy(header + 124, "00000000000", 12);
        memcpy(header + 136, "00000000000", 12);
        memcpy(header + 148, "        ", 8);
        header[156] = '0';
        memcpy(header + 257, "ustar\00000", 8);
        for (size_t i = 0; i < sizeof header; i++)
                sum += (unsigned char)header[i];
        (void)snprintf(header + 148, 8, "%06o", sum);
        hart_buffer_append(out, header, sizeof header);
}

static void test_many_entries(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer tar = {0};
        struct record record;
        for (unsigned i = 0; i < 100001; i++)
                put_tar_header(&tar, i);
        record_run(&record, "archive", tar.data, tar.size, NULL, NULL, NULL);
        assert_int_equal(record.child_count, 100000);
        assert_int_equal(record.problems, 1);
        assert_non_null(strstr((const char *)record.outline.data, "more than 100000 documents in it"));
        record_done(&record);
}

static void test_no_archive(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_free_p) char *text = record_outline("archive", "no archive at all", 17);
        assert_string_equal(text,
                            "problem \"is no archive of a known format\"\ndescribe {\"entries\":0,\"files\":0}\n");
        HART_CLEANUP(hart_free_p) char *nothing = record_outline("archive", "", 0);
        assert_string_equal(nothing, "describe {\"entries\":0,\"files\":0}\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_samples),    cmocka_unit_test(test_bytes_of_children),
                cmocka_unit_test(test_damage),     cmocka_unit_test(test_many_entries),
                cmocka_unit_test(test_no_archive),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
