/* What a server of vectors is asked, and what its answers are taken for: every way of being wrong has its words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/memory.h>

#include "http_engine_reply.h"

#define OPENAI (&http_dialects[0])
#define TEI    (&http_dialects[1])

static hart_code read(const struct http_dialect *dialect, const char *body, size_t count, size_t *dimension,
                      float *vectors, hart_error *err)
{
        size_t tokens = 0;

        return http_reply_read(dialect, body, strlen(body), count, dimension, vectors, &tokens, err);
}

static void requests_are_written(void **state)
{
        const hart_encoder_text texts[] = {{"a \"quoted\" one", 14}, {"", 0}, {"b\xff\0c", 4}};
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        (void)state;

        http_request_write(OPENAI, "mini", texts, 3, &body);
        assert_string_equal((char *)body.data, "{\"input\":[\"a \\\"quoted\\\" one\",\" \",\"b\xef\xbf\xbd\\u0000c\"],"
                                               "\"model\":\"mini\",\"encoding_format\":\"float\"}");
        hart_buffer_clear(&body);
        http_request_write(TEI, NULL, texts, 1, &body);
        assert_string_equal((char *)body.data, "{\"inputs\":[\"a \\\"quoted\\\" one\"],\"truncate\":true}");
}

/* The same two vectors, (0.6, 0.8) and (0, -1), in every way that they are served. */
static const struct {
        size_t dialect;
        const char *body;
        size_t tokens;
} good[] = {
        {0, "{\"data\":[{\"index\":0,\"embedding\":[3,4]},{\"index\":1,\"embedding\":[0,-5e-1]}]}", 0},
        {0,
         "{\"data\":[{\"index\":1,\"embedding\":[0,-1]},{\"index\":0,\"embedding\":[0.6,0.8]}],"
         "\"usage\":{\"prompt_tokens\":9,\"total_tokens\":12}}",
         9},
        {0, "{\"data\":[{\"embedding\":[6e20,8e20]},{\"embedding\":[0,-1e-20]}],\"usage\":{\"total_tokens\":12}}", 12},
        {0, "{\"data\":[{\"index\":0,\"embedding\":\"AABAQAAAgEA=\"},{\"index\":1,\"embedding\":\"AAAAAAAAgL8=\"}]}",
         0},
        {0, "{\"data\":[{\"index\":0,\"embedding\":\"AABAQAAAgEA=\"},{\"index\":1,\"embedding\":[0,-7]}]}", 0},
        {1, "[[3,4],[0,-2]]", 0},
        {1, " [ [ 0.3 , 0.4 ] , [ 0.0 , -2.0 ] ] ", 0},
};

static void answers_are_read(void **state)
{
        static const float expected[] = {0.6f, 0.8f, 0, -1};
        (void)state;

        for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
                float vectors[4] = {0};
                size_t dimension = i % 2 == 0 ? 0 : 2, tokens = 77;
                hart_error err = {0};
                if (http_reply_read(&http_dialects[good[i].dialect], good[i].body, strlen(good[i].body), 2, &dimension,
                                    vectors, &tokens, &err) != HART_OK)
                        fail_msg("%s: %s", good[i].body, err.text);
                assert_int_equal(dimension, 2);
                assert_int_equal(tokens, good[i].tokens);
                for (size_t k = 0; k < 4; k++)
                        assert_float_equal(vectors[k], expected[k], 1e-6f);
                /* and where only the dimension is of interest */
                dimension = 0;
                assert_int_equal(read(&http_dialects[good[i].dialect], good[i].body, 2, &dimension, NULL, &err),
                                 HART_OK);
                assert_int_equal(dimension, 2);
        }
}

#define PAIR(second) "{\"data\":[{\"index\":0,\"embedding\":[3,4]}," second "]}"

