/* The command line of every daemon. Pure: it reads argv and says what to do. */
#ifndef HARTONOMOUS_WORKER_ARGUMENTS_H
#define HARTONOMOUS_WORKER_ARGUMENTS_H

#include <stdio.h>
#include <sys/types.h>

#include <hartonomous/error.h>
#include <hartonomous/worker.h>

typedef enum worker_verb {
        WORKER_RUN,
        WORKER_HELP,
        WORKER_VERSION,
        WORKER_CHECK_CONFIG,
        WORKER_HELP_SETTINGS,
        WORKER_RELOAD
} worker_verb;

typedef struct worker_arguments {
        worker_verb verb;
        const char *config_dir;
        const char *instance;      /* of a template unit, "" for the only one */
        const char *settings_file; /* --help-settings=hartonomous; NULL: the daemon's own */
        pid_t reload_pid;
} worker_arguments;

/* HART_CONFIG with a line for the person who typed it; nothing is printed. */
hart_code worker_arguments_read(int argc, char *argv[], worker_arguments *ret, hart_error *err);
void worker_print_help(const hart_worker *worker, FILE *out);

#endif
