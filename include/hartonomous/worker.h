/* The skeleton of every daemon: settings, connection, event loop, signals, reload, watchdog, back-off, journal,
 * health and metrics. A daemon is one const hart_worker; its main() is `return hart_worker_main(&x, argc, argv);`.
 *
 * The skeleton takes messages from the daemon's queue and hands them to `handle` inside an open transaction of
 * ctx's connection. What handle returns decides:
 *   HART_OK       all messages are consumed together with the effects
 *   HART_RETRY    a dependency is away: all goes back, no attempt is counted; back-off, circuit breaker
 *   HART_FAILED   message *blamed costs an attempt; the others go back
 *   HART_POISON   message *blamed is dead-lettered at once; the others go back
 *   HART_STOPPED  all goes back, the daemon ends
 *   HART_CONFIG   all goes back, the daemon ends with exit status 78
 *   HART_FATAL    the daemon ends with exit status 1, systemd starts a fresh one; as HART_FAILED for *blamed, since the
 *                 next process gets the same message and may not end on it for ever
 * With several messages and *blamed left at HART_BLAME_UNKNOWN, they are all put back and then delivered one by
 * one; with HART_FATAL each costs an attempt, as when the process had died, and comes alone from then on.
 *
 * Where the queue has all the readers it may have, the daemon is opened and READY, and stands by until another goes.
 * Beside the messages, and while standing by, it looks after the broker (broker.maintain, broker.compact). */
#ifndef HARTONOMOUS_WORKER_H
#define HARTONOMOUS_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/broker.h>
#include <hartonomous/error.h>
#include <hartonomous/postgres.h>
#include <hartonomous/settings.h>

#define HART_BLAME_UNKNOWN SIZE_MAX

/* The most of: rows of a daemon's metrics, processes of [worker] workers. */
enum { HART_WORKER_METRICS_MAX = 64, HART_WORKER_PROCESSES_MAX = 64 };

/* Exit statuses of every daemon, documented in docs/operations.md. */
enum { HART_EXIT_OK = 0, HART_EXIT_FAILURE = 1, HART_EXIT_USAGE = 64, HART_EXIT_CONFIG = 78 };

typedef struct hart_worker_context hart_worker_context; /* what the skeleton offers to the daemon's functions */

/* Metrics of a daemon's own, beside those every daemon has (hartonomous_messages_total{queue,result},
 * hartonomous_handle_seconds, hartonomous_dependency_up, …). */
typedef enum hart_metric_kind { HART_METRIC_COUNTER, HART_METRIC_GAUGE } hart_metric_kind;
typedef struct hart_metric {
        const char *name; /* "hartonomous_atoms_ingested_total" */
        hart_metric_kind kind;
        const char *help;
} hart_metric;

typedef struct hart_worker {
        const char *name;     /* "ingestion": settings NAME.conf, program hartonomous-NAME */
        const char *summary;  /* one line for --help */
        const char *queue;    /* "IngestionQueue" */
        size_t state_size;    /* zeroed memory given to the functions below */
        size_t settings_size; /* struct filled from `settings` */
        const hart_settings_schema *settings;
        const char *batch_size; /* default of [worker] batch_size; NULL: 100 */
        /* Each row of this table must be a key of `settings` (section "worker" below is added to every daemon). */
        const hart_metric *metrics;
        size_t metric_count;
        const char *libraries; /* versions of libraries it links itself, for --version: "ICU 72.1"; may be NULL */
        const char *const *dependencies; /* NULL-terminated names for health, beside "Database" and "ServiceBroker":
                                            {"Neo4j", NULL} */

        /* Beyond the table's own checks: is what the settings name there and usable? Used by --check-config too. */
        hart_code (*check)(const void *settings, hart_error *err);
        /* What is big and the same for all processes of the daemon: made once, in the process that the others are
         * forked from, and shared with them copy-on-write; then open gets the same state. A worker that has this has a
         * setting [worker] workers: so many processes take messages, each with a connection and an event loop of its
         * own. It starts no thread and opens no connection, since neither outlives a fork. HART_RETRY is tried again
         * with back-off, like open; on a reload it is made anew in fresh state, and any failure keeps the old. May be
         * NULL. */
        hart_code (*prepare)(void *state, const void *settings, const char *config_dir, hart_error *err);
        /* One more process, for another queue, which only needs a reader of its own to be served at once. Of this
         * object count queue, batch_size (here the number itself, the setting is the other queue's), open, handle,
         * maintain and close; all else is the daemon's: its settings, metrics, dependencies, and a state as prepare
         * left it, in this process's own copy. May be NULL; needs prepare. */
        const struct hart_worker *also;
        /* Once after the first connection stands. HART_RETRY is tried again with back-off; what a failed call leaves in
         * state is there in the next one. */
        hart_code (*open)(void *state, hart_worker_context *context, hart_error *err);
        /* As described above; 1 ≤ count ≤ the setting batch_size. */
        hart_code (*handle)(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                            size_t *blamed, hart_error *err);
        /* After a reload that changed settings; may be NULL. The context holds the new ones. A failure keeps the old.
         * Not called where there are several processes: new ones take the place of the old. */
        hart_code (*reload)(void *state, hart_worker_context *context, hart_error *err);
        /* Every `maintenance` interval (setting) while idle or between batches; may be NULL. */
        hart_code (*maintain)(void *state, hart_worker_context *context, hart_error *err);
        /* After open succeeded; with prepare in any case, also where the state holds nothing yet. */
        void (*close)(void *state);
} hart_worker;

