/* Encoder: texts in, unit vectors out, by a sentence-transformers model on disk.
 *
 * A model directory holds what Hugging Face publishes for a BERT sentence encoder: config.json, modules.json,
 * 1_Pooling/config.json, sentence_bert_config.json, tokenizer_config.json, vocab.txt and model.safetensors. Everything
 * is checked when it is opened; a directory that opens encodes every text. What else is in a call changes a vector by
 * float rounding at most (1e-6). Not for use by two threads at once. */
#ifndef HARTONOMOUS_ENCODER_H
#define HARTONOMOUS_ENCODER_H

#include <stddef.h>

#include <hartonomous/digest.h>
#include <hartonomous/error.h>
#include <hartonomous/settings.h>

#define HART_MODEL_DIR "/var/cache/hartonomous/models/all-MiniLM-L6-v2"

typedef struct hart_encoder hart_encoder;

typedef struct hart_encoder_options {
        const char *model_dir; /* NULL: HART_MODEL_DIR */
        const char *engine;    /* a row of the table of engines; NULL: "native" */
        const char *precision; /* one the engine has; NULL: "exact" (fp32) */
        unsigned threads;      /* of the matrix products; 0: 1 */
        size_t token_budget; /* tokens computed at a time, 0: 512. Bounds memory and the time between progress calls */
} hart_encoder_options;

/* HART_CONFIG with one line naming the file and what is wrong with it. *ret is owned by the caller. Takes some 0.1 s.
 */
hart_code hart_encoder_open(hart_encoder **ret, const hart_encoder_options *options, hart_error *err);
void hart_encoder_close(hart_encoder *encoder);
void hart_encoder_close_p(hart_encoder **encoder);

/* Are the files there and right? As open, without what open prepares. */
hart_code hart_encoder_check(const hart_encoder_options *options, hart_error *err);

/* What embedding.conf says of the model: one table for the daemon and for commands. */
typedef struct hart_encoder_settings {
        char *directory;      /* [model] directory */
        char *name;           /* [model] name: what vectors are stored under */
        int64_t threads;      /* [model] threads */
        int64_t token_budget; /* [model] token_budget */
} hart_encoder_settings;
extern const hart_settings_schema hart_encoder_settings_schema;
/* The options these settings mean; borrows the texts. */
hart_encoder_options hart_encoder_options_of(const hart_encoder_settings *settings);
/* By config_dir's embedding.conf; model_dir, where it is not NULL, replaces the file's. */
hart_code hart_encoder_open_configured(hart_encoder **ret, const char *config_dir, const char *model_dir,
                                       hart_error *err);

/* Floats in a vector (384). */
size_t hart_encoder_dimension(const hart_encoder *encoder);
/* Tokens of one text that are looked at (256); the rest is cut off. */
size_t hart_encoder_token_limit(const hart_encoder *encoder);
/* "native/exact": what computes. */
const char *hart_encoder_engine(const hart_encoder *encoder);
/* SHA-256 of the weights (model.safetensors) in hexadecimal: the revision of the model. */
const char *hart_encoder_revision(const hart_encoder *encoder);

/* Texts are UTF-8; what is not counts as U+FFFD, which the tokenizer drops. They may be empty. */
typedef struct hart_encoder_text {
        const char *text;
        size_t size; /* bytes */
} hart_encoder_text;

/* Optional: called between the parts of a long call. Anything but HART_OK ends the call with that code. */
typedef hart_code (*hart_encoder_progress)(void *data);

/* Writes count · dimension floats to `vectors`: one vector of length 1 per text, in order. *tokens (may be NULL) is the
 * number of tokens computed, markers included. Fails only by `progress` or by a failing library (HART_FATAL). */
hart_code hart_encoder_run(hart_encoder *encoder, const hart_encoder_text *texts, size_t count, float *vectors,
                           size_t *tokens, hart_encoder_progress progress, void *data, hart_error *err);

#endif
