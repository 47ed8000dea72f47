/* Private to lineage, impact and provenance: who answers, and in which form. */
#ifndef CTL_ASKING_H
#define CTL_ASKING_H

#include <hartonomous/graph.h>

#include "command.h"
#include "picture.h"
#include "table.h"

typedef enum answer_format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV, FORMAT_DOT, FORMAT_MERMAID } answer_format;

/* What one side answered. Rows go to the table, and to the picture where the format is one. */
struct answer {
        answer_format format;
        struct table rows;
        struct picture picture;
        int32_t tenant;     /* whose question it was; HART_ANY_TENANT until known */
        const char *origin; /* "neo4j" or "postgresql" */
        bool more;          /* than the limit let through */
        bool unclear;       /* whoever is asked: the failure is the command line's */
};
void answer_done(struct answer *answer);

/* What is asked. Both functions add to the answer, of which what the other side may have begun is forgotten.
 * HART_EMPTY: that side does not have what the question is about. */
struct question {
        const char *name;  /* "lineage", "document-chunks" */
        const char *about; /* "atom 42" */
        hart_code (*ask_graph)(hart_graph *graph, const struct question *question, struct answer *answer,
                               hart_error *err);
        hart_code (*ask_database)(hart_pg *pg, const struct question *question, struct answer *answer, hart_error *err);
        const char *only_graph; /* why PostgreSQL cannot answer; NULL where it can */
        const void *data;
};

/* --format, --json and --from; CTL_USAGE, said, where they are wrong. */
int answer_read_format(const ctl_options *options, answer_format *ret);
/* Neo4j, then PostgreSQL, as --from says. The exit status, its reason said. */
int ask(struct ctl *ctl, const struct question *question, struct answer *answer);

/* In CSV or as a picture on stdout; not for the other formats. */
void answer_print(const struct answer *answer);

#endif
