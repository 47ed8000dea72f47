#include "arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
        OPTION_HELP = 256,
        OPTION_VERSION,
        OPTION_CHECK,
        OPTION_SETTINGS,
        OPTION_DIRECTORY,
        OPTION_INSTANCE,
        OPTION_RELOAD
};

static const struct {
        struct option option;
        const char *argument;
        const char *help;
} rows[] = {
        {{"help", no_argument, NULL, OPTION_HELP}, "", "say what this program does, and end"},
        {{"version", no_argument, NULL, OPTION_VERSION}, "", "print the versions of program and libraries"},
        {{"check-config", no_argument, NULL, OPTION_CHECK}, "", "read the settings, say whether they are usable"},
        {{"help-settings", optional_argument, NULL, OPTION_SETTINGS},
         "[=hartonomous]",
         "print the example settings file (or the shared one)"},
        {{"config-dir", required_argument, NULL, OPTION_DIRECTORY},
         "=DIR",
         "read settings from DIR instead of " HART_CONFIG_DIR},
        {{"instance", required_argument, NULL, OPTION_INSTANCE},
         "=NAME",
         "one of several on this host: its socket is NAME@INSTANCE.sock"},
        {{"reload", required_argument, NULL, OPTION_RELOAD},
         "=PID",
         "ask the running daemon PID to read its settings again, await it"},
};
#define ROWS (sizeof rows / sizeof *rows)

void worker_print_help(const hart_worker *worker, FILE *out)
{
        fprintf(out, "Usage: hartonomous-%s [OPTION]...\n%s\n\n", worker->name, worker->summary);
        for (size_t i = 0; i < ROWS; i++) {
                char left[40];
                snprintf(left, sizeof left, "--%s%s", rows[i].option.name, rows[i].argument);
                fprintf(out, "  %-30s %s\n", left, rows[i].help);
        }
        fprintf(out,
                "\nWithout an option it takes messages from %s until SIGTERM; SIGHUP reads the settings again.\n"
                "Exit status: 0 ended in order, 1 failure (start it again), 64 usage, 78 settings (mend them first).\n",
                worker->queue);
}

static hart_code read_pid(const char *text, pid_t *ret, hart_error *err)
{
        char *end = NULL;
        errno = 0;
        const long value = strtol(text, &end, 10);
        if (errno || end == text || *end || value < 2 || value > INT32_MAX)
                return hart_fail(err, HART_CONFIG, "--reload=%s: not the number of a process", text);
        *ret = (pid_t)value;
        return HART_OK;
}

static hart_code read_instance(const char *text, const char **ret, hart_error *err)
{
        if (!*text || strlen(text) > 32 || strchr(text, '/'))
                return hart_fail(err, HART_CONFIG, "--instance=%s: 1 to 32 characters, none of them /", text);
        *ret = text;
        return HART_OK;
}

static hart_code take_option(int option, worker_arguments *found, const char *word, hart_error *err)
{
        switch (option) {
        case OPTION_HELP:
                found->verb = WORKER_HELP;
                return HART_OK;
        case OPTION_VERSION:
                found->verb = WORKER_VERSION;
                return HART_OK;
        case OPTION_CHECK:
                found->verb = WORKER_CHECK_CONFIG;
                return HART_OK;
        case OPTION_SETTINGS:
                found->verb = WORKER_HELP_SETTINGS;
                found->settings_file = optarg;
                if (optarg && strcmp(optarg, "hartonomous") != 0)
                        return hart_fail(err, HART_CONFIG, "--help-settings=%s: only \"hartonomous\" may follow",
                                         optarg);
                return HART_OK;
        case OPTION_DIRECTORY:
                found->config_dir = optarg;
                return HART_OK;
        case OPTION_INSTANCE:
                return read_instance(optarg, &found->instance, err);
        case OPTION_RELOAD:
                found->verb = WORKER_RELOAD;
                return read_pid(optarg, &found->reload_pid, err);
        case ':':
                return hart_fail(err, HART_CONFIG, "%s needs a value", word);
        default:
                return hart_fail(err, HART_CONFIG, "%s: unknown option; --help lists what there is", word);
        }
}

hart_code worker_arguments_read(int argc, char *argv[], worker_arguments *ret, hart_error *err)
{
        struct option options[ROWS + 1] = {0};
        for (size_t i = 0; i < ROWS; i++)
                options[i] = rows[i].option;
        worker_arguments found = {.verb = WORKER_RUN, .config_dir = HART_CONFIG_DIR, .instance = ""};
        optind = 0; /* glibc: begin anew, also when called a second time */
        for (;;) {
                const int at = optind ? optind : 1;
                const int option = getopt_long(argc, argv, "+:", options, NULL);
                if (option < 0)
                        break;
                const hart_code code = take_option(option, &found, argv[at], err);
                if (code != HART_OK)
                        return code;
        }
        if (optind < argc)
                return hart_fail(err, HART_CONFIG, "%s: unexpected; --help lists what there is", argv[optind]);
        *ret = found;
        return HART_OK;
}
