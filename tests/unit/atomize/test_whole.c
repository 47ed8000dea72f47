/* Whole documents through the client, with the real child and with one that lies. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <hartonomous/clock.h>

#include "documents.h"

static const atomize_options options = {.program = ATOMIZE_PROGRAM,
                                        .timeout = 30 * HART_SECOND,
                                        .memory = UINT64_C(256) << 20,
                                        .windows_per_child = 1000};

static const hart_atomizer *first_of(hart_way way)
{
        size_t number = 0;
        while (number < hart_atomizer_count && hart_atomizers[number]->way != way)
                number++;
        assert_true(number < hart_atomizer_count);
        return hart_atomizers[number];
}

static const char *type_of(const hart_atomizer *atomizer)
{
        return atomizer->content_types != NULL ? atomizer->content_types[0] : "application/octet-stream";
}

/* Bytes that are no format's, but for a slicer a text. */
static char *many_lines(size_t size)
{
        char *bytes = hart_allocate(size);
        for (size_t i = 0; i < size; i++)
                bytes[i] = i % 50 == 49 ? '\n' : (char)('a' + i % 7);
        return bytes;
}

/* The same events inline and as a file, and more than fits into a message as a file; one child does it all. */
static void test_inline_and_by_file(void **unused)
{
        (void)unused;
        const hart_way ways[] = {HART_SLICES, HART_EXTRACT};
        const size_t small = 100 * 1000, big = ((size_t)6 << 20) + 11;
        HART_CLEANUP(hart_free_p) char *bytes = many_lines(big);
        atomize_client client;
        pid_t child = 0;
        atomize_client_init(&client, &options);
        for (size_t i = 0; i < 2; i++) {
                const hart_atomizer *atomizer = first_of(ways[i]);
                struct outcome first, second;
                run_document(&client, atomizer, type_of(atomizer), bytes, small, false, &first);
                run_document(&client, atomizer, type_of(atomizer), bytes, small, true, &second);
                if (first.code != HART_OK || second.code != HART_OK)
                        fail_msg("%s: %s%s", atomizer->name, first.err.text, second.err.text);
                assert_memory_equal(first.digest, second.digest, sizeof first.digest);
                run_document(&client, atomizer, type_of(atomizer), bytes, big, true, &first);
                if (first.code != HART_OK)
                        fail_msg("%s: %s", atomizer->name, first.err.text);
                run_document(&client, atomizer, type_of(atomizer), "", 0, false, &first);
                run_document(&client, atomizer, type_of(atomizer), "", 0, true, &second);
                assert_true(first.code == HART_OK && second.code == HART_OK && first.events == second.events);
                assert_true(child == 0 || child == client.child.pid);
                child = client.child.pid;
        }
        assert_int_equal(client.windows, 10);
        atomize_client_done(&client);
}

/* The size of a file comes on top of the memory, and goes with it. */
static void test_memory_follows_the_document(void **unused)
{
        (void)unused;
        const hart_atomizer *atomizer = first_of(HART_SLICES);
        HART_CLEANUP(hart_free_p) char *bytes = many_lines(100 << 20);
        atomize_options tight = options;
        atomize_client client;
        struct outcome outcome;
        tight.memory = UINT64_C(64) << 20;
        atomize_client_init(&client, &tight);
        run_document(&client, atomizer, type_of(atomizer), bytes, 10, false, &outcome);
        uint64_t before = child_memory_limit(&client.child);
        run_document(&client, atomizer, type_of(atomizer), bytes, 100 << 20, true, &outcome);
        if (client.child.pid != 0) { /* what it makes of so many lines is the atomizer's own matter */
                uint64_t limit = child_memory_limit(&client.child);
                assert_true(before == 0 ? limit == 0 : limit == before + (100 << 20));
        }
        run_document(&client, atomizer, type_of(atomizer), bytes, 10, false, &outcome);
        assert_int_equal(outcome.code, HART_OK);
        assert_int_equal(child_memory_limit(&client.child), before);
        atomize_client_done(&client);
}

/* A document that takes more than there is costs itself, and not the next. */
static void test_greed(void **unused)
{
        (void)unused;
        const hart_atomizer *atomizer = first_of(HART_SLICES);
        const size_t size = (size_t)4 << 20;
        HART_CLEANUP(hart_free_p) char *bytes = many_lines(size);
        atomize_options tight = options;
        atomize_client client;
        struct outcome outcome;
        tight.memory = UINT64_C(2) << 20;
        atomize_client_init(&client, &tight);
        run_document(&client, atomizer, type_of(atomizer), "", 0, false, &outcome);
        assert_int_equal(outcome.code, HART_OK);
        bool limited = child_memory_limit(&client.child) > 0; /* not with a sanitizer */
        run_document(&client, atomizer, type_of(atomizer), bytes, size, false, &outcome);
        if (outcome.code != (limited ? HART_FAILED : HART_OK) ||
            (limited && strstr(outcome.err.text, "crashed with SIGABRT (out of memory?) on source 12") == NULL))
                fail_msg("%s: %s", hart_code_name(outcome.code), outcome.err.text);
        run_document(&client, atomizer, type_of(atomizer), "", 0, false, &outcome);
        assert_int_equal(outcome.code, HART_OK);
        atomize_client_done(&client);
}

