#include <hartonomous/encoder.h>

#include <string.h>

#include <hartonomous/memory.h>

#include "engine.h"
#include "wordpiece.h"

#define DEFAULT_TOKENS 512

struct hart_encoder {
        struct model model;
        struct wordpiece *wordpiece;
        const struct engine *engine;
        void *state;
        char *engine_name;
        char revision[HART_SHA256_HEX_SIZE];
        /* the batch that is being put together */
        size_t budget; /* tokens it may have */
        int32_t *ids;
        size_t *starts; /* as many as texts may be: each has two tokens at least */
};

void hart_encoder_close(hart_encoder *encoder)
{
        if (encoder == NULL)
                return;
        if (encoder->state != NULL)
                encoder->engine->close(encoder->state);
        wordpiece_close(encoder->wordpiece);
        model_done(&encoder->model);
        free(encoder->engine_name);
        free(encoder->ids);
        free(encoder->starts);
        free(encoder);
}

void hart_encoder_close_p(hart_encoder **encoder)
{
        hart_encoder_close(*encoder);
}

static hart_code open_wordpiece(hart_encoder *encoder, const char *folder, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/vocab.txt", folder);
        HART_CLEANUP(mapping_done) struct mapping file = {0};
        hart_code code = mapping_open(&file, path, err);

        if (code < 0)
                return code;
        code = wordpiece_open(&encoder->wordpiece, file.data != NULL ? (const void *)file.data : "", file.size, err);
        if (code < 0)
                return hart_error_context(err, "%s", path), code;
        /* Fewer would still give vectors: of rarer words in other pieces, and so of other texts. */
        if (wordpiece_count(encoder->wordpiece) != encoder->model.vocabulary)
                return hart_fail(err, HART_CONFIG, "%s: has %zu tokens, config.json says %zu; is it cut off?", path,
                                 wordpiece_count(encoder->wordpiece), encoder->model.vocabulary);
        return HART_OK;
}

/* "a, b" of what there is. */
static char *names_of(const char *(*name)(const void *table, size_t index), const void *table)
{
        char *list = NULL;

        for (size_t i = 0; name(table, i) != NULL; i++) {
                char *longer =
                        list == NULL ? hart_duplicate(name(table, i)) : hart_format("%s, %s", list, name(table, i));
                free(list);
                list = longer;
        }
        return list;
}

static const char *engine_at(const void *table, size_t index)
{
        (void)table;
        return index < engine_count ? engines[index]->name : NULL;
}

static const char *precision_at(const void *table, size_t index)
{
        return ((const struct engine *)table)->precisions[index];
}

/* The row of that name; SIZE_MAX where there is none. NULL means the first. */
static size_t find_name(const char *(*name)(const void *table, size_t index), const void *table, const char *wanted)
{
        if (wanted == NULL)
                return 0;
        for (size_t i = 0; name(table, i) != NULL; i++)
                if (strcmp(name(table, i), wanted) == 0)
                        return i;
        return SIZE_MAX;
}

static hart_code open_engine(hart_encoder *encoder, const hart_encoder_options *options, hart_error *err)
{
        size_t engine = find_name(engine_at, NULL, options->engine), precision;
        HART_CLEANUP(hart_free_p) char *allowed = NULL;

        if (engine == SIZE_MAX) {
                allowed = names_of(engine_at, NULL);
                return hart_fail(err, HART_CONFIG, "engine \"%s\" is not known; one of: %s", options->engine, allowed);
        }
        encoder->engine = engines[engine];
        precision = find_name(precision_at, encoder->engine, options->precision);
        if (precision == SIZE_MAX) {
                allowed = names_of(precision_at, encoder->engine);
                return hart_fail(err, HART_CONFIG, "engine %s has no precision \"%s\"; one of: %s",
                                 encoder->engine->name, options->precision, allowed);
        }
        const struct engine_options asked = {.model = &encoder->model,
                                             .precision = encoder->engine->precisions[precision],
                                             .threads = options->threads,
                                             .tokens = encoder->budget};
        encoder->engine_name = hart_format("%s/%s", encoder->engine->name, asked.precision);
        return encoder->engine->open(&encoder->state, &asked, err);
}

