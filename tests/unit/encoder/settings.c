/* The models of embedding.conf: defaults, options, and which one is meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <hartonomous/encoder.h>
#include <hartonomous/memory.h>

#define SCHEMA (&hart_encoder_settings_schema)

static void parse(hart_encoder_settings *settings, const char *text)
{
        hart_error err = {0};
        if (hart_settings_parse(SCHEMA, "embedding.conf", text, strlen(text), settings, &err) != HART_OK)
                fail_msg("%s", err.text);
}

static void put(const char *folder, const char *text)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/embedding.conf", folder);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state)
{
        char path[] = "/tmp/hart-encoder-XXXXXX";
        *state = mkdtemp(path) ? hart_duplicate(path) : NULL;
        return *state ? 0 : -1;
}

static int remove_folder(void **state)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/embedding.conf", (char *)*state);
        unlink(path);
        rmdir(*state);
        free(*state);
        return 0;
}

static void without_a_file_there_is_one_model(void **state)
{
        hart_encoder_settings settings = {0};
        hart_error err = {0};

        assert_int_equal(hart_settings_load(SCHEMA, *state, &settings, &err), HART_OK);
        assert_int_equal(settings.models.count, 1);
        assert_string_equal(settings.models.names[0], HART_MODEL_NAME);
        assert_string_equal(hart_encoder_model_at(&settings, 0)->directory, HART_MODEL_DIR);
        hart_settings_done(SCHEMA, &settings);
}

static void what_is_not_said_is_left_to_the_engine(void **state)
{
        hart_encoder_settings settings = {0};
        hart_encoder_options options;

        (void)state;
        parse(&settings, "[model \"a\"]\nprecision =\nkey = secret-name\n");
        options = hart_encoder_options_of(hart_encoder_model_at(&settings, 0));
        assert_string_equal(options.model_dir, HART_MODELS_DIR "/a");
        assert_string_equal(options.engine, "native");
        assert_null(options.precision);
        assert_null(options.url);
        assert_null(options.key); /* its name is no secret, and no key */
        assert_string_equal(options.api, "openai");
        assert_int_equal(options.threads, 1);
        assert_int_equal(options.token_budget, 512);
        assert_int_equal(options.long_texts, HART_ENCODER_TRUNCATE);
        assert_int_equal(options.connect_timeout, 5000000);
        assert_int_equal(options.timeout, 60000000);
        hart_settings_done(SCHEMA, &settings);
}

static void everything_can_be_said(void **state)
{
        hart_encoder_settings settings = {0};
        hart_encoder_options options;

        (void)state;
        parse(&settings,
              "[model \"b c\"]\nengine = http\nprecision = small\ndirectory = /d\nthreads = 2\ntoken_budget = 64\n"
              "long_texts = windows\nwindow_overlap = 3\nurl = http://h/\napi = tei\nremote_name = r\n"
              "ca_file = /c\ndimension = 7\ntexts_per_request = 9\nconnect_timeout = 1s\ntimeout = 2s\n");
        assert_ptr_equal(hart_encoder_model_named(&settings, "b c"), hart_encoder_model_at(&settings, 0));
        assert_null(hart_encoder_model_named(&settings, "b"));
        options = hart_encoder_options_of(hart_encoder_model_at(&settings, 0));
        assert_string_equal(options.engine, "http");
        assert_string_equal(options.precision, "small");
        assert_string_equal(options.model_dir, "/d");
        assert_int_equal(options.threads, 2);
        assert_int_equal(options.token_budget, 64);
        assert_int_equal(options.long_texts, HART_ENCODER_WINDOWS);
        assert_int_equal(options.window_overlap, 3);
        assert_string_equal(options.url, "http://h/");
        assert_string_equal(options.api, "tei");
        assert_string_equal(options.remote_name, "r");
        assert_string_equal(options.ca_file, "/c");
        assert_int_equal(options.dimension, 7);
        assert_int_equal(options.texts_per_request, 9);
        assert_int_equal(options.connect_timeout, 1000000);
        assert_int_equal(options.timeout, 2000000);
        hart_settings_done(SCHEMA, &settings);
}

/* Each key makes another model of it: none is forgotten in the comparison. */
static void any_key_makes_a_difference(void **state)
{
        const hart_settings_group *group = &SCHEMA->groups[0];

        (void)state;
        for (size_t i = 0; i < group->count; i++) {
                const hart_setting *row = &group->rows[i];
                const char *value = row->kind == HART_SETTING_CHOICE ? row->choices[1]
                                    : row->kind == HART_SETTING_TIME ? "7s"
                                                                     : "77";
                HART_CLEANUP(hart_free_p) char *text = hart_format("[model \"a\"]\n%s = %s\n", row->key, value);
                hart_encoder_settings plain = {0}, other = {0};

                parse(&plain, "[model \"a\"]\n");
                parse(&other, "[model \"a\"]\n");
                assert_true(
                        hart_encoder_model_equal(hart_encoder_model_at(&plain, 0), hart_encoder_model_at(&other, 0)));
                parse(&other, text);
                if (hart_encoder_model_equal(hart_encoder_model_at(&plain, 0), hart_encoder_model_at(&other, 0)))
                        fail_msg("%s makes no difference", row->key);
                hart_settings_done(SCHEMA, &plain);
                hart_settings_done(SCHEMA, &other);
        }
}

static void what_cannot_be_opened_says_why(void **state)
{
        static const struct {
                const char *text, *name, *says;
        } rows[] = {
                {"[model \"a\"]\n[model \"b\"]\n", "c", "embedding.conf has no [model \"c\"]; it has a, b"},
                {"[model \"a\"]\nengine = steam\n", NULL, "engine \"steam\" is not known"},
                {"[model \"a\"]\nprecision = rough\n", "a", "has no precision \"rough\""},
                {"[model \"a\"]\nkey = nowhere\n", "a", "the credential nowhere, the server's key, is not there"},
                {"[model \"a\"]\ndirectory = /nowhere\n", "a", "/nowhere/"},
        };

        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                hart_encoder *encoder = NULL;
                hart_error err = {0};
                put(*state, rows[i].text);
                assert_int_equal(hart_encoder_open_configured(&encoder, *state, rows[i].name, &err), HART_CONFIG);
                assert_null(encoder);
                if (!strstr(err.text, rows[i].says))
                        fail_msg("%s", err.text);
        }
}

static void each_engine_has_precisions(void **state)
{
        (void)state;
        assert_string_equal(hart_encoder_precisions("native")[0], "exact");
        assert_non_null(hart_encoder_precisions("onnx")[0]);
        assert_non_null(hart_encoder_precisions("http")[0]);
        assert_null(hart_encoder_precisions("steam"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(without_a_file_there_is_one_model, make_folder, remove_folder),
                cmocka_unit_test(what_is_not_said_is_left_to_the_engine),
                cmocka_unit_test(everything_can_be_said),
                cmocka_unit_test(any_key_makes_a_difference),
                cmocka_unit_test_setup_teardown(what_cannot_be_opened_says_why, make_folder, remove_folder),
                cmocka_unit_test(each_engine_has_precisions),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
