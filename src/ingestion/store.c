/* store: compositions, jobs, sources and staged bytes, all documents of the batch at once. */
#include <string.h>

#include "batch.h"
#include "ingestion_sql.h"

/* Composition runs as arrays; the components of all of them lie in one array. */
struct runs {
        size_t count;
        int32_t *tenants, *firsts, *lasts, *separated, *layers;
        int64_t *parents, *sequences, *positions;
        hart_pg_bytes *leads;
};

/* Components first … end of the stretch; the lead belongs to its first run. */
static void add_run(struct runs *runs, const struct batch *batch, const struct stretch *stretch, uint32_t first,
                    uint32_t end, uint64_t position)
{
        const struct document *document = &batch->documents[stretch->document];
        size_t n = runs->count++;
        runs->tenants[n] = document->tenant;
        runs->parents[n] = document->root;
        runs->layers[n] = stretch->layer;
        runs->sequences[n] = stretch->sequence + (first - stretch->first);
        runs->positions[n] = (int64_t)position;
        runs->firsts[n] = (int32_t)first + 1;
        runs->lasts[n] = (int32_t)end;
        if (first == stretch->first && stretch->lead_size > 0)
                runs->leads[n] = (hart_pg_bytes){stretch->lead, stretch->lead_size};
        for (uint32_t i = first; i < end; i++)
                runs->separated[n] |= batch->components[i].separator_size > 0;
}

static void add_runs(struct runs *runs, const struct batch *batch, const struct stretch *stretch)
{
        uint32_t end = stretch->first + stretch->count, next = stretch->first;
        uint64_t position = stretch->position;
        do { /* one at least: a lead may come without components */
                uint32_t stop = end - next > RUN_COMPONENTS ? next + RUN_COMPONENTS : end;
                add_run(runs, batch, stretch, next, stop, position);
                if (next == stretch->first)
                        position += stretch->lead_size;
                for (; next < stop; next++)
                        position += (uint64_t)batch->components[next].size + batch->components[next].separator_size;
        } while (next < end);
}

static void add_components(hart_pg_parameters *p, const struct batch *batch)
{
        static const unsigned char nothing[1] = "";
        size_t count = batch->component_count;
        HART_CLEANUP(hart_free_p) int64_t *ids = hart_allocate_array(count + 1, sizeof *ids);
        HART_CLEANUP(hart_free_p) int32_t *sizes = hart_allocate_array(count + 1, sizeof *sizes);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *separators = hart_allocate_array(count + 1, sizeof *separators);
        for (size_t n = 0; n < count; n++) {
                const struct component *component = &batch->components[n];
                ids[n] = batch->atoms.atoms[component->atom].id;
                sizes[n] = (int32_t)component->size;
                separators[n] = (hart_pg_bytes){component->separator_size > 0 ? component->separator : nothing,
                                                component->separator_size};
        }
        hart_pg_add_int8_array(p, ids, count);
        hart_pg_add_int4_array(p, sizes, count);
        hart_pg_add_bytes_array(p, separators, count);
}

