/* Small documents, many in one statement and so in one transaction. */
#include "ingest.h"

#include <stdlib.h>
#include <string.h>

#include "ctl_sql.h"

static void batched_done(batched *one)
{
        free(one->file_name);
        free(one->uri);
        hart_buffer_done(&one->data);
        *one = (batched){0};
}

void batch_done(struct ingest *ingest)
{
        for (size_t i = 0; i < ingest->batch_count; i++)
                batched_done(&ingest->batch[i]);
        ingest->batch_count = ingest->batch_bytes = 0;
}

static hart_pg_bytes text_bytes(const char *text)
{
        return (hart_pg_bytes){.data = text, .size = text ? strlen(text) : 0};
}

static void add_columns(hart_pg_parameters *parameters, const batched *items, size_t count)
{
        hart_pg_bytes names[BATCH_DOCUMENTS], uris[BATCH_DOCUMENTS], encodings[BATCH_DOCUMENTS];
        hart_pg_bytes data[BATCH_DOCUMENTS], hashes[BATCH_DOCUMENTS];
        int32_t sizes[BATCH_DOCUMENTS];
        for (size_t i = 0; i < count; i++) {
                names[i] = text_bytes(items[i].file_name);
                uris[i] = text_bytes(items[i].uri);
                encodings[i] = text_bytes(items[i].compressed ? "zstd" : "plain");
                data[i] =
                        (hart_pg_bytes){items[i].data.size ? (const void *)items[i].data.data : "", items[i].data.size};
                hashes[i] = (hart_pg_bytes){items[i].hash, sizeof items[i].hash};
                sizes[i] = items[i].raw_size;
        }
        hart_pg_add_text_array(parameters, names, count);
        hart_pg_add_text_array(parameters, uris, count);
        hart_pg_add_text_array(parameters, encodings, count);
        hart_pg_add_int4_array(parameters, sizes, count);
        hart_pg_add_bytes_array(parameters, data, count);
        hart_pg_add_bytes_array(parameters, hashes, count);
}

static hart_code send_items(struct ingest *ingest, const batched *items, size_t count, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, ingest->tenant);
        hart_pg_add_text(&parameters, ingest->ctl->options.content_type);
        add_columns(&parameters, items, count);
        hart_code code = hart_pg_run(ingest->ctl->pg, &sql_stage_documents, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        for (size_t i = 0; code == HART_OK && i < hart_pg_rows(rows) && i < count; i++) {
                struct document *document = &ingest->documents[items[i].document];
                document->source = hart_pg_integer(rows, i, 0);
                document->state = hart_pg_flag(rows, i, 1) ? DOCUMENT_UNCHANGED : DOCUMENT_STAGED;
        }
        return code;
}

/* One of them is refused: sent one by one, the others get through. */
static bool send_singly(struct ingest *ingest)
{
        for (size_t i = 0; i < ingest->batch_count; i++) {
                hart_error err = {0};
                hart_code code = send_items(ingest, &ingest->batch[i], 1, &err);
                if (code == HART_POISON) {
                        ingest_failed(ingest, &ingest->documents[ingest->batch[i].document], "%s", ctl_reason(&err));
                } else if (code != HART_OK) {
                        ingest->error = err;
                        return false;
                }
        }
        return true;
}

bool ingest_flush(struct ingest *ingest)
{
        bool going = true;
        if (ingest->batch_count > 0) {
                hart_error err = {0};
                hart_code code = send_items(ingest, ingest->batch, ingest->batch_count, &err);
                if (code == HART_POISON)
                        going = send_singly(ingest);
                else if (code != HART_OK)
                        ingest->error = err, going = false;
        }
        batch_done(ingest);
        ingest_draw(ingest);
        return going;
}
