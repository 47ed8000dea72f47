/* What is done with a message: a row for each, and what its kind asks for. */
#include "fire.h"

#include <string.h>

#include <hartonomous/json.h>

#include "fire_sql.h"

static hart_code fail(struct handling *handling, size_t i, hart_error *error)
{
        handling->failed = i;
        return hart_fail(error, HART_FAILED, "as asked");
}

static hart_code fail_once(struct handling *handling, size_t i, hart_error *error)
{
        return handling->messages[i].attempts ? HART_OK : fail(handling, i, error);
}

static hart_code die(struct handling *handling, size_t i, hart_error *error)
{
        (void)handling, (void)i, (void)error;
        raise(SIGKILL);
        return HART_OK;
}

/* A statement fails, and the handler does not notice. */
static hart_code overlook(struct handling *handling, size_t i, hart_error *error)
{
        (void)i;
        const hart_code code = hart_pg_run(handling->connection->pg, &sql_fire_divide_by_zero, NULL, NULL, error);
        handling->spoiled = code == HART_POISON;
        return handling->spoiled ? HART_OK : code;
}

static hart_code overlook_once(struct handling *handling, size_t i, hart_error *error)
{
        return handling->messages[i].attempts ? HART_OK : overlook(handling, i, error);
}

/* A constraint that is checked at COMMIT, and does not hold. */
static hart_code break_a_promise(struct handling *handling, size_t i, hart_error *error)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_int8(&parameters, handling->n[i]);
        const hart_code code = hart_pg_run(handling->connection->pg, &sql_fire_insert_entry, &parameters, NULL, error);
        hart_pg_parameters_done(&parameters);
        handling->spoiled = code == HART_OK;
        return code;
}

/* The other side has said its last word: so do we. */
static hart_code end(struct handling *handling, size_t i, hart_error *error)
{
        return hart_broker_end_conversation(handling->connection->pg, handling->messages[i].conversation, NULL, NULL,
                                            error);
}

static const struct {
        const char *name;
        hart_code (*act)(struct handling *handling, size_t i, hart_error *error);
} kinds[] = {
        {"sound", NULL},           {"fail", fail},
        {"fail-once", fail_once},  {"kill", die},
        {"error", overlook},       {"error-once", overlook_once},
        {"late", break_a_promise}, {"EndDialog", end},
};

void handling_read(struct handling *handling, const hart_message *messages, size_t count)
{
        handling->messages = messages;
        handling->count = count;
        for (size_t i = 0; i < count; i++) {
                HART_CLEANUP(hart_json_close_p) hart_json *body = NULL;
                hart_error error = {0};
                handling->n[i] = -1;
                const char *kind = messages[i].type;
                if (messages[i].body_size > 0) {
                        must(hart_json_parse(messages[i].body, messages[i].body_size, &body, &error), "body", &error);
                        (void)hart_json_integer(hart_json_member(body, "n"), &handling->n[i]);
                        kind = hart_json_text(hart_json_member(body, "kind"), NULL);
                }
                snprintf(handling->kind[i], sizeof *handling->kind, "%s", kind ? kind : "");
        }
}

static hart_code insert_effects(const struct handling *handling, hart_error *error)
{
        int64_t n[BATCH_MAX], ids[BATCH_MAX], conversations[BATCH_MAX], attempts[BATCH_MAX];
        size_t count = 0;
        for (size_t i = 0; i < handling->count; i++) {
                if (handling->n[i] < 0)
                        continue;
                n[count] = handling->n[i];
                ids[count] = handling->messages[i].id;
                conversations[count] = handling->messages[i].conversation;
                attempts[count++] = handling->messages[i].attempts;
        }
        hart_pg_parameters parameters = {0};
        hart_pg_add_int8_array(&parameters, n, count);
        hart_pg_add_int8_array(&parameters, ids, count);
        hart_pg_add_int8_array(&parameters, conversations, count);
        hart_pg_add_int8_array(&parameters, attempts, count);
        hart_pg_add_text(&parameters, handling->connection->name);
        const hart_code code =
                hart_pg_run(handling->connection->pg, &sql_fire_insert_effects, &parameters, NULL, error);
        hart_pg_parameters_done(&parameters);
        return code;
}

hart_code handling_do(struct handling *handling, hart_error *error)
{
        handling->spoiled = false;
        handling->failed = 0;
        hart_code code = insert_effects(handling, error);
        for (size_t i = 0; i < handling->count && code == HART_OK && !handling->spoiled; i++) {
                size_t row = 0;
                while (row < sizeof kinds / sizeof *kinds && strcmp(kinds[row].name, handling->kind[i]) != 0)
                        row++;
                if (row == sizeof kinds / sizeof *kinds)
                        give_up(handling->kind[i], &(hart_error){.text = "unknown kind"});
                if (kinds[row].act)
                        code = kinds[row].act(handling, i, error);
        }
        return code;
}
