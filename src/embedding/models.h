/* The models this process has: those of its settings, opened. */
#ifndef EMBEDDING_MODELS_H
#define EMBEDDING_MODELS_H

#include <hartonomous/encoder.h>
#include <hartonomous/postgres.h>

struct model {
        const char *name; /* borrowed from the settings, as the next */
        const hart_encoder_model *settings;
        hart_encoder *encoder; /* NULL until it is open */
};

/* Zeroed is none. */
struct models {
        struct model *list;
        size_t count;
        bool taken_up; /* PostgreSQL has a row for each */
};

/* Are the models of the settings there and right? */
hart_code models_check(const hart_encoder_settings *settings, hart_error *err);
/* Opens those that are not open yet; `to_fork`: only those that processes forked later can use, the others are checked.
 * What is open stays so where another cannot be opened. */
hart_code models_open(struct models *models, const hart_encoder_settings *settings, const char *config_dir,
                      bool to_fork, hart_error *err);
void models_close(struct models *models);

/* Tells PostgreSQL of them. HART_CONFIG where it has one with vectors of another length. */
hart_code models_take_up(struct models *models, hart_pg *pg, hart_error *err);
/* NULL where there is none; revision NULL: any. */
struct model *models_find(const struct models *models, const char *name, const char *revision);

#endif
