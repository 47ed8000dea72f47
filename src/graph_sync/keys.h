/* Sets of entities: a tenant and a number each. */
#ifndef HARTONOMOUS_GRAPH_SYNC_KEYS_H
#define HARTONOMOUS_GRAPH_SYNC_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/postgres.h>

typedef struct sync_key {
        int64_t tenant, id;
} sync_key;

/* Zeroed is empty. */
typedef struct sync_keys {
        sync_key *item;
        size_t count, capacity;
} sync_keys;

void keys_add(sync_keys *keys, int64_t tenant, int64_t id);
void keys_done(sync_keys *keys);
/* Sorts by tenant and id and drops doubles. */
void keys_sort(sync_keys *keys);
/* Of a set that keys_sort_by_id has sorted; NULL where there is none. */
const sync_key *keys_find_id(const sync_keys *keys, int64_t id);
/* Sorts by id alone. */
void keys_sort_by_id(sync_keys *keys);
/* The ids in the set's order, owned by the caller. */
int64_t *keys_ids(const sync_keys *keys);
/* Adds keys[first … first+count) as an integer[] of tenants and a bigint[] of ids. */
void keys_add_parameters(const sync_keys *keys, size_t first, size_t count, hart_pg_parameters *parameters);

#endif
