/* Private to hartonomousctl: the table of queues. */
#ifndef CTL_QUEUE_H
#define CTL_QUEUE_H

#include <hartonomous/postgres.h>

#include "table.h"

/* *lag: age of the oldest message of all, in seconds. */
hart_code queues_read(hart_pg *pg, struct table *into, double *lag, hart_error *err);

/* The age of the oldest message of one of them, in seconds; 0 where none waits. */
double queue_age(const struct table *queues, const char *queue);

/* Dead letters by reason: the statement takes a queue's name or null. */
extern const table_column dead_letter_summary_columns[];
#define DEAD_LETTER_SUMMARY_COLUMNS 6

#endif
