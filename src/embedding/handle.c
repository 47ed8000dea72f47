/* Messages to vectors: what a delivery asks for is looked up a part at a time, then computed and stored a slice at a
 * time.
 */
#include <string.h>

#include <hartonomous/memory.h>

#include "embedding.h"
#include "embedding_sql.h"
#include "request.h"
#include "texts.h"

#define SLICE 256  /* atoms whose vectors go into one statement */
#define PART  1024 /* atoms whose texts are in memory at once: each may be TEXT_CHARACTERS long */

struct delivery {
        struct embedding *embedding;
        hart_worker_context *context;
        hart_pg *pg;
        struct texts texts;
        float *vectors; /* one for each distinct text */
        size_t known;   /* of which the first so many are computed */
        size_t stored, tokens, without;
};

static hart_code find_texts(struct delivery *delivery, const struct request *request, size_t first, size_t count,
                            hart_pg_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};

        hart_pg_add_int4_array(&parameters, request->tenants + first, count);
        hart_pg_add_int8_array(&parameters, request->atoms + first, count);
        hart_pg_add_int4(&parameters, delivery->embedding->model);
        hart_pg_add_int4(&parameters, TEXT_CHARACTERS);
        return hart_pg_run(delivery->pg, &sql_find_texts, &parameters, ret, err);
}

static hart_code progress(void *context)
{
        return hart_worker_progress(context);
}

/* The vectors of all texts before number `end`. */
static hart_code compute(struct delivery *delivery, size_t end, hart_error *err)
{
        const size_t dimension = hart_encoder_dimension(delivery->embedding->encoder);
        hart_encoder_outcome outcome;
        hart_code code;

        if (end <= delivery->known)
                return HART_OK;
        code = hart_encoder_run(delivery->embedding->encoder, delivery->texts.distinct + delivery->known,
                                end - delivery->known, delivery->vectors + delivery->known * dimension, &outcome,
                                progress, delivery->context, err);
        delivery->known = end;
        delivery->tokens += outcome.tokens;
        return code;
}

/* An atom that is deleted while its vector is computed breaks the foreign key: looked up again, it is not there. */
static hart_code judge(struct delivery *delivery, hart_code code, hart_error *err)
{
        if (code != HART_POISON || err == NULL || strcmp(err->foreign, "23503") != 0)
                return code;
        delivery->embedding->model = 0;
        err->code = HART_RETRY;
        return hart_error_context(err, "an atom, or the model's row, was deleted meanwhile");
}

static hart_code store(struct delivery *delivery, size_t first, size_t end, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        const struct texts *texts = &delivery->texts;
        const size_t dimension = hart_encoder_dimension(delivery->embedding->encoder);
        HART_CLEANUP(hart_free_p) float *vectors = hart_allocate_array((end - first) * dimension, sizeof *vectors);
        hart_code code;

        for (size_t i = first; i < end; i++)
                memcpy(vectors + (i - first) * dimension, delivery->vectors + texts->text_of[i] * dimension,
                       dimension * sizeof *vectors);
        hart_pg_add_int4_array(&parameters, texts->tenants + first, end - first);
        hart_pg_add_int8_array(&parameters, texts->atoms + first, end - first);
        hart_pg_add_int4(&parameters, delivery->embedding->model);
        hart_pg_add_int4(&parameters, (int32_t)dimension);
        hart_pg_add_float4_array(&parameters, vectors, (end - first) * dimension);
        code = hart_pg_run(delivery->pg, &sql_insert_vectors, &parameters, &result, err);
        if (code != HART_OK)
                return judge(delivery, code, err);
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
                hart_worker_status(delivery->context, "%zu of %zu atoms", first, texts->count);
                code = compute(delivery, needed, err);
                if (code == HART_OK)
                        code = store(delivery, first, end, err);
        }
        return code;
}

static void report(struct delivery *delivery, size_t asked)
{
        HART_CLEANUP(hart_free_p) char *atoms = hart_format("ATOMS=%zu", delivery->stored);
        const char *const fields[] = {"EVENT=atoms-embedded", atoms, NULL};

        hart_worker_count_done(delivery->context, METRIC_EMBEDDINGS, delivery->stored);
        hart_worker_count(delivery->context, METRIC_TOKENS, delivery->tokens);
        hart_worker_status(delivery->context, "model %s", delivery->embedding->name);
        hart_worker_log_done(
                delivery->context, HART_LOG_DEBUG, fields,
                "%zu atoms asked for: %zu vectors stored, %zu without text, the others gone or done before", asked,
                delivery->stored, delivery->without);
}

/* An atom that is in two parts has its vector when the second one is looked up. */
static hart_code do_part(struct delivery *delivery, const struct request *request, size_t first, size_t count,
                         hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_code code = find_texts(delivery, request, first, count, &rows, err);

        if (code != HART_OK)
                return code;
        texts_read(&delivery->texts, rows);
        delivery->vectors = hart_allocate_array(
                delivery->texts.distinct_count * hart_encoder_dimension(delivery->embedding->encoder) + 1,
                sizeof *delivery->vectors);
        delivery->known = 0;
        code = work(delivery, err);
        delivery->without += delivery->texts.without;
        free(delivery->vectors);
        texts_done(&delivery->texts);
        return code;
}

static hart_code deliver(struct delivery *delivery, const struct request *request, hart_error *err)
{
        hart_code code = HART_OK;

        if (delivery->embedding->model == 0)
                code = embedding_register_model(delivery->embedding, delivery->pg, err);
        for (size_t first = 0, count; code == HART_OK && first < request->count; first += count) {
                count = request->count - first < PART ? request->count - first : PART;
                code = do_part(delivery, request, first, count, err);
        }
        if (code == HART_OK)
                report(delivery, request->count);
        return code;
}

hart_code embedding_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                           size_t *blamed, hart_error *err)
{
        HART_CLEANUP(request_done) struct request request = {0};
        struct delivery delivery = {.embedding = state, .context = context, .pg = hart_worker_pg(context)};

        for (size_t i = 0; i < count; i++) {
                const hart_code code = request_add(&request, &messages[i], err);
                if (code != HART_OK) {
                        *blamed = i;
                        return code;
                }
        }
        return deliver(&delivery, &request, err);
}
