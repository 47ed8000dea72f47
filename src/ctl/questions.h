/* Private to `provenance`: the questions there are, told to whoever asks. */
#ifndef CTL_QUESTIONS_H
#define CTL_QUESTIONS_H

#include <hartonomous/provenance.h>

#include "asking.h"

/* NULL, said, where there is none. */
const hart_provenance_query *question_named(const char *name);
void questions_list(bool json);
void question_explain(const hart_provenance_query *query, bool json);
/* Its columns as those of a table; free() what is in it with columns_done. */
struct table_columns {
        table_column of[HART_PROVENANCE_COLUMNS_MAX];
        size_t count;
};
void columns_of(const hart_provenance_query *query, struct table_columns *ret);
void columns_done(struct table_columns *columns);

/* Rows for the answer's table, and for its picture where they are arrows: data of question_take_row. */
struct question_rows {
        struct answer *answer;
        const hart_provenance_query *query;
};
void question_take_row(const hart_provenance_cell *cells, void *data);

#endif
