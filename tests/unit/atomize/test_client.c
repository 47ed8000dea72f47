/* The client with the real child, and with one that lies. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <hartonomous/clock.h>

#include "client.h"

static atomize_options options = {.program = ATOMIZE_PROGRAM,
                                  .timeout = 30 * HART_SECOND,
                                  .memory = UINT64_C(256) << 20,
                                  .windows_per_child = 1000};

static hart_code run(atomize_client *client, const char *atomizer, const char *text, int32_t tenant,
                     atomize_result *result, hart_error *err)
{
        static atomize_piece pieces[16];
        const atomize_job job = {.atomizer = hart_atomizer_find(atomizer),
                                 .window = {(const unsigned char *)text, strlen(text), true, true},
                                 .tenant = tenant,
                                 .source = 12,
                                 .pieces = pieces,
                                 .max_pieces = 16};
        memset(pieces, 0, sizeof pieces);
        hart_code code = atomize_client_run(client, &job, result, err);
        if (code == HART_OK && result->count == 2)
                assert_true(pieces[0].size == 4 && pieces[0].separator_size == 1 && pieces[1].size == 4);
        return code;
}

static void test_windows_of_a_tenant_share_a_child(void **unused)
{
        (void)unused;
        atomize_client client;
        atomize_result result;
        hart_error err;
        atomize_client_init(&client, &options);
        assert_int_equal(run(&client, "text", "One. Two.", 1, &result, &err), HART_OK);
        assert_true(result.count == 2 && result.consumed == 9 && !result.full);
        pid_t first = client.child.pid;
        assert_int_equal(run(&client, "chunks", "# One", 1, &result, &err), HART_OK);
        assert_int_equal(client.child.pid, first);
        assert_int_equal(run(&client, "text", "One.", 2, &result, &err), HART_OK);
        assert_int_not_equal(client.child.pid, first);
        atomize_client_done(&client);
        assert_int_equal(kill(first, 0), -1);
}

static void test_a_child_is_replaced_when_it_has_done_enough(void **unused)
{
        (void)unused;
        atomize_options few = options;
        atomize_client client;
        atomize_result result;
        hart_error err;
        few.windows_per_child = 2;
        atomize_client_init(&client, &few);
        assert_int_equal(run(&client, "text", "a", 1, &result, &err), HART_OK);
        pid_t first = client.child.pid;
        assert_int_equal(run(&client, "text", "a", 1, &result, &err), HART_OK);
        assert_int_equal(client.child.pid, first);
        assert_int_equal(run(&client, "text", "a", 1, &result, &err), HART_OK);
        assert_int_not_equal(client.child.pid, first);
        atomize_client_done(&client);
}

static void test_too_many_pieces(void **unused)
{
        (void)unused;
        atomize_client client;
        atomize_result result;
        hart_error err;
        atomize_client_init(&client, &options);
        assert_int_equal(run(&client, "text", "a!b!c!d!e!f!g!h!i!j!k!l!m!n!o!p!q!", 1, &result, &err), HART_OK);
        assert_true(result.full && result.consumed == 32);
        assert_int_equal(run(&client, "text", "One. Two.", 1, &result, &err), HART_OK);
        assert_int_equal(result.count, 2);
        atomize_client_done(&client);
}

static const struct {
        const char *window;
        hart_code code;
        const char *text; /* in the error */
} lies[] = {
        {"outside", HART_FAILED, "not in the window"},
        {"wrap", HART_FAILED, "not in the window"},
        {"short", HART_FAILED, "pieces are others"},
        {"zero", HART_FAILED, "not in the window"},
        {"type", HART_FAILED, "subtype 99"},
        {"many pieces, oh so many of them", HART_FAILED, "at most 16"},
        {"kind", HART_FAILED, "kind 77"},
        {"long", HART_FAILED, "0 bytes of pieces"},
        {"crash", HART_FAILED, "crashed with SIGSEGV"},
        {"exit", HART_FAILED, "exit status 3"},
        {"hang", HART_FAILED, "atomize_timeout"},
        {"drip", HART_FAILED, "atomize_timeout"},
        {"poison", HART_POISON, "not a document"},
        {"fine", HART_OK, NULL},
};

/* After each lie a fresh child does the next window. */
static void test_lies(void **unused)
{
        (void)unused;
        atomize_options liar = options;
        atomize_client client;
        liar.program = LIAR_PROGRAM;
        liar.timeout = HART_SECOND / 2;
        atomize_client_init(&client, &liar);
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
                atomize_result result;
                hart_error err = {0};
                hart_code code = run(&client, "text", lies[i].window, 1, &result, &err);
                if (code != lies[i].code || (code < 0 && strstr(err.text, lies[i].text) == NULL))
                        fail_msg("%s: %s: %s", lies[i].window, hart_code_name(code), err.text);
                if (code < 0)
                        assert_non_null(strstr(err.text, "source 12"));
                assert_true(code != HART_FAILED || client.child.pid == 0);
        }
        atomize_client_done(&client);
}

