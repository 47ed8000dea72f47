#include "echo.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hartonomous/clock.h>
#include <hartonomous/json.h>

#include "echo_sql.h"

const hart_metric echo_metrics[ECHO_METRICS] = {
        {"hartonomous_echo_effects_total", HART_METRIC_COUNTER, "Rows written."},
        {"hartonomous_echo_last_size", HART_METRIC_GAUGE, "Bytes of the last body."},
};

static hart_code write_effect(hart_worker_context *context, const hart_message *message, hart_error *err)
{
        const struct echo_settings *own = hart_worker_settings(context);
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        hart_pg_add_int8(&parameters, message->conversation);
        hart_pg_add_text(&parameters, own->greeting);
        hart_worker_count_done(context, ECHO_EFFECTS, 1);
        hart_worker_log_done(context, HART_LOG_INFO, NULL, "effect of %lld", (long long)message->conversation);
        hart_worker_gauge(context, ECHO_LAST_SIZE, (double)message->body_size);
        return hart_pg_run(hart_worker_pg(context), &sql_write_effect, &parameters, NULL, err);
}

static hart_code do_fail(hart_worker_context *context, hart_error *err)
{
        (void)context;
        return hart_fail(err, HART_FAILED, "told to fail");
}

static hart_code do_poison(hart_worker_context *context, hart_error *err)
{
        (void)context;
        return hart_fail(err, HART_POISON, "told to be poison");
}

static hart_code do_config(hart_worker_context *context, hart_error *err)
{
        (void)context;
        return hart_fail(err, HART_CONFIG, "told that the settings are wrong");
}

static hart_code do_fatal(hart_worker_context *context, hart_error *err)
{
        (void)context;
        return hart_fail(err, HART_FATAL, "told to give up");
}

static hart_code do_crash(hart_worker_context *context, hart_error *err)
{
        (void)context;
        (void)err;
        abort();
}

static hart_code do_hang(hart_worker_context *context, hart_error *err)
{
        (void)context;
        (void)err;
        for (;;)
                pause();
        return HART_OK;
}

static hart_code do_long(hart_worker_context *context, hart_error *err)
{
        const uint64_t end = hart_now() + 600 * HART_SECOND;
        hart_worker_status(context, "a long step");
        while (hart_now() < end) {
                const hart_code code = hart_worker_progress(context);
                if (code != HART_OK)
                        return hart_fail(err, code, "asked to stop");
                usleep(20000);
        }
        return HART_OK;
}

/* Away once, as after a deadlock. */
static hart_code do_conflict(hart_worker_context *context, hart_error *err)
{
        const struct echo_settings *own = hart_worker_settings(context);
        return unlink(own->outage) == 0 ? hart_fail(err, HART_RETRY, "a conflict") : HART_OK;
}

static hart_code do_depend(hart_worker_context *context, hart_error *err)
{
        const struct echo_settings *own = hart_worker_settings(context);
        if (access(own->outage, F_OK) == 0) {
                const hart_code code = hart_fail(err, HART_RETRY, "Echo is away");
                hart_worker_dependency(context, "Echo", err);
                return code;
        }
        hart_worker_dependency(context, "Echo", NULL);
        return HART_OK;
}

static const struct {
        const char *name;
        hart_code (*run)(hart_worker_context *context, hart_error *err); /* NULL: nothing but the effect */
        bool blame;
} behaviours[] = {
        {"ok", NULL, true},          {"fail", do_fail, true},         {"fail-unknown", do_fail, false},
        {"poison", do_poison, true}, {"config", do_config, true},     {"fatal", do_fatal, true},
        {"crash", do_crash, true},   {"hang", do_hang, true},         {"long", do_long, true},
        {"depend", do_depend, true}, {"conflict", do_conflict, true}, {"fatal-unknown", do_fatal, false},
};

static hart_code handle_one(hart_worker_context *context, const hart_message *message, bool *blame, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *body = NULL;
        const char *wanted = NULL;
        hart_code code = hart_json_parse(message->body, message->body_size, &body, err);
        if (code == HART_OK)
                code = hart_json_need_text(body, "Do", &wanted, NULL, err);
        *blame = true;
        if (code == HART_OK)
                code = write_effect(context, message, err);
        for (size_t i = 0; i < sizeof behaviours / sizeof *behaviours && code == HART_OK; i++)
                if (strcmp(behaviours[i].name, wanted) == 0) {
                        *blame = behaviours[i].blame;
                        return behaviours[i].run ? behaviours[i].run(context, err) : HART_OK;
                }
        return code == HART_OK ? hart_fail(err, HART_POISON, "Do: no such behaviour") : code;
}

hart_code echo_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                      size_t *blamed, hart_error *err)
{
        (void)state;
        for (size_t i = 0; i < count; i++) {
                bool blame = true;
                const hart_code code = handle_one(context, &messages[i], &blame, err);
                if (code != HART_OK) {
                        if (blame)
                                *blamed = i;
                        return code;
                }
        }
        return HART_OK;
}

hart_code echo_reload(void *state, hart_worker_context *context, hart_error *err)
{
        (void)state;
        const struct echo_settings *own = hart_worker_settings(context);
        return own->refuse ? hart_fail(err, HART_CONFIG, "told to refuse") : HART_OK;
}

hart_code echo_check(const void *own, hart_error *err)
{
        const struct echo_settings *checked = own;
        return strcmp(checked->greeting, "unusable") == 0 ? hart_fail(err, HART_CONFIG, "[echo] greeting is unusable")
                                                          : HART_OK;
}
