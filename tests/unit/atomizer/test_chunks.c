/* Content-defined chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <hartonomous/digest.h>

#include "document.h"

static void make_noise(hart_buffer *out, size_t size, uint64_t state)
{
        while (out->size < size) {
                state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                hart_buffer_byte(out, (unsigned char)(state >> 56));
        }
}

/* Never changes: chunks of today must meet chunks of years ago. The sizes of 1 MiB of noise, as one number. */
static void test_cuts_stay(void **unused)
{
        (void)unused;
        hart_buffer input = {0};
        struct document document;
        unsigned char digest[HART_SHA256_SIZE];
        char hex[HART_SHA256_HEX_SIZE];
        make_noise(&input, 1 << 20, 42);
        document_run_whole(&document, hart_atomizer_find("chunks"), input.data, input.size);
        hart_sha256(document.trace.data, document.trace.size, digest);
        hart_hex(digest, sizeof digest, hex);
        assert_true(document.components > 90 && document.components < 160); /* 8 KiB or a little more each */
        assert_true(document.longest <= HART_COMPONENT_MAX);
        assert_string_equal(hex, "1d965011c131c161bf56c4bc2facea7cffe6cfa7f73ccc56d8cdd7222f87a184");
        document_done(&document);
        hart_buffer_done(&input);
}

/* A byte put in front moves nothing but the first chunk or two. */
static void test_insertion_keeps_chunks(void **unused)
{
        (void)unused;
        hart_buffer input = {0}, moved = {0};
        struct document before, after;
        make_noise(&input, 1 << 20, 7);
        hart_buffer_text(&moved, "x");
        hart_buffer_append(&moved, input.data, input.size);
        document_run_whole(&before, hart_atomizer_find("chunks"), input.data, input.size);
        document_run_whole(&after, hart_atomizer_find("chunks"), moved.data, moved.size);
        const char *first = (const char *)before.trace.data, *second = (const char *)after.trace.data;
        size_t same = 0, a = strlen(first), b = strlen(second);
        while (same < a && same < b && first[a - 1 - same] == second[b - 1 - same])
                same++;
        assert_true(same > a * 9 / 10);
        document_done(&before);
        document_done(&after);
        hart_buffer_done(&input);
        hart_buffer_done(&moved);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_cuts_stay),
                cmocka_unit_test(test_insertion_keeps_chunks),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