static const struct {
        const char *head, *error; /* error NULL: it is text/plain */
} types[] = {{"type", "no content type"}, {"done", "kind 4"}, {"number", "not in the table"}, {"fine", NULL}};

static void test_lies_about_types(void **unused)
{
        (void)unused;
        atomize_options liar = options;
        atomize_client client;
        liar.program = LIAR_PROGRAM;
        atomize_client_init(&client, &liar);
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer type = {0};
                const hart_atomizer *atomizer = NULL;
                hart_error err = {0};
                const atomize_question question = {
                        .head = (const unsigned char *)types[i].head, .size = strlen(types[i].head), .source = 12};
                hart_code code = atomize_client_identify(&client, &question, &type, &atomizer, &err);
                if (types[i].error == NULL) {
                        assert_int_equal(code, HART_OK);
                        assert_string_equal(type.data, "text/plain");
                } else if (code != HART_FAILED || strstr(err.text, types[i].error) == NULL ||
                           strstr(err.text, "source 12") == NULL) {
                        fail_msg("%s: %s: %s", types[i].head, hart_code_name(code), err.text);
                }
        }
        atomize_client_done(&client);
}

static hart_code identify(atomize_client *client, const char *head, const char *declared, const char *name,
                          hart_buffer *type, const hart_atomizer **atomizer)
{
        hart_error err = {0};
        const atomize_question question = {.head = (const unsigned char *)head,
                                           .size = strlen(head),
                                           .declared = declared,
                                           .name = name,
                                           .tenant = 1};
        hart_buffer_clear(type);
        return atomize_client_identify(client, &question, type, atomizer, &err);
}

static void test_what_a_document_is(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer type = {0};
        const hart_atomizer *atomizer = NULL;
        atomize_client client;
        atomize_client_init(&client, &options);
        assert_int_equal(identify(&client, "Hi.", NULL, NULL, &type, &atomizer), HART_OK);
        assert_string_equal(type.data, "text/plain");
        assert_string_equal(atomizer->name, "text");
        pid_t child = client.child.pid;
        assert_int_equal(identify(&client, "# Hi", NULL, "a.md", &type, &atomizer), HART_OK);
        assert_string_equal(atomizer->name, "markdown");
        assert_int_equal(identify(&client, "\x01\x02\xFF", "application/x-thing", "a.thing", &type, &atomizer),
                         HART_OK);
        assert_string_equal(type.data, "application/x-thing");
        assert_string_equal(atomizer->name, "chunks");
        assert_int_equal(identify(&client, "", NULL, NULL, &type, &atomizer), HART_OK);
        assert_int_equal(client.child.pid, child);
        atomize_client_done(&client);
}

static hart_code stop(void *data)
{
        return *(bool *)data ? HART_STOPPED : HART_OK;
}

static void test_asked_to_stop(void **unused)
{
        (void)unused;
        atomize_options patient = options;
        atomize_client client;
        atomize_result result;
        hart_error err;
        bool stopping = false;
        patient.program = LIAR_PROGRAM;
        patient.waiting = stop;
        patient.waiting_data = &stopping;
        atomize_client_init(&client, &patient);
        assert_int_equal(run(&client, "text", "fine", 1, &result, &err), HART_OK);
        stopping = true;
        assert_int_equal(run(&client, "text", "hang", 1, &result, &err), HART_STOPPED);
        atomize_client_done(&client);
}

static void test_no_program(void **unused)
{
        (void)unused;
        atomize_options wrong = options;
        atomize_client client;
        atomize_result result;
        hart_error err;
        wrong.program = "/nowhere/atomize";
        atomize_client_init(&client, &wrong);
        assert_int_equal(run(&client, "text", "a", 1, &result, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "/nowhere/atomize"));
        wrong.program = "/bin/true";
        atomize_client_init(&client, &wrong);
        assert_int_equal(run(&client, "text", "a", 1, &result, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "ended with exit status 0 before it was ready"));
        wrong.program = STRANGER_PROGRAM;
        atomize_client_init(&client, &wrong);
        assert_int_equal(run(&client, "text", "a", 1, &result, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "knows other formats than this daemon"));
        atomize_client_done(&client);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_windows_of_a_tenant_share_a_child),
                cmocka_unit_test(test_a_child_is_replaced_when_it_has_done_enough),
                cmocka_unit_test(test_too_many_pieces),
                cmocka_unit_test(test_lies),
                cmocka_unit_test(test_lies_about_types),
                cmocka_unit_test(test_what_a_document_is),
                cmocka_unit_test(test_asked_to_stop),
                cmocka_unit_test(test_no_program),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
