/* The state of a running daemon: what is behind hart_worker_context. Private to this folder. */
#ifndef HARTONOMOUS_WORKER_CONTEXT_H
#define HARTONOMOUS_WORKER_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <systemd/sd-event.h>

#include <hartonomous/broker.h>
#include <hartonomous/clock.h>
#include <hartonomous/postgres.h>
#include <hartonomous/worker.h>

#include "arguments.h"
#include "configuration.h"
#include "journal.h"
#include "metrics.h"
#include "supervision.h"
#include "telemetry.h"

#define DETAIL_MAX 260

/* What is asked of PostgreSQL beside the messages, and may fail without harm to them. */
typedef enum upkeep_task { UPKEEP_MAINTAIN, UPKEEP_COMPACT, UPKEEP_FIGURES, UPKEEP_TASKS } upkeep_task;

struct upkeep_failures {
        unsigned count; /* in a row */
        bool said;
};

struct hart_worker_context {
        const hart_worker *worker;
        worker_arguments arguments;
        char identifier[64]; /* "hartonomous-ingestion" */
        worker_configuration *configuration;
        void *state;
        bool prepared, opened; /* worker->prepare and worker->open succeeded */

        /* Where the daemon is several processes. */
        bool one_of_several, supervises;      /* neither: it is the only one */
        unsigned serial;                      /* one_of_several: of the settings it was started with */
        unsigned number;                      /* of those that take messages, from 1; 0 is worker->also */
        char application_name[64];            /* as PostgreSQL sees it */
        int64_t batch_size;                   /* 0: the setting */
        bool looks_after_broker, tells_queue; /* one process of several does */

        hart_pg *pg;
        hart_broker *broker;
        uint64_t next_connect; /* hart_now() before which no connection is tried */
        unsigned connect_failures;
        bool standing_by;   /* the queue has all the readers it may have: connected, but without a broker */
        uint64_t next_join; /* hart_now() before which no place among them is asked for */

        /* Deliveries */
        const hart_message *messages; /* in hand, NULL between deliveries */
        size_t message_count;
        int64_t conversation;   /* of the one message in hand, for the journal; 0 where there are several or none */
        size_t one_by_one;      /* so many messages still are to come alone */
        unsigned postponed;     /* deliveries in a row that a dependency sent back, or that could not be taken */
        bool unreceived;        /* the last of them could not be taken */
        hart_breaker breaker;   /* of whatever those dependencies are */
        uint64_t next_delivery; /* hart_now() before which none is tried */
        bool sleeping;          /* the broker knows, and rings */
        uint64_t next_poll, next_upkeep, next_maintenance, next_figures;
        struct upkeep_failures upkeep_failures[UPKEEP_TASKS];
        /* What the delivery in hand did, to be told when it is committed: journal lines, and a count per own metric. */
        hart_buffer outcome_lines;
        uint64_t *outcome_counts;

        /* Event loop. Steps run outside its dispatch, so that hart_worker_progress may run it inside a step. */
        sd_event *event;
        sd_event_source *socket;
        bool stopping, reload;
        uint64_t stop_asked; /* hart_now() when a signal said so; 0 for never */
        pid_t reloader;      /* who waits to hear how the reload went, 0 for nobody */
        int exit_status;

        worker_journal journal;
        worker_supervision supervision;
        worker_metrics metrics;
        worker_telemetry *telemetry;

        char activity[DETAIL_MAX]; /* what the skeleton does, for STATUS= */
        char detail[DETAIL_MAX];   /* what the daemon adds of its work */
        char remark[DETAIL_MAX];   /* and while it has none */
        uint64_t done, failed, rate_done, rate_since;
        double rate; /* messages per second */
        uint64_t next_progress;
};

/* journal.c's line with the context's fields; fields may be NULL. */
void context_log(hart_worker_context *context, hart_log_level level, const char *const *fields, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* What hart_worker_log_done and hart_worker_count_done kept: to the journal and the metrics, or away. */
void context_tell_outcome(hart_worker_context *context);
void context_forget_outcome(hart_worker_context *context);
/* Ends the loop with that exit status and says why. */
void context_end(hart_worker_context *context, int exit_status, const char *event, const hart_error *why);
void context_activity(hart_worker_context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Sends STATUS= where due; returns false where it must be tried again within a second. */
bool context_status(hart_worker_context *context, uint64_t now);
/* Messages in one transaction at most. */
int64_t context_batch_size(const hart_worker_context *context);
/* One look at signals and other events, waiting at most `timeout` microseconds. */
void context_events(hart_worker_context *context, uint64_t timeout);
/* There was progress: watchdog, health. */
void context_progress(hart_worker_context *context, uint64_t now);

/* connection.c */
void connection_step(hart_worker_context *context, uint64_t now);
/* Connected and standing by: has another reader gone? */
void connection_join(hart_worker_context *context, uint64_t now);
/* After a call on the connection failed: is the connection lost? It is closed then, and the next step connects anew. */
bool connection_lost(hart_worker_context *context, const hart_error *error);
void connection_close(hart_worker_context *context);

/* delivery.c: at most one delivery. */
void delivery_step(hart_worker_context *context, uint64_t now);

/* outcome.c: ends the delivery in hand as the worker's answer demands. */
void delivery_end(hart_worker_context *context, hart_code code, size_t blamed, hart_error *error);
/* PostgreSQL answers but gave nothing out, or its connection broke. */
void delivery_not_received(hart_worker_context *context, const hart_error *error);
/* Something else failed around a delivery; PostgreSQL has put the messages back. */
void delivery_ended_badly(hart_worker_context *context, const hart_error *error);
/* Messages that waited for something are handled again. */
void delivery_resumed(hart_worker_context *context);

/* upkeep.c */
void upkeep_step(hart_worker_context *context, uint64_t now);
/* When the next one has something to do. */
uint64_t upkeep_due(const hart_worker_context *context);
/* A time between nine and eleven tenths of `interval`, so that many daemons do not all come at once. */
uint64_t upkeep_interval(uint64_t interval);
/* broker_upkeep.c: what the broker needs done now and then. Returns the time until the next round. */
uint64_t upkeep_broker(hart_worker_context *context);
/* NULL error: it went well. A failure is said once, until it goes well again. */
void upkeep_ended(hart_worker_context *context, upkeep_task task, const hart_error *error);
void telemetry_start(hart_worker_context *context);

/* process.c: takes messages until it is asked to stop, or cannot go on. Returns the exit status. */
int process_run(hart_worker_context *context);

/* reload.c */
void reload_step(hart_worker_context *context);
/* A SIGHUP came, with these fields of its siginfo: is there somebody who awaits an answer? */
void reload_asked(hart_worker_context *context, int code, int value, pid_t sender);
/* How it ended: to the journal, to systemd, to who awaits it. NULL error: the new settings are in force. */
void reload_ended(hart_worker_context *context, const hart_error *error);
/* What follows from new common settings beside the connection. */
void reload_common(hart_worker_context *context, const hart_common_settings *before);
/* `--reload=PID`: the other side of it. Returns the exit status. */
int reload_request(pid_t daemon, const char *identifier);

#endif
