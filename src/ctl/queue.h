/* Private to hartonomousctl: the table of queues. */
#ifndef CTL_QUEUE_H
#define CTL_QUEUE_H

#include <hartonomous/postgres.h>

#include "table.h"

/* *lag: age of the oldest message of all, in seconds. The first column is the queue's name. */
hart_code queues_read(hart_pg *pg, struct table *into, double *lag, hart_error *err);

#endif
