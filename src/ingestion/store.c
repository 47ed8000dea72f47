/* store: compositions, jobs, sources and staged bytes, all documents of the batch at once. */
#include <string.h>

#include "batch.h"
#include "ingestion_sql.h"

/* Composition runs as arrays; the components of all of them lie in one array. */
struct runs {
        size_t count;
        int32_t *tenants, *firsts, *lasts, *separated;
        int64_t *parents, *sequences, *positions;
        hart_pg_bytes *leads;
};

static void add_run(struct runs *runs, const struct batch *batch, const struct document *document, uint32_t first,
                    uint32_t end, uint64_t position)
{
        size_t n = runs->count++;
        uint32_t begin = document->first_component;
        runs->tenants[n] = document->tenant;
        runs->parents[n] = document->root;
        runs->sequences[n] = document->sequence + (first - begin);
        runs->positions[n] = (int64_t)position;
        runs->firsts[n] = (int32_t)first + 1;
        runs->lasts[n] = (int32_t)end;
        if (first == begin && document->lead_size > 0)
                runs->leads[n] = (hart_pg_bytes){document->bytes.data, document->lead_size};
        for (uint32_t i = first; i < end; i++)
                runs->separated[n] |= batch->components[i].separator_size > 0;
}

static void collect_runs(struct runs *runs, const struct batch *batch)
{
        for (size_t i = 0; i < batch->count; i++) {
                const struct document *document = &batch->documents[i];
                uint32_t end = document->first_component + document->component_count;
                uint64_t position = document->offset;
                for (uint32_t first = document->first_component, stop; first < end; first = stop) {
                        stop = end - first > RUN_COMPONENTS ? first + RUN_COMPONENTS : end;
                        add_run(runs, batch, document, first, stop, position);
                        if (first == document->first_component)
                                position += document->lead_size;
                        for (uint32_t k = first; k < stop; k++)
                                position += (uint64_t)batch->components[k].size + batch->components[k].separator_size;
                }
        }
}

static void add_components(hart_pg_parameters *p, const struct batch *batch)
{
        HART_CLEANUP(hart_free_p) int64_t *ids = hart_allocate_array(batch->component_count, sizeof *ids);
        HART_CLEANUP(hart_free_p) int32_t *sizes = hart_allocate_array(batch->component_count, sizeof *sizes);
        HART_CLEANUP(hart_free_p)
        hart_pg_bytes *separators = hart_allocate_array(batch->component_count, sizeof *separators);
        for (size_t i = 0; i < batch->count; i++) {
                const struct document *document = &batch->documents[i];
                const unsigned char *next = document->bytes.data + document->lead_size;
                for (uint32_t k = 0; k < document->component_count; k++) {
                        uint32_t n = document->first_component + k;
                        const struct component *component = &batch->components[n];
                        ids[n] = batch->atoms.atoms[component->atom].id;
                        sizes[n] = (int32_t)component->size;
                        separators[n] = (hart_pg_bytes){next + component->size, component->separator_size};
                        next += component->size + component->separator_size;
                }
        }
        hart_pg_add_int8_array(p, ids, batch->component_count);
        hart_pg_add_int4_array(p, sizes, batch->component_count);
        hart_pg_add_bytes_array(p, separators, batch->component_count);
}

static hart_code store_runs(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        size_t most = batch->count + batch->component_count / RUN_COMPONENTS;
        HART_CLEANUP(hart_free_p) int32_t *small = hart_allocate_array(4 * most, sizeof *small);
        HART_CLEANUP(hart_free_p) int64_t *big = hart_allocate_array(3 * most, sizeof *big);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *leads = hart_allocate_array(most, sizeof *leads);
        struct runs runs = {0,          small,          small + most, small + 2 * most, small + 3 * most, big,
                            big + most, big + 2 * most, leads};
        if (batch->component_count == 0)
                return HART_OK;
        collect_runs(&runs, batch);
        hart_pg_add_int4_array(&p, runs.tenants, runs.count);
        hart_pg_add_int8_array(&p, runs.parents, runs.count);
        hart_pg_add_int8_array(&p, runs.sequences, runs.count);
        hart_pg_add_int8_array(&p, runs.positions, runs.count);
        hart_pg_add_bytes_array(&p, runs.leads, runs.count);
        hart_pg_add_int4_array(&p, runs.firsts, runs.count);
        hart_pg_add_int4_array(&p, runs.lasts, runs.count);
        hart_pg_add_int4_array(&p, runs.separated, runs.count);
        add_components(&p, batch);
        return hart_pg_run(batch->pg, &sql_insert_runs, &p, NULL, err);
}

