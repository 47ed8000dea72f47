/* Settings of everything that makes vectors: one table for the daemon and for commands. */
#include <hartonomous/encoder.h>

#include <string.h>

#include "engine.h"

#define AT(member)      offsetof(hart_encoder_model, member)
#define SECONDS(n)      ((n)*INT64_C(1000000))
#define MILLISECONDS(n) ((n)*INT64_C(1000))

static const char *const long_texts[] = {
        [HART_ENCODER_TRUNCATE] = "truncate", [HART_ENCODER_WINDOWS] = "windows", NULL};
static const char *const apis[] = {"openai", "tei", NULL};

static const hart_setting rows[] = {
        {"model", "engine", HART_SETTING_TEXT, AT(engine), "native", 1, 100, NULL,
         "What computes: native (BERT in safetensors), onnx (ONNX Runtime), http (a server)"},
        {"model", "precision", HART_SETTING_TEXT, AT(precision), NULL, 0, 100, NULL,
         "One the engine has; native: exact (fp32), fast (bf16), small (int8); empty: its first"},
        {"model", "directory", HART_SETTING_TEXT, AT(directory), HART_MODELS_DIR "/" HART_SETTING_NAME, 1, 4000, NULL,
         "Folder of the model, as scripts/install-model makes it (native, onnx)"},
        {"model", "threads", HART_SETTING_COUNT, AT(threads), "1", 1, 256, NULL,
         "Threads of the matrix products; more workers gain more than more threads"},
        {"model", "token_budget", HART_SETTING_COUNT, AT(token_budget), "512", 16, 65536, NULL,
         "Tokens computed at a time; more needs more memory and gains little"},
        {"model", "long_texts", HART_SETTING_CHOICE, AT(long_texts), "truncate", 0, 0, long_texts,
         "A text longer than the model looks at: its beginning counts, or the mean of windows over all of it"},
        {"model", "window_overlap", HART_SETTING_COUNT, AT(window_overlap), "0", 0, 4096, NULL,
         "Tokens a window has in common with the one before"},
        {"model", "library", HART_SETTING_TEXT, AT(library), NULL, 0, 4000, NULL,
         "onnx: path of libonnxruntime.so; empty: as scripts/install-onnxruntime puts it, or the system's"},
        {"model", "url", HART_SETTING_TEXT, AT(url), NULL, 0, 2000, NULL,
         "http: where to ask, as http://127.0.0.1:8080/v1/embeddings or http://127.0.0.1:8080/embed"},
        {"model", "api", HART_SETTING_CHOICE, AT(api), "openai", 0, 0, apis,
         "http: what the server speaks, as OpenAI or as Text Embeddings Inference"},
        {"model", "remote_name", HART_SETTING_TEXT, AT(remote_name), NULL, 0, 200, NULL,
         "http: what the server calls the model"},
        {"model", "key", HART_SETTING_TEXT, AT(key), NULL, 0, 200, NULL,
         "http: name of the credential with the server's key; empty for none"},
        {"model", "ca_file", HART_SETTING_TEXT, AT(ca_file), NULL, 0, 4000, NULL,
         "http: certificates to trust, PEM; empty for the system's"},
        {"model", "dimension", HART_SETTING_COUNT, AT(dimension), "0", 0, 16000, NULL,
         "http: numbers in a vector, an answer with another is refused; 0: found out by asking once"},
        {"model", "texts_per_request", HART_SETTING_COUNT, AT(texts_per_request), "32", 1, 2048, NULL,
         "http: texts asked for at a time"},
        {"model", "connect_timeout", HART_SETTING_TIME, AT(connect_timeout), "5s", MILLISECONDS(10), SECONDS(300), NULL,
         "http: longest wait for a connection"},
        {"model", "timeout", HART_SETTING_TIME, AT(timeout), "1min", MILLISECONDS(10), SECONDS(3600), NULL,
         "http: longest wait for an answer"},
};

static const hart_settings_group groups[] = {
        {.section = "model",
         .rows = rows,
         .count = sizeof rows / sizeof *rows,
         .item_size = sizeof(hart_encoder_model),
         .offset = offsetof(hart_encoder_settings, models),
         .default_name = HART_MODEL_NAME},
};

const hart_settings_schema hart_encoder_settings_schema = {
        .file = "embedding",
        .title = "hartonomous-embedding: computes a vector for each atom that is text",
        .groups = groups,
        .group_count = sizeof groups / sizeof *groups,
};

