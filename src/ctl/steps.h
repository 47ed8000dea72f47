/* Private to lineage and impact: a walk, asked and collected. */
#ifndef CTL_STEPS_H
#define CTL_STEPS_H

#include <hartonomous/provenance.h>

#include "asking.h"

/* Asks for the walk of the command line and fills the answer; the exit status, its reason said. */
int walk_ask(struct ctl *ctl, hart_provenance_direction direction, const char *word, int64_t *atom,
             struct answer *answer);
/* {"atom", "tenant", "origin", "more"}: the members that both have, of an object that is begun. */
void walk_write_head(const struct answer *answer, int64_t atom, hart_json_writer *writer);
/* Which of the limits ended it, on stderr, where a table or a picture cannot say so. */
void walk_say_more(const struct ctl *ctl, const struct answer *answer);
/* Columns of the rows that a count of kinds is made of. */
enum { WALK_TYPE = 2, WALK_NODE = 3, WALK_ID = 4 };

#endif
