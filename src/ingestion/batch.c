/* batch: what a batch owns. */
#include "batch.h"

void batch_done(struct batch *batch)
{
        for (size_t i = 0; i < batch->count; i++) {
                hart_buffer_done(&batch->documents[i].bytes);
                hart_buffer_done(&batch->documents[i].found);
                hart_sha256_close(batch->documents[i].digest);
        }
        free(batch->documents);
        hart_pg_result_close(batch->claimed);
        atom_table_done(&batch->roots);
        atom_table_done(&batch->atoms);
        free(batch->components);
        free(batch->pieces);
}

hart_code batch_blame(struct batch *batch, const struct document *document, hart_code code)
{
        *batch->blamed = document->message;
        return code;
}
