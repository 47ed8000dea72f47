/* A sender: messages of all sorts, at a steady rate, each transaction with the rows that say what it sent. */
#include "fire.h"

#include <inttypes.h>
#include <string.h>

#include <hartonomous/clock.h>

#include "fire_sql.h"

#define SAY_MAX   20
#define BODY_SIZE 48
#define DUE_MAX   HART_SECOND
/* Numbers of one sender's messages begin with its own number. */
#define NUMBERS INT64_C(1000000000)

static const hart_route route = {"ClientService", "InferenceService", "InferenceJobContract", "InferenceJobRequest"};

/* In 10,000 messages. The rest is sound. */
static const struct {
        const char *kind;
        unsigned share;
} kinds[] = {{"kill", 4}, {"fail", 10}, {"late", 4}, {"error", 4}, {"fail-once", 20}, {"error-once", 10}};

struct conversation {
        int64_t handle, far;
};

struct sender {
        struct connection connection;
        struct conversation *conversations;
        size_t conversation_count;
        int64_t last;  /* number of the last message, sent or not */
        uint64_t sent; /* committed */
        int64_t n[BATCH_MAX];
        hart_pg_bytes kind[BATCH_MAX], body[BATCH_MAX];
        char text[BATCH_MAX][BODY_SIZE];
        hart_error error;
};

static uint64_t below(uint64_t limit)
{
        return hart_random() % limit;
}

static hart_pg_bytes choose_kind(bool only_sound)
{
        uint64_t draw = below(10000);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !only_sound; i++) {
                if (draw < kinds[i].share)
                        return (hart_pg_bytes){kinds[i].kind, strlen(kinds[i].kind)};
                draw -= kinds[i].share;
        }
        return (hart_pg_bytes){"sound", 5};
}

static void write_messages(struct sender *sender, size_t count, bool only_sound)
{
        for (size_t i = 0; i < count; i++) {
                sender->n[i] = ++sender->last;
                sender->kind[i] = choose_kind(only_sound);
                const int size = snprintf(sender->text[i], BODY_SIZE, "{\"n\": %" PRId64 ", \"kind\": \"%s\"}",
                                          sender->n[i], (const char *)sender->kind[i].data);
                sender->body[i] = (hart_pg_bytes){sender->text[i], (size_t)size};
        }
}

static void add_due(hart_pg_parameters *parameters, int64_t due)
{
        if (due)
                hart_pg_add_int8(parameters, due);
        else
                hart_pg_add_null(parameters);
}

static int64_t choose_due(void)
{
        return below(20) ? 0 : (int64_t)(real_time() + below(DUE_MAX));
}

static hart_code note_sent(struct sender *sender, size_t count, int64_t far, int64_t due)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_int8_array(&parameters, sender->n, count);
        hart_pg_add_text_array(&parameters, sender->kind, count);
        add_due(&parameters, far);
        add_due(&parameters, due);
        const hart_code code =
                hart_pg_run(sender->connection.pg, &sql_fire_note_sent, &parameters, NULL, &sender->error);
        hart_pg_parameters_done(&parameters);
        return code;
}

static hart_code run(struct sender *sender, const hart_pg_statement *statement, hart_pg_parameters *parameters,
                     hart_pg_result **ret)
{
        const hart_code code = hart_pg_run(sender->connection.pg, statement, parameters, ret, &sender->error);
        hart_pg_parameters_done(parameters);
        return code;
}

static hart_code send_plain(struct sender *sender, size_t *count)
{
        *count = 1;
        write_messages(sender, 1, false);
        const hart_code code = hart_broker_send(sender->connection.pg, &route, sender->body[0].data,
                                                sender->body[0].size, &sender->error);
        return code == HART_OK ? note_sent(sender, 1, 0, 0) : code;
}

static hart_code send_with_priority(struct sender *sender, size_t *count)
{
        *count = 1;
        write_messages(sender, 1, false);
        const int64_t due = choose_due();
        hart_pg_parameters parameters = {0};
        hart_pg_add_jsonb(&parameters, sender->body[0].data, sender->body[0].size);
        hart_pg_add_int4(&parameters, 1 + (int32_t)below(10));
        add_due(&parameters, due);
        const hart_code code = run(sender, &sql_fire_send_one, &parameters, NULL);
        return code == HART_OK ? note_sent(sender, 1, 0, due) : code;
}

static hart_code send_array(struct sender *sender, size_t *count)
{
        *count = 1 + (size_t)below(sender->connection.options->batch);
        write_messages(sender, *count, false);
        const hart_code code =
                hart_broker_send_many(sender->connection.pg, &route, sender->body, *count, &sender->error);
        return code == HART_OK ? note_sent(sender, *count, 0, 0) : code;
}

static hart_code say(struct sender *sender, const struct conversation *to, size_t count, int64_t due)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_int8(&parameters, to->handle);
        hart_pg_add_jsonb_array(&parameters, sender->body, count);
        add_due(&parameters, due);
        const hart_code code = run(sender, &sql_fire_say, &parameters, NULL);
        return code == HART_OK ? note_sent(sender, count, to->far, due) : code;
}

