/* The library of provenance questions: 53 queries in eight families, each as Cypher and, where PostgreSQL can answer
 * it, as SQL with the same answer. Every query is bounded: by a depth where it walks, by a number of rows always. */
#ifndef HARTONOMOUS_PROVENANCE_H
#define HARTONOMOUS_PROVENANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/graph.h>
#include <hartonomous/postgres.h>

typedef enum hart_provenance_type {
        HART_PROVENANCE_INTEGER, /* int64 */
        HART_PROVENANCE_NUMBER,  /* double */
        HART_PROVENANCE_TEXT,
        HART_PROVENANCE_TIME, /* microseconds since 1970; a parameter is written as 2026-11-21T10:00:00Z or 2026-11-21
                               */
        HART_PROVENANCE_FLAG  /* columns only */
} hart_provenance_type;

#define HART_PROVENANCE_PARAMETERS_MAX 6
#define HART_PROVENANCE_COLUMNS_MAX    12

typedef struct hart_provenance_parameter {
        const char *name; /* "atom"; $atom in Cypher; in SQL $1, $2, … by its place here */
        hart_provenance_type type;
        const char *fallback; /* as it would be written; NULL: must be given; "": null */
        int64_t min, max;     /* of an INTEGER; both 0: from 0 on */
        const char *help;
} hart_provenance_parameter;

typedef struct hart_provenance_column {
        const char *name; /* "depth" */
        hart_provenance_type type;
} hart_provenance_column;

typedef struct hart_provenance_query {
        const char *number;  /* "1.1" */
        const char *name;    /* "lineage-up": letters, digits, hyphens */
        const char *summary; /* one line: "Everything an atom came from, nearest first" */
        /* The first is always {"tenant", INTEGER}, but in a query over all tenants; the last always {"limit", INTEGER}
         * with a maximum. A NULL name ends. */
        hart_provenance_parameter parameters[HART_PROVENANCE_PARAMETERS_MAX + 1];
        hart_provenance_column columns[HART_PROVENANCE_COLUMNS_MAX + 1]; /* what both return, in this order */
        /* Names of the columns that make a row an arrow of a picture; NULL where rows are no arrows. label may be
         * NULL. The same value is the same node: an INTEGER is an atom's id, TEXT says itself what it is
         * ("operation 17"). */
        const char *arrow_from, *arrow_to, *arrow_label;
        /* One of the two ends above, and the columns that tell its kind and what it says; each may be NULL. */
        const char *node, *node_kind, *node_text;
        const char *cypher;           /* $tenant, …, $limit; a TIME is an integer, as parameter and as column */
        const hart_pg_statement *sql; /* $1, $2, …: tenant integer, INTEGER and TIME bigint, NUMBER float8, TEXT text;
                                       * columns: any integer type, float4 or float8, text, bigint, boolean. NULL:
                                       * only the graph can tell */
        const char *no_sql;           /* why, where sql is NULL */
} hart_provenance_query;

typedef struct hart_provenance_family {
        const char *title; /* "Lineage" */
        const hart_provenance_query *queries;
        const size_t *count; /* the rows of another file: known when it is linked */
} hart_provenance_family;
extern const hart_provenance_family hart_provenance_families[];
extern const size_t hart_provenance_family_count;
/* By name or number; NULL where there is none. */
const hart_provenance_query *hart_provenance_named(const char *name);

/* Values of a query's parameters, checked. Zeroed is empty. */
typedef struct hart_provenance_value {
        bool given, null;
        int64_t integer; /* INTEGER, TIME */
        double number;
        char *text;
} hart_provenance_value;
typedef struct hart_provenance_values {
        hart_provenance_value value[HART_PROVENANCE_PARAMETERS_MAX];
} hart_provenance_values;
void hart_provenance_values_done(hart_provenance_values *values);
/* HART_CONFIG: no such parameter, or not a value for it; the error says which there are and what is allowed. */
hart_code hart_provenance_set(const hart_provenance_query *query, hart_provenance_values *values, const char *name,
                              const char *text, hart_error *err);
/* Fallbacks for what was not given. HART_CONFIG naming the first parameter that must be given and was not. */
hart_code hart_provenance_complete(const hart_provenance_query *query, hart_provenance_values *values, hart_error *err);

