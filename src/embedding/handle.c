/* Messages to vectors: for each model that vectors are wanted of, what a delivery asks for is looked up a part at a
 * time, then computed and stored a slice at a time. */
#include <string.h>

#include <hartonomous/memory.h>

#include "embedding.h"
#include "embedding_sql.h"
#include "refusals.h"
#include "request.h"
#include "texts.h"

#define SLICE 256  /* atoms whose vectors go into one statement */
#define PART  1024 /* atoms whose texts are in memory at once: each may be TEXT_CHARACTERS long */

struct delivery {
        struct embedding *embedding;
        hart_worker_context *context;
        hart_pg *pg;
        struct request request;
        struct uses uses;
        struct refusals refusals;
        size_t asked, stored, without;

        /* the part in hand */
        const struct use *use;
        struct texts texts;
        float *vectors; /* one for each distinct text */
        char **reasons; /* the same: why it was refused, or NULL */
        size_t known;   /* of which the first so many are done */
};

static size_t dimension_of(const struct delivery *delivery)
{
        return hart_encoder_dimension(delivery->use->model->encoder);
}

static hart_code find_texts(struct delivery *delivery, const struct request *request, size_t first, size_t count,
                            hart_pg_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};

        hart_pg_add_int4_array(&parameters, request->tenants + first, count);
        hart_pg_add_int8_array(&parameters, request->atoms + first, count);
        hart_pg_add_int4(&parameters, delivery->use->id);
        hart_pg_add_int4(&parameters, TEXT_CHARACTERS);
        return hart_pg_run(delivery->pg, &sql_find_texts, &parameters, ret, err);
}

/* The vectors of all texts before number `end`, or why they have none. */
static hart_code compute(struct delivery *delivery, size_t end, hart_error *err)
{
        while (delivery->known < end) {
                hart_encoder_outcome outcome;
                hart_error reason = {0};
                const hart_code code =
                        embedding_run(delivery->context, delivery->use->model,
                                      delivery->texts.distinct + delivery->known, end - delivery->known,
                                      delivery->vectors + delivery->known * dimension_of(delivery), &outcome, &reason);
                delivery->known += outcome.done;
                if (code == HART_POISON && delivery->known < end) {
                        delivery->reasons[delivery->known++] = hart_duplicate(reason.text);
                } else if (code != HART_OK) {
                        if (err != NULL)
                                *err = reason;
                        return code;
                }
        }
        return HART_OK;
}

/* An atom that is deleted while its vector is computed breaks the foreign key: looked up again, it is not there. */
static hart_code judge(hart_code code, hart_error *err)
{
        if (code != HART_POISON || err == NULL || strcmp(err->foreign, "23503") != 0)
                return code;
        err->code = HART_RETRY;
        return hart_error_context(err, "an atom, or the model's row, was deleted meanwhile");
}

/* Those of a slice that have vectors; the others are refused. */
struct slice {
        int32_t tenants[SLICE];
        int64_t atoms[SLICE];
        size_t count;
        float *vectors;
};

static void gather(struct delivery *delivery, size_t first, size_t end, struct slice *slice)
{
        const struct texts *texts = &delivery->texts;
        const size_t dimension = dimension_of(delivery);

        for (size_t i = first; i < end; i++) {
                const size_t text = texts->text_of[i];
                if (delivery->reasons[text] != NULL) {
                        refusals_add(&delivery->refusals, delivery->use->id, texts->tenants[i], texts->atoms[i],
                                     delivery->reasons[text]);
                        continue;
                }
                slice->tenants[slice->count] = texts->tenants[i];
                slice->atoms[slice->count] = texts->atoms[i];
                memcpy(slice->vectors + slice->count++ * dimension, delivery->vectors + text * dimension,
                       dimension * sizeof *slice->vectors);
        }
}

static hart_code store(struct delivery *delivery, size_t first, size_t end, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        const size_t dimension = dimension_of(delivery);
        struct slice slice = {.vectors = NULL};
        HART_CLEANUP(hart_free_p) float *vectors = hart_allocate_array((end - first) * dimension, sizeof *vectors);
        hart_code code;

        slice.vectors = vectors;
        gather(delivery, first, end, &slice);
        hart_pg_add_int4_array(&parameters, slice.tenants, slice.count);
        hart_pg_add_int8_array(&parameters, slice.atoms, slice.count);
        hart_pg_add_int4(&parameters, delivery->use->id);
        hart_pg_add_int4(&parameters, (int32_t)dimension);
        hart_pg_add_float4_array(&parameters, vectors, slice.count * dimension);
        code = hart_pg_run(delivery->pg, &sql_insert_vectors, &parameters, &result, err);
        if (code != HART_OK)
                return judge(code, err);
        delivery->stored += hart_pg_affected(result);
        return HART_OK;
}

static hart_code work(struct delivery *delivery, hart_error *err)
{
        const struct texts *texts = &delivery->texts;
        hart_code code = HART_OK;

        for (size_t first = 0, end; code == HART_OK && first < texts->count; first = end) {
                size_t needed = 0;
                end = first + SLICE < texts->count ? first + SLICE : texts->count;
                for (size_t i = first; i < end; i++)
                        needed = texts->text_of[i] >= needed ? texts->text_of[i] + 1 : needed;
                hart_worker_status(delivery->context, "%zu of %zu atoms, model %s", first, texts->count,
                                   delivery->use->name);
                code = compute(delivery, needed, err);
                if (code == HART_OK)
                        code = store(delivery, first, end, err);
        }
        return code;
}

