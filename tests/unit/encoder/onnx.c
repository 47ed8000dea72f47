/* The parts of the engine onnx that do not compute: groups of like length, names of files in a model, and the row that
 * stands for the engine where it is not built in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/memory.h>

#include "engine.h"
#include "onnx_files.h"
#include "onnx_groups.h"

extern const struct engine absent_engine; /* onnx_absent.c under another name */

static void longest_first(void **state)
{
        struct group_text texts[] = {{0, 4}, {1, 9}, {2, 4}, {3, 2}, {4, 9}};
        static const size_t order[] = {1, 4, 0, 2, 3};
        (void)state;

        groups_order(texts, 5);
        for (size_t i = 0; i < 5; i++)
                assert_int_equal(texts[i].index, order[i]);
        groups_order(texts, 0);
}

/* Lengths in order, cells, and how many the first group has. */
static const struct {
        size_t lengths[8], count, cells, expected;
} group_cases[] = {
        {{256}, 1, 256, 1},
        {{256, 256}, 2, 511, 1},
        {{256, 256}, 2, 512, 2},
        {{20, 20, 20, 20, 20, 20, 20, 20}, 8, 100, 5},
        {{40, 38, 36, 34}, 4, 512, 4}, /* 2 + 4 + 6 tokens are padded, as many as a call costs */
        {{40, 38, 36, 33}, 4, 512, 3}, /* one more would be too many */
        {{40, 2, 2, 2}, 4, 512, 1},
        {{3, 2, 2, 2, 2, 2, 2, 2}, 8, 512, 8},
        {{10, 9}, 2, 5, 1}, /* one at least */
};

static void groups_waste_little(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof group_cases / sizeof group_cases[0]; i++) {
                struct group_text texts[8];
                for (size_t k = 0; k < group_cases[i].count; k++)
                        texts[k] = (struct group_text){k, group_cases[i].lengths[k]};
                assert_int_equal(groups_next(texts, group_cases[i].count, group_cases[i].cells),
                                 group_cases[i].expected);
        }
}

/* A field of bytes, in Protocol Buffers' encoding; the numbers are below 16, the sizes below 128. */
static void put(hart_buffer *out, unsigned field, const void *data, size_t size)
{
        assert_true(field < 16 && size < 128);
        hart_buffer_byte(out, (unsigned char)(field << 3 | 2));
        hart_buffer_byte(out, (unsigned char)size);
        hart_buffer_append(out, data, size);
}

static void put_in(hart_buffer *out, unsigned field, hart_buffer *inner)
{
        put(out, field, inner->data, inner->size);
        hart_buffer_clear(inner);
}

/* TensorProto with external_data {key: value}. */
static void put_tensor(hart_buffer *out, unsigned field, const char *key, const char *value)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer entry = {0}, tensor = {0};

        put(&entry, 1, key, strlen(key));
        put(&entry, 2, value, strlen(value));
        put(&tensor, 8, "name", 4);
        put_in(&tensor, 13, &entry);
        put_in(out, field, &tensor);
}

static void finds_names_of_files(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer attribute = {0}, node = {0}, graph = {0}, model = {0};
        struct onnx_names names;
        hart_error err = {0};
        (void)state;

        put_tensor(&attribute, 5, "location", "a.bin");
        put_in(&node, 5, &attribute);
        put_in(&graph, 1, &node);
        put_tensor(&graph, 5, "location", "sub/b.bin");
        put_tensor(&graph, 5, "location", "a.bin");
        put_tensor(&graph, 5, "offset", "4096");
        hart_buffer_append(&model, "\x08\x08", 2); /* ir_version */
        put_in(&model, 7, &graph);
        assert_int_equal(onnx_names_of(&names, model.data, model.size, &err), HART_OK);
        assert_int_equal(names.count, 2);
        assert_string_equal(names.names[0], "a.bin");
        assert_string_equal(names.names[1], "sub/b.bin");
        onnx_names_done(&names);
        for (size_t size = 3; size < model.size; size++) { /* wherever it is cut off */
                assert_int_equal(onnx_names_of(&names, model.data, size, &err), HART_CONFIG);
                assert_non_null(strstr(err.text, "cut off"));
        }
}

static void refuses_files_elsewhere(void **state)
{
        static const char *const places[] = {"/etc/passwd", "../secret", "a/../../secret", "..", "a/..", ""};
        (void)state;

        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer graph = {0}, model = {0};
                struct onnx_names names;
                hart_error err = {0};
                put_tensor(&graph, 5, "location", places[i]);
                put_in(&model, 7, &graph);
                assert_int_equal(onnx_names_of(&names, model.data, model.size, &err), HART_CONFIG);
                assert_non_null(strstr(err.text, "not below its own folder"));
        }
}

static void refuses_what_is_no_model(void **state)
{
        static const char *const texts[] = {"", "hello world", "\x3a", "\x3a\x7f",
                                            "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
        (void)state;

        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
                struct onnx_names names;
                hart_error err = {0};
                assert_int_equal(onnx_names_of(&names, (const unsigned char *)texts[i], strlen(texts[i]), &err),
                                 HART_CONFIG);
                assert_true(err.text[0] != '\0');
        }
}

static void says_that_it_is_not_built_in(void **state)
{
        const struct engine_options options = {0};
        struct engine_identity identity;
        hart_error err = {0};
        void *opened = NULL;
        (void)state;

        assert_string_equal(absent_engine.name, "onnx");
        assert_int_equal(absent_engine.check(&options, &err), HART_CONFIG);
        assert_int_equal(absent_engine.open(&opened, &options, &identity, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "not built in"));
        assert_non_null(strstr(err.text, "scripts/install-onnxruntime"));
        assert_null(opened);
        assert_null(absent_engine.run_tokens); /* so that no file of a model is asked for first */
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(longest_first),
                cmocka_unit_test(groups_waste_little),
                cmocka_unit_test(finds_names_of_files),
                cmocka_unit_test(refuses_files_elsewhere),
                cmocka_unit_test(refuses_what_is_no_model),
                cmocka_unit_test(says_that_it_is_not_built_in),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
