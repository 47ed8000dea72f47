#include "testing.h"

#include <hartonomous/compression.h>

#define LIMIT (16 * 1024 * 1024)

static void fill(hart_buffer *buffer, size_t size)
{
        uint32_t value = 1;

        for (size_t i = 0; i < size; i++) {
                value = value * 1103515245 + 12345;
                hart_buffer_byte(buffer, (unsigned char)(i % 3 == 0 ? value >> 16 : 'x'));
        }
}

static void round_trip_keeps_every_byte(void **state)
{
        static const size_t sizes[] = {0, 1, 64, 65, 131072, 131073, 5000000};

        (void)state;
        for (size_t i = 0; i < COUNT_OF(sizes); i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer plain = {0}, frame = {0}, back = {0};
                hart_error err = {0};

                fill(&plain, sizes[i]);
                assert_int_equal(hart_compress(plain.data, plain.size, 3, &frame, &err), HART_OK);
                hart_buffer_text(&back, "before");
                assert_int_equal(hart_decompress(frame.data, frame.size, LIMIT, &back, &err), HART_OK);
                assert_int_equal(back.size, 6 + sizes[i]);
                assert_memory_equal(back.data, "before", 6);
                if (sizes[i] > 0)
                        assert_memory_equal(back.data + 6, plain.data, sizes[i]);
        }
}

static void limit_is_kept_to_the_byte(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer plain = {0}, frame = {0}, back = {0};
        hart_error err = {0};

        (void)state;
        fill(&plain, 300000);
        assert_int_equal(hart_compress(plain.data, plain.size, 1, &frame, &err), HART_OK);
        assert_int_equal(hart_decompress(frame.data, frame.size, 299999, &back, &err), HART_POISON);
        assert_says(&err, "more than the 299999 bytes allowed");
        assert_int_equal(back.size, 0);
        assert_int_equal(hart_decompress(frame.data, frame.size, 300000, &back, &err), HART_OK);
        assert_int_equal(back.size, 300000);
}

static void damage_is_poison(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer plain = {0}, frame = {0}, back = {0};
        hart_error err = {0};

        (void)state;
        fill(&plain, 5000);
        assert_int_equal(hart_compress(plain.data, plain.size, 3, &frame, &err), HART_OK);
        for (size_t cut = 0; cut < frame.size; cut += 7) {
                assert_int_equal(hart_decompress(frame.data, cut, LIMIT, &back, &err), HART_POISON);
                assert_int_equal(back.size, 0);
        }
        hart_buffer_byte(&frame, 'x');
        assert_int_equal(hart_decompress(frame.data, frame.size, LIMIT, &back, &err), HART_POISON);
        assert_says(&err, "1 bytes behind its end");
        frame.size--;
        /* The last four bytes are the checksum of the content. */
        frame.data[frame.size - 1] ^= 1;
        assert_int_equal(hart_decompress(frame.data, frame.size, LIMIT, &back, &err), HART_POISON);
        assert_says(&err, "checksum");
        assert_int_equal(hart_decompress("no frame at all", 15, LIMIT, &back, &err), HART_POISON);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(round_trip_keeps_every_byte),
                cmocka_unit_test(limit_is_kept_to_the_byte),
                cmocka_unit_test(damage_is_poison),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