/* An atom that is in two parts has its vector when the second one is looked up. */
static hart_code do_part(struct delivery *delivery, const struct request *request, size_t first, size_t count,
                         hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_code code = find_texts(delivery, request, first, count, &rows, err);
        size_t texts;

        if (code != HART_OK)
                return code;
        texts_read(&delivery->texts, rows);
        texts = delivery->texts.distinct_count;
        delivery->vectors = hart_allocate_array(texts * dimension_of(delivery) + 1, sizeof *delivery->vectors);
        delivery->reasons = hart_allocate_array(texts + 1, sizeof *delivery->reasons);
        delivery->known = 0;
        code = work(delivery, err);
        delivery->without += delivery->texts.without;
        for (size_t i = 0; i < texts; i++)
                free(delivery->reasons[i]);
        free(delivery->reasons);
        free(delivery->vectors);
        texts_done(&delivery->texts);
        return code;
}

static hart_code do_model(struct delivery *delivery, const struct use *use, hart_error *err)
{
        HART_CLEANUP(request_done) struct request request = {0};
        hart_code code = HART_OK;

        delivery->use = use;
        request_of_model(&delivery->request, use->id, use->wanted, &request);
        delivery->asked += request.count;
        for (size_t first = 0, count; code == HART_OK && first < request.count; first += count) {
                count = request.count - first < PART ? request.count - first : PART;
                code = do_part(delivery, &request, first, count, err);
        }
        return code;
}

/* A model that a message names must be there. */
static hart_code check_named(const struct delivery *delivery, size_t *blamed, hart_error *err)
{
        for (size_t i = 0; i < delivery->request.message_count; i++) {
                const int32_t model = delivery->request.messages[i].model;
                const struct use *use = model > 0 ? uses_find(&delivery->uses, model) : NULL;
                if (model == 0 || (use != NULL && use->model != NULL))
                        continue;
                *blamed = i;
                if (use == NULL)
                        return hart_fail(err, HART_POISON,
                                         "EmbeddingRequest: there is no model with ModelId %d: hartonomousctl model "
                                         "list shows which there are",
                                         (int)model);
                return hart_fail(err, HART_POISON,
                                 "EmbeddingRequest: model %s (ModelId %d, revision %.12s) is not in this daemon's "
                                 "embedding.conf, or with other weights: give it a section there, reload, and replay "
                                 "this letter",
                                 use->name, (int)model, use->revision);
        }
        return HART_OK;
}

static hart_code find_uses(struct delivery *delivery, hart_error *err)
{
        const struct request *request = &delivery->request;
        HART_CLEANUP(hart_free_p)
        int32_t *named = hart_allocate_array(request->message_count + 1, sizeof *named);

        for (size_t i = 0; i < request->message_count; i++)
                named[i] = request->messages[i].model;
        return uses_read(&delivery->uses, &delivery->embedding->models, delivery->pg, named, request->message_count,
                         err);
}

static void report(struct delivery *delivery)
{
        HART_CLEANUP(hart_free_p) char *atoms = hart_format("ATOMS=%zu", delivery->stored);
        const char *const fields[] = {"EVENT=atoms-embedded", atoms, NULL};

        hart_worker_count_done(delivery->context, METRIC_EMBEDDINGS, delivery->stored);
        hart_worker_log_done(delivery->context, HART_LOG_DEBUG, fields,
                             "%zu atoms asked for: %zu vectors stored, %zu without text, %zu refused, the others gone "
                             "or done before",
                             delivery->asked, delivery->stored, delivery->without, delivery->refusals.count);
}

static hart_code deliver(struct delivery *delivery, size_t *blamed, hart_error *err)
{
        hart_code code = models_take_up(&delivery->embedding->models, delivery->pg, err);

        if (code == HART_OK)
                code = find_uses(delivery, err);
        if (code == HART_OK)
                code = check_named(delivery, blamed, err);
        for (size_t i = 0; code == HART_OK && i < delivery->uses.count; i++)
                if (delivery->uses.list[i].model != NULL)
                        code = do_model(delivery, &delivery->uses.list[i], err);
        if (code == HART_OK)
                code = refusals_settle(&delivery->refusals, &delivery->request, delivery->pg, blamed, err);
        if (code == HART_OK)
                report(delivery);
        if (delivery->uses.rows != NULL)
                embedding_watch_models(delivery->embedding, delivery->context, &delivery->uses);
        return code;
}

hart_code embedding_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                           size_t *blamed, hart_error *err)
{
        struct delivery delivery = {.embedding = state, .context = context, .pg = hart_worker_pg(context)};
        hart_code code = HART_OK;

        for (size_t i = 0; code == HART_OK && i < count; i++) {
                code = request_add(&delivery.request, &messages[i], err);
                if (code != HART_OK)
                        *blamed = i;
        }
        if (code == HART_OK)
                code = deliver(&delivery, blamed, err);
        refusals_done(&delivery.refusals);
        uses_done(&delivery.uses);
        request_done(&delivery.request);
        return code;
}