/* A row of the answer, for as long as the call; cells in the order of the columns. */
typedef struct hart_provenance_cell {
        bool null;
        int64_t integer; /* INTEGER, TIME, FLAG */
        double number;
        const char *text;
} hart_provenance_cell;
/* Both ask once, with complete values. HART_FATAL naming the query where the answer has another number of columns or
 * other types than it says; rows may have been visited by then. */
typedef void hart_provenance_visit(const hart_provenance_cell *cells, void *data);
hart_code hart_provenance_ask_graph(hart_graph *graph, const hart_provenance_query *query,
                                    const hart_provenance_values *values, hart_provenance_visit *visit, void *data,
                                    hart_error *err);
hart_code hart_provenance_ask_database(hart_pg *pg, const hart_provenance_query *query,
                                       const hart_provenance_values *values, hart_provenance_visit *visit, void *data,
                                       hart_error *err);

/* --- whose is it ------------------------------------------------------------------------------------------------- */

/* The tenant of the atom, source, operation or inference that the values name; where they name none, the only tenant
 * there is. HART_PROVENANCE_SEVERAL: there are several, and one must be named. HART_EMPTY: there is no such thing, or
 * no tenant. */
#define HART_PROVENANCE_SEVERAL (-1)
hart_code hart_provenance_tenant_from_graph(hart_graph *graph, const hart_provenance_query *query,
                                            const hart_provenance_values *values, int32_t *ret, hart_error *err);
hart_code hart_provenance_tenant_from_database(hart_pg *pg, const hart_provenance_query *query,
                                               const hart_provenance_values *values, int32_t *ret, hart_error *err);
/* The same of one atom. */
hart_code hart_provenance_atom_from_graph(hart_graph *graph, int64_t atom, int32_t *ret, hart_error *err);
hart_code hart_provenance_atom_from_database(hart_pg *pg, int64_t atom, int32_t *ret, hart_error *err);

/* --- walks ---------------------------------------------------------------------------------------------------------
 */

/* Breadth first, one request a level, each atom followed once: cycles end, and no level is read beyond the rows that
 * are left. The graph and PostgreSQL give the same rows in the same order. Only atoms are walked on from. */
typedef enum hart_provenance_direction {
        HART_PROVENANCE_LINEAGE, /* what it was derived from, older versions, wholes it is part of, sources */
        HART_PROVENANCE_IMPACT   /* what would be touched if it went: what was derived from it, newer versions, wholes,
                                  * sources, inferences and streams */
} hart_provenance_direction;

#define HART_PROVENANCE_DEPTH_MAX 100
#define HART_PROVENANCE_ROWS_MAX  10000

typedef struct hart_provenance_walk {
        hart_provenance_direction direction;
        int32_t tenant;
        int64_t atom;
        int depth;   /* 1 to HART_PROVENANCE_DEPTH_MAX */
        size_t rows; /* 1 to HART_PROVENANCE_ROWS_MAX */
} hart_provenance_walk;

/* From `atom` one step to `id`. Texts are NULL where nothing is known. */
typedef struct hart_provenance_step {
        int depth; /* 1, 2, … */
        int64_t atom;
        const char *type; /* of the relationship between the two, as the graph has it: "DERIVED_FROM" */
        const char *node; /* "Atom", "Source", "Inference", "GenerationStream" */
        int64_t id;
        int64_t count;          /* relationships of this type between the two: a component may occur many times */
        const char *kind;       /* the atom's type "text/document", the source's content type, the inference's task */
        const char *text;       /* the atom's preview, the source's file name, the stream's name */
        const char *uri;        /* of a source */
        const char *derivation; /* of an edge between atoms, as is confidence */
        bool has_confidence;
        double confidence;
} hart_provenance_step;
typedef void hart_provenance_visit_step(const hart_provenance_step *step, void *data);

/* HART_EMPTY: there is no such atom. *more: there is more than the limits let through. */
hart_code hart_provenance_walk_graph(hart_graph *graph, const hart_provenance_walk *walk,
                                     hart_provenance_visit_step *visit, void *data, bool *more, hart_error *err);
hart_code hart_provenance_walk_database(hart_pg *pg, const hart_provenance_walk *walk,
                                        hart_provenance_visit_step *visit, void *data, bool *more, hart_error *err);

#endif