const hart_encoder_model *hart_encoder_model_at(const hart_encoder_settings *settings, size_t index)
{
        return (const hart_encoder_model *)settings->models.items + index;
}

const hart_encoder_model *hart_encoder_model_named(const hart_encoder_settings *settings, const char *name)
{
        for (size_t i = 0; i < settings->models.count; i++)
                if (strcmp(settings->models.names[i], name) == 0)
                        return hart_encoder_model_at(settings, i);
        return NULL;
}

static bool same_text(const char *a, const char *b)
{
        return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

bool hart_encoder_model_equal(const hart_encoder_model *a, const hart_encoder_model *b)
{
        return same_text(a->directory, b->directory) && same_text(a->engine, b->engine) &&
               same_text(a->precision, b->precision) && a->threads == b->threads &&
               a->token_budget == b->token_budget && a->long_texts == b->long_texts &&
               a->window_overlap == b->window_overlap && same_text(a->library, b->library) &&
               same_text(a->url, b->url) && a->api == b->api && same_text(a->remote_name, b->remote_name) &&
               same_text(a->key, b->key) && same_text(a->ca_file, b->ca_file) && a->dimension == b->dimension &&
               a->texts_per_request == b->texts_per_request && a->connect_timeout == b->connect_timeout &&
               a->timeout == b->timeout;
}

/* "key =" means the same as no such line. */
static const char *said(const char *text)
{
        return text != NULL && *text != '\0' ? text : NULL;
}

hart_encoder_options hart_encoder_options_of(const hart_encoder_model *model)
{
        return (hart_encoder_options){
                .model_dir = said(model->directory),
                .engine = said(model->engine),
                .precision = said(model->precision),
                .threads = (unsigned)model->threads,
                .token_budget = (size_t)model->token_budget,
                .long_texts = (hart_encoder_long)model->long_texts,
                .window_overlap = (size_t)model->window_overlap,
                .library = said(model->library),
                .url = said(model->url),
                .api = apis[model->api],
                .remote_name = said(model->remote_name),
                .ca_file = said(model->ca_file),
                .dimension = (size_t)model->dimension,
                .texts_per_request = (size_t)model->texts_per_request,
                .connect_timeout = model->connect_timeout,
                .timeout = model->timeout,
        };
}

const char *const *hart_encoder_precisions(const char *engine)
{
        for (size_t i = 0; i < engine_count; i++)
                if (strcmp(engines[i]->name, engine) == 0)
                        return engines[i]->precisions;
        return NULL;
}

static hart_code no_such_model(const hart_encoder_settings *settings, const char *name, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer names = {0};

        for (size_t i = 0; i < settings->models.count; i++)
                hart_buffer_format(&names, "%s%s", i > 0 ? ", " : "", settings->models.names[i]);
        return hart_fail(err, HART_CONFIG, "embedding.conf has no [model \"%s\"]; it has %s", name,
                         (const char *)names.data);
}

hart_code hart_encoder_open_model(hart_encoder **ret, const char *config_dir, const hart_encoder_model *model,
                                  hart_error *err)
{
        hart_encoder_options options = hart_encoder_options_of(model);
        HART_CLEANUP(hart_free_p) char *key = NULL;
        hart_code code = HART_OK;

        if (said(model->key) != NULL)
                code = hart_credential_read(config_dir, model->key, &key, err);
        if (code == HART_EMPTY)
                return hart_fail(err, HART_CONFIG, "the credential %s, the server's key, is not there", model->key);
        if (code < 0)
                return code;
        options.key = key;
        return hart_encoder_open(ret, &options, err);
}

hart_code hart_encoder_open_configured(hart_encoder **ret, const char *config_dir, const char *name, hart_error *err)
{
        hart_encoder_settings settings = {0};
        hart_code code = hart_settings_load_beside(&hart_encoder_settings_schema, config_dir, "worker", &settings, err);
        const hart_encoder_model *model;

        if (code != HART_OK)
                return code;
        model = name != NULL ? hart_encoder_model_named(&settings, name) : hart_encoder_model_at(&settings, 0);
        code = model != NULL ? hart_encoder_open_model(ret, config_dir, model, err)
                             : no_such_model(&settings, name, err);
        hart_settings_done(&hart_encoder_settings_schema, &settings);
        return code;
}
