/* Conversations from C: a request, its reply, an end with an error; what the broker refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "queue.h"

static struct cluster cluster;
static hart_pg *pg;
static struct reader service, client;

static const hart_dialog request = {
        .from_service = "ClientService", .to_service = "InferenceService", .contract = "InferenceJobContract"};

static int64_t begin(const hart_dialog *dialog)
{
        int64_t handle = 0;
        hart_error error = {0};
        assert_code(HART_OK, hart_broker_begin_conversation(pg, dialog, &handle, &error), error);
        assert_true(handle > 0);
        return handle;
}

static void say(hart_pg *from, int64_t handle, const char *type, const char *body)
{
        hart_error error = {0};
        assert_code(HART_OK, hart_broker_say(from, handle, type, body, body ? strlen(body) : 0, &error), error);
}

static void client_open(void)
{
        hart_error error = {0};
        client.pg = queue_connect(&cluster);
        assert_code(HART_OK, hart_broker_open(&client.broker, client.pg, "ClientQueue", &error), error);
}

static void a_request_gets_its_reply(void **state)
{
        (void)state;
        hart_error error = {0};
        const int64_t handle = begin(&request);
        say(pg, handle, "InferenceJobRequest", "{\"n\": 1}");
        reader_await(&service, 10);
        assert_int_equal(service.count, 1);
        const int64_t far = service.messages[0].conversation;
        assert_true(far != handle);
        say(service.pg, far, "InferenceJobResponse", "{\"n\": 2}");
        const int32_t code = 7;
        assert_code(HART_OK, hart_broker_end_conversation(service.pg, far, &code, "no more", &error), error);
        reader_complete(&service);

        reader_await(&client, 10);
        assert_int_equal(client.count, 2);
        assert_int_equal(client.messages[0].conversation, handle);
        assert_string_equal(client.messages[0].type, "InferenceJobResponse");
        assert_string_equal(client.messages[1].type, "Error");
        assert_string_equal(client.messages[1].body, "{\"Code\": 7, \"Description\": \"no more\"}");
        assert_code(HART_OK, hart_broker_end_conversation(client.pg, handle, NULL, NULL, &error), error);
        reader_complete(&client);
        assert_int_equal(cluster_integer(pg, "SELECT count(*) FROM broker.conversation"), 0);
        assert_int_equal(cluster_integer(pg, "SELECT count(*) FROM broker.message"), 0);
}

static void an_end_undone_is_no_end(void **state)
{
        (void)state;
        hart_error error = {0};
        const int64_t handle = begin(&request);
        for (int i = 0; i < 3; i++)
                say(pg, handle, "InferenceJobRequest", "{\"n\": 1}");
        reader_await(&service, 1);
        assert_code(HART_OK,
                    hart_broker_end_conversation(service.pg, service.messages[0].conversation, NULL, NULL, &error),
                    error);
        reader_put_back(&service);
        /* Nobody is blamed, neither the message in hand nor those that waited behind it. */
        assert_int_equal(cluster_integer(pg, "SELECT count(*) FROM broker.message WHERE attempts = 0"), 3);
        reader_await(&service, 10);
        assert_int_equal(service.count, 3);
        reader_complete(&service);
}

static void urgent_and_related_conversations(void **state)
{
        (void)state;
        hart_dialog urgent = request;
        urgent.priority = 9;
        urgent.lifetime = 3600 * 1000000ULL;
        const int64_t usual_handle = begin(&request), urgent_handle = begin(&urgent);
        urgent.related_to = urgent_handle;
        const int64_t related_handle = begin(&urgent);
        say(pg, usual_handle, "InferenceJobRequest", "{\"n\": 1}");
        say(pg, urgent_handle, "InferenceJobRequest", "{\"n\": 2}");
        assert_int_equal(
                cluster_integer(
                        pg, "SELECT count(DISTINCT conversation_group) FROM broker.conversation WHERE is_initiator"),
                2);
        assert_true(related_handle != urgent_handle);
        assert_int_equal(
                cluster_integer(
                        pg,
                        "SELECT count(*) FROM broker.conversation WHERE expires_at > now() + interval '59 minutes'"),
                4);
        int64_t sum = 0;
        reader_await(&service, 10);
        for (size_t i = 0; i < service.count; i++)
                sum += message_number(&service.messages[i]) * service.messages[i].priority;
        assert_int_equal(service.count, 2);
        assert_int_equal(sum, 1 * 5 + 2 * 9);
        reader_complete(&service);
}

static void what_is_wrong_is_said(void **state)
{
        (void)state;
        int64_t handle = 0;
        hart_error error = {0};
        hart_dialog wrong = request;
        wrong.priority = 11;
        assert_code(HART_POISON, hart_broker_begin_conversation(pg, &wrong, &handle, &error), error);
        assert_non_null(strstr(error.text, "priority 11"));
        assert_true(hart_broker_say(pg, 1, "InferenceJobRequest", NULL, 0, &error) < HART_OK);
        assert_string_equal(error.foreign, "55000");
        assert_code(HART_OK, hart_broker_end_conversation(pg, 1, NULL, NULL, &error), error);
}

static int open_all(void **state)
{
        (void)state;
        queue_open(&cluster);
        pg = queue_connect(&cluster);
        reader_open(&service, &cluster);
        client_open();
        return 0;
}

static int clear(void **state)
{
        (void)state;
        queue_clear(pg);
        return 0;
}

static int close_all(void **state)
{
        (void)state;
        reader_close(&service);
        reader_close(&client);
        hart_pg_close(pg);
        cluster_close(&cluster);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(a_request_gets_its_reply, clear),
                cmocka_unit_test_setup(an_end_undone_is_no_end, clear),
                cmocka_unit_test_setup(urgent_and_related_conversations, clear),
                cmocka_unit_test_setup(what_is_wrong_is_said, clear),
        };
        return cmocka_run_group_tests(tests, open_all, close_all);
}
