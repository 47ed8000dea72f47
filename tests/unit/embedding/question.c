/* Bodies of questions and answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "question.h"

static const struct {
        const char *type, *body, *words;
} wrong[] = {
        {"EmbeddingRequest", "{\"Texts\":[\"a\"]}", "EmbeddingRequest"},
        {"EmbedText", "", "EmbedText"},
        {"EmbedText", "[]", "Texts"},
        {"EmbedText", "{}", "Texts"},
        {"EmbedText", "{\"Texts\":\"a\"}", "Texts"},
        {"EmbedText", "{\"Texts\":[]}", "1 to 256"},
        {"EmbedText", "{\"Texts\":[\"a\",null]}", "Texts[1]"},
        {"EmbedText", "{\"Texts\":[\"a\"],\"Model\":7}", "Model"},
};

static hart_message message(const char *type, const char *body)
{
        return (hart_message){.type = type, .body = body, .body_size = strlen(body)};
}

static void refuses_what_is_none(void **state)
{
        (void)state;

        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
                HART_CLEANUP(question_done) struct question question = {0};
                const hart_message one = message(wrong[i].type, wrong[i].body);
                hart_error err = {0};
                assert_int_equal(question_read(&question, &one, &err), HART_POISON);
                if (strstr(err.text, wrong[i].words) == NULL)
                        fail_msg("row %zu: \"%s\"", i, err.text);
        }
}

static void reads_texts_and_model(void **state)
{
        const hart_message named =
                message("EmbedText", "{\"Texts\":[\"a\\u00fc\",\"\"],\"Model\":\"m\",\"TenantId\":1}");
        const hart_message plain = message("EmbedText", "{\"Texts\":[\"a\"],\"Model\":null}");
        HART_CLEANUP(question_done) struct question first = {0}, second = {0};
        (void)state;

        assert_int_equal(question_read(&first, &named, NULL), HART_OK);
        assert_int_equal(first.count, 2);
        assert_int_equal(first.texts[0].size, 3);
        assert_int_equal(first.texts[1].size, 0);
        assert_string_equal(first.model, "m");
        assert_int_equal(question_read(&second, &plain, NULL), HART_OK);
        assert_null(second.model);
}

/* Characters of the body as PostgreSQL prints it, which sets a blank behind each comma and colon. */
static size_t printed(const hart_buffer *body)
{
        size_t size = body->size;

        for (size_t i = 0; i < body->size; i++)
                size += body->data[i] == ',' || body->data[i] == ':';
        return size;
}

static void an_answer_fits_into_a_message(void **state)
{
        static const size_t dimensions[] = {1, 384, 1024, 16000};
        char name[201] = "";
        (void)state;

        memset(name, 'n', 200);
        for (size_t row = 0; row < sizeof dimensions / sizeof dimensions[0]; row++) {
                const size_t dimension = dimensions[row], count = question_vectors_per_message(dimension);
                HART_CLEANUP(hart_free_p) float *vectors = hart_allocate_array(count * dimension, sizeof *vectors);
                HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
                for (size_t i = 0; i < count * dimension; i++)
                        vectors[i] = -1;
                question_write_answer(name, name, dimension, 255, vectors, count, &body);
                assert_in_range(printed(&body), 1, 512000);
                assert_true(dimension < 2000 ? count >= 30 : count >= 1);
        }
}

static void an_answer_says_what_was_computed(void **state)
{
        static const float vectors[] = {0.6f, -0.8f, 1e-7f, 1};
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        (void)state;

        question_write_answer("m", "r", 2, 3, vectors, 2, &body);
        assert_string_equal(body.data, "{\"Model\":\"m\",\"Revision\":\"r\",\"Dimension\":2,\"First\":3,\"Vectors\":"
                                       "[[0.6000000238,-0.8000000119],[0.0000001000,1.0000000000]]}");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(refuses_what_is_none),
                cmocka_unit_test(reads_texts_and_model),
                cmocka_unit_test(an_answer_fits_into_a_message),
                cmocka_unit_test(an_answer_says_what_was_computed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
