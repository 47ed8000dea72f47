/* The pure parts of ingest: names, URIs, chunks, and the walk over a real folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <hartonomous/compression.h>

#include "ingest.h"
#include "walk.h"

static void uris_are_percent_encoded(void **state)
{
        static const struct {
                const char *path, *expected;
        } rows[] = {
                {"/a/b.txt", "file:///a/b.txt"},
                {"/a b/100%", "file:///a%20b/100%25"},
                {"/\xc3\xa4?#", "file:///%C3%A4%3F%23"},
                {"/\xff", "file:///%FF"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                HART_CLEANUP(hart_free_p) char *uri = file_uri(rows[i].path);
                assert_string_equal(uri, rows[i].expected);
        }
}

static void names_are_valid_utf8(void **state)
{
        (void)state;
        HART_CLEANUP(hart_free_p) char *plain = file_name_of("/a/b.txt");
        assert_string_equal(plain, "b.txt");
        HART_CLEANUP(hart_free_p)
        char *odd = file_name_of("b\xff"
                                 "d");
        assert_string_equal(odd, "b\xEF\xBF\xBD"
                                 "d");
}

static void chunks_are_compressed_where_it_helps(void **state)
{
        unsigned char same[4096] = {0}, noise[4096];
        HART_CLEANUP(hart_buffer_done) hart_buffer encoded = {0};
        HART_CLEANUP(hart_buffer_done) hart_buffer decoded = {0};
        bool compressed = false;
        (void)state;
        assert_int_equal(chunk_encode(same, sizeof same, &encoded, &compressed, NULL), HART_OK);
        assert_true(compressed && encoded.size < 100);
        assert_int_equal(hart_decompress(encoded.data, encoded.size, sizeof same, &decoded, NULL), HART_OK);
        assert_memory_equal(decoded.data, same, sizeof same);
        uint64_t random = 88172645463325252u;
        for (size_t i = 0; i < sizeof noise; i++) {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                noise[i] = (unsigned char)random;
        }
        hart_buffer_clear(&encoded);
        assert_int_equal(chunk_encode(noise, sizeof noise, &encoded, &compressed, NULL), HART_OK);
        assert_false(compressed);
        assert_int_equal(encoded.size, sizeof noise);
        hart_buffer_clear(&encoded);
        assert_int_equal(chunk_encode("short", 5, &encoded, &compressed, NULL), HART_OK);
        assert_false(compressed);
        assert_memory_equal(encoded.data, "short", 5);
}

static bool note_file(const char *path, const struct stat *status, void *data)
{
        assert_true(S_ISREG(status->st_mode));
        hart_buffer_format(data, "%s ", strrchr(path, '/') + 1);
        return true;
}

static void note_other(const char *path, const char *reason, bool failure, void *data)
{
        const char *slash = strrchr(path, '/');
        hart_buffer_format(data, "(%s %s%s) ", slash ? slash + 1 : path, reason, failure ? "!" : "");
}

static void touch(const char *folder, const char *name)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folder, name);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fclose(file);
}

static void a_walk_finds_files_and_no_loops(void **state)
{
        char folder[] = "/tmp/hart-walk-XXXXXX";
        HART_CLEANUP(hart_buffer_done) hart_buffer seen = {0};
        const walk_visitor visitor = {.file = note_file, .other = note_other, .data = &seen};
        (void)state;
        assert_non_null(mkdtemp(folder));
        HART_CLEANUP(hart_free_p) char *inner = hart_format("%s/inner", folder);
        HART_CLEANUP(hart_free_p) char *loop = hart_format("%s/inner/loop", folder);
        HART_CLEANUP(hart_free_p) char *pipe = hart_format("%s/pipe", folder);
        HART_CLEANUP(hart_free_p) char *link = hart_format("%s/zlink", folder);
        assert_int_equal(mkdir(inner, 0700), 0);
        assert_int_equal(symlink("..", loop), 0);
        assert_int_equal(mkfifo(pipe, 0600), 0);
        touch(folder, ".hidden");
        touch(folder, "inner/b");
        touch(folder, "inner/a");
        assert_int_equal(symlink("inner", link), 0);
        char gone[] = "/nowhere/at/all";
        assert_true(walk((char *const[]){folder, NULL}, &visitor));
        assert_true(walk((char *const[]){link, NULL}, &visitor));
        assert_true(walk((char *const[]){gone, NULL}, &visitor));
        assert_true(walk((char *const[]){pipe, NULL}, &visitor));
        assert_string_equal((const char *)seen.data,
                            ".hidden a b (loop is a symbolic link) (pipe is a pipe) (zlink is a symbolic link) "
                            "a b (loop is a symbolic link) (all No such file or directory!) (pipe is a pipe!) ");
        HART_CLEANUP(hart_free_p) char *removal = hart_format("rm -r %s", folder);
        assert_int_equal(system(removal), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(uris_are_percent_encoded),
                cmocka_unit_test(names_are_valid_utf8),
                cmocka_unit_test(chunks_are_compressed_where_it_helps),
                cmocka_unit_test(a_walk_finds_files_and_no_loops),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
