#include <hartonomous/encoder.h>

#include <string.h>

#include <hartonomous/memory.h>

#include "batches.h"
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
        struct batches batches; /* engines of tokens */
};

void hart_encoder_close(hart_encoder *encoder)
{
        if (encoder == NULL)
                return;
        if (encoder->state != NULL)
                encoder->engine->close(encoder->state);
        tokenizer_close(encoder->tokenizer);
        free(encoder->engine_name);
        batches_done(&encoder->batches);
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
        hart_code code = card_read(&encoder->card, folder, encoder->engine->card, err);

        if (code == HART_OK)
                code = tokenizer_open(&encoder->tokenizer, folder, err);
        if (code < 0)
                return code;
        /* Fewer would still give vectors: of rarer words in other pieces, and so of other texts. */
        return tokenizer_fits(encoder->tokenizer, encoder->card.vocabulary, err);
}

static hart_code plan_batches(hart_encoder *encoder, const hart_encoder_options *asked, hart_error *err)
{
        const size_t limit = encoder->card.token_limit;
        const size_t budget = asked->token_budget > 0 ? asked->token_budget : DEFAULT_TOKENS;

        encoder->batches = (struct batches){.tokenizer = encoder->tokenizer,
                                            .engine = encoder->engine,
                                            .limit = limit,
                                            .overlap = asked->window_overlap,
                                            .budget = budget > limit ? budget : limit,
                                            .windows = asked->long_texts == HART_ENCODER_WINDOWS};
        /* Half a window is more than anybody needs, and bounds how often a token is computed. */
        if (encoder->batches.windows && (asked->window_overlap > limit / 2 || asked->window_overlap + 2 >= limit))
                return hart_fail(err, HART_CONFIG,
                                 "window_overlap = %zu: at most half of the %zu tokens that the model looks at",
                                 asked->window_overlap, limit);
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
        if (code == HART_OK)
                code = plan_batches(encoder, asked, err);
        options->card = &encoder->card;
        options->tokens = encoder->batches.budget;
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
        if (encoder->engine->run_tokens != NULL) {
                encoder->batches.state = encoder->state;
                encoder->batches.dimension = encoder->identity.dimension;
                batches_begin(&encoder->batches);
        }
        encoder->engine_name = encoder->identity.means == NULL
                                       ? hart_format("%s/%s", encoder->engine->name, engine_options.precision)
                                       : hart_format("%s/%s (%s)", encoder->engine->name, engine_options.precision,
                                                     encoder->identity.means);
        *ret = HART_TAKE(encoder);
        return HART_OK;
}

bool hart_encoder_is_remote(const hart_encoder *encoder)
{
        return encoder->engine->run_texts != NULL;
}

size_t hart_encoder_dimension(const hart_encoder *encoder)
{
        return encoder->identity.dimension;
}

size_t hart_encoder_token_limit(const hart_encoder *encoder)
{
        return encoder->engine->run_tokens != NULL ? encoder->card.token_limit : SIZE_MAX;
}

const char *hart_encoder_engine(const hart_encoder *encoder)
{
        return encoder->engine_name;
}

const char *hart_encoder_revision(const hart_encoder *encoder)
{
        return encoder->identity.revision;
}

hart_code hart_encoder_run(hart_encoder *encoder, const hart_encoder_text *texts, size_t count, float *vectors,
                           hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data, hart_error *err)
{
        hart_encoder_outcome own;

        outcome = outcome != NULL ? outcome : &own;
        *outcome = (hart_encoder_outcome){0};
        if (encoder->engine->run_texts != NULL)
                return encoder->engine->run_texts(encoder->state, texts, count, vectors, outcome, progress, data, err);
        return batches_run(&encoder->batches, texts, count, vectors, outcome, progress, data, err);
}
