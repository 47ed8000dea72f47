/* Sets of entities: a tenant and a number each. */
#ifndef HARTONOMOUS_GRAPH_SYNC_KEYS_H
#define HARTONOMOUS_GRAPH_SYNC_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/postgres.h>

typedef struct key {
        int64_t tenant, id;
} key;

/* Zeroed is empty. */
typedef struct keys {
        key *item;
        size_t count, capacity;
} keys;

void keys_add(keys *keys, int64_t tenant, int64_t id);
void keys_done(keys *keys);
/* Sorts by tenant and id and drops doubles. */
void keys_sort(keys *keys);
bool keys_have_id(const keys *keys, int64_t id);
/* Adds keys[first … first+count) as an integer[] of tenants and a bigint[] of ids. */
void keys_add_parameters(const keys *keys, size_t first, size_t count, hart_pg_parameters *parameters);

#endif
