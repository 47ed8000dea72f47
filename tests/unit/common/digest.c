#include "testing.h"

#include <hartonomous/digest.h>

static const struct {
        const char *text;
        size_t size;
        const char *expected;
} vectors[] = {
        {"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"Hello", 5, "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969"},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 64,
         "d53eda7a637c99cc7fb566d96e9fa109bf15c478410a3f5eb4d4c4e26cd081f6"},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 65,
         "836203944f4c0280461ad73d31457c22ba19d1d99e232dc231000085899e00a2"},
        {"\xff\0\0\xff", 4, "34aaa746c25a0f105c4316bbb1f009aa359f49582656ee97d73c58132d563423"},
        {"\0\0\0\0", 4, "df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119"},
};

static void known_vectors(void **state)
{
        (void)state;
        for (size_t i = 0; i < COUNT_OF(vectors); i++) {
                unsigned char digest[HART_SHA256_SIZE];
                char text[HART_SHA256_HEX_SIZE];

                hart_sha256(vectors[i].size > 0 ? vectors[i].text : NULL, vectors[i].size, digest);
                hart_hex(digest, sizeof digest, text);
                assert_string_equal(text, vectors[i].expected);
        }
}

/* One stream for all, in pieces of one byte: finish() must leave it ready for the next input. */
static void stream_equals_one_call(void **state)
{
        hart_sha256_stream *stream = hart_sha256_open();

        (void)state;
        for (size_t i = 0; i < COUNT_OF(vectors); i++) {
                unsigned char digest[HART_SHA256_SIZE];
                char text[HART_SHA256_HEX_SIZE];

                for (size_t j = 0; j < vectors[i].size; j++)
                        hart_sha256_update(stream, vectors[i].text + j, 1);
                hart_sha256_update(stream, NULL, 0);
                hart_sha256_finish(stream, digest);
                hart_hex(digest, sizeof digest, text);
                assert_string_equal(text, vectors[i].expected);
        }
        hart_sha256_close(stream);
        hart_sha256_close(NULL);
}

static void unhex_takes_exactly_what_hex_gives(void **state)
{
        static const char *const refused[] = {"", "00", "0g1122", "00112", "00112233", "+01122", " 01122"};
        unsigned char bytes[3] = {9, 9, 9};
        hart_error err = {0};

        (void)state;
        assert_int_equal(hart_unhex("00fFa1", bytes, sizeof bytes, &err), HART_OK);
        assert_memory_equal(bytes, "\x00\xff\xa1", 3);
        for (size_t i = 0; i < COUNT_OF(refused); i++) {
                assert_int_equal(hart_unhex(refused[i], bytes, sizeof bytes, &err), HART_POISON);
                assert_memory_equal(bytes, "\x00\xff\xa1", 3);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(known_vectors),
                cmocka_unit_test(stream_equals_one_call),
                cmocka_unit_test(unhex_takes_exactly_what_hex_gives),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
