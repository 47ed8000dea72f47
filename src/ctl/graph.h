/* Private to the graph's sub-commands. */
#ifndef CTL_GRAPH_H
#define CTL_GRAPH_H

#include <hartonomous/graph_check.h>

#include "command.h"
#include "progress.h"

/* A client, and the settings that the check needs of graph-sync.conf. Prints its failure and returns the exit status.
 */
int ctl_open_graph(struct ctl *ctl, hart_graph **ret);
/* [sync] leave_out and levels as hart_graph_check takes them; free(). */
int ctl_left_out(struct ctl *ctl, char **ret);

/* A function of hart_graph_check's progress; `data` is a struct progress. */
hart_code ctl_graph_progress(const char *what, uint64_t done, uint64_t total, void *data);

/* Waits until no more than `most` messages of this priority are left; says so when nothing moves. */
hart_code ctl_graph_wait(struct ctl *ctl, int priority, int64_t most, struct progress *progress, hart_error *err);
/* What graph sync gave up so far. */
hart_code ctl_graph_dead(struct ctl *ctl, int64_t *ret, hart_error *err);

/* Asks for the name of the database, after saying what will be gone. */
int ctl_confirm_graph(struct ctl *ctl, const hart_graph *graph, const char *what);

#endif
