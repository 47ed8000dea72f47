/* A sub-command of hartonomousctl: a row of the table in commands.c, and the state it runs with. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/catalog.h>
#include <hartonomous/error.h>
#include <hartonomous/postgres.h>
#include <hartonomous/settings.h>

/* Exit statuses, documented in hartonomousctl(1). */
enum { CTL_OK = 0, CTL_FAILURE = 1, CTL_NOT_FOUND = 2, CTL_USAGE = 64, CTL_UNAVAILABLE = 69, CTL_CONFIG = 78 };

/* How long `ingest` waits at its end. */
#define CTL_LIST_MAX 32

enum { CTL_WAIT_NOT, CTL_WAIT_COMPLETE, CTL_WAIT_ALL };

/* An option that may be said several times. */
typedef struct ctl_list {
        const char *items[CTL_LIST_MAX];
        size_t count;
} ctl_list;

/* What the options say; defaults are in options.c. */
typedef struct ctl_options {
        const char *config_dir;
        bool json, help, version;
        int64_t tenant; /* HART_ANY_TENANT where not given */
        bool dry_run;
        const char *content_type;
        const char *name;
        const char *wait; /* NULL: not; "": until complete; "all" */
        int64_t count;    /* -k */
        int64_t limit;
        int64_t depth; /* 0 where not given; of a history: commits */
        bool git, database;
        const char *state;
        const char *output;
        const char *queue;
        bool all;
        const char *model;
        const char *type;
        const char *reason; /* its beginning */
        const char *service;
        int64_t error; /* CTL_NO_ERROR where not given */
        const char *description;
        bool cleanup, yes;
        int64_t parent; /* 0: any */
        bool problem, metadata;
        const char *uri;                   /* its beginning */
        const char *older_than;            /* an interval as PostgreSQL reads it */
        ctl_list include, exclude, tables; /* patterns */
        const char *format, *from;         /* NULL where not given */
        int64_t settle;                    /* seconds */
        int64_t max_atoms, max_bytes;      /* -1: no limit; CTL_AS_IT_IS where not given */
        const char *kind;                  /* of entities in the graph */
        bool quick, repair, restart, empty, data;
        bool force, write;
} ctl_options;

#define CTL_NO_ERROR INT64_MIN
#define CTL_AS_IT_IS INT64_MIN

struct ctl_command;

struct ctl {
        ctl_options options;
        const struct ctl_command *command;
        hart_common_settings common; /* filled by ctl_settings */
        char *password;
        hart_pg *pg; /* opened by ctl_connect */
};

/* Bits of the options a command takes beside those every command has. */
enum {
        TAKES_TENANT = 1 << 0,
        TAKES_DRY_RUN = 1 << 1,
        TAKES_CONTENT_TYPE = 1 << 2,
        TAKES_NAME = 1 << 3,
        TAKES_WAIT = 1 << 4,
        TAKES_COUNT = 1 << 5,
        TAKES_LIMIT = 1 << 6,
        TAKES_DEPTH = 1 << 7, /* --depth, --limit of a walk */
        TAKES_STATE = 1 << 8,
        TAKES_OUTPUT = 1 << 9,
        TAKES_QUEUE = 1 << 10,
        TAKES_ALL = 1 << 11,
        TAKES_MODEL = 1 << 12,
        TAKES_JSON = 1 << 13,
        TAKES_NEXT = 1 << 14, /* --limit of what is shown in another order than newest first */
        TAKES_CONVERSATION_STATE = 1 << 15,
        TAKES_TYPE = 1 << 16,
        TAKES_REASON = 1 << 17,
        TAKES_SERVICE = 1 << 18,
        TAKES_END = 1 << 19, /* --error, --description, --cleanup */
        TAKES_YES = 1 << 20,
        TAKES_PARENT = 1 << 21,   /* --parent, --problem */
        TAKES_GIT = 1 << 28,      /* --git, --commits */
        TAKES_TREE = 1 << 22,     /* --depth, --limit, --metadata */
        TAKES_CHOICE = 1 << 23,   /* --uri, --older-than */
        TAKES_QUOTA = 1 << 24,    /* --atoms, --bytes */
        TAKES_DATABASE = 1 << 29, /* --database, --table */
        TAKES_WATCH = 1 << 25,    /* --include, --exclude, --settle, --all */
        TAKES_FORMAT = 1 << 26,
        TAKES_FROM = 1 << 27,
        TAKES_CHECK = 1 << 30 /* --kind, --quick, --repair */
};
/* An enum has no room for more. */
#define TAKES_REBUILD (UINT64_C(1) << 32) /* --restart, --empty */
#define TAKES_DATA    (UINT64_C(1) << 33)
#define TAKES_VECTORS (UINT64_C(1) << 34) /* --wait, for vectors */
#define TAKES_FORCE   (UINT64_C(1) << 35)
#define TAKES_WRITE   (UINT64_C(1) << 36)

typedef struct ctl_command {
        const char *name;      /* "schema" */
        const char *action;    /* "apply"; NULL where the name says it all */
        const char *arguments; /* "PATH..."; "" for none */
        int least, most;       /* arguments; most -1: any number */
        uint64_t takes;
        int (*run)(struct ctl *ctl, int count, char *arguments[]); /* the exit status */
        const char *summary;
        const char *examples; /* a line each */
} ctl_command;

extern const ctl_command ctl_commands[];
extern const size_t ctl_command_count;

/* --- settings and connection; each prints its failure and returns the exit status, 0 when done -------------------- */

int ctl_settings(struct ctl *ctl);
int ctl_connect(struct ctl *ctl);
/* The same without printing: for `status`, to which a missing server is a finding. A connection there was is closed. */
hart_code ctl_try_connect(struct ctl *ctl, hart_error *err);
hart_pg_options ctl_pg_options(const struct ctl *ctl);
void ctl_done(struct ctl *ctl);

/* --- failures -------------------------------------------------------------------------------------------------- */

/* One line on stderr, control characters made harmless. */
void ctl_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says what went wrong and returns the exit status that goes with it. `ctl` may be NULL: before there is a command. */
int ctl_fail(const struct ctl *ctl, const hart_error *err);
/* What went wrong, without the name of the statement that it happened to. */
const char *ctl_reason(const hart_error *err);
int ctl_not_found(const char *format, ...) __attribute__((format(printf, 1, 2)));
int ctl_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A positive number written in full; CTL_USAGE, said, where it is none. */
int ctl_number(const char *what, const char *text, int64_t *ret);

/* Is there such a queue, service, message type? CTL_NOT_FOUND, said, where there is none. NULL is always there. */
int ctl_check_queue(struct ctl *ctl, const char *name);
int ctl_check_queue_of_letters(struct ctl *ctl, const char *name); /* also one that was dropped */
int ctl_check_queue_of_audit(struct ctl *ctl, const char *name);   /* also one that was dropped */
int ctl_check_service(struct ctl *ctl, const char *name);
int ctl_check_type(struct ctl *ctl, const char *name);

/* Before anything is removed for good that was not named one by one: CTL_USAGE, said, where nobody can be asked and
 * --yes is not given. */
int ctl_check_asking(const struct ctl *ctl);
/* Asks, unless --yes is given: has `word` been typed? CTL_FAILURE, said, where not. The text says what will happen. */
int ctl_confirm(const struct ctl *ctl, const char *word, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* SIGINT and SIGTERM are held back from here on, to be asked for at moments when a stop leaves nothing half done. */
void ctl_hold_signals(void);
/* HART_STOPPED when one has come; fits hart_pg_on_waiting and hart_http_on_waiting. */
hart_code ctl_interrupted(void *unused);

#endif
