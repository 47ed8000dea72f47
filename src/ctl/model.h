/* Private to the model commands: which model of the database is meant. */
#ifndef CTL_MODEL_H
#define CTL_MODEL_H

#include <hartonomous/encoder.h>

#include "command.h"

#define MODEL_SHORT_REVISION 12 /* digits that are shown */

struct model_row {
        int32_t id;
        char *name, *revision, *state;
};

void model_row_done(struct model_row *row);

/* Models that make vectors, in the order in which they came. */
struct model_rows {
        struct model_row *rows;
        size_t count;
};

void model_rows_done(struct model_rows *models);
hart_code model_rows_read(hart_pg *pg, struct model_rows *ret, hart_error *err);

/* `word` is NAME, or NAME@REVISION with the beginning of a revision, for a name that several have. NULL, said, where
 * none or not only one is meant. */
const struct model_row *model_rows_find(const struct model_rows *models, const char *word);
/* Connects, reads all models and finds the one: CTL_OK, or the exit status after saying why. *ret points into `models`.
 */
int model_choose(struct ctl *ctl, const char *word, struct model_rows *models, const struct model_row **ret);

/* Prints the state of things after a change, or "model" and "state" as JSON. */
void model_tell(const struct ctl *ctl, const char *name, const char *revision, const char *state);

#endif
