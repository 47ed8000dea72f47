/* The native engine against PyTorch: tiny models that have all that files may say (tests/data/make_models.py), and the
 * real one in each precision. Run for each level of the processor's vectors, see CMakeLists.txt. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/wait.h>

#include <hartonomous/json.h>

#include "engine.h"
#include "test_model.h"

enum { MOST_TOKENS = 512, MOST_TEXTS = 32 };

static const struct {
        const char *precision;
        double least; /* cosine of a tiny model's vector, whose numbers are few and wild */
} precisions[] = {{"exact", 1 - 1e-6}, {"fast", 0.999}, {"small", 0.99}};

static const struct {
        const char *folder;
        size_t token_limit;
        enum card_pooling pooling;
} models[] = {
        {"cls", 40, CARD_POOL_FIRST},
        {"xlm-roberta", 64, CARD_POOL_MEAN},
        {"bfloat", 50, CARD_POOL_MEAN},
};

static double cosine(const float *a, const float *b, size_t count)
{
        double sum = 0;

        for (size_t i = 0; i < count; i++)
                sum += (double)a[i] * (double)b[i];
        return sum;
}

/* ids.json as one run of tokens. */
static void read_ids(const char *folder, int32_t *ids, size_t *starts, size_t *count)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/ids.json", folder);
        HART_CLEANUP(hart_buffer_done) hart_buffer file = {0};
        HART_CLEANUP(hart_json_close_p) hart_json *texts = NULL;
        hart_error err = {0};

        test_read(path, &file);
        assert_int_equal(hart_json_parse(file.data, file.size, &texts, &err), HART_OK);
        *count = hart_json_count(texts);
        starts[0] = 0;
        for (size_t text = 0; text < *count; text++) {
                const hart_json *numbers = hart_json_item(texts, text);
                starts[text + 1] = starts[text] + hart_json_count(numbers);
                for (size_t i = 0; i < hart_json_count(numbers); i++) {
                        int64_t id;
                        assert_true(hart_json_integer(hart_json_item(numbers, i), &id));
                        ids[starts[text] + i] = (int32_t)id;
                }
        }
}

