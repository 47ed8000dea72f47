/* Frames to bytes and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocol.h"

static void test_header(void **unused)
{
        (void)unused;
        static const unsigned char expected[FRAME_HEADER_SIZE] = {0x04, 0x03, 0x02, 0x01, 0x05, 0x06, 0x08, 0x07};
        const frame_header header = {0x01020304, 5, 6, 0x0708};
        unsigned char bytes[FRAME_HEADER_SIZE];
        frame_put_header(bytes, &header);
        assert_memory_equal(bytes, expected, sizeof expected);
        frame_header back = frame_get_header(bytes);
        assert_true(back.size == header.size && back.kind == 5 && back.flags == 6 && back.number == 0x0708);
}

static void test_request(void **unused)
{
        (void)unused;
        static const unsigned char payload[] = {9, 0, 0, 0, 'H', 'i'};
        hart_error err;
        atomize_request request;
        frame_header header = {sizeof payload, FRAME_RUN, RUN_LAST, 0};
        assert_int_equal(atomize_read_request(&header, payload, &request, &err), HART_OK);
        assert_ptr_equal(request.atomizer, hart_atomizers[0]);
        assert_true(request.max_pieces == 9 && request.window.size == 2 && !request.window.first &&
                    request.window.last);
        const frame_header wrong[] = {
                {3, FRAME_RUN, 0, 0},
                {sizeof payload, FRAME_DONE, 0, 0},
                {sizeof payload, FRAME_RUN, 0, (uint16_t)hart_atomizer_count},
                {4 + HART_WINDOW_MAX + 1, FRAME_RUN, 0, 0},
        };
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_int_equal(atomize_read_request(&wrong[i], payload, &request, &err), HART_FAILED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_header), cmocka_unit_test(test_request)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
