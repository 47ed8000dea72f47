#include "keys.h"

#include <hartonomous/memory.h>

void keys_add(sync_keys *set, int64_t tenant, int64_t id)
{
        if (set->count == set->capacity) {
                set->capacity = set->capacity ? set->capacity * 2 : 64;
                set->item = hart_reallocate_array(set->item, set->capacity, sizeof *set->item);
        }
        set->item[set->count++] = (sync_key){tenant, id};
}

void keys_done(sync_keys *set)
{
        free(set->item);
        *set = (sync_keys){0};
}

static int compare(const void *a, const void *b)
{
        const sync_key *left = a, *right = b;

        if (left->tenant != right->tenant)
                return left->tenant < right->tenant ? -1 : 1;
        return (left->id > right->id) - (left->id < right->id);
}

void keys_sort(sync_keys *set)
{
        size_t kept = 0;

        if (set->count)
                qsort(set->item, set->count, sizeof *set->item, compare);
        for (size_t i = 0; i < set->count; i++)
                if (i == 0 || compare(&set->item[i], &set->item[kept - 1]) != 0)
                        set->item[kept++] = set->item[i];
        set->count = kept;
}

static int compare_ids(const void *a, const void *b)
{
        const sync_key *left = a, *right = b;

        return (left->id > right->id) - (left->id < right->id);
}

void keys_sort_by_id(sync_keys *set)
{
        if (set->count)
                qsort(set->item, set->count, sizeof *set->item, compare_ids);
}

const sync_key *keys_find_id(const sync_keys *set, int64_t id)
{
        const sync_key wanted = {0, id};

        return set->count ? bsearch(&wanted, set->item, set->count, sizeof *set->item, compare_ids) : NULL;
}

int64_t *keys_ids(const sync_keys *set)
{
        int64_t *ids = hart_allocate_array(set->count + 1, sizeof *ids);

        for (size_t i = 0; i < set->count; i++)
                ids[i] = set->item[i].id;
        return ids;
}

void keys_add_parameters(const sync_keys *set, size_t first, size_t count, hart_pg_parameters *parameters)
{
        HART_CLEANUP(hart_free_p) int32_t *tenants = hart_allocate_array(count, sizeof *tenants);
        HART_CLEANUP(hart_free_p) int64_t *ids = hart_allocate_array(count, sizeof *ids);

        for (size_t i = 0; i < count; i++) {
                tenants[i] = (int32_t)set->item[first + i].tenant;
                ids[i] = set->item[first + i].id;
        }
        hart_pg_add_int4_array(parameters, tenants, count);
        hart_pg_add_int8_array(parameters, ids, count);
}
