/* hartonomous-embedding: computes a vector for each atom that is text. */
#include "embedding.h"

static const hart_worker embedding = {
        .name = "embedding",
        .summary = "computes a vector for each atom that is text",
        .queue = "EmbeddingQueue",
        .state_size = sizeof(struct embedding),
        .settings_size = sizeof(hart_encoder_settings),
        .settings = &hart_encoder_settings_schema,
        .batch_size = "8", /* up to 64 texts each: a transaction of a few seconds */
        .metrics = embedding_metrics,
        .metric_count = EMBEDDING_METRICS,
        .libraries = OWN_LIBRARIES,
        .check = embedding_check,
        .open = embedding_open,
        .handle = embedding_handle,
        .reload = embedding_reload,
        .close = embedding_close,
};

int main(int argc, char *argv[])
{
        return hart_worker_main(&embedding, argc, argv);
}
