#include <stdlib.h>

#include "catalog_sql.h"
#include "nearest.h"
#include "parameters.h"

struct searching {
        const hart_search *search;
        struct nearest best;
        size_t compared;
};

static hart_code compare_rows(const hart_pg_result *rows, void *data, hart_error *err)
{
        struct searching *searching = data;
        for (size_t row = 0; row < hart_pg_rows(rows); row++) {
                HART_CLEANUP(hart_free_p) float *vector = NULL;
                int64_t atom = hart_pg_integer(rows, row, 1);
                size_t dimension = hart_pg_float4_array(rows, row, 2, &vector);
                if (dimension != searching->search->dimension)
                        return hart_fail(err, HART_FAILED, "the vector of atom %lld has %zu numbers, not %zu",
                                         (long long)atom, dimension, searching->search->dimension);
                candidate found = {
                        .score = dot_product(searching->search->vector, vector, dimension),
                        .atom = atom,
                        .tenant = (int32_t)hart_pg_integer(rows, row, 0),
                };
                nearest_offer(&searching->best, found);
        }
        searching->compared += hart_pg_rows(rows);
        return HART_OK;
}

static hart_code compare_all(hart_pg *pg, struct searching *searching, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        add_tenant(&parameters, searching->search->tenant);
        hart_pg_add_int4(&parameters, searching->search->model);
        hart_code code = hart_pg_stream(pg, &sql_vectors, &parameters, compare_rows, searching, err);
        hart_pg_parameters_done(&parameters);
        nearest_sort(&searching->best);
        return code;
}

static hart_code fetch_texts(hart_pg *pg, const struct nearest *best, hart_pg_result **rows, hart_error *err)
{
        HART_CLEANUP(hart_free_p) int32_t *tenants = hart_allocate_array(best->count, sizeof *tenants);
        HART_CLEANUP(hart_free_p) int64_t *atoms = hart_allocate_array(best->count, sizeof *atoms);
        for (size_t i = 0; i < best->count; i++) {
                tenants[i] = best->items[i].tenant;
                atoms[i] = best->items[i].atom;
        }
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4_array(&parameters, tenants, best->count);
        hart_pg_add_int8_array(&parameters, atoms, best->count);
        hart_code code = hart_pg_run(pg, &sql_texts, &parameters, rows, err);
        hart_pg_parameters_done(&parameters);
        return code;
}

hart_code hart_catalog_search(hart_pg *pg, const hart_search *search,
                              void (*visit)(const hart_search_result *result, void *data), void *data, size_t *compared,
                              hart_error *err)
{
        HART_CLEANUP(hart_free_p) candidate *items = hart_allocate_array(search->k, sizeof *items);
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *texts = NULL;
        struct searching searching = {.search = search, .best = {.items = items, .limit = search->k}};
        hart_code code = compare_all(pg, &searching, err);
        if (code != HART_OK)
                return code;
        if (compared)
                *compared = searching.compared;
        if (searching.best.count == 0)
                return HART_EMPTY;
        code = fetch_texts(pg, &searching.best, &texts, err);
        /* An embedding's atom cannot be missing (foreign key), so both lists are the same length and order. */
        for (size_t i = 0; code == HART_OK && i < searching.best.count && i < hart_pg_rows(texts); i++) {
                hart_search_result result = {.score = items[i].score, .atom = items[i].atom, .tenant = items[i].tenant};
                result.subtype = hart_pg_text(texts, i, 0, NULL);
                result.text = hart_pg_text(texts, i, 1, &result.text_size);
                visit(&result, data);
        }
        return code;
}