static void test_wrong_size_of_a_file(void **unused)
{
        (void)unused;
        const hart_limits limits = {.depth = 10, .children = 10, .expanded = 1000, .ratio = 10, .pixels = 10};
        atomize_document document = {
                .atomizer = first_of(HART_SLICES), .limits = &limits, .content_type = "text/plain", .size = 11};
        atomize_client client;
        hart_error err;
        document.fd = make_file("0123456789", 10);
        atomize_client_init(&client, &options);
        assert_int_equal(atomize_client_begin(&client, &document, &err), HART_FATAL);
        assert_non_null(strstr(err.text, "has 10 bytes instead of 11"));
        close(document.fd);
        atomize_client_done(&client);
}

static const struct {
        const char *lie;
        hart_code code;
        const char *text; /* in the error */
} lies[] = {
        {"unknown", HART_FAILED, "kind 77 and 0 bytes"},
        {"empty", HART_FAILED, "0 bytes instead of events"},
        {"long", HART_FAILED, "262145 bytes"},
        {"pieces", HART_FAILED, "instead of events"},
        {"close", HART_FAILED, "no beginning"},
        {"open", HART_FAILED, "with open nodes"},
        {"crash", HART_FAILED, "crashed with SIGSEGV"},
        {"leave", HART_FAILED, "exit status 3"},
        {"hang", HART_FAILED, "longer than atomize_timeout"},
        {"drip", HART_FAILED, "longer than atomize_timeout"},
        {"dawdle", HART_FAILED, "longer than ten times atomize_timeout"},
        {"refuse", HART_POISON, "not a document"},
        {"give up", HART_FAILED, "no room"},
        {"truth", HART_OK, NULL},
};

static void test_lies(void **unused)
{
        (void)unused;
        atomize_options liar = options;
        atomize_client client;
        liar.program = LIAR_PROGRAM;
        liar.timeout = HART_SECOND / 2;
        atomize_client_init(&client, &liar);
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
                struct outcome outcome;
                run_document(&client, first_of(HART_EXTRACT), "a/b", lies[i].lie, strlen(lies[i].lie), false, &outcome);
                if (outcome.code != lies[i].code ||
                    (outcome.code < 0 && strstr(outcome.err.text, lies[i].text) == NULL))
                        fail_msg("%s: %s: %s", lies[i].lie, hart_code_name(outcome.code), outcome.err.text);
                if (outcome.code < 0)
                        assert_non_null(strstr(outcome.err.text, "source 12"));
                assert_true(outcome.code != HART_FAILED || client.child.pid == 0);
                assert_true(outcome.code == HART_FAILED || client.child.pid != 0);
        }
        atomize_client_done(&client);
}

static hart_code begin_lie(atomize_client *client, const char *lie, hart_error *err)
{
        static const hart_limits limits = {.depth = 10, .children = 10, .expanded = 1000, .ratio = 10, .pixels = 10};
        const atomize_document document = {.atomizer = first_of(HART_EXTRACT),
                                           .limits = &limits,
                                           .content_type = "a/b",
                                           .data = (const unsigned char *)lie,
                                           .size = strlen(lie),
                                           .tenant = 1,
                                           .source = 12};
        return atomize_client_begin(client, &document, err);
}

static void test_killed_in_mid_document(void **unused)
{
        (void)unused;
        atomize_options liar = options;
        atomize_client client;
        atomize_event event;
        hart_error err = {0};
        liar.program = LIAR_PROGRAM;
        atomize_client_init(&client, &liar);
        assert_int_equal(begin_lie(&client, "flood", &err), HART_OK);
        for (int i = 0; i < 100; i++)
                assert_int_equal(atomize_client_next(&client, &event, &err), HART_OK);
        assert_int_equal(kill(client.child.pid, SIGKILL), 0);
        hart_code code = HART_OK;
        while (code == HART_OK) /* what the socket still holds may come */
                code = atomize_client_next(&client, &event, &err);
        assert_int_equal(code, HART_FAILED);
        assert_non_null(strstr(err.text, "crashed with SIGKILL on source 12"));
        assert_int_equal(atomize_client_next(&client, &event, &err), HART_FAILED);
        assert_int_equal(begin_lie(&client, "truth", &err), HART_OK);
        assert_int_equal(atomize_client_next(&client, &event, &err), HART_OK);
        assert_int_equal(event.kind, EVENT_END);
        atomize_client_done(&client);
}

