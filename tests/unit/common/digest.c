#include "testing.h"

#include <stdlib.h>

#include <hartonomous/digest.h>

#include "digest_many.h"

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

/* FIPS 180-4 by the examples of its first edition, and what the standard's padding makes special. */
static void many_know_the_vectors(void **state)
{
        static const char million[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        static const struct {
                const char *text, *expected;
        } standard[] = {
                {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        };
        hart_sha256_input inputs[COUNT_OF(vectors) + COUNT_OF(standard) + 1];
        unsigned char digests[COUNT_OF(inputs)][HART_SHA256_SIZE];
        const char *expected[COUNT_OF(inputs)];
        char *as = malloc(1000000);
        size_t count = 0;

        (void)state;
        memset(as, 'a', 1000000);
        for (size_t i = 0; i < COUNT_OF(vectors); i++, count++) {
                inputs[count] = (hart_sha256_input){vectors[i].size > 0 ? vectors[i].text : NULL, vectors[i].size};
                expected[count] = vectors[i].expected;
        }
        inputs[count] = (hart_sha256_input){as, 1000000};
        expected[count++] = million;
        for (size_t i = 0; i < COUNT_OF(standard); i++, count++) {
                inputs[count] = (hart_sha256_input){standard[i].text, strlen(standard[i].text)};
                expected[count] = standard[i].expected;
        }
        hart_sha256_many(inputs, count, digests);
        for (size_t i = 0; i < count; i++) {
                char text[HART_SHA256_HEX_SIZE];

                hart_hex(digests[i], sizeof digests[i], text);
                assert_string_equal(text, expected[i]);
        }
        free(as);
}

typedef void many(const hart_sha256_input *inputs, size_t count, unsigned char (*digests)[HART_SHA256_SIZE]);

/* The ways to compute it that this processor has. */
static size_t ways(many *list[3])
{
        size_t count = 0;

        list[count++] = hart_sha256_many;
        list[count++] = digest_many_portable;
        if (digest_has_instructions())
                list[count++] = digest_many_instructions;
        return count;
}

static void check_many(many *way, const hart_sha256_input *inputs, size_t count)
{
        unsigned char digests[512][HART_SHA256_SIZE], expected[HART_SHA256_SIZE];

        assert_true(count <= COUNT_OF(digests));
        way(inputs, count, digests);
        for (size_t i = 0; i < count; i++) {
                hart_sha256(inputs[i].data, inputs[i].size, expected);
                assert_memory_equal(digests[i], expected, sizeof expected);
        }
}

/* Every size of the last block and its padding, beside every other size near it; no byte beyond an input is read. */
static void many_of_every_size(void **state)
{
        hart_sha256_input inputs[301];
        many *list[3];

        (void)state;
        for (size_t i = 0; i < COUNT_OF(inputs); i++) {
                unsigned char *data = malloc(i + 1);

                for (size_t k = 0; k < i; k++)
                        data[k] = (unsigned char)(i * 31 + k * 7);
                inputs[i] = (hart_sha256_input){data, i};
        }
        for (size_t way = 0, count = ways(list); way < count; way++) {
                check_many(list[way], inputs, COUNT_OF(inputs));
                for (size_t i = 0; i + 2 < COUNT_OF(inputs); i++)
                        check_many(list[way], inputs + i, 1 + i % 3);
        }
        for (size_t i = 0; i < COUNT_OF(inputs); i++)
                free((void *)(uintptr_t)inputs[i].data);
}

/* Long beside short, so that lanes end at different times. */
static void many_of_any_mix(void **state)
{
        enum { BYTES = 1 << 18 };
        unsigned char *data = malloc(BYTES);
        uint64_t chance = 1;
        many *list[3];
        const size_t count = ways(list);

        (void)state;
        for (size_t i = 0; i < BYTES; i++)
                data[i] = (unsigned char)((chance = chance * UINT64_C(6364136223846793005) + 1) >> 56);
        for (unsigned round = 0; round < 300; round++) {
                hart_sha256_input inputs[40];
                const size_t used = round % COUNT_OF(inputs);

                for (size_t i = 0; i < used; i++) {
                        chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                        const size_t most = (chance >> 33) % 8 == 0 ? 20000 : 200, size = (chance >> 40) % most;

                        inputs[i] = (hart_sha256_input){data + (chance >> 20) % (BYTES - 20000), size};
                }
                for (size_t way = 0; way < count; way++)
                        check_many(list[way], inputs, used);
        }
        free(data);
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
                cmocka_unit_test(known_vectors),         cmocka_unit_test(stream_equals_one_call),
                cmocka_unit_test(many_know_the_vectors), cmocka_unit_test(many_of_every_size),
                cmocka_unit_test(many_of_any_mix),       cmocka_unit_test(unhex_takes_exactly_what_hex_gives),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
