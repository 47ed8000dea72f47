/* What is in the graph, kind by kind: how its state is read from PostgreSQL, how it is written to Neo4j, and how it is
 * read back from there. Graph sync writes by it, `hartonomousctl graph check` compares by it, `graph rebuild` walks by
 * it: there is no second place that says what the graph should be. docs/graph.md has the model for people.
 *
 * A state is one JSON object. Its members are null where nothing is known; times are microseconds since 1970; lists
 * are sorted by their first member, or by their number in an order. `read` (PostgreSQL) and `range_graph` (Neo4j)
 * give equal states where the graph is right, but for the order of members. What is not of a kind: HAS_COMPONENT,
 * which belongs to kind Atom's compositions and is read and written in pieces (src/graph_sync/composition.c). */
#ifndef HARTONOMOUS_GRAPH_STATE_H
#define HARTONOMOUS_GRAPH_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/postgres.h>

typedef struct hart_graph_kind {
        const char *name;    /* "Atom"; as messages (EntityType) and view hartonomous.graph_entity name it */
        bool without_tenant; /* Tenant, Model: their tenant is 0 everywhere below */
        bool refers;         /* rows of view hartonomous.graph_reference say what has to be written before it */
        bool own_nodes;      /* its first statement touches its own nodes only: many may run beside one another */
        /* The kind whose entities have the same ids, where an entity of this one may be gone (its last edge was
         * removed) while that one is there; NULL: itself. */
        const char *located_as;
        /* $1 tenants integer[], $2 ids bigint[], pairwise → tenant_id, id, state (text of a JSON object), ordered by
         * the first two; further columns are the kind's own. What is gone has no row. */
        const hart_pg_statement *read;
        /* Cypher with $rows, a list of states, in this order; NULL ends. Each bears repeating, passes over what the
         * graph has newer, and takes away what does not belong to it any more. What states refer to has to be there
         * before: view hartonomous.graph_reference says what that is. */
        const char *write[4];
        /* Cypher with $rows, a list of ids of whatever tenant: makes them go, with their relationships. */
        const char *erase;
        /* Cypher with $tenant, $after, $to (null: no end), $limit → id, state; ascending, after < id <= to. Nodes or
         * relationships that exist twice appear twice. */
        const char *range_graph;
        /* Cypher with $tenant → how many. */
        const char *count_graph;
} hart_graph_kind;

/* In the order of writing: what is referred to comes before what refers to it. Closed: nothing else gets into the
 * graph. */
extern const hart_graph_kind hart_graph_kinds[];
extern const size_t hart_graph_kind_count;
/* NULL where there is none of that name. */
const hart_graph_kind *hart_graph_kind_named(const char *name);

/* Statements over view hartonomous.graph_entity (kind, tenant_id, id):
 * $1 kind, $2 ids bigint[] → tenant_id, id of those that are there, whosoever they are. */
extern const hart_pg_statement *const hart_graph_locate;
/* $1 kind, $2 tenant integer, $3 after bigint, $4 limit bigint → ids, ascending. */
extern const hart_pg_statement *const hart_graph_range;
/* $1 kind, $2 tenant integer → how many. */
extern const hart_pg_statement *const hart_graph_count;
/* $1 kind, $2 tenants integer[], $3 ids bigint[], pairwise → to_kind, tenant_id, to_id of what they refer to, once
 * each. */
extern const hart_pg_statement *const hart_graph_references;

#endif
