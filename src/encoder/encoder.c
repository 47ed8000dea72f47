#include <hartonomous/encoder.h>

#include <string.h>

#include <hartonomous/memory.h>

#include "engine.h"
#include "tokenizer.h"

#define DEFAULT_TOKENS 512

struct hart_encoder {
        struct model_card card;      /* engines of tokens */
        struct tokenizer *tokenizer; /* the same */
        const struct engine *engine;
        void *state;
        struct engine_identity identity;
        char *engine_name;
        size_t token_limit;
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
        tokenizer_close(encoder->tokenizer);
        free(encoder->engine_name);
        free(encoder->ids);
        free(encoder->starts);
        free(encoder);
}

void hart_encoder_close_p(hart_encoder **encoder)
{
        hart_encoder_close(*encoder);
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

/* The row and the precision that are asked for. */
static hart_code choose(hart_encoder *encoder, const hart_encoder_options *asked, struct engine_options *options,
                        hart_error *err)
{
        size_t engine = find_name(engine_at, NULL, asked->engine), precision;
        HART_CLEANUP(hart_free_p) char *allowed = NULL;

        if (engine == SIZE_MAX) {
                allowed = names_of(engine_at, NULL);
                return hart_fail(err, HART_CONFIG, "engine \"%s\" is not known; one of: %s", asked->engine, allowed);
        }
        encoder->engine = engines[engine];
        precision = find_name(precision_at, encoder->engine, asked->precision);
        if (precision == SIZE_MAX) {
                allowed = names_of(precision_at, encoder->engine);
                return hart_fail(err, HART_CONFIG, "engine %s has no precision \"%s\"; one of: %s",
                                 encoder->engine->name, asked->precision, allowed);
        }
        *options = (struct engine_options){.asked = asked, .precision = encoder->engine->precisions[precision]};
        return HART_OK;
}

bool hart_encoder_may_fork(const hart_encoder_options *options)
{
        const size_t engine = find_name(engine_at, NULL, options->engine);

        return engine != SIZE_MAX && engines[engine]->may_fork;
}

/* What engines of tokens need beside themselves. */
static hart_code open_files(hart_encoder *encoder, const char *folder, hart_error *err)
{
        hart_code code = card_read(&encoder->card, folder, err);

        if (code == HART_OK)
                code = tokenizer_open(&encoder->tokenizer, folder, err);
        if (code < 0)
                return code;
        /* Fewer would still give vectors: of rarer words in other pieces, and so of other texts. */
        if (tokenizer_count(encoder->tokenizer) != encoder->card.vocabulary)
                return hart_fail(err, HART_CONFIG,
                                 "%s: its vocabulary has %zu tokens, config.json says %zu; is it cut off?", folder,
                                 tokenizer_count(encoder->tokenizer), encoder->card.vocabulary);
        return HART_OK;
}

/* All that goes before the engine itself. */
static hart_code open_parts(hart_encoder *encoder, const hart_encoder_options *asked, struct engine_options *options,
                            hart_error *err)
{
        hart_code code = choose(encoder, asked, options, err);

        if (code < 0 || encoder->engine->run_tokens == NULL)
                return code;
        code = open_files(encoder, asked->model_dir != NULL ? asked->model_dir : HART_MODEL_DIR, err);
        encoder->budget = asked->token_budget > 0 ? asked->token_budget : DEFAULT_TOKENS;
        if (encoder->budget < encoder->card.token_limit)
                encoder->budget = encoder->card.token_limit;
        options->card = &encoder->card;
        options->tokens = encoder->budget;
        return code;
}

hart_code hart_encoder_check(const hart_encoder_options *options, hart_error *err)
{
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = hart_allocate(sizeof *encoder);
        struct engine_options engine_options;
        hart_code code = open_parts(encoder, options, &engine_options, err);

        return code == HART_OK ? encoder->engine->check(&engine_options, err) : code;
}

hart_code hart_encoder_open(hart_encoder **ret, const hart_encoder_options *options, hart_error *err)
{
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = hart_allocate(sizeof *encoder);
        struct engine_options engine_options;
        hart_code code = open_parts(encoder, options, &engine_options, err);

        if (code < 0)
                return code;
        code = encoder->engine->open(&encoder->state, &engine_options, &encoder->identity, err);
        if (code < 0)
                return code;
        encoder->token_limit = SIZE_MAX;
        if (encoder->engine->run_tokens != NULL) {
                encoder->token_limit = encoder->card.token_limit;
                encoder->ids = hart_allocate_array(encoder->budget + encoder->token_limit, sizeof *encoder->ids);
                encoder->starts = hart_allocate_array(encoder->budget / 2 + 2, sizeof *encoder->starts);
        }
        encoder->engine_name = encoder->identity.means == NULL
                                       ? hart_format("%s/%s", encoder->engine->name, engine_options.precision)
                                       : hart_format("%s/%s (%s)", encoder->engine->name, engine_options.precision,
                                                     encoder->identity.means);
        *ret = HART_TAKE(encoder);
        return HART_OK;
}

size_t hart_encoder_dimension(const hart_encoder *encoder)
{
        return encoder->identity.dimension;
}

size_t hart_encoder_token_limit(const hart_encoder *encoder)
{
        return encoder->token_limit;
}

const char *hart_encoder_engine(const hart_encoder *encoder)
{
        return encoder->engine_name;
}

const char *hart_encoder_revision(const hart_encoder *encoder)
{
        return encoder->identity.revision;
}

/* Fills the batch from texts[0]: as many as fit the budget, one at least. Sets *tokens. */
static size_t gather(hart_encoder *encoder, const hart_encoder_text *texts, size_t count, size_t *tokens)
{
        size_t taken = 0, used = 0;

        encoder->starts[0] = 0;
        while (taken < count) {
                size_t got = tokenizer_encode(encoder->tokenizer, texts[taken].text, texts[taken].size,
                                              encoder->ids + used, encoder->token_limit);
                if (used + got > encoder->budget)
                        break;
                used += got;
                encoder->starts[++taken] = used;
        }
        *tokens = used;
        return taken;
}

static hart_code run_tokens(hart_encoder *encoder, const hart_encoder_text *texts, size_t count, float *vectors,
                            hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data, hart_error *err)
{
        while (outcome->done < count) {
                struct token_batch batch = {.ids = encoder->ids, .starts = encoder->starts};
                size_t used;
                hart_code code;
                batch.count = gather(encoder, texts + outcome->done, count - outcome->done, &used);
                code = encoder->engine->run_tokens(encoder->state, &batch,
                                                   vectors + outcome->done * encoder->identity.dimension, err);
                if (code != HART_OK)
                        return code;
                outcome->done += batch.count;
                outcome->tokens += used;
                code = progress != NULL ? progress(data) : HART_OK;
                if (code != HART_OK)
                        return code;
        }
        return HART_OK;
}

hart_code hart_encoder_run(hart_encoder *encoder, const hart_encoder_text *texts, size_t count, float *vectors,
                           hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data, hart_error *err)
{
        hart_encoder_outcome own;

        outcome = outcome != NULL ? outcome : &own;
        *outcome = (hart_encoder_outcome){0};
        return encoder->engine->run_texts != NULL
                       ? encoder->engine->run_texts(encoder->state, texts, count, vectors, outcome, progress, data, err)
                       : run_tokens(encoder, texts, count, vectors, outcome, progress, data, err);
}