/* Nobody waits for it, so no clock of the daemon ends it. */
static void test_cpu_time(void **unused)
{
        (void)unused;
        atomize_options hasty = options;
        atomize_client client;
        atomize_event event;
        hart_error err = {0};
        siginfo_t info;
        hasty.program = LIAR_PROGRAM;
        hasty.timeout = HART_SECOND / 10;
        atomize_client_init(&client, &hasty);
        assert_int_equal(begin_lie(&client, "burn", &err), HART_OK);
        assert_int_equal(waitid(P_PID, (id_t)client.child.pid, &info, WEXITED | WNOWAIT), 0);
        assert_int_equal(atomize_client_next(&client, &event, &err), HART_OK);
        assert_int_equal(atomize_client_next(&client, &event, &err), HART_FAILED);
        assert_non_null(strstr(err.text, "used up its CPU time on source 12"));
        atomize_client_done(&client);
}

/* The child of a document that was left is not used again; one that came to its end is. */
static void test_leave(void **unused)
{
        (void)unused;
        atomize_options liar = options;
        atomize_client client;
        atomize_event event;
        hart_error err = {0};
        liar.program = LIAR_PROGRAM;
        atomize_client_init(&client, &liar);
        assert_int_equal(begin_lie(&client, "flood", &err), HART_OK);
        assert_int_equal(atomize_client_next(&client, &event, &err), HART_OK);
        pid_t first = client.child.pid;
        atomize_client_leave(&client);
        assert_int_equal(client.child.pid, 0);
        assert_int_equal(begin_lie(&client, "flood", &err), HART_OK);
        pid_t second = client.child.pid;
        assert_int_not_equal(first, second);
        assert_int_equal(begin_lie(&client, "truth", &err), HART_OK); /* leaves the one before */
        assert_int_not_equal(client.child.pid, second);
        second = client.child.pid;
        assert_int_equal(atomize_client_next(&client, &event, &err), HART_OK);
        atomize_client_leave(&client);
        assert_int_equal(client.child.pid, second);
        atomize_client_done(&client);
}

static hart_code stop_at_ten(void *data)
{
        return ++*(int *)data >= 10 ? HART_STOPPED : HART_OK;
}

/* A child that always has something to say does not keep the daemon from stopping. */
static void test_asked_to_stop(void **unused)
{
        (void)unused;
        atomize_options patient = options;
        atomize_client client;
        atomize_event event;
        hart_error err = {0};
        int calls = 0;
        patient.program = LIAR_PROGRAM;
        patient.waiting = stop_at_ten;
        patient.waiting_data = &calls;
        atomize_client_init(&client, &patient);
        assert_int_equal(begin_lie(&client, "flood", &err), HART_OK);
        hart_code code = HART_OK;
        while (code == HART_OK)
                code = atomize_client_next(&client, &event, &err);
        assert_int_equal(code, HART_STOPPED);
        assert_int_equal(client.child.pid, 0);
        atomize_client_done(&client);
}

/* What the daemon does between two events is not the child's time. */
static void test_the_daemons_time_is_its_own(void **unused)
{
        (void)unused;
        atomize_options hasty = options;
        atomize_client client;
        atomize_event event;
        hart_error err = {0};
        hasty.program = LIAR_PROGRAM;
        hasty.timeout = HART_SECOND / 2;
        atomize_client_init(&client, &hasty);
        assert_int_equal(begin_lie(&client, "flood", &err), HART_OK);
        for (int i = 0; i < 3; i++) {
                uint64_t end = hart_now() + HART_SECOND;
                assert_int_equal(atomize_client_next(&client, &event, &err), HART_OK);
                while (hart_now() < end)
                        ;
        }
        assert_true(client.document.waited < 2 * HART_SECOND);
        atomize_client_done(&client);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_inline_and_by_file),
                cmocka_unit_test(test_memory_follows_the_document),
                cmocka_unit_test(test_greed),
                cmocka_unit_test(test_wrong_size_of_a_file),
                cmocka_unit_test(test_lies),
                cmocka_unit_test(test_killed_in_mid_document),
                cmocka_unit_test(test_cpu_time),
                cmocka_unit_test(test_leave),
                cmocka_unit_test(test_asked_to_stop),
                cmocka_unit_test(test_the_daemons_time_is_its_own),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