static hart_code open_files(hart_encoder *encoder, const hart_encoder_options *options, hart_error *err)
{
        const char *folder = options->model_dir != NULL ? options->model_dir : HART_MODEL_DIR;
        hart_code code = model_open(&encoder->model, folder, err);

        return code == HART_OK ? open_wordpiece(encoder, folder, err) : code;
}

hart_code hart_encoder_check(const hart_encoder_options *options, hart_error *err)
{
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = hart_allocate(sizeof *encoder);

        return open_files(encoder, options, err);
}

hart_code hart_encoder_open(hart_encoder **ret, const hart_encoder_options *options, hart_error *err)
{
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = hart_allocate(sizeof *encoder);
        unsigned char digest[HART_SHA256_SIZE];
        hart_code code = open_files(encoder, options, err);

        if (code < 0)
                return code;
        hart_sha256(encoder->model.weights.data, encoder->model.weights.size, digest);
        hart_hex(digest, sizeof digest, encoder->revision);
        encoder->budget = options->token_budget > 0 ? options->token_budget : DEFAULT_TOKENS;
        if (encoder->budget < encoder->model.token_limit)
                encoder->budget = encoder->model.token_limit;
        encoder->ids = hart_allocate_array(encoder->budget + encoder->model.token_limit, sizeof *encoder->ids);
        encoder->starts = hart_allocate_array(encoder->budget / 2 + 2, sizeof *encoder->starts);
        code = open_engine(encoder, options, err);
        if (code < 0)
                return code;
        /* The engine has its own copy of most; what is needed of the file comes back page by page. */
        mapping_release_pages(&encoder->model.weights);
        *ret = HART_TAKE(encoder);
        return HART_OK;
}

size_t hart_encoder_dimension(const hart_encoder *encoder)
{
        return encoder->model.hidden;
}

size_t hart_encoder_token_limit(const hart_encoder *encoder)
{
        return encoder->model.token_limit;
}

const char *hart_encoder_engine(const hart_encoder *encoder)
{
        return encoder->engine_name;
}

const char *hart_encoder_revision(const hart_encoder *encoder)
{
        return encoder->revision;
}

/* Fills the batch from texts[0]: as many as fit the budget, one at least. Sets *tokens. */
static size_t gather(hart_encoder *encoder, const hart_encoder_text *texts, size_t count, size_t *tokens)
{
        size_t taken = 0, used = 0;

        encoder->starts[0] = 0;
        while (taken < count) {
                size_t got = wordpiece_encode(encoder->wordpiece, texts[taken].text, texts[taken].size,
                                              encoder->ids + used, encoder->model.token_limit);
                if (used + got > encoder->budget)
                        break;
                used += got;
                encoder->starts[++taken] = used;
        }
        *tokens = used;
        return taken;
}

hart_code hart_encoder_run(hart_encoder *encoder, const hart_encoder_text *texts, size_t count, float *vectors,
                           size_t *tokens, hart_encoder_progress progress, void *data, hart_error *err)
{
        size_t total = 0;

        for (size_t done = 0, taken; done < count; done += taken) {
                struct token_batch batch = {.ids = encoder->ids, .starts = encoder->starts};
                size_t used;
                hart_code code;
                taken = batch.count = gather(encoder, texts + done, count - done, &used);
                total += used;
                code = encoder->engine->run(encoder->state, &batch, vectors + done * encoder->model.hidden, err);
                if (code == HART_OK && progress != NULL)
                        code = progress(data);
                if (code != HART_OK)
                        return code;
        }
        if (tokens != NULL)
                *tokens = total;
        return HART_OK;
}
