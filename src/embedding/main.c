/* hartonomous-embedding: computes a vector for each atom that is text. */
#include "embedding.h"

/* Who asks for vectors and waits for them is answered by a process that has nothing else to do. */
static const hart_worker answering = {
        .queue = "EmbeddingTextQueue",
        .batch_size = "8",
        .open = embedding_open_answering,
        .handle = embedding_answer,
        .close = embedding_close,
};

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
        .dependencies = embedding_dependencies,
        .check = embedding_check,
        .prepare = embedding_prepare,
        .also = &answering,
        .open = embedding_open,
        .handle = embedding_handle,
        .close = embedding_close,
};

int main(int argc, char *argv[])
{
        return hart_worker_main(&embedding, argc, argv);
}
