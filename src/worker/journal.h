/* The journal: one structured line per event. Where stderr is not the journal, the line also goes there as text, for
 * the person who started the program by hand. Failure to reach the journal is silent: work goes on. */
#ifndef HARTONOMOUS_WORKER_JOURNAL_H
#define HARTONOMOUS_WORKER_JOURNAL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/memory.h>
#include <hartonomous/worker.h>

/* What can happen, with the MESSAGE_ID of each. docs/journal.md explains every row; a test compares the two. */
typedef struct journal_event {
        const char *name; /* what "EVENT=" in a field list names */
        const char *id;   /* 128 bits in hexadecimal, as journalctl MESSAGE_ID= takes it */
} journal_event;
extern const journal_event journal_events[];
extern const size_t journal_event_count;
/* NULL where there is none of that name. */
const journal_event *journal_event_find(const char *name);

typedef struct worker_journal {
        const char *identifier; /* "hartonomous-ingestion" */
        hart_log_level level;   /* nothing below this is written */
        bool stderr_is_journal;
} worker_journal;

void journal_open(worker_journal *journal, const char *identifier);
/* Appends a line to `lines`, where its level is wanted. `fields` as in hart_worker_log; NULL for none. `extra`
 * likewise, put in front. */
void journal_compose(const worker_journal *journal, hart_log_level level, const char *const *extra,
                     const char *const *fields, const char *format, va_list arguments, hart_buffer *lines)
        __attribute__((format(printf, 5, 0)));
/* Writes the lines. */
void journal_send(const worker_journal *journal, const hart_buffer *lines);

#endif
