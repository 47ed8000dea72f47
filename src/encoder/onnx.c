/* Any sentence encoder as a file of ONNX (https://onnx.ai), computed by ONNX Runtime. What makes a text a vector is the
 * file's; the tokens, the padding and the pooling are ours.
 *
 * With one thread ONNX Runtime starts none of its own, and processes that are forked after open use the session they
 * inherit, its weights in memory once. Threads do not survive a fork: with more than one thread the session that open
 * has tried is closed again, and each process opens its own at its first run. */
#include <math.h>
#include <string.h>

#include <hartonomous/memory.h>

#include "engine.h"
#include "onnx_files.h"
#include "onnx_groups.h"
#include "onnx_library.h"
#include "onnx_session.h"

struct onnx {
        char *path, *library;
        unsigned threads;
        struct onnx_session *session; /* NULL: opened by the first run */
        enum card_pooling pooling;
        size_t dimension;         /* 0 until the first run */
        size_t cells;             /* tokens of a rectangle, padding included */
        int64_t *ids, *mask;      /* a rectangle */
        struct group_text *texts; /* of a batch */
        size_t text_room;
};

static void onnx_close(void *state)
{
        struct onnx *onnx = state;

        if (onnx == NULL)
                return;
        onnx_session_close(onnx->session);
        free(onnx->path);
        free(onnx->library);
        free(onnx->ids);
        free(onnx->mask);
        free(onnx->texts);
        free(onnx);
}

static void close_p(struct onnx **onnx)
{
        onnx_close(*onnx);
}

static hart_code open_session(struct onnx *onnx, hart_error *err)
{
        const struct onnx_session_options options = {
                .library = onnx->library, .path = onnx->path, .threads = onnx->threads};

        return onnx->session != NULL ? HART_OK : onnx_session_open(&onnx->session, &options, err);
}

/* The texts of a group as rows, padded behind. */
static void fill(struct onnx *onnx, const struct token_batch *batch, const struct group_text *group, size_t rows)
{
        const size_t length = group[0].length;

        for (size_t row = 0; row < rows; row++) {
                const int32_t *from = batch->ids + batch->starts[group[row].index];
                int64_t *ids = onnx->ids + row * length, *mask = onnx->mask + row * length;
                for (size_t i = 0; i < length; i++) {
                        mask[i] = i < group[row].length;
                        ids[i] = i < group[row].length ? from[i] : 0;
                }
        }
}

/* Of the states of a text's tokens, without the padding behind them. */
static void pool(float *vector, const float *states, size_t tokens, size_t dimension, enum card_pooling pooling)
{
        memcpy(vector, states, dimension * sizeof *vector);
        for (size_t token = 1; pooling == CARD_POOL_MEAN && token < tokens; token++)
                for (size_t i = 0; i < dimension; i++)
                        vector[i] += states[token * dimension + i];
}

/* To length 1. false where a number is none, or all are 0. */
static bool normalise(float *vector, size_t dimension)
{
        double squares = 0;
        float factor;

        for (size_t i = 0; i < dimension; i++)
                squares += (double)vector[i] * (double)vector[i];
        factor = (float)(1 / sqrt(squares));
        if (!isfinite(factor) || !(factor > 0))
                return false;
        for (size_t i = 0; i < dimension; i++)
                vector[i] *= factor;
        return true;
}

static hart_code take_vectors(const struct onnx *onnx, const struct onnx_output *output, const struct group_text *group,
                              size_t rows, float *vectors, hart_error *err)
{
        const size_t dimension = output->dimension, length = group[0].length;

        for (size_t row = 0; row < rows; row++) {
                float *vector = vectors + group[row].index * dimension;
                if (output->pooled)
                        memcpy(vector, output->numbers + row * dimension, dimension * sizeof *vector);
                else
                        pool(vector, output->numbers + row * length * dimension, group[row].length, dimension,
                             onnx->pooling);
                if (!normalise(vector, dimension))
                        return hart_fail(err, HART_FATAL,
                                         "%s: gives no vector for a text: its numbers are not finite, or all 0",
                                         onnx->path);
        }
        return HART_OK;
}

static hart_code run_group(struct onnx *onnx, const struct token_batch *batch, const struct group_text *group,
                           size_t rows, float *vectors, hart_error *err)
{
        const struct onnx_rectangle rectangle = {
                .ids = onnx->ids, .mask = onnx->mask, .rows = rows, .length = group[0].length};
        struct onnx_output output;
        hart_code code;

        fill(onnx, batch, group, rows);
        code = onnx_session_run(onnx->session, &rectangle, &output, err);
        if (code == HART_OK && output.dimension != onnx->dimension)
                code = hart_fail(err, HART_CONFIG, "its vectors have %zu numbers, not %zu", output.dimension,
                                 onnx->dimension);
        if (code < 0)
                return hart_error_context(err, "%s", onnx->path);
        return take_vectors(onnx, &output, group, rows, vectors, err);
}

