/* Encoder: texts in, unit vectors out, by a model on disk or a server that has one.
 *
 * What computes is an engine (src/encoder/engine.h): "native" and "onnx" read a folder with what Hugging Face publishes
 * for a sentence encoder (config.json, modules.json, 1_Pooling/config.json, sentence_bert_config.json, the tokenizer's
 * files, and model.safetensors or model.onnx); "http" asks a server. Everything that can be checked is checked when it
 * is opened. What else is in a call changes a vector by float rounding at most (1e-6 in "exact"). Not for use by two
 * threads at once; where hart_encoder_may_fork, forked processes have it with the weights in memory once. */
#ifndef HARTONOMOUS_ENCODER_H
#define HARTONOMOUS_ENCODER_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/digest.h>
#include <hartonomous/error.h>
#include <hartonomous/settings.h>

#define HART_MODELS_DIR "/var/cache/hartonomous/models"
#define HART_MODEL_NAME "all-MiniLM-L6-v2"
#define HART_MODEL_DIR  HART_MODELS_DIR "/" HART_MODEL_NAME

typedef struct hart_encoder hart_encoder;

/* What becomes of a text that is longer than the model looks at. */
typedef enum hart_encoder_long {
        HART_ENCODER_TRUNCATE, /* its beginning counts */
        HART_ENCODER_WINDOWS   /* it is cut into windows of the token limit; their mean, weighted by tokens, of length 1
                                */
} hart_encoder_long;

/* All texts are borrowed during the calls, and copied where they are needed longer. */
typedef struct hart_encoder_options {
        const char *model_dir; /* "native", "onnx"; NULL: HART_MODEL_DIR */
        const char *engine;    /* a row of the table of engines; NULL: "native" */
        const char *precision; /* one the engine has; NULL: its first, "exact" (fp32) */
        unsigned threads;      /* of the matrix products; 0: 1 */
        size_t token_budget; /* tokens computed at a time, 0: 512. Bounds memory and the time between progress calls */
        hart_encoder_long long_texts;
        size_t window_overlap; /* tokens a window has in common with the one before */

        const char *library; /* "onnx" only: path of libonnxruntime.so; NULL: where it is installed */

        /* "http" only */
        const char *url; /* "http://127.0.0.1:8080/v1/embeddings", or a Text Embeddings Inference's ".../embed" */
        const char *api; /* "openai" or "tei"; NULL: "openai" */
        const char *remote_name;  /* what the server calls the model ("openai": needed) */
        const char *key;          /* secret, sent as bearer token; NULL for none */
        const char *ca_file;      /* PEM; NULL for the system's */
        size_t dimension;         /* of its vectors; an answer with another is refused; 0: found out by asking once */
        size_t texts_per_request; /* 0: 32 */
        uint64_t connect_timeout, timeout; /* microseconds; 0: 5 s, 60 s */
} hart_encoder_options;

/* HART_CONFIG with one line naming the file and what is wrong with it. *ret is owned by the caller. Takes some 0.1 s.
 */
hart_code hart_encoder_open(hart_encoder **ret, const hart_encoder_options *options, hart_error *err);
void hart_encoder_close(hart_encoder *encoder);
void hart_encoder_close_p(hart_encoder **encoder);

/* May processes that are forked after open use the encoder, too? false where the engine is not known. */
bool hart_encoder_may_fork(const hart_encoder_options *options);

/* Are the files there and right? As open, without what open prepares. */
hart_code hart_encoder_check(const hart_encoder_options *options, hart_error *err);

/* What embedding.conf says of one model, [model "NAME"]; its vectors are stored under NAME. */
typedef struct hart_encoder_model {
        char *directory;
        char *engine, *precision; /* precision NULL: the engine's first */
        int64_t threads, token_budget;
        int long_texts; /* hart_encoder_long */
        int64_t window_overlap;
        char *library;
        char *url;
        int api; /* 0: "openai", 1: "tei" */
        char *remote_name;
        char *key; /* the NAME of a credential */
        char *ca_file;
        int64_t dimension, texts_per_request;
        uint64_t connect_timeout, timeout; /* microseconds */
} hart_encoder_model;

/* One table for the daemon and for commands. There is one model at least: where the file names none,
 * HART_MODEL_NAME with defaults. */
typedef struct hart_encoder_settings {
        hart_settings_list models; /* of hart_encoder_model */
} hart_encoder_settings;
extern const hart_settings_schema hart_encoder_settings_schema;

/* The settings of the model of that name, NULL where none has it. */
const hart_encoder_model *hart_encoder_model_named(const hart_encoder_settings *settings, const char *name);
const hart_encoder_model *hart_encoder_model_at(const hart_encoder_settings *settings, size_t index);
/* Do two mean the same? What is in force needs no reload then. */
bool hart_encoder_model_equal(const hart_encoder_model *a, const hart_encoder_model *b);
/* The options these settings mean; borrows the texts. `key` is NULL: the caller sets it to the secret. */
hart_encoder_options hart_encoder_options_of(const hart_encoder_model *model);
/* With the model's key, which is among config_dir's credentials. */
hart_code hart_encoder_open_model(hart_encoder **ret, const char *config_dir, const hart_encoder_model *model,
                                  hart_error *err);
/* The precisions of an engine, NULL-terminated, the default first; NULL where the engine is not known. */
const char *const *hart_encoder_precisions(const char *engine);
/* By config_dir's embedding.conf, the model of that name; NULL: the first. HART_CONFIG, with the names there are, where
 * none has it. */
hart_code hart_encoder_open_configured(hart_encoder **ret, const char *config_dir, const char *name, hart_error *err);

/* Is it a server that computes, which may be away? */
bool hart_encoder_is_remote(const hart_encoder *encoder);
/* Floats in a vector (384). */
size_t hart_encoder_dimension(const hart_encoder *encoder);
/* Tokens of one text that are looked at, or of a window (256); SIZE_MAX where only the server knows. */
size_t hart_encoder_token_limit(const hart_encoder *encoder);
/* "native/exact": what computes; behind it in brackets how, where the processor lacks what was asked for:
 * "native/fast (fp32)". */
const char *hart_encoder_engine(const hart_encoder *encoder);
/* SHA-256 in hexadecimal of the weights' file, or of what names the model of a server: the revision of the model. */
const char *hart_encoder_revision(const hart_encoder *encoder);

/* Texts are UTF-8; what is not counts as U+FFFD, which the tokenizer drops. They may be empty. */
typedef struct hart_encoder_text {
        const char *text;
        size_t size; /* bytes */
} hart_encoder_text;

/* Optional: called between the parts of a long call. Anything but HART_OK ends the call with that code. */
typedef hart_code (*hart_encoder_progress)(void *data);

/* How far a call came, also where it failed. */
typedef struct hart_encoder_outcome {
        size_t done;   /* texts, from the first on, that have their vectors */
        size_t tokens; /* computed, markers included; of a server what it says, or 0 */
} hart_encoder_outcome;

/* Writes count · dimension floats to `vectors`: one vector of length 1 per text, in order. `outcome` may be NULL. Fails
 * by `progress`, by a failing library (HART_FATAL) or by the server: HART_RETRY, it is away; HART_CONFIG, it takes no
 * text at all as it is set up; HART_POISON, it refuses text number outcome->done and nothing but that text: go on with
 * another call behind it. */
hart_code hart_encoder_run(hart_encoder *encoder, const hart_encoder_text *texts, size_t count, float *vectors,
                           hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data, hart_error *err);

#endif
