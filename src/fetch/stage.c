/* stage: what comes is staged chunk by chunk, within the delivery's transaction. */
#include <string.h>

#include <hartonomous/utf8.h>

#include "fetch.h"
#include "fetch_sql.h"

#define CHUNK ((size_t)1 << 20)

/* The last part of the path, or else the host. Free. */
static char *name_of(const char *uri)
{
        const char *host = strstr(uri, "://");
        host = host ? host + 3 : uri;
        const size_t whole = strcspn(host, "?#");
        const size_t host_size = strcspn(host, "/?#");
        const char *name = memrchr(host, '/', whole);
        const size_t size = name ? whole - (size_t)(name + 1 - host) : 0;
        const bool usable = size > 0 && size <= 255 && hart_utf8_valid(name + 1, size);
        return usable ? hart_duplicate_n(name + 1, size) : hart_duplicate_n(host, host_size < 255 ? host_size : 255);
}

static hart_code begin(fetch_stage *stage, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        HART_CLEANUP(hart_free_p) char *name = name_of(stage->uri);
        hart_code code = hart_pg_script(stage->pg, "SAVEPOINT fetched", err);
        if (code != HART_OK)
                return code;
        hart_pg_add_int4(&p, stage->request->tenant);
        hart_pg_add_text(&p, name);
        hart_pg_add_text(&p, stage->request->uri);
        hart_pg_add_text(&p,
                         stage->request->content_type ? stage->request->content_type : stage->download->content_type);
        code = hart_pg_run(stage->pg, &sql_begin_source, &p, &rows, err);
        if (code == HART_OK)
                stage->source = hart_pg_integer(rows, 0, 0);
        stage->digest = hart_sha256_open();
        return code;
}

static hart_code put_chunk(fetch_stage *stage, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        if (stage->chunk.size == 0)
                return HART_OK;
        hart_pg_add_int4(&p, stage->request->tenant);
        hart_pg_add_int8(&p, stage->source);
        hart_pg_add_int4(&p, stage->chunks++);
        hart_pg_add_int4(&p, (int32_t)stage->chunk.size);
        hart_pg_add_bytes(&p, stage->chunk.data, stage->chunk.size);
        hart_buffer_clear(&stage->chunk);
        return hart_pg_run(stage->pg, &sql_put_chunk, &p, NULL, err);
}

hart_code fetch_stage_take(const void *bytes, size_t size, void *data, hart_error *err)
{
        fetch_stage *stage = data;
        hart_code code = stage->source ? HART_OK : begin(stage, err);
        stage->failed = code != HART_OK;
        if (code != HART_OK)
                return code;
        hart_sha256_update(stage->digest, bytes, size);
        stage->size += (int64_t)size;
        for (const char *at = bytes; size > 0 && code == HART_OK;) {
                const size_t room = CHUNK - stage->chunk.size, part = size < room ? size : room;
                hart_buffer_append(&stage->chunk, at, part);
                at += part;
                size -= part;
                if (stage->chunk.size == CHUNK)
                        code = put_chunk(stage, err);
        }
        if (code == HART_OK)
                code = hart_worker_progress(stage->context);
        stage->failed = code != HART_OK;
        return code;
}

static hart_code find_unchanged(fetch_stage *stage, const unsigned char *hash, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_add_int4(&p, stage->request->tenant);
        hart_pg_add_text(&p, stage->request->uri);
        hart_pg_add_bytes(&p, hash, HART_SHA256_SIZE);
        hart_code code = hart_pg_run(stage->pg, &sql_find_known, &p, &rows, err);
        if (code != HART_OK || hart_pg_is_null(rows, 0, 0))
                return code;
        stage->source = hart_pg_integer(rows, 0, 0);
        code = hart_pg_script(stage->pg, "ROLLBACK TO SAVEPOINT fetched", err);
        return code == HART_OK ? HART_EMPTY : code;
}

hart_code fetch_stage_end(fetch_stage *stage, hart_error *err)
{
        unsigned char hash[HART_SHA256_SIZE];
        hart_code code = stage->source ? HART_OK : begin(stage, err); /* an empty document */
        if (code == HART_OK)
                code = put_chunk(stage, err);
        if (code != HART_OK)
                return code;
        hart_sha256_finish(stage->digest, hash);
        code = find_unchanged(stage, hash, err);
        if (code != HART_OK)
                return code;
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        hart_pg_add_int4(&p, stage->request->tenant);
        hart_pg_add_int8(&p, stage->source);
        hart_pg_add_int8(&p, stage->size);
        hart_pg_add_bytes(&p, hash, sizeof hash);
        return hart_pg_run(stage->pg, &sql_commit_source, &p, NULL, err);
}

void fetch_stage_done(fetch_stage *stage)
{
        hart_buffer_done(&stage->chunk);
        hart_sha256_close(stage->digest);
}