static const struct {
        size_t dialect;
        const char *body;
        hart_code code;
        const char *words;
} wrong[] = {
        {0, "", HART_FAILED, "not JSON"},
        {0, "<html>502</html>", HART_FAILED, "not JSON"},
        {0, "{\"data\":[{\"index\":0,\"embedding\":[3,4", HART_FAILED, "not JSON"},
        {0, "{\"data\":[{\"index\":0,\"embedding\":[NaN,4]},{\"index\":1,\"embedding\":[1,1]}]}", HART_FAILED,
         "not JSON"},
        {0, "[[3,4],[0,-1]]", HART_FAILED, "no list \"data\""},
        {0, "{\"error\":\"busy\"}", HART_FAILED, "no list \"data\""},
        {0, "{\"data\":[{\"index\":0,\"embedding\":[3,4]}]}", HART_FAILED, "1 vectors for 2 texts"},
        {0, "{\"data\":[1,2,3]}", HART_FAILED, "3 vectors for 2 texts"},
        {0, PAIR("{\"index\":0,\"embedding\":[3,4]}"), HART_FAILED, "two vectors for text 0"},
        {0, PAIR("{\"index\":2,\"embedding\":[3,4]}"), HART_FAILED, "not 0 to 1"},
        {0, PAIR("{\"index\":-1,\"embedding\":[3,4]}"), HART_FAILED, "not 0 to 1"},
        {0, PAIR("{\"index\":\"1\",\"embedding\":[3,4]}"), HART_FAILED, "not 0 to 1"},
        {0, PAIR("{\"index\":1}"), HART_FAILED, "no \"embedding\" for text 1"},
        {0, PAIR("7"), HART_FAILED, "no \"embedding\" for text 1"},
        {0, PAIR("{\"index\":1,\"embedding\":7}"), HART_FAILED, "no vector for text 1"},
        {0, PAIR("{\"index\":1,\"embedding\":[]}"), HART_FAILED, "no vector for text 1"},
        {0, PAIR("{\"index\":1,\"embedding\":[3]}"), HART_FAILED, "of 2 and of 1 numbers"},
        {0, PAIR("{\"index\":1,\"embedding\":[3,null]}"), HART_FAILED, "text 1 has something in it that is no finite"},
        {0, PAIR("{\"index\":1,\"embedding\":[3,1e300]}"), HART_FAILED, "no finite"},
        {0, PAIR("{\"index\":1,\"embedding\":[0,0.0]}"), HART_FAILED, "text 1 is all zero"},
        {0, PAIR("{\"index\":1,\"embedding\":\"AABAQAAAgE\"}"), HART_FAILED, "no vector for text 1"},
        {0, PAIR("{\"index\":1,\"embedding\":\"AABAQAAAgEAA\"}"), HART_FAILED, "no vector for text 1"},
        {0, PAIR("{\"index\":1,\"embedding\":\"AABA?AAAgEA=\"}"), HART_FAILED, "no finite"},
        {0, PAIR("{\"index\":1,\"embedding\":\"AADAfwAAgEA=\"}"), HART_FAILED, "no finite"}, /* a NaN */
        {0, "{\"data\":[{\"embedding\":[1,2,3]},{\"embedding\":[1,2,3]}]}", HART_CONFIG, "have 3 numbers, not 2"},
        {1, "{\"error\":\"x\"}", HART_FAILED, "no list of vectors"},
        {1, "[[1,2]]", HART_FAILED, "1 vectors for 2 texts"},
        {1, "[[1,2],\"x\"]", HART_FAILED, "no vector for text 1"},
        {1, "[[1,2,3],[1,2,3]]", HART_CONFIG, "have 3 numbers, not 2"},
};

static void wrong_answers_are_named(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
                float vectors[4];
                size_t dimension = 2;
                hart_error err = {0};
                const hart_code code =
                        read(&http_dialects[wrong[i].dialect], wrong[i].body, 2, &dimension, vectors, &err);
                if (code != wrong[i].code || strstr(err.text, wrong[i].words) == NULL)
                        fail_msg("%s: %s \"%s\"", wrong[i].body, hart_code_name(code), err.text);
                assert_int_equal(dimension, 2);
        }
}

static void the_servers_words_are_found(void **state)
{
        static const struct {
                const char *body, *words;
        } rows[] = {
                {"{\"error\":{\"message\":\"too long\",\"type\":\"x\"}}", "too long"},
                {"{\"error\":\"Input validation error\",\"error_type\":\"Validation\"}", "Input validation error"},
                {"{\"message\":\"slow down\"}", "slow down"},
                {"{\"detail\":\"Not Found\"}", "Not Found"},
                {"{\"detail\":[{\"loc\":1}]}", NULL},
                {"{\"error\":{\"message\":7},\"detail\":\"d\"}", "d"},
                {"<html>", NULL},
                {"[]", NULL},
                {"", NULL},
        };
        (void)state;

        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                HART_CLEANUP(hart_free_p) char *words = http_reply_words(rows[i].body, strlen(rows[i].body));
                if (rows[i].words == NULL)
                        assert_null(words);
                else
                        assert_string_equal(words, rows[i].words);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(requests_are_written),
                cmocka_unit_test(answers_are_read),
                cmocka_unit_test(wrong_answers_are_named),
                cmocka_unit_test(the_servers_words_are_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
