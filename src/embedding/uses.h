/* Which models vectors are wanted of, by what PostgreSQL says just now, and which of them this process has. */
#ifndef EMBEDDING_USES_H
#define EMBEDDING_USES_H

#include <stdbool.h>

#include <hartonomous/memory.h>

#include "models.h"

struct use {
        int32_t id;
        const char *name, *revision, *state; /* borrowed from the rows */
        bool wanted;                         /* new atoms get its vectors */
        struct model *model;                 /* NULL: not in the settings of this daemon, or with another revision */
};

struct uses {
        struct use *list;
        size_t count;
        hart_pg_result *rows;
};

/* Of what new atoms get, and of those that are named by number. */
hart_code uses_read(struct uses *uses, const struct models *models, hart_pg *pg, const int32_t *named, size_t count,
                    hart_error *err);
void uses_done(struct uses *uses);

const struct use *uses_find(const struct uses *uses, int32_t id);
/* The one that searches use; NULL where there is none. */
const struct use *uses_active(const struct uses *uses);
/* What is wanted and not here, for a person: "model x is building, but …"; free(). NULL where all is here. */
char *uses_missing(const struct uses *uses, const struct models *models);

#endif
