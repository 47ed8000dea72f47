/* Questions to answers: each conversation brings texts and gets their vectors, or the reason why not. It is over then,
 * whatever came of it, so nobody waits for ever. */
#include <string.h>

#include <hartonomous/memory.h>

#include "embedding.h"
#include "embedding_sql.h"
#include "question.h"

/* What an Error says as its code: HTTP's numbers, which everybody knows. */
enum { WRONG_QUESTION = 400, NO_SUCH_MODEL = 404 };

static hart_code refuse(hart_worker_context *context, const hart_message *message, int32_t number,
                        const hart_error *reason, hart_error *err)
{
        hart_worker_log_done(context, HART_LOG_INFO, NULL, "A question was refused: %s", reason->text);
        return hart_broker_end_conversation(hart_worker_pg(context), message->conversation, &number, reason->text, err);
}

/* The model that is meant; HART_EMPTY with the reason in *err where this daemon has it not. */
static hart_code find_model(const struct embedding *embedding, hart_worker_context *context,
                            const struct question *question, const struct model **ret, hart_error *err)
{
        HART_CLEANUP(uses_done) struct uses uses = {0};
        const struct use *active;
        hart_code code;

        if (question->model != NULL) {
                *ret = models_find(&embedding->models, question->model, NULL);
                if (*ret == NULL)
                        (void)hart_fail(err, HART_CONFIG, "model %.200s is not in this daemon's embedding.conf",
                                        question->model);
                return *ret != NULL ? HART_OK : HART_EMPTY;
        }
        code = uses_read(&uses, &embedding->models, hart_worker_pg(context), NULL, 0, err);
        if (code != HART_OK)
                return code;
        active = uses_active(&uses);
        *ret = active != NULL ? active->model : NULL;
        if (active == NULL)
                (void)hart_fail(err, HART_CONFIG, "no model is active: hartonomousctl model activate");
        else if (active->model == NULL)
                (void)hart_fail(err, HART_CONFIG,
                                "model %s, which is active, is not in this daemon's embedding.conf, or with other "
                                "weights",
                                active->name);
        return *ret != NULL ? HART_OK : HART_EMPTY;
}

static hart_code send(hart_worker_context *context, const hart_message *message, const struct model *model,
                      const float *vectors, size_t count, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        const size_t dimension = hart_encoder_dimension(model->encoder);
        const size_t most = question_vectors_per_message(dimension), bodies = (count + most - 1) / most;
        HART_CLEANUP(hart_free_p) hart_pg_bytes *list = hart_allocate_array(bodies, sizeof *list);
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        HART_CLEANUP(hart_free_p) size_t *ends = hart_allocate_array(bodies + 1, sizeof *ends);
        hart_code code;

        for (size_t i = 0; i < bodies; i++) {
                const size_t first = i * most, number = count - first < most ? count - first : most;
                question_write_answer(model->name, hart_encoder_revision(model->encoder), dimension, first,
                                      vectors + first * dimension, number, &text);
                ends[i + 1] = text.size;
        }
        for (size_t i = 0; i < bodies; i++)
                list[i] = (hart_pg_bytes){text.data + ends[i], ends[i + 1] - ends[i]};
        hart_pg_add_int8(&parameters, message->conversation);
        hart_pg_add_jsonb_array(&parameters, list, bodies);
        code = hart_pg_run(hart_worker_pg(context), &sql_answer, &parameters, NULL, err);
        if (code == HART_OK)
                hart_worker_count_done(context, METRIC_ANSWERED, count);
        return code;
}

static hart_code answer(const struct embedding *embedding, hart_worker_context *context, const hart_message *message,
                        const struct question *question, hart_error *err)
{
        const struct model *model = NULL;
        hart_error reason = {0};
        hart_encoder_outcome outcome;
        hart_code code = find_model(embedding, context, question, &model, &reason);

        if (code == HART_EMPTY)
                return refuse(context, message, NO_SUCH_MODEL, &reason, err);
        if (code == HART_OK) {
                HART_CLEANUP(hart_free_p)
                float *vectors =
                        hart_allocate_array(question->count * hart_encoder_dimension(model->encoder), sizeof *vectors);
                code = embedding_run(context, model, question->texts, question->count, vectors, &outcome, &reason);
                if (code == HART_OK)
                        return send(context, message, model, vectors, question->count, err);
                if (code == HART_POISON) {
                        (void)hart_error_context(&reason, "Texts[%zu]", outcome.done);
                        return refuse(context, message, WRONG_QUESTION, &reason, err);
                }
        }
        if (err != NULL)
                *err = reason;
        return code;
}

/* EndDialog and Error: who asked is gone. */
static bool is_farewell(const hart_message *message)
{
        return strcmp(message->type, "EndDialog") == 0 || strcmp(message->type, "Error") == 0;
}

static hart_code take(const struct embedding *embedding, hart_worker_context *context, const hart_message *message,
                      hart_error *err)
{
        HART_CLEANUP(question_done) struct question question = {0};
        hart_error reason = {0};

        if (is_farewell(message))
                return hart_broker_end_conversation(hart_worker_pg(context), message->conversation, NULL, NULL, err);
        if (question_read(&question, message, &reason) != HART_OK)
                return refuse(context, message, WRONG_QUESTION, &reason, err);
        return answer(embedding, context, message, &question, err);
}

hart_code embedding_answer(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                           size_t *blamed, hart_error *err)
{
        for (size_t i = 0; i < count; i++) {
                const hart_code code = take(state, context, &messages[i], err);
                if (code != HART_OK) {
                        *blamed = i;
                        return code;
                }
        }
        return HART_OK;
}