static hart_code say_some(struct sender *sender, size_t *count)
{
        const struct conversation *to = &sender->conversations[below(sender->conversation_count)];
        const int64_t due = choose_due();
        *count = 1 + (size_t)below(due ? 2 : SAY_MAX);
        write_messages(sender, *count, false);
        return say(sender, to, *count, due);
}

static hart_code far_handle(struct sender *sender, int64_t handle, int64_t *far)
{
        hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        hart_pg_add_int8(&parameters, handle);
        const hart_code code = run(sender, &sql_fire_far_handle, &parameters, &result);
        if (code == HART_OK)
                *far = hart_pg_integer(result, 0, 0);
        return code;
}

/* Begun, said and ended at once. Nothing in it fails, or the end might come to be a dead letter with the rest. */
static hart_code say_briefly(struct sender *sender, size_t *count)
{
        hart_pg *pg = sender->connection.pg;
        const hart_dialog dialog = {route.from_service, route.to_service, route.contract,
                                    .priority = 1 + (int)below(10)};
        int64_t handle = 0, far = 0;
        *count = 1 + (size_t)below(5);
        write_messages(sender, *count, true);
        hart_code code = hart_broker_begin_conversation(pg, &dialog, &handle, &sender->error);
        if (code == HART_OK)
                code = far_handle(sender, handle, &far);
        for (size_t i = 0; i < *count && code == HART_OK; i++)
                code = hart_broker_say(pg, handle, route.message_type, sender->text[i], sender->body[i].size,
                                       &sender->error);
        if (code == HART_OK)
                code = note_sent(sender, *count, far, 0);
        return code == HART_OK ? hart_broker_end_conversation(pg, handle, NULL, NULL, &sender->error) : code;
}

static const struct {
        hart_code (*send)(struct sender *sender, size_t *count);
        unsigned share; /* of 100 transactions */
} ways[] = {{send_plain, 25}, {send_with_priority, 20}, {send_array, 6}, {say_some, 44}, {say_briefly, 5}};

static hart_code send_some(struct sender *sender)
{
        size_t way = 0, count = 0;
        for (uint64_t draw = below(100); draw >= ways[way].share; way++)
                draw -= ways[way].share;
        hart_pg *pg = sender->connection.pg;
        hart_code code = hart_pg_run(pg, &sql_fire_begin, NULL, NULL, &sender->error);
        if (code == HART_OK)
                code = ways[way].send(sender, &count);
        const bool keep = code == HART_OK && below(12) != 0;
        if (hart_pg_is_up(pg) && !keep) {
                const hart_code undone = hart_pg_run(pg, &sql_fire_rollback, NULL, NULL, NULL);
                return code == HART_OK ? undone : code;
        }
        if (keep)
                code = hart_pg_run(pg, &sql_fire_commit, NULL, NULL, &sender->error);
        sender->sent += code == HART_OK ? count : 0;
        return code;
}

static hart_code read_conversations(struct sender *sender)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        const hart_code code =
                hart_pg_run(sender->connection.pg, &sql_fire_conversations, NULL, &result, &sender->error);
        if (code != HART_OK)
                return code;
        sender->conversation_count = hart_pg_rows(result);
        sender->conversations = hart_allocate_array(sender->conversation_count, sizeof *sender->conversations);
        for (size_t i = 0; i < sender->conversation_count; i++)
                sender->conversations[i] =
                        (struct conversation){hart_pg_integer(result, i, 0), hart_pg_integer(result, i, 1)};
        return HART_OK;
}

/* Until the connection is gone or all is sent; never ahead of the steady rate. */
static hart_code send_on(struct sender *sender, uint64_t begun_at)
{
        const struct options *options = sender->connection.options;
        hart_code code = sender->conversations ? HART_OK : read_conversations(sender);
        while (hart_pg_is_up(sender->connection.pg) && sender->conversations && sender->sent < options->messages &&
               !asked_to_stop) {
                code = send_some(sender);
                must(code, "sending", &sender->error);
                const uint64_t due = begun_at + options->seconds * HART_SECOND * sender->sent / options->messages;
                const uint64_t now = hart_now();
                if (due > now + HART_MILLISECOND)
                        pause_for(due - now);
        }
        return code;
}

int sender_main(const struct options *options)
{
        struct sender *sender = hart_allocate(sizeof *sender);
        const uint64_t begun_at = hart_now();
        sender->connection.options = options;
        sender->last = (int64_t)options->number * NUMBERS;
        while (sender->sent < options->messages && !asked_to_stop) {
                hart_code code = connection_open(&sender->connection, &sender->error);
                if (code == HART_OK)
                        code = send_on(sender, begun_at);
                must(code, "opening", &sender->error);
                connection_close(&sender->connection);
                if (code != HART_OK)
                        pause_for(20 * HART_MILLISECOND);
        }
        printf("sent %" PRIu64 "\n", sender->sent);
        free(sender->conversations);
        free(sender);
        return 0;
}
