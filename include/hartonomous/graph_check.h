/* Does the graph say what PostgreSQL says? Check compares both, kind by kind (graph_state.h) and component by
 * component, and names each difference; what it finds it can have mended. Rebuild asks for everything again, in
 * portions, from where it came to last time. Empty takes out all that is ours.
 *
 * Nothing here needs more memory for a bigger graph. The graph is written by graph sync alone, which is asked by
 * messages of low urgency; here only is deleted what no message can name. */
#ifndef HARTONOMOUS_GRAPH_CHECK_H
#define HARTONOMOUS_GRAPH_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include <hartonomous/graph.h>
#include <hartonomous/graph_state.h>
#include <hartonomous/postgres.h>

/* --- JSON states ------------------------------------------------------------------------------------------------ */

/* Calls `visit` for each member in which two states differ; either may be NULL. Numbers are equal by their value,
 * members come in any order, null is the same as no member. `path` is "fileName" or "edges[2].confidence"; of lists of
 * different lengths the first item that differs is named. Returns how many were visited. */
typedef void hart_graph_member_visit(const char *path, const hart_json *database, const hart_json *graph, void *data);
size_t hart_graph_compare_states(const hart_json *database, const hart_json *graph, hart_graph_member_visit *visit,
                                 void *data);

/* --- check ------------------------------------------------------------------------------------------------------ */

typedef struct hart_graph_difference {
        const char *what;   /* "missing", "surplus", "differs", "doubled", "odd", "stray", "count", "version" */
        const char *kind;   /* of graph_state.h; "Composition"; a label or a relationship type where no kind owns it */
        int64_t tenant;     /* -1 where there is none */
        const char *key;    /* "17" */
        const char *member; /* "fileName"; "" where all of it is meant */
        const char *database; /* PostgreSQL's value, as JSON, shortened; "" for none */
        const char *graph;    /* the graph's */
} hart_graph_difference;

/* What a check does about differences. The graph is right some time after messages were sent. */
typedef enum hart_graph_remedy {
        HART_GRAPH_REMEDY_NONE,
        HART_GRAPH_REMEDY_ASK,    /* asks graph sync, where a message can name what is wrong */
        HART_GRAPH_REMEDY_DELETE, /* also deletes from the graph what none can */
        HART_GRAPH_REMEDY_REMAKE  /* also deletes what graph sync did not get right though asked, and asks again */
} hart_graph_remedy;

typedef struct hart_graph_check {
        hart_pg *pg;
        hart_graph *graph;
        int64_t tenant;        /* -1: all, and what belongs to none */
        const char *kind;      /* NULL: all; "Composition" for components */
        bool quick;            /* counts and versions alone */
        const char *leave_out; /* [sync] leave_out; "*" where no components go to the graph at all ([sync] levels 0) */
        hart_graph_remedy remedy;
        void (*found)(const hart_graph_difference *difference, void *data);
        /* Now and then: `done` of `total` entities of a kind, 0 where unknown. Anything but HART_OK ends the check. */
        hart_code (*progress)(const char *kind, uint64_t done, uint64_t total, void *data);
        /* What was compared of a kind and tenant; may be NULL. */
        void (*counted)(const char *kind, int64_t tenant, int64_t database, int64_t graph, void *data);
        void *data;
} hart_graph_check;

typedef struct hart_graph_check_result {
        uint64_t compared;    /* entities that PostgreSQL has, components among them */
        uint64_t differences; /* lines that were given to found() */
        uint64_t in_flight;   /* entities that messages which wait will change, or that changed meanwhile */
        uint64_t unnamed;     /* differences that no message can name */
        uint64_t asked;       /* entities that graph sync was asked for */
        uint64_t deleted;     /* nodes and relationships that were deleted here */
} hart_graph_check_result;

/* HART_POISON for a kind that there is none of. */
hart_code hart_graph_check_run(const hart_graph_check *check, hart_graph_check_result *ret, hart_error *err);

/* Messages of `priority` (below) that wait for graph sync or are being handled. */
#define HART_GRAPH_REPAIR_PRIORITY  3
#define HART_GRAPH_REBUILD_PRIORITY 2
hart_code hart_graph_waiting(hart_pg *pg, int priority, int64_t *ret, hart_error *err);

/* --- rebuild ---------------------------------------------------------------------------------------------------- */

/* Where a rebuild has come to: the one row of hartonomous.graph_rebuild. */
typedef struct hart_graph_rebuild {
        bool begun;    /* there is one that has not ended */
        bool emptying; /* and has not emptied the graph yet */
        char kind[32]; /* what it has come to */
        int32_t tenant;
        int64_t after;    /* all ids up to here were asked for */
        int64_t entities; /* asked for so far, in all */
} hart_graph_rebuild;

hart_code hart_graph_rebuild_read(hart_pg *pg, hart_graph_rebuild *ret, hart_error *err);
/* Forgets the old one. */
hart_code hart_graph_rebuild_begin(hart_pg *pg, bool empty, hart_error *err);
/* The graph is empty now. */
hart_code hart_graph_rebuild_emptied(hart_pg *pg, hart_error *err);
/* One at a time, until the connection ends: HART_FAILED where another one is at it. */
hart_code hart_graph_rebuild_lock(hart_pg *pg, hart_error *err);
/* Asks for the next portion and notes so, in one transaction; *state is brought up to date. HART_EMPTY: all was asked
 * for, the rebuild has ended. */
hart_code hart_graph_rebuild_step(hart_pg *pg, hart_graph_rebuild *state, hart_error *err);

/* --- empty ------------------------------------------------------------------------------------------------------ */

/* Deletes all nodes with our labels but reference nodes, with their relationships, in portions. `progress` as above,
 * with a label or relationship type. */
hart_code hart_graph_empty(hart_graph *graph,
                           hart_code (*progress)(const char *what, uint64_t done, uint64_t total, void *data),
                           void *data, uint64_t *deleted, hart_error *err);

#endif