/* A follower's source ends as its leader's. */
static void settle_followers(struct batch *batch)
{
        for (size_t i = 0; i < batch->count; i++) {
                struct document *document = &batch->documents[i];
                if (document->fate != FATE_FOLLOW)
                        continue;
                document->fate = batch->documents[document->leader].fate;
                document->changed = document->changed || document->fate == FATE_COMPLETE;
        }
}

/* Arrays for statements about some of the documents. */
struct columns {
        size_t count;
        int32_t *tenants, *flags;
        int64_t *first, *second, *third;
        hart_pg_bytes *texts;
};

static bool is_stepped(const struct document *document)
{
        return document->stepped;
}

static bool is_changed(const struct document *document)
{
        return document->changed;
}

static bool is_complete(const struct document *document)
{
        return document->fate == FATE_COMPLETE;
}

static void fill(struct columns *columns, const struct batch *batch, bool (*wanted)(const struct document *))
{
        columns->count = 0;
        for (size_t i = 0; i < batch->count; i++) {
                const struct document *document = &batch->documents[i];
                if (!wanted(document))
                        continue;
                size_t n = columns->count++;
                columns->tenants[n] = document->tenant;
                columns->flags[n] = document->fate == FATE_COMPLETE;
                columns->first[n] = wanted == is_stepped ? document->root : document->source;
                columns->second[n] =
                        wanted == is_stepped ? (int64_t)(document->offset + document->consumed) : document->root;
                columns->third[n] = document->sequence + document->component_count;
                columns->texts[n] = (hart_pg_bytes){
                        document->content_type, document->content_type != NULL ? strlen(document->content_type) : 0};
        }
}

static hart_code store_progress(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters jobs = {0}, sources = {0}, content = {0};
        HART_CLEANUP(hart_free_p) int32_t *small = hart_allocate_array(2 * batch->count, sizeof *small);
        HART_CLEANUP(hart_free_p) int64_t *big = hart_allocate_array(3 * batch->count, sizeof *big);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *texts = hart_allocate_array(batch->count, sizeof *texts);
        struct columns columns = {0,    small, small + batch->count, big, big + batch->count, big + 2 * batch->count,
                                  texts};
        hart_pg_call calls[3];
        size_t count = 0;
        fill(&columns, batch, is_stepped);
        hart_pg_add_int4_array(&jobs, columns.tenants, columns.count);
        hart_pg_add_int8_array(&jobs, columns.first, columns.count);
        hart_pg_add_int8_array(&jobs, columns.second, columns.count);
        hart_pg_add_int8_array(&jobs, columns.third, columns.count);
        if (columns.count > 0)
                calls[count++] = (hart_pg_call){.statement = &sql_update_jobs, .parameters = &jobs};
        fill(&columns, batch, is_changed);
        hart_pg_add_int4_array(&sources, columns.tenants, columns.count);
        hart_pg_add_int8_array(&sources, columns.first, columns.count);
        hart_pg_add_int8_array(&sources, columns.second, columns.count);
        hart_pg_add_text_array(&sources, columns.texts, columns.count);
        hart_pg_add_int4_array(&sources, columns.flags, columns.count);
        if (columns.count > 0)
                calls[count++] = (hart_pg_call){.statement = &sql_update_sources, .parameters = &sources};
        fill(&columns, batch, is_complete);
        hart_pg_add_int4_array(&content, columns.tenants, columns.count);
        hart_pg_add_int8_array(&content, columns.first, columns.count);
        if (columns.count > 0)
                calls[count++] = (hart_pg_call){.statement = &sql_delete_content, .parameters = &content};
        return count > 0 ? hart_pg_run_many(batch->pg, calls, count, err) : HART_OK;
}

hart_code batch_store(struct batch *batch, hart_error *err)
{
        settle_followers(batch);
        hart_code code = store_runs(batch, err);
        return code == HART_OK ? store_progress(batch, err) : code;
}
