#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table.h"

static void say_v(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
static void say_v(const char *format, va_list arguments)
{
        HART_CLEANUP(hart_free_p) char *text = hart_format_v(format, arguments);
        HART_CLEANUP(hart_free_p) char *harmless = one_line(text, strlen(text), 0);
        fflush(stdout);
        fprintf(stderr, "hartonomousctl: %s\n", harmless);
}

void ctl_say(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        say_v(format, arguments);
        va_end(arguments);
}

int ctl_not_found(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        say_v(format, arguments);
        va_end(arguments);
        return CTL_NOT_FOUND;
}

int ctl_usage(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        say_v(format, arguments);
        va_end(arguments);
        return CTL_USAGE;
}

static int status_of(const hart_error *err)
{
        /* A full disk comes as RETRY, since it may pass; to a person it is a failure of this command. */
        switch (err->code) {
        case HART_OK:
        case HART_EMPTY:
                return CTL_OK;
        case HART_RETRY:
                return CTL_UNAVAILABLE;
        case HART_CONFIG:
                return CTL_CONFIG;
        case HART_POISON:
        case HART_FATAL:
        case HART_FAILED:
        case HART_STOPPED:
                return CTL_FAILURE;
        }
        return CTL_FAILURE;
}

/* What to do about some of PostgreSQL's refusals, in the words of this program. */
static const struct {
        const char *sqlstate, *advice;
} advices[] = {
        {"3F000", "the schema is not there: run `hartonomousctl schema apply` as role hartonomous"},
        {"42P01", "the schema is not there: run `hartonomousctl schema apply` as role hartonomous"},
        {"42883", "the schema is not there or old: run `hartonomousctl schema apply` as role hartonomous"},
};

/* The role a refused login was for stands in quotes in what PostgreSQL says, in every language; where there are more
 * quotes it is about pg_hba.conf. */
static const char *role_advice(const hart_error *err, char *buffer, size_t size)
{
        const char *name = strchr(err->text, '"'), *end = name ? strchr(name + 1, '"') : NULL;
        if (strcmp(err->foreign, "28000") != 0 || !end || strchr(end + 1, '"'))
                return NULL;
        int length = (int)(end - name - 1);
        snprintf(
                buffer, size,
                "sudo -u postgres createuser '%.*s'; sudo -u postgres psql -c 'GRANT hartonomous_operator TO \"%.*s\"'",
                length, name + 1, length, name + 1);
        return buffer;
}

/* The adapter puts the name of an embedded statement in front ("ctl_sql_queues in line 3: "), which says nothing to
 * whoever typed a command. */
const char *ctl_reason(const hart_error *err)
{
        static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
        const size_t size = strspn(err->text, letters);
        const char *end = strstr(err->text + size, ": "), *mark = strstr(err->text, "_sql_");
        const bool is_name = mark && mark < err->text + size;
        const bool is_script = strncmp(err->text, "script:", 7) == 0 || strncmp(err->text, "script ", 7) == 0;
        const bool is_behind = strncmp(err->text + size, " in line ", 9) == 0 || err->text[size] == ':';
        return end && is_behind && (is_name || is_script) ? end + 2 : err->text;
}

int ctl_fail(const struct ctl *ctl, const hart_error *err)
{
        char buffer[256];
        const char *advice = role_advice(err, buffer, sizeof buffer);
        for (size_t i = 0; i < sizeof advices / sizeof advices[0] && !advice; i++)
                if (strcmp(advices[i].sqlstate, err->foreign) == 0)
                        advice = advices[i].advice;
        const char *reason = ctl_reason(err);
        const ctl_command *command = ctl && reason != err->text ? ctl->command : NULL;
        const char *action = command && command->action ? command->action : "";
        ctl_say("%s%s%s%s%s%s%s", command ? command->name : "", *action ? " " : "", action, command ? ": " : "", reason,
                advice ? "; " : "", advice ? advice : "");
        bool schema_missing = strcmp(err->foreign, "3F000") == 0 || strcmp(err->foreign, "42P01") == 0 ||
                              strcmp(err->foreign, "42883") == 0;
        return schema_missing ? CTL_CONFIG : status_of(err);
}

int ctl_number(const char *what, const char *text, int64_t *ret)
{
        char *end = NULL;
        errno = 0;
        long long value = strtoll(text, &end, 10);
        if (errno || end == text || *end || value < 1)
                return ctl_usage("%s %s: not a number from 1", what, text);
        *ret = value;
        return CTL_OK;
}

static hart_code load_settings(struct ctl *ctl, hart_error *err)
{
        if (ctl->common.conninfo)
                return HART_OK;
        hart_code code = hart_settings_load(&hart_common_settings_schema, ctl->options.config_dir, &ctl->common, err);
        /* The secret may be for others' eyes: then this user logs in without, or PostgreSQL says what is missing. */
        if (code == HART_OK)
                hart_credential_read(ctl->options.config_dir, "database-password", &ctl->password, NULL);
        return code;
}

int ctl_settings(struct ctl *ctl)
{
        hart_error err = {0};
        return load_settings(ctl, &err) == HART_OK ? CTL_OK : ctl_fail(ctl, &err);
}

hart_pg_options ctl_pg_options(const struct ctl *ctl)
{
        return (hart_pg_options){
                .conninfo = ctl->common.conninfo,
                .application_name = "hartonomousctl",
                .password = ctl->password,
                .connect_timeout = ctl->common.connect_timeout,
                .waiting = ctl_interrupted, /* a signal that is held back ends a statement that waits for others */
        };
}

hart_code ctl_try_connect(struct ctl *ctl, hart_error *err)
{
        hart_code code = load_settings(ctl, err);
        if (code != HART_OK)
                return code;
        hart_pg_options options = ctl_pg_options(ctl);
        hart_pg_close(HART_TAKE(ctl->pg));
        return hart_pg_open(&ctl->pg, &options, err);
}

int ctl_connect(struct ctl *ctl)
{
        hart_error err = {0};
        return ctl_try_connect(ctl, &err) == HART_OK ? CTL_OK : ctl_fail(ctl, &err);
}

void ctl_done(struct ctl *ctl)
{
        hart_pg_close(ctl->pg);
        hart_settings_done(&hart_common_settings_schema, &ctl->common);
        if (ctl->password)
                explicit_bzero(ctl->password, strlen(ctl->password));
        free(ctl->password);
}

void ctl_hold_signals(void)
{
        sigset_t held;
        sigemptyset(&held);
        sigaddset(&held, SIGINT);
        sigaddset(&held, SIGTERM);
        sigprocmask(SIG_BLOCK, &held, NULL);
}

hart_code ctl_interrupted(void *unused)
{
        (void)unused;
        sigset_t pending;
        sigpending(&pending);
        return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ? HART_STOPPED : HART_OK;
}
