/* request: message bodies to documents. */
#include <string.h>

#include <hartonomous/json.h>

#include "batch.h"
#include "ingestion_sql.h"

struct request {
        int64_t tenant, source; /* source 0: the document is in the message */
        const char *file_name, *file_data, *uri;
        size_t file_name_size, file_data_size, uri_size;
};

static hart_code read_inline(const hart_json *body, struct request *ret, hart_error *err)
{
        const hart_json *uri = hart_json_member(body, "SourceUri");
        hart_code code = hart_json_need_text(body, "FileName", &ret->file_name, &ret->file_name_size, err);
        if (code == HART_OK)
                code = hart_json_need_text(body, "FileData", &ret->file_data, &ret->file_data_size, err);
        if (code != HART_OK)
                return code;
        ret->uri = hart_json_text(uri, &ret->uri_size);
        if (ret->uri == NULL && uri != NULL && hart_json_kind_of(uri) != HART_JSON_NULL)
                return hart_fail(err, HART_POISON, "SourceUri is not text");
        if (memchr(ret->file_name, '\0', ret->file_name_size) != NULL ||
            (ret->uri != NULL && memchr(ret->uri, '\0', ret->uri_size) != NULL))
                return hart_fail(err, HART_POISON, "FileName or SourceUri holds a NUL character");
        return HART_OK;
}

static hart_code read_request(const hart_message *message, const hart_json *body, struct request *ret, hart_error *err)
{
        *ret = (struct request){0};
        if (strcmp(message->type, "IngestionRequest") != 0)
                return hart_fail(err, HART_POISON, "messages of type %s are not for ingestion", message->type);
        if (hart_json_kind_of(body) != HART_JSON_OBJECT)
                return hart_fail(err, HART_POISON, "the body is no JSON object");
        hart_code code = hart_json_need_integer(body, "TenantId", 0, INT32_MAX, &ret->tenant, err);
        if (code != HART_OK)
                return code;
        if (hart_json_member(body, "FileData") != NULL)
                return read_inline(body, ret, err);
        return hart_json_need_integer(body, "SourceId", 1, INT64_MAX, &ret->source, err);
}

/* Stages it as any client does; the message that follows does the work. */
static hart_code stage(struct batch *batch, const struct request *request, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        hart_pg_add_text_n(&p, request->file_name, request->file_name_size);
        hart_pg_add_text_n(&p, request->file_data, request->file_data_size);
        hart_pg_add_int4(&p, (int32_t)request->tenant);
        if (request->uri != NULL)
                hart_pg_add_text_n(&p, request->uri, request->uri_size);
        else
                hart_pg_add_text(&p, NULL);
        return hart_pg_run(batch->pg, &sql_enqueue_inline, &p, NULL, err);
}

static int compare(const void *a, const void *b)
{
        const struct document *left = a, *right = b;
        if (left->tenant != right->tenant)
                return left->tenant < right->tenant ? -1 : 1;
        if (left->source != right->source)
                return left->source < right->source ? -1 : 1;
        return (left->message > right->message) - (left->message < right->message);
}

static void sort_and_merge(struct batch *batch)
{
        size_t kept = 0;
        if (batch->count > 1)
                qsort(batch->documents, batch->count, sizeof *batch->documents, compare);
        for (size_t i = 0; i < batch->count; i++) {
                const struct document *last = kept > 0 ? &batch->documents[kept - 1] : NULL;
                if (last == NULL || last->tenant != batch->documents[i].tenant ||
                    last->source != batch->documents[i].source)
                        batch->documents[kept++] = batch->documents[i];
        }
        batch->count = kept;
}

hart_code batch_read_requests(struct batch *batch, const hart_message *messages, size_t count, hart_error *err)
{
        batch->documents = hart_allocate_array(count, sizeof *batch->documents);
        for (size_t i = 0; i < count; i++) {
                HART_CLEANUP(hart_json_close_p) hart_json *body = NULL;
                struct request request;
                hart_code code = hart_json_parse(messages[i].body, messages[i].body_size, &body, err);
                if (code == HART_OK)
                        code = read_request(&messages[i], body, &request, err);
                if (code == HART_OK && request.source == 0)
                        code = stage(batch, &request, err);
                if (code != HART_OK) {
                        *batch->blamed = i;
                        return code;
                }
                if (request.source != 0)
                        batch->documents[batch->count++] = (struct document){
                                .tenant = (int32_t)request.tenant, .source = request.source, .message = i};
        }
        sort_and_merge(batch);
        return HART_OK;
}
