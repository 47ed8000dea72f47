/* The format's reader: what is right is found, each way of being wrong is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/memory.h>

#include "safetensors.h"

static const char good[] =
        "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":"
        "[0,24]},\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[24,28]},"
        "\"d\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[28,32]}}  ";

static void make(hart_buffer *file, const char *header, size_t data)
{
        size_t length = (strlen(header) + 7) / 8 * 8;

        for (size_t i = 0; i < 8; i++)
                hart_buffer_byte(file, (unsigned char)(length >> 8 * i));
        hart_buffer_text(file, header);
        for (size_t i = strlen(header); i < length; i++)
                hart_buffer_byte(file, ' ');
        for (size_t i = 0; i < data; i++)
                hart_buffer_byte(file, 0);
}

static const struct {
        const char *header;
        size_t data;
        const char *words;
} wrong[] = {
        {"[]", 0, "no object"},
        {"{", 0, "header"},
        {"{\"a\":1}", 0, "tensor a"},
        {"{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor a"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}", 4, "tensor a"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "tensor a"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "tensor a"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "tensor a"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "needs 8 bytes"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "cut off by 4 bytes"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "4 bytes at its end"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "hole"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
         "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
         8, "overlap"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "tensor a"},
};

static void refuses_what_is_wrong(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
                struct safetensors file = {0};
                hart_error err = {0};
                make(&bytes, wrong[i].header, wrong[i].data);
                assert_int_equal(safetensors_parse(&file, bytes.data, bytes.size, &err), HART_CONFIG);
                if (strstr(err.text, wrong[i].words) == NULL)
                        fail_msg("row %zu: \"%s\"", i, err.text);
                assert_null(file.header);
        }
}

static void refuses_every_shorter_file(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
        (void)state;

        make(&bytes, good, 32);
        for (size_t size = 0; size < bytes.size; size++) {
                struct safetensors file = {0};
                hart_error err = {0};
                assert_int_equal(safetensors_parse(&file, bytes.data, size, &err), HART_CONFIG);
        }
}

static void finds_tensors_of_the_right_shape(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
        struct safetensors file = {0};
        hart_error err = {0};
        struct safetensors_tensor found = {0};
        (void)state;

        make(&bytes, good, 32);
        assert_int_equal(safetensors_parse(&file, bytes.data, bytes.size, &err), HART_OK);
        assert_int_equal(safetensors_find(&file, "a", 2, 3, &found, &err), HART_OK);
        assert_ptr_equal(found.numbers, file.data);
        assert_int_equal(found.type, SAFETENSORS_FLOAT);
        assert_int_equal(safetensors_find(&file, "a", 3, 2, &found, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "3 x 2"));
        assert_int_equal(safetensors_find(&file, "a", 6, 0, &found, &err), HART_CONFIG);
        assert_int_equal(safetensors_find(&file, "c", 2, 3, &found, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "missing"));
        assert_int_equal(safetensors_find(&file, "b", 2, 0, &found, &err), HART_OK);
        assert_int_equal(found.type, SAFETENSORS_HALF);
        assert_int_equal(safetensors_find(&file, "d", 2, 0, &found, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "is I16; only F32, F16 and BF16"));
        assert_true(safetensors_has(&file, "d"));
        assert_false(safetensors_has(&file, "e"));
        safetensors_done(&file);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(refuses_what_is_wrong),
                cmocka_unit_test(refuses_every_shorter_file),
                cmocka_unit_test(finds_tensors_of_the_right_shape),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
