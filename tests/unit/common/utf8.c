#include "testing.h"

#include <hartonomous/utf8.h>

static const struct {
        const char *bytes;
        size_t size, length; /* of the first sequence; 0: none */
        uint32_t code_point;
        size_t tail;
} rows[] = {
        {"", 0, 0, 0, 0},
        {"a", 1, 1, 'a', 0},
        {"\0", 1, 1, 0, 0},
        {"\x7f", 1, 1, 0x7f, 0},
        {"\xc2\x80", 2, 2, 0x80, 0},
        {"\xdf\xbf", 2, 2, 0x7ff, 0},
        {"\xe0\xa0\x80", 3, 3, 0x800, 0},
        {"\xed\x9f\xbf", 3, 3, 0xd7ff, 0},
        {"\xee\x80\x80", 3, 3, 0xe000, 0},
        {"\xef\xbf\xbf", 3, 3, 0xffff, 0},
        {"\xf0\x90\x80\x80", 4, 4, 0x10000, 0},
        {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff, 0},
        /* wrong for ever */
        {"\x80", 1, 0, 0, 0},
        {"\xbf\xbf", 2, 0, 0, 0},
        {"\xc0\x80", 2, 0, 0, 0},
        {"\xc1\xbf", 2, 0, 0, 0},
        {"\xe0\x9f\xbf", 3, 0, 0, 0},
        {"\xed\xa0\x80", 3, 0, 0, 0},
        {"\xf0\x8f\xbf\xbf", 4, 0, 0, 0},
        {"\xf4\x90\x80\x80", 4, 0, 0, 0},
        {"\xf5\x80\x80\x80", 4, 0, 0, 0},
        {"\xff", 1, 0, 0, 0},
        {"\xc3(", 2, 0, 0, 0},
        {"\xe0\x9f", 2, 0, 0, 0},
        {"\xed\xa0", 2, 0, 0, 0},
        /* cut off: more bytes could complete them */
        {"\xc3", 1, 0, 0, 1},
        {"\xe2", 1, 0, 0, 1},
        {"\xe2\x82", 2, 0, 0, 2},
        {"\xf0\x9f\x98", 3, 0, 0, 3},
        {"ab\xf0\x9f", 4, 1, 'a', 2},
        {"\x80\x80\x80\x80", 4, 0, 0, 0},
};

static void sequences(void **state)
{
        (void)state;
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                uint32_t code_point = 0;
                const unsigned char *bytes = (const unsigned char *)rows[i].bytes;
                size_t length = hart_utf8_length(bytes, rows[i].size, &code_point);

                if (length != rows[i].length || code_point != rows[i].code_point)
                        fail_msg("row %zu: length %zu, code point %x", i, length, (unsigned)code_point);
                if (hart_utf8_incomplete_tail(bytes, rows[i].size) != rows[i].tail)
                        fail_msg("row %zu: wrong tail", i);
                assert_int_equal(hart_utf8_valid(bytes, rows[i].size), rows[i].length == rows[i].size);
        }
}

/* One bad byte is found wherever it stands, also behind long runs of ASCII. */
static void one_bad_byte_anywhere(void **state)
{
        unsigned char text[41];

        (void)state;
        for (size_t bad = 0; bad < sizeof text; bad++)
                for (size_t start = 0; start <= bad; start++) {
                        memset(text, 'a', sizeof text);
                        assert_true(hart_utf8_valid(text + start, sizeof text - start));
                        text[bad] = 0x80;
                        assert_false(hart_utf8_valid(text + start, sizeof text - start));
                        if (bad + 1 < sizeof text) {
                                text[bad] = 0xc3;
                                text[bad + 1] = 0xa9;
                                assert_true(hart_utf8_valid(text + start, sizeof text - start));
                        }
                }
}

/* Every code point, encoded here by the bit patterns of RFC 3629, is read back; each surrogate is refused. */
static void every_code_point(void **state)
{
        (void)state;
        for (uint32_t expected = 0x800; expected <= 0x10ffff; expected++) {
                unsigned char bytes[4];
                size_t size = expected < 0x10000 ? 3 : 4;
                bool surrogate = expected >= 0xd800 && expected < 0xe000;
                uint32_t rest = expected, found = 0;

                for (size_t i = size - 1; i > 0; i--, rest >>= 6)
                        bytes[i] = (unsigned char)(0x80 | (rest & 0x3f));
                bytes[0] = (unsigned char)((size == 3 ? 0xe0 : 0xf0) | rest);
                assert_int_equal(hart_utf8_length(bytes, size, &found), surrogate ? 0 : size);
                assert_int_equal(found, surrogate ? 0 : expected);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sequences),
                cmocka_unit_test(every_code_point),
                cmocka_unit_test(one_bad_byte_anywhere),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