static hart_code onnx_run(void *state, const struct token_batch *batch, float *vectors, hart_error *err)
{
        struct onnx *onnx = state;
        hart_code code = open_session(onnx, err);

        if (batch->count > onnx->text_room) {
                free(onnx->texts);
                onnx->texts = hart_allocate_array(batch->count, sizeof *onnx->texts);
                onnx->text_room = batch->count;
        }
        for (size_t i = 0; i < batch->count; i++)
                onnx->texts[i] = (struct group_text){i, batch->starts[i + 1] - batch->starts[i]};
        groups_order(onnx->texts, batch->count);
        for (size_t done = 0, rows; code == HART_OK && done < batch->count; done += rows) {
                rows = groups_next(onnx->texts + done, batch->count - done, onnx->cells);
                code = run_group(onnx, batch, onnx->texts + done, rows, vectors, err);
        }
        return code;
}

#define TRIED_TOKENS 512

/* The longest text (if it is no very long one) of the last token of the vocabulary: a model with fewer positions or
 * tokens than its other files say fails here and not at some text; and two short ones, of which one is padded. */
static hart_code run_samples(struct onnx *onnx, const struct model_card *card, hart_error *err)
{
        const size_t length = card->token_limit < TRIED_TOKENS ? card->token_limit : TRIED_TOKENS;
        const size_t starts[] = {0, length, length + 1, length + 3};
        HART_CLEANUP(hart_free_p) int32_t *ids = hart_allocate_array(length + 3, sizeof *ids);
        HART_CLEANUP(hart_free_p) float *vectors = NULL;
        const struct onnx_rectangle rectangle = {.ids = onnx->ids, .mask = onnx->mask, .rows = 1, .length = 1};
        struct onnx_output output;
        hart_code code;

        for (size_t i = 0; i < length; i++)
                ids[i] = (int32_t)(card->vocabulary - 1);
        onnx->mask[0] = 1;
        code = onnx_session_run(onnx->session, &rectangle, &output, err);
        if (code < 0)
                return hart_error_context(err, "%s", onnx->path);
        if (card->hidden != 0 && output.dimension != card->hidden)
                return hart_fail(err, HART_CONFIG, "%s: its vectors have %zu numbers, config.json says %zu", onnx->path,
                                 output.dimension, card->hidden);
        onnx->dimension = output.dimension;
        vectors = hart_allocate_array(3 * onnx->dimension, sizeof *vectors);
        return onnx_run(onnx, &(struct token_batch){.ids = ids, .starts = starts, .count = 3}, vectors, err);
}

/* As run_samples; nobody has sent a text yet, so that whatever fails is the model's fault. */
static hart_code try_out(struct onnx *onnx, const struct model_card *card, hart_error *err)
{
        hart_error cause = {0};

        if (run_samples(onnx, card, &cause) < 0)
                return hart_fail(err, HART_CONFIG, "%s", cause.text);
        return HART_OK;
}

static const char *folder_of(const struct engine_options *options)
{
        return options->asked->model_dir != NULL ? options->asked->model_dir : HART_MODEL_DIR;
}

static hart_code onnx_check(const struct engine_options *options, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *path = NULL;
        char revision[HART_SHA256_HEX_SIZE];
        const OrtApi *api;
        const hart_code code = onnx_files_open(&path, revision, folder_of(options), err);

        return code == HART_OK ? onnx_library_open(&api, options->asked->library, err) : code;
}

static hart_code onnx_open(void **ret, const struct engine_options *options, struct engine_identity *identity,
                           hart_error *err)
{
        HART_CLEANUP(close_p) struct onnx *onnx = hart_allocate(sizeof *onnx);
        struct engine_identity found = {0};
        hart_code code = onnx_files_open(&onnx->path, found.revision, folder_of(options), err);

        if (code < 0)
                return code;
        onnx->library = hart_duplicate(options->asked->library);
        onnx->threads = options->asked->threads;
        onnx->pooling = options->card->pooling;
        onnx->cells = options->tokens;
        onnx->ids = hart_allocate_array(onnx->cells, sizeof *onnx->ids);
        onnx->mask = hart_allocate_array(onnx->cells, sizeof *onnx->mask);
        code = open_session(onnx, err);
        if (code == HART_OK)
                code = try_out(onnx, options->card, err);
        if (code < 0)
                return code;
        if (onnx->threads > 1) {
                onnx_session_close(onnx->session);
                onnx->session = NULL;
        }
        found.dimension = onnx->dimension;
        *identity = found;
        *ret = HART_TAKE(onnx);
        return HART_OK;
}

static const char *const precisions[] = {"exact", NULL};

const struct engine onnx_engine = {.name = "onnx",
                                   .precisions = precisions,
                                   .card = CARD_FOR_ANY,
                                   .may_fork = true,
                                   .check = onnx_check,
                                   .open = onnx_open,
                                   .close = onnx_close,
                                   .run_tokens = onnx_run};