hart_code batch_store_runs(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        size_t most = batch->stretch_count + batch->component_count / RUN_COMPONENTS;
        HART_CLEANUP(hart_free_p) int32_t *small = hart_allocate_array(5 * most + 1, sizeof *small);
        HART_CLEANUP(hart_free_p) int64_t *big = hart_allocate_array(3 * most + 1, sizeof *big);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *leads = hart_allocate_array(most + 1, sizeof *leads);
        struct runs runs = {.tenants = small,
                            .firsts = small + most,
                            .lasts = small + 2 * most,
                            .separated = small + 3 * most,
                            .layers = small + 4 * most,
                            .parents = big,
                            .sequences = big + most,
                            .positions = big + 2 * most,
                            .leads = leads};
        for (size_t i = 0; i < batch->stretch_count; i++) {
                if (batch->stretches[i].count > 0 || batch->stretches[i].lead_size > 0)
                        add_runs(&runs, batch, &batch->stretches[i]);
        }
        if (runs.count == 0)
                return HART_OK;
        hart_pg_add_int4_array(&p, runs.tenants, runs.count);
        hart_pg_add_int8_array(&p, runs.parents, runs.count);
        hart_pg_add_int8_array(&p, runs.sequences, runs.count);
        hart_pg_add_int8_array(&p, runs.positions, runs.count);
        hart_pg_add_bytes_array(&p, runs.leads, runs.count);
        hart_pg_add_int4_array(&p, runs.firsts, runs.count);
        hart_pg_add_int4_array(&p, runs.lasts, runs.count);
        hart_pg_add_int4_array(&p, runs.separated, runs.count);
        add_components(&p, batch);
        hart_pg_add_int4_array(&p, runs.layers, runs.count);
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

static hart_pg_bytes text_of(const hart_buffer *buffer)
{
        return (hart_pg_bytes){buffer->size > 0 ? buffer->data : NULL, buffer->size};
}

/* How far the documents are that were worked on. */
static void add_jobs(hart_pg_parameters *p, const struct batch *batch, size_t count)
{
        HART_CLEANUP(hart_free_p) int32_t *small = hart_allocate_array(2 * count, sizeof *small);
        HART_CLEANUP(hart_free_p) int64_t *big = hart_allocate_array(5 * count, sizeof *big);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *texts = hart_allocate_array(2 * count, sizeof *texts);
        size_t n = 0;
        for (size_t i = 0; i < batch->count; i++) {
                const struct document *document = &batch->documents[i];
                if (!document->stepped)
                        continue;
                small[n] = document->tenant;
                small[count + n] = document->fate == FATE_COMPLETE;
                big[n] = document->root;
                big[count + n] = (int64_t)(document->offset + document->done);
                big[2 * count + n] = document->sequence + document->made;
                big[3 * count + n] = document->events;
                big[4 * count + n] = document->nodes;
                texts[n] = text_of(&document->metadata);
                texts[count + n] = text_of(&document->problem);
                n++;
        }
        hart_pg_add_int4_array(p, small, count);
        hart_pg_add_int8_array(p, big, count);
        for (size_t column = 1; column < 5; column++)
                hart_pg_add_int8_array(p, big + column * count, count);
        hart_pg_add_int4_array(p, small + count, count);
        hart_pg_add_text_array(p, texts, count);
        hart_pg_add_text_array(p, texts + count, count);
}

static void add_sources(hart_pg_parameters *p, const struct batch *batch, size_t count)
{
        HART_CLEANUP(hart_free_p) int32_t *small = hart_allocate_array(2 * count, sizeof *small);
        HART_CLEANUP(hart_free_p) int64_t *big = hart_allocate_array(2 * count, sizeof *big);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *types = hart_allocate_array(count, sizeof *types);
        size_t n = 0;
        for (size_t i = 0; i < batch->count; i++) {
                const struct document *document = &batch->documents[i];
                if (!document->changed)
                        continue;
                small[n] = document->tenant;
                small[count + n] = document->fate == FATE_COMPLETE;
                big[n] = document->source;
                big[count + n] = document->root;
                if (document->content_type != NULL)
                        types[n] = (hart_pg_bytes){document->content_type, strlen(document->content_type)};
                n++;
        }
        hart_pg_add_int4_array(p, small, count);
        hart_pg_add_int8_array(p, big, count);
        hart_pg_add_int8_array(p, big + count, count);
        hart_pg_add_text_array(p, types, count);
        hart_pg_add_int4_array(p, small + count, count);
}

/* Keys of the documents that are complete now. */
static void add_complete(hart_pg_parameters *p, const struct batch *batch, size_t count)
{
        HART_CLEANUP(hart_free_p) int32_t *tenants = hart_allocate_array(count, sizeof *tenants);
        HART_CLEANUP(hart_free_p) int64_t *sources = hart_allocate_array(count, sizeof *sources);
        size_t n = 0;
        for (size_t i = 0; i < batch->count; i++) {
                if (batch->documents[i].fate != FATE_COMPLETE)
                        continue;
                tenants[n] = batch->documents[i].tenant;
                sources[n++] = batch->documents[i].source;
        }
        hart_pg_add_int4_array(p, tenants, count);
        hart_pg_add_int8_array(p, sources, count);
}

struct counts {
        size_t stepped, changed, complete, children;
};

static struct counts count_documents(const struct batch *batch)
{
        struct counts counts = {0};
        for (size_t i = 0; i < batch->count; i++) {
                const struct document *document = &batch->documents[i];
                counts.stepped += document->stepped;
                counts.changed += document->changed;
                counts.complete += document->fate == FATE_COMPLETE;
                counts.children += document->fate == FATE_COMPLETE && document->parent != 0;
        }
        return counts;
}

static hart_code store_progress(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters jobs = {0}, sources = {0}, complete = {0};
        const struct counts counts = count_documents(batch);
        hart_pg_call calls[4];
        size_t count = 0;
        add_jobs(&jobs, batch, counts.stepped);
        if (counts.stepped > 0)
                calls[count++] = (hart_pg_call){.statement = &sql_update_jobs, .parameters = &jobs};
        add_sources(&sources, batch, counts.changed);
        if (counts.changed > 0)
                calls[count++] = (hart_pg_call){.statement = &sql_update_sources, .parameters = &sources};
        add_complete(&complete, batch, counts.complete);
        if (counts.complete > 0)
                calls[count++] = (hart_pg_call){.statement = &sql_delete_content, .parameters = &complete};
        if (counts.children > 0)
                calls[count++] = (hart_pg_call){.statement = &sql_link_children, .parameters = &complete};
        return count > 0 ? hart_pg_run_many(batch->pg, calls, count, err) : HART_OK;
}

hart_code batch_store(struct batch *batch, hart_error *err)
{
        settle_followers(batch);
        return store_progress(batch, err);
}
