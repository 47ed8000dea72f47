/* Settings of everything that makes vectors: one table for the daemon and for commands. */
#include <hartonomous/encoder.h>

#define AT(member) offsetof(hart_encoder_settings, member)

static const hart_setting rows[] = {
        {"model", "directory", HART_SETTING_TEXT, AT(directory), HART_MODEL_DIR, 1, 4000, NULL,
         "Folder of the model, as scripts/install-model makes it"},
        {"model", "name", HART_SETTING_TEXT, AT(name), "all-MiniLM-L6-v2", 1, 200, NULL,
         "Name that its vectors are stored under, together with the SHA-256 of its weights"},
        {"model", "threads", HART_SETTING_COUNT, AT(threads), "1", 1, 256, NULL,
         "Threads of the matrix products; more daemons gain more than more threads"},
        {"model", "token_budget", HART_SETTING_COUNT, AT(token_budget), "512", 16, 65536, NULL,
         "Tokens computed at a time; more needs more memory and gains little"},
};

const hart_settings_schema hart_encoder_settings_schema = {
        .file = "embedding",
        .title = "hartonomous-embedding: computes a vector for each atom that is text",
        .rows = rows,
        .count = sizeof rows / sizeof *rows,
};

hart_encoder_options hart_encoder_options_of(const hart_encoder_settings *settings)
{
        return (hart_encoder_options){.model_dir = settings->directory,
                                      .threads = (unsigned)settings->threads,
                                      .token_budget = (size_t)settings->token_budget};
}

hart_code hart_encoder_open_configured(hart_encoder **ret, const char *config_dir, const char *model_dir,
                                       hart_error *err)
{
        hart_encoder_settings settings = {0};
        hart_code code = hart_settings_load_beside(&hart_encoder_settings_schema, config_dir, "worker", &settings, err);

        if (code != HART_OK)
                return code;
        hart_encoder_options options = hart_encoder_options_of(&settings);
        if (model_dir != NULL)
                options.model_dir = model_dir;
        code = hart_encoder_open(ret, &options, err);
        hart_settings_done(&hart_encoder_settings_schema, &settings);
        return code;
}
