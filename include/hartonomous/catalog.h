/* The catalog: reading what was ingested. Sources, atoms, a source's bytes again and search, for any program
 * that has a connection and SELECT on schema hartonomous. It changes nothing and keeps no state.
 *
 * Rows are handed to a visit function one by one; their texts are borrowed until it returns. Where a thing is looked
 * up by its number, HART_ANY_TENANT finds it whoever owns it: numbers are unique over all tenants. */
#ifndef HARTONOMOUS_CATALOG_H
#define HARTONOMOUS_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/digest.h>
#include <hartonomous/error.h>
#include <hartonomous/postgres.h>

#define HART_ANY_TENANT (-1)

/* --- sources ---------------------------------------------------------------------------------------------------- */

typedef struct hart_source {
        int64_t id;
        int32_t tenant;
        const char *uri, *file_name, *content_type; /* "" where unknown */
        const char *state;                          /* staging, queued, atomizing, complete, failed */
        const char *failure;                        /* "" unless failed */
        const char *hash;                           /* SHA-256 in hexadecimal, "" while staging */
        const char *atomizer, *unicode_version;     /* "" until it is taken apart */
        const char *created_at, *completed_at;      /* ISO 8601, UTC; "" where it has not happened */
        int64_t size, root_atom;                    /* -1 where unknown */
        int64_t atomized, components, nodes;        /* bytes, components and nodes so far */
        int atomizer_version;
        const char *declared_content_type; /* "" where the sender said none */
        int64_t parent;                    /* the source it lay in, -1 for none */
        const char *relation;              /* how it lay there: archive-entry, …; "" for none */
        int depth;                         /* in how many documents it lay */
        const char *problem;               /* what of it could not be read; "" where all was */
        const char *metadata;              /* JSON, what the document says of itself; "" for nothing */
} hart_source;

typedef struct hart_source_filter {
        int32_t tenant;    /* HART_ANY_TENANT for all */
        const char *state; /* NULL for all */
        int64_t id;        /* 0 for all */
        int64_t limit;     /* at most so many, newest first; 0 for no limit */
        int64_t parent;    /* those that lay in this source; 0 for all */
        bool problem;      /* only those of which something could not be read */
} hart_source_filter;
/* HART_EMPTY where none fits. */
hart_code hart_catalog_sources(hart_pg *pg, const hart_source_filter *filter,
                               void (*visit)(const hart_source *source, void *data), void *data, hart_error *err);

/* --- atoms ------------------------------------------------------------------------------------------------------ */

typedef struct hart_atom {
        int64_t id;
        int32_t tenant;
        const char *modality, *subtype, *content_type; /* the last "" where it has none */
        const char *hash;                              /* SHA-256 in hexadecimal */
        const char *text;                              /* canonical text, NULL where it is none */
        size_t text_size;
        const char *metadata;       /* JSON, "" where there is none */
        const char *created_at;     /* ISO 8601, UTC */
        const char *models;         /* names of the models that embedded it, by comma; "" for none */
        const unsigned char *value; /* atomic value: at most 64 bytes */
        size_t value_size;
        int64_t size, components, sources; /* bytes; components it is made of; sources it is the document of */
} hart_atom;
/* By number. HART_EMPTY where there is none. */
hart_code hart_catalog_atom(hart_pg *pg, int32_t tenant, int64_t id, void (*visit)(const hart_atom *atom, void *data),
                            void *data, hart_error *err);
/* By hash: one for each tenant, modality and subtype that has it. HART_EMPTY where there is none. */
hart_code hart_catalog_atoms_by_hash(hart_pg *pg, int32_t tenant, const unsigned char hash[HART_SHA256_SIZE],
                                     void (*visit)(const hart_atom *atom, void *data), void *data, hart_error *err);

/* --- content ---------------------------------------------------------------------------------------------------- */

/* Takes bytes in order; anything but HART_OK ends the reading with that code. */
typedef hart_code (*hart_content_write)(const void *bytes, size_t size, void *data, hart_error *err);

/* The bytes of an atom, put together from its composition run by run: memory is bounded by one run. *digest (may be
 * NULL) and *size (may be NULL) are of what was written. HART_EMPTY: no such atom. HART_FAILED: parts are missing. */
hart_code hart_catalog_content(hart_pg *pg, int32_t tenant, int64_t atom, hart_content_write write, void *data,
                               unsigned char *digest, int64_t *size, hart_error *err);
/* The bytes of a source, checked against its SHA-256 when all are written: HART_FAILED where they are not what was
 * ingested or the source is not complete. HART_EMPTY: no such source. */
hart_code hart_catalog_reconstruct(hart_pg *pg, int32_t tenant, int64_t source, hart_content_write write, void *data,
                                   int64_t *size, hart_error *err);

/* --- the tree of a document ------------------------------------------------------------------------------------- */

/* A node, a stretch of the document's components with a kind (page, table, function, …), or a component. */
typedef struct hart_tree_item {
        bool is_node;
        int level;          /* 0 for what lies in the document itself */
        int64_t node;       /* number of a node, -1 for a component */
        int64_t parent;     /* node it lies in, -1 for the document itself */
        int64_t first, end; /* node: sequence indexes [first, end), end -1 while it is being read; component: its own */
        const char *kind, *label, *metadata; /* of a node; the last is JSON; "" for none */
        int layer; /* of a component: 0, the document's bytes; 1, what was extracted from them */
        int64_t position, size, atom;
        const char *modality, *subtype; /* "" where the atom is missing */
        const char *text;               /* its beginning, NULL where it is no text */
        size_t text_size;
} hart_tree_item;
/* In the order of the document, each node before what lies in it; memory is bounded by one run of each. Only what lies
 * less than `levels` deep (0: all). Anything but HART_OK from `visit` ends it with that code. */
hart_code hart_catalog_tree(hart_pg *pg, int32_t tenant, int64_t root, int levels,
                            hart_code (*visit)(const hart_tree_item *item, void *data), void *data, hart_error *err);

typedef struct hart_child {
        int64_t source, size;                                              /* size -1 where unknown */
        const char *relation, *file_name, *content_type, *state, *problem; /* "" where unknown or none */
} hart_child;
/* Sources that lay in a source, in their order there. HART_EMPTY where there is none. */
hart_code hart_catalog_children(hart_pg *pg, int32_t tenant, int64_t source,
                                void (*visit)(const hart_child *child, void *data), void *data, hart_error *err);

/* --- search ----------------------------------------------------------------------------------------------------- */

typedef struct hart_search {
        int32_t tenant;      /* HART_ANY_TENANT for all */
        int32_t model;       /* hartonomous.model's number of the one that made `vector` */
        const float *vector; /* of length 1 */
        size_t dimension;
        size_t k; /* results wanted, from 1 */
} hart_search;

typedef struct hart_search_result {
        double score; /* cosine, -1 to 1 */
        int64_t atom;
        int32_t tenant;
        const char *subtype;
        const char *text;
        size_t text_size;
} hart_search_result;
/* Exact: every vector of the model is compared, streamed through a heap of k. Best first; equal scores in order of
 * atom number. HART_EMPTY: the model has no vector here. *compared (may be NULL): vectors looked at. */
hart_code hart_catalog_search(hart_pg *pg, const hart_search *search,
                              void (*visit)(const hart_search_result *result, void *data), void *data, size_t *compared,
                              hart_error *err);

#endif
