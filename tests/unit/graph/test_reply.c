/* Replies as Neo4j 5.26 gives them, and what each means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/graph.h>

#define QUERY       HART_GRAPH_API_QUERY
#define TRANSACTION HART_GRAPH_API_TRANSACTION
#define ERROR(code) "{\"errors\":[{\"code\":\"" code "\",\"message\":\"Said so.\"}]}"

typedef struct reply {
        const char *name;
        hart_graph_api api;
        long status;
        const char *body;
        hart_code code;
        const char *foreign;
} reply;

static const reply replies[] = {
        {"success", QUERY, 202, "{\"data\":{\"fields\":[\"a\"],\"values\":[[1]]},\"bookmarks\":[\"FB:k\"]}", HART_OK,
         ""},
        {"success without rows", QUERY, 202, "{\"data\":{\"fields\":[],\"values\":[]},\"bookmarks\":[\"FB:k\"]}",
         HART_OK, ""},
        {"success with a notification", QUERY, 202,
         "{\"data\":{\"fields\":[],\"values\":[]},\"notifications\":[{\"code\":\"Neo.ClientNotification.X\"}],"
         "\"bookmarks\":[]}",
         HART_OK, ""},
        {"failure while rows stream", QUERY, 202,
         "{\"data\":{\"fields\":[\"1/x\"],\"values\":[[1]]},"
         "\"errors\":[{\"code\":\"Neo.ClientError.Statement.ArithmeticError\",\"message\":\"/ by zero\"}]}",
         HART_POISON, "Neo.ClientError.Statement.ArithmeticError"},
        {"no bookmarks", QUERY, 202, "{\"data\":{\"fields\":[],\"values\":[]}}", HART_RETRY, "HTTP 202"},
        {"cut off", QUERY, 202, "{\"data\":{\"fields\":[\"a\"],\"values\":[[1],[2", HART_RETRY, "HTTP 202"},
        {"nothing at all", QUERY, 202, "", HART_RETRY, "HTTP 202"},
        {"syntax error", QUERY, 400, ERROR("Neo.ClientError.Statement.SyntaxError"), HART_POISON,
         "Neo.ClientError.Statement.SyntaxError"},
        {"deadlock", QUERY, 400, ERROR("Neo.TransientError.Transaction.DeadlockDetected"), HART_RETRY,
         "Neo.TransientError.Transaction.DeadlockDetected"},
        {"transaction timed out", QUERY, 400, ERROR("Neo.ClientError.Transaction.TransactionTimedOut"), HART_FAILED,
         "Neo.ClientError.Transaction.TransactionTimedOut"},
        {"unique violation", QUERY, 400, ERROR("Neo.ClientError.Schema.ConstraintValidationFailed"), HART_POISON,
         "Neo.ClientError.Schema.ConstraintValidationFailed"},
        {"needs Enterprise", QUERY, 500, ERROR("Neo.DatabaseError.Schema.ConstraintCreationFailed"), HART_FAILED,
         "Neo.DatabaseError.Schema.ConstraintCreationFailed"},
        {"internal error", QUERY, 500, ERROR("Neo.DatabaseError.General.UnknownError"), HART_FAILED,
         "Neo.DatabaseError.General.UnknownError"},
        {"missing database", QUERY, 404, ERROR("Neo.ClientError.Database.DatabaseNotFound"), HART_CONFIG,
         "Neo.ClientError.Database.DatabaseNotFound"},
        {"wrong password", QUERY, 401, ERROR("Neo.ClientError.Security.Unauthorized"), HART_CONFIG,
         "Neo.ClientError.Security.Unauthorized"},
        {"wrong password too often", QUERY, 429, ERROR("Neo.ClientError.Security.AuthenticationRateLimit"), HART_RETRY,
         "Neo.ClientError.Security.AuthenticationRateLimit"},
        {"not the leader", QUERY, 400, ERROR("Neo.ClientError.Cluster.NotALeader"), HART_RETRY,
         "Neo.ClientError.Cluster.NotALeader"},
        {"an unknown class", QUERY, 400, ERROR("Neo.Surprise.X"), HART_FAILED, "Neo.Surprise.X"},
        {"an error without a code", QUERY, 400, "{\"errors\":[{}]}", HART_FAILED, ""},
        {"a proxy is overloaded", QUERY, 503, "<html>busy</html>", HART_RETRY, "HTTP 503"},
        {"a proxy limits", QUERY, 429, "slow down", HART_RETRY, "HTTP 429"},
        {"another server", QUERY, 404, "<html>no such page</html>", HART_CONFIG, "HTTP 404"},
        {"moved", QUERY, 302, "", HART_CONFIG, "HTTP 302"},
        {"a login before Neo4j", QUERY, 401, "<html>who are you?</html>", HART_CONFIG, "HTTP 401"},
        {"a proxy forbids", QUERY, 403, "", HART_CONFIG, "HTTP 403"},
        {"a proxy's limit of bodies", QUERY, 413, "", HART_FAILED, "HTTP 413"},
        {"no such interface", QUERY, 404, ERROR("Neo.ClientError.Request.Invalid"), HART_CONFIG, "HTTP 404"},
        {"another content type", QUERY, 415, ERROR("Neo.ClientError.Request.Invalid"), HART_CONFIG, "HTTP 415"},
        {"no JSON was sent", QUERY, 400, ERROR("Neo.ClientError.Request.Invalid"), HART_POISON,
         "Neo.ClientError.Request.Invalid"},
        {"an integer over 64 bits", QUERY, 400,
         "{\"errors\":[{\"code\":\"N/A\",\"message\":\"Unable to convert java.math.BigInteger to Neo4j Value.\"}]}",
         HART_POISON, "N/A"},
        {"the driver inside has a problem", QUERY, 500, ERROR("N/A"), HART_FAILED, "N/A"},
        {"an index takes no such value", QUERY, 500,
         "{\"errors\":[{\"code\":\"Neo.DatabaseError.Statement.ExecutionFailed\",\"message\":\"Property value is too "
         "large "
         "to index, please see\"}]}",
         HART_POISON, "Neo.DatabaseError.Statement.ExecutionFailed"},
        {"execution failed", QUERY, 500, ERROR("Neo.DatabaseError.Statement.ExecutionFailed"), HART_FAILED,
         "Neo.DatabaseError.Statement.ExecutionFailed"},
        {"no room for the log", QUERY, 500, ERROR("Neo.DatabaseError.Transaction.TransactionCommitFailed"), HART_RETRY,
         "Neo.DatabaseError.Transaction.TransactionCommitFailed"},
        {"not an object", QUERY, 202, "[]", HART_RETRY, "HTTP 202"},
        {"success", TRANSACTION, 200,
         "{\"results\":[{\"columns\":[\"a\"],\"data\":[{\"row\":[1],\"meta\":[null]}]}],\"errors\":[]}", HART_OK, ""},
        {"failure", TRANSACTION, 200,
         "{\"results\":[],\"errors\":[{\"code\":\"Neo.ClientError.Statement.TypeError\"}]}", HART_POISON,
         "Neo.ClientError.Statement.TypeError"},
        {"failure after rows", TRANSACTION, 200,
         "{\"results\":[{\"columns\":[\"a\"],\"data\":[{\"row\":[1]}]}],"
         "\"errors\":[{\"code\":\"Neo.TransientError.General.OutOfMemoryError\",\"message\":\"full\"}]}",
         HART_RETRY, "Neo.TransientError.General.OutOfMemoryError"},
        {"no errors member", TRANSACTION, 200, "{\"results\":[{\"columns\":[],\"data\":[]}]}", HART_RETRY, "HTTP 200"},
        {"no result", TRANSACTION, 200, "{\"results\":[],\"errors\":[]}", HART_RETRY, "HTTP 200"},
        {"the other interface's reply", TRANSACTION, 200,
         "{\"data\":{\"fields\":[],\"values\":[]},\"bookmarks\":[\"FB:k\"]}", HART_RETRY, "HTTP 200"},
};

static void replies_are_judged(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
                const reply *row = &replies[i];
                hart_error err = {0};
                hart_graph_result *result = NULL;
                const hart_code code =
                        hart_graph_read_reply(row->api, row->status, row->body, strlen(row->body), &result, &err);
                if (code != row->code || (code != HART_OK && strcmp(err.foreign, row->foreign) != 0))
                        fail_msg("%s: %s, \"%s\" (%s)", row->name, hart_code_name(code), err.foreign, err.text);
                assert_true((result != NULL) == (row->code == HART_OK));
                hart_graph_result_close(result);
        }
}

static void both_interfaces_give_the_same_rows(void **state)
{
        static const char *const bodies[] = {
                [QUERY] = "{\"data\":{\"fields\":[\"a\",\"b\"],\"values\":[[1,\"x\"],[2,null]]},\"bookmarks\":[\"k\"]}",
                [TRANSACTION] =
                        "{\"results\":[{\"columns\":[\"a\",\"b\"],\"data\":[{\"row\":[1,\"x\"]},{\"row\":[2,null]}]}],"
                        "\"errors\":[]}",
        };

        (void)state;
        for (int api = QUERY; api <= TRANSACTION; api++) {
                HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
                int64_t number = 0;
                assert_int_equal(hart_graph_read_reply((hart_graph_api)api, 202, bodies[api], strlen(bodies[api]),
                                                       &result, NULL),
                                 HART_OK);
                assert_int_equal(hart_graph_rows(result), 2);
                assert_true(hart_json_integer(hart_graph_value(result, 1, 0), &number));
                assert_int_equal(number, 2);
                assert_string_equal(hart_json_text(hart_graph_value(result, 0, 1), NULL), "x");
                assert_null(hart_json_text(hart_graph_value(result, 1, 1), NULL));
                assert_null(hart_graph_value(result, 2, 0));
                assert_null(hart_graph_value(result, 0, 2));
        }
}

static void advice_names_what_to_mend(void **state)
{
        hart_error err = {0};
        const char *body = ERROR("Neo.ClientError.Security.Unauthorized");

        (void)state;
        hart_graph_read_reply(QUERY, 401, body, strlen(body), NULL, &err);
        assert_non_null(strstr(err.text, "Said so."));
        assert_non_null(strstr(err.text, "neo4j-password"));
}

static void memory_and_deadlocks_are_known(void **state)
{
        static const struct {
                const char *code;
                bool memory, deadlock;
        } rows[] = {
                {"Neo.TransientError.General.MemoryPoolOutOfMemoryError", true, false},
                {"Neo.TransientError.General.OutOfMemoryError", true, false},
                {"Neo.TransientError.General.TransactionMemoryLimit", true, false},
                {"Neo.TransientError.Transaction.MemoryLimit", true, false},
                {"Neo.ClientError.General.TransactionOutOfMemoryError", true, false},
                {"HTTP 413", true, false},
                {"Neo.TransientError.Transaction.DeadlockDetected", false, true},
                {"Neo.TransientError.Transaction.LockAcquisitionTimeout", false, false},
                {"Neo.ClientError.Statement.SyntaxError", false, false},
                {"HTTP 503", false, false},
                {"", false, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                hart_error err = {0};
                hart_fail(&err, HART_RETRY, "Neo4j said so");
                hart_error_foreign(&err, rows[i].code);
                if (hart_graph_is_memory(&err) != rows[i].memory || hart_graph_is_deadlock(&err) != rows[i].deadlock)
                        fail_msg("%s", rows[i].code);
        }
}

static void counters_have_one_name_in_both_interfaces(void **state)
{
        static const char *const names[] = {"nodes_created", "nodes_deleted", "relationships_created",
                                            "relationships_deleted", "properties_set"};
        static const char *const bodies[] = {
                [QUERY] =
                        "{\"data\":{\"fields\":[],\"values\":[]},\"counters\":{\"nodesCreated\":1,\"nodesDeleted\":2,"
                        "\"relationshipsCreated\":3,\"relationshipsDeleted\":4,\"propertiesSet\":5},\"bookmarks\":[]}",
                [TRANSACTION] = "{\"results\":[{\"columns\":[],\"data\":[],\"stats\":{\"nodes_created\":1,"
                                "\"nodes_deleted\":2,\"relationships_created\":3,\"relationship_deleted\":4,"
                                "\"properties_set\":5}}],\"errors\":[]}",
        };

        (void)state;
        for (int api = QUERY; api <= TRANSACTION; api++) {
                HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
                assert_int_equal(hart_graph_read_reply((hart_graph_api)api, 202, bodies[api], strlen(bodies[api]),
                                                       &result, NULL),
                                 HART_OK);
                for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                        assert_int_equal(hart_graph_counter(result, names[i]), i + 1);
                assert_int_equal(hart_graph_counter(result, "labels_added"), 0);
        }
        assert_int_equal(hart_graph_counter(NULL, "nodes_created"), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(replies_are_judged),
                cmocka_unit_test(both_interfaces_give_the_same_rows),
                cmocka_unit_test(memory_and_deadlocks_are_known),
                cmocka_unit_test(counters_have_one_name_in_both_interfaces),
                cmocka_unit_test(advice_names_what_to_mend),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