static void check_tiny(size_t model, size_t precision)
{
        HART_CLEANUP(hart_free_p) char *folder = hart_format(TEST_DATA "/models/%s", models[model].folder);
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/vectors.f32", folder);
        HART_CLEANUP(hart_buffer_done) hart_buffer expected = {0};
        const hart_encoder_options asked = {.model_dir = folder};
        struct model_card card = {0};
        struct engine_options options = {
                .asked = &asked, .card = &card, .precision = precisions[precision].precision, .tokens = MOST_TOKENS};
        struct engine_identity identity = {0};
        int32_t ids[MOST_TOKENS];
        size_t starts[MOST_TEXTS];
        struct token_batch batch = {.ids = ids, .starts = starts};
        hart_error err = {0};
        void *state = NULL;

        read_ids(folder, ids, starts, &batch.count);
        if (card_read(&card, folder, CARD_FOR_BERT, &err) < 0 ||
            native_engine.open(&state, &options, &identity, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(card.token_limit, models[model].token_limit);
        assert_int_equal(card.pooling, models[model].pooling);
        HART_CLEANUP(hart_free_p) float *got = hart_allocate_array(batch.count * card.hidden, sizeof *got);
        HART_CLEANUP(hart_free_p) float *wanted = hart_allocate_array(batch.count * card.hidden, sizeof *wanted);
        test_read(path, &expected);
        assert_int_equal(expected.size, batch.count * card.hidden * sizeof *wanted);
        memcpy(wanted, expected.data, expected.size);
        assert_int_equal(native_engine.run_tokens(state, &batch, got, &err), HART_OK);
        for (size_t text = 0; text < batch.count; text++) {
                double near = cosine(got + text * card.hidden, wanted + text * card.hidden, card.hidden);
                if (!(near >= precisions[precision].least))
                        fail_msg("%s, %s: text %zu has cosine %.9f", models[model].folder,
                                 precisions[precision].precision, text, near);
        }
        for (size_t i = 0; precision == 0 && i < batch.count * card.hidden; i++)
                if (!(fabsf(got[i] - wanted[i]) < 1e-5f))
                        fail_msg("%s: number %zu is %g, not %g", models[model].folder, i, (double)got[i],
                                 (double)wanted[i]);
        native_engine.close(state);
}

static void tiny_models_are_as_pytorch_has_them(void **state)
{
        (void)state;
        for (size_t model = 0; model < sizeof models / sizeof models[0]; model++)
                for (size_t precision = 0; precision < sizeof precisions / sizeof precisions[0]; precision++)
                        check_tiny(model, precision);
}

static hart_encoder *open_real(const char *precision, unsigned threads)
{
        const hart_encoder_options options = {.model_dir = test_model(), .precision = precision, .threads = threads};
        hart_encoder *encoder = NULL;
        hart_error err = {0};

        if (hart_encoder_open(&encoder, &options, &err) != HART_OK)
                fail_msg("%s", err.text);
        return encoder;
}

static void precisions_keep_their_bounds(void **state)
{
        /* Most texts are random words, which whole numbers do worse with than with sentences. */
        static const struct {
                const char *precision;
                double mean, least;
        } bounds[] = {{"exact", 1 - 1e-6, 1 - 1e-6}, {"fast", 0.9999, 0.999}, {"small", 0.995, 0.95}};
        HART_CLEANUP(hart_buffer_done) hart_buffer file = {0}, numbers = {0};
        HART_CLEANUP(hart_json_close_p) hart_json *rows = NULL;
        enum { TEXTS = 100, DIMENSION = 384 };
        static float expected[TEXTS * DIMENSION], got[TEXTS * DIMENSION];
        hart_encoder_text texts[TEXTS];
        hart_error err = {0};
        (void)state;

        test_read(TEST_DATA "/vectors.json", &file);
        test_read(TEST_DATA "/vectors.f32", &numbers);
        assert_int_equal(hart_json_parse(file.data, file.size, &rows, &err), HART_OK);
        assert_int_equal(hart_json_count(rows), TEXTS);
        assert_int_equal(numbers.size, sizeof expected);
        memcpy(expected, numbers.data, sizeof expected);
        for (size_t i = 0; i < TEXTS; i++)
                texts[i].text = hart_json_text(hart_json_item(rows, i), &texts[i].size);
        for (size_t k = 0; k < sizeof bounds / sizeof bounds[0]; k++) {
                HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = open_real(bounds[k].precision, 1);
                double sum = 0;
                assert_int_equal(hart_encoder_run(encoder, texts, TEXTS, got, NULL, NULL, NULL, &err), HART_OK);
                for (size_t i = 0; i < TEXTS; i++) {
                        double near = cosine(got + i * DIMENSION, expected + i * DIMENSION, DIMENSION);
                        sum += near;
                        if (!(near >= bounds[k].least))
                                fail_msg("%s: text %zu has cosine %g", hart_encoder_engine(encoder), i, near);
                }
                if (!(sum / TEXTS >= bounds[k].mean))
                        fail_msg("%s: the mean cosine is %g", hart_encoder_engine(encoder), sum / TEXTS);
        }
}

static size_t threads_now(void)
{
        char line[256];
        size_t count = 0;
        FILE *file = fopen("/proc/self/status", "r");

        while (fgets(line, sizeof line, file) != NULL)
                if (strncmp(line, "Threads:", 8) == 0)
                        count = strtoul(line + 8, NULL, 10);
        fclose(file);
        return count;
}

/* Two processes that are forked after open compute, with threads of their own, what one does that is not. */
static void works_after_a_fork(void **state)
{
        const hart_encoder_text text = {"a vector that a child computes", 30};
        (void)state;

        for (unsigned threads = 1; threads <= 2; threads++) {
                HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = open_real("exact", threads);
                float expected[384], got[384];
                hart_error err = {0};
                pid_t children[2];
                int status;
                assert_int_equal(threads_now(), 1);
                for (size_t i = 0; i < 2; i++) {
                        children[i] = fork();
                        if (children[i] != 0)
                                continue;
                        HART_CLEANUP(hart_encoder_close_p) hart_encoder *alone = open_real("exact", 1);
                        alarm(60);
                        if (hart_encoder_run(encoder, &text, 1, got, NULL, NULL, NULL, &err) != HART_OK ||
                            hart_encoder_run(alone, &text, 1, expected, NULL, NULL, NULL, &err) != HART_OK)
                                _exit(2);
                        _exit(cosine(got, expected, 384) > 1 - 1e-6 ? 0 : 1);
                }
                for (size_t i = 0; i < 2; i++) {
                        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
                        assert_int_equal(status, 0);
                }
        }
}

/* Weights of a tiny model that begin with these bytes, or whose end is cut off. */
static void check_fault(const char *model, size_t cut, const void *bytes, size_t count, const char *words)
{
        HART_CLEANUP(hart_free_p) char *from = hart_format(TEST_DATA "/models/%s", model);
        HART_CLEANUP(hart_free_p) char *weights = hart_format("%s/model.safetensors", from);
        HART_CLEANUP(hart_buffer_done) hart_buffer content = {0};
        char folder[] = "/tmp/hartonomous-native-XXXXXX";
        const hart_encoder_options asked = {.model_dir = mkdtemp(folder)};
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/model.safetensors", folder);
        struct model_card card = {0};
        const struct engine_options options = {
                .asked = &asked, .card = &card, .precision = "exact", .tokens = MOST_TOKENS};
        struct engine_identity identity;
        void *state = NULL;
        hart_error checked = {0}, opened = {0};

        assert_int_equal(card_read(&card, from, CARD_FOR_BERT, &checked), HART_OK);
        test_read(weights, &content);
        content.size -= cut;
        uint64_t header; /* its length is little-endian */
        memcpy(&header, content.data, sizeof header);
        memcpy(content.data + sizeof header + header, bytes, count);
        FILE *file = fopen(path, "wb");
        assert_int_equal(fwrite(content.data, content.size, 1, file), 1);
        fclose(file);
        assert_int_equal(native_engine.check(&options, &checked), HART_CONFIG);
        assert_int_equal(native_engine.open(&state, &options, &identity, &opened), HART_CONFIG);
        assert_null(state);
        assert_string_equal(checked.text, opened.text);
        if (strncmp(opened.text, path, strlen(path)) != 0 || strstr(opened.text, words) == NULL)
                fail_msg("\"%s\" does not begin with %s, or lacks \"%s\"", opened.text, path, words);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(rmdir(folder), 0);
}

static void refuses_damaged_weights(void **state)
{
        static const unsigned char nan[] = {0, 0, 0xc0, 0x7f}, infinite[] = {0, 0x7c}, brain[] = {0x80, 0xff};
        (void)state;

        check_fault("cls", 0, nan, sizeof nan, "has weights that are not numbers");
        check_fault("xlm-roberta", 0, infinite, sizeof infinite, "has weights that are not numbers");
        check_fault("bfloat", 0, brain, sizeof brain, "has weights that are not numbers");
        check_fault("cls", 1, "", 0, "ends beyond the file, which is cut off by 1 bytes");
        check_fault("cls", 100000, "", 0, "ends beyond the file");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(works_after_a_fork), /* first: what the others compute with may start threads */
                cmocka_unit_test(refuses_damaged_weights),
                cmocka_unit_test(tiny_models_are_as_pytorch_has_them),
                cmocka_unit_test(precisions_keep_their_bounds),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