/* Section [worker] is in every daemon's file: batch_size (100), poll (10s), maintenance (1min), retry_base (500ms),
 * retry_max (15s), with prepare also workers (1); max_attempts is the queue's own. SIGTERM, SIGINT and SIGHUP are
 * blocked (they arrive through the event loop), SIGPIPE is ignored: a child process must undo that for itself. */
int hart_worker_main(const hart_worker *worker, int argc, char *argv[]);

/* The connection the delivery's transaction is open on (or, in open, maintain and reload, no transaction). NULL in
 * reload while PostgreSQL is away. */
hart_pg *hart_worker_pg(hart_worker_context *context);
const void *hart_worker_settings(const hart_worker_context *context);
const hart_common_settings *hart_worker_common_settings(const hart_worker_context *context);
const char *hart_worker_config_dir(const hart_worker_context *context);
/* Names the directory the daemon's secrets are read from: hart_credential_read with the context's directory. */
hart_code hart_worker_credential(const hart_worker_context *context, const char *name, char **ret, hart_error *err);

/* To be called from long work, at least every few seconds: pats the watchdog (rate-limited), looks at signals.
 * HART_STOPPED when the daemon is asked to stop: return it. Fits hart_pg_on_waiting and hart_http_on_waiting, but there
 * use hart_worker_waiting: waiting for a peer is no progress, so it looks at signals without patting. */
hart_code hart_worker_progress(hart_worker_context *context);
hart_code hart_worker_waiting(void *data);

/* Counters and gauges, by index into worker->metrics. */
void hart_worker_count(hart_worker_context *context, size_t metric, uint64_t add);
void hart_worker_gauge(hart_worker_context *context, size_t metric, double value);
/* Counts what the delivery in hand did inside PostgreSQL: once it is committed, and not at all where it is undone. */
void hart_worker_count_done(hart_worker_context *context, size_t metric, uint64_t add);
/* A dependency's state for health and the journal (one line per change). NULL error: it answers. */
void hart_worker_dependency(hart_worker_context *context, const char *name, const hart_error *error);

/* The journal: one structured line. `fields` is a NULL-terminated list of "NAME=value" beside MESSAGE, PRIORITY,
 * QUEUE, CONVERSATION (where one message is in hand). Never a secret, never a body. "EVENT=name" among them names a
 * row of docs/journal.md and gives the line its MESSAGE_ID. */
typedef enum hart_log_level {
        HART_LOG_ERR = 3,
        HART_LOG_WARNING = 4,
        HART_LOG_NOTICE = 5,
        HART_LOG_INFO = 6,
        HART_LOG_DEBUG = 7
} hart_log_level;
void hart_worker_log(hart_worker_context *context, hart_log_level level, const char *const *fields, const char *format,
                     ...) __attribute__((format(printf, 4, 5)));
/* As hart_worker_log, of what the delivery in hand did: written once it is committed, and not at all where it is
 * undone. */
void hart_worker_log_done(hart_worker_context *context, hart_log_level level, const char *const *fields,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));
/* What STATUS= says behind the rates, e.g. "atomizing gpl-3.0.txt, 45 %". */
void hart_worker_status(hart_worker_context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What it says there while no delivery does, until another remark, as "model x is active, but not in embedding.conf".
 */
void hart_worker_remark(hart_worker_context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
