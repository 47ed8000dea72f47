/* Frames to bytes and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "request.h"

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

static uint16_t first_of(hart_way way)
{
        uint16_t number = 0;
        while (number < hart_atomizer_count && hart_atomizers[number]->way != way)
                number++;
        assert_true(number < hart_atomizer_count);
        return number;
}

static void test_window(void **unused)
{
        (void)unused;
        static const unsigned char payload[] = {9, 0, 0, 0, 'H', 'i'};
        hart_error err;
        atomize_request request;
        uint16_t text = first_of(HART_WINDOWS);
        frame_header header = {sizeof payload, FRAME_RUN, RUN_LAST, text};
        assert_int_equal(atomize_read_request(&header, payload, &request, &err), HART_OK);
        assert_ptr_equal(request.atomizer, hart_atomizers[text]);
        assert_true(request.max_pieces == 9 && request.window.size == 2 && !request.window.first &&
                    request.window.last);
        const frame_header wrong[] = {
                {3, FRAME_RUN, 0, text},
                {sizeof payload, FRAME_DONE, 0, text},
                {sizeof payload, FRAME_RUN, 0, (uint16_t)hart_atomizer_count},
                {4 + HART_WINDOW_MAX + 1, FRAME_RUN, 0, text},
                {sizeof payload, FRAME_IDENTIFY, 0, 0},
                {sizeof payload, FRAME_DOCUMENT, 0, 0},
        };
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_int_equal(atomize_read_request(&wrong[i], payload, &request, &err), HART_FAILED);
}

static hart_code there_and_back(const atomize_request *request, const char *bytes, hart_buffer *frame,
                                atomize_request *ret)
{
        hart_error err;
        hart_buffer_clear(frame);
        atomize_write_request(request, frame);
        hart_buffer_text(frame, bytes);
        frame_header header = frame_get_header(frame->data);
        assert_int_equal(header.size, frame->size - FRAME_HEADER_SIZE);
        return atomize_read_request(&header, frame->data + FRAME_HEADER_SIZE, ret, &err);
}

static void test_question(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer frame = {0};
        HART_CLEANUP(hart_free_p) char *name = hart_allocate(5001);
        atomize_request asked = {.kind = FRAME_IDENTIFY, .size = 2, .name = "a.md"}, got;
        assert_int_equal(there_and_back(&asked, "Hi", &frame, &got), HART_OK);
        assert_true(got.kind == FRAME_IDENTIFY && got.content_type == NULL && got.size == 2);
        assert_memory_equal(got.data, "Hi", 2);
        assert_string_equal(got.name, "a.md");
        memset(name, 'x', 5000);
        memcpy(name + 4997, ".md", 3);
        asked.name = name;
        assert_int_equal(there_and_back(&asked, "Hi", &frame, &got), HART_OK);
        assert_true(strlen(got.name) == REQUEST_TEXT_MAX && strcmp(got.name + REQUEST_TEXT_MAX - 3, ".md") == 0);
}

static void test_document(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer frame = {0};
        const atomize_request asked = {.kind = FRAME_DOCUMENT,
                                       .atomizer = hart_atomizers[first_of(HART_EXTRACT)],
                                       .size = 2,
                                       .name = "a",
                                       .content_type = "a/b",
                                       .limits = {1, 2, UINT64_MAX, 4, UINT64_C(5) << 32}};
        atomize_request got, wrong = asked;
        assert_int_equal(there_and_back(&asked, "Hi", &frame, &got), HART_OK);
        assert_true(got.atomizer == asked.atomizer && got.size == 2 && !got.is_file && got.limits.depth == 1 &&
                    got.limits.children == 2 && got.limits.expanded == UINT64_MAX && got.limits.ratio == 4 &&
                    got.limits.pixels == UINT64_C(5) << 32);
        assert_string_equal(got.content_type, "a/b");
        wrong.is_file = true;
        wrong.size = UINT64_C(1) << 40;
        assert_int_equal(there_and_back(&wrong, "", &frame, &got), HART_OK);
        assert_true(got.is_file && got.data == NULL && got.size == UINT64_C(1) << 40);
        wrong = asked;
        wrong.limits.ratio = 0;
        assert_int_equal(there_and_back(&wrong, "Hi", &frame, &got), HART_FAILED);
        wrong = asked;
        wrong.limits.depth = HART_DEPTH_MAX + 1;
        assert_int_equal(there_and_back(&wrong, "Hi", &frame, &got), HART_FAILED);
        wrong = asked;
        wrong.atomizer = hart_atomizers[first_of(HART_WINDOWS)];
        assert_int_equal(there_and_back(&wrong, "Hi", &frame, &got), HART_FAILED);
}

static const struct {
        frame_header header;
        const char *payload, *error; /* error NULL: a type */
} types[] = {
        {{9, FRAME_TYPE, 0, 0}, "text/html", NULL},
        {{0, FRAME_TYPE, 0, 0}, "", "no content type"},
        {{8, FRAME_TYPE, 0, 0}, "texthtml", "no content type"},
        {{9, FRAME_TYPE, 0, 0}, "text/h\nml", "no content type"},
        {{9, FRAME_TYPE, 0, 0xFFFF}, "text/html", "not in the table"},
        {{9, FRAME_DONE, 0, 0}, "text/html", "kind 4"},
        {{300, FRAME_TYPE, 0, 0}, "text/html", "300 bytes"},
        {{2, FRAME_FAILED, 0, (uint16_t)-HART_POISON}, "no", "no"},
};

static void test_type(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer type = {0};
                const hart_atomizer *atomizer = NULL;
                hart_error err = {0};
                hart_code code = atomize_take_type(&types[i].header, (const unsigned char *)types[i].payload, &type,
                                                   &atomizer, &err);
                if (types[i].error == NULL) {
                        assert_string_equal(type.data, types[i].payload);
                        assert_ptr_equal(atomizer, hart_atomizers[0]);
                } else if (code >= 0 || type.size > 0 || strstr(err.text, types[i].error) == NULL) {
                        fail_msg("row %zu: %s: %s", i, hart_code_name(code), err.text);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_header),   cmocka_unit_test(test_window), cmocka_unit_test(test_question),
                cmocka_unit_test(test_document), cmocka_unit_test(test_type),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
