/* Big files and standard input, each in a transaction of its own, so that a file that vanishes in the middle, or a
 * stop, leaves nothing behind; its bytes are held by nobody but the server. */
#include "upload.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl_sql.h"

static bool interrupted(void)
{
        return ctl_interrupted(NULL) != HART_OK;
}

hart_code upload_begin(struct upload *upload, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg *pg = upload->ingest->ctl->pg;
        hart_code code = hart_pg_script(pg, "BEGIN", err);
        if (code != HART_OK)
                return code;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, upload->ingest->tenant);
        hart_pg_add_text(&parameters, upload->file_name);
        hart_pg_add_text(&parameters, upload->uri);
        const char *said = upload->ingest->ctl->options.content_type;
        hart_pg_add_text(&parameters, said ? said : upload->content_type);
        code = hart_pg_run(pg, &sql_stage_begin, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code == HART_OK)
                upload->source = hart_pg_integer(rows, 0, 0);
        return code;
}

hart_code upload_send_chunk(struct upload *upload, size_t size, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer encoded = {0};
        bool compressed = false;
        hart_code code = chunk_encode(upload->ingest->chunk, size, &encoded, &compressed, err);
        if (code != HART_OK)
                return code;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, upload->ingest->tenant);
        hart_pg_add_int8(&parameters, upload->source);
        hart_pg_add_int4(&parameters, upload->chunks++);
        hart_pg_add_text(&parameters, compressed ? "zstd" : "plain");
        hart_pg_add_int4(&parameters, (int32_t)size);
        hart_pg_add_bytes(&parameters, encoded.data, encoded.size);
        code = hart_pg_run(upload->ingest->ctl->pg, &sql_stage_chunk, &parameters, NULL, err);
        hart_pg_parameters_done(&parameters);
        return code;
}

hart_code upload_commit(struct upload *upload, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, upload->ingest->tenant);
        hart_pg_add_int8(&parameters, upload->source);
        hart_pg_add_int8(&parameters, upload->size);
        hart_pg_add_bytes(&parameters, upload->hash, sizeof upload->hash);
        hart_code code = hart_pg_run(upload->ingest->ctl->pg, &sql_stage_commit, &parameters, NULL, err);
        hart_pg_parameters_done(&parameters);
        return code == HART_OK ? hart_pg_script(upload->ingest->ctl->pg, "COMMIT", err) : code;
}

/* Reads to the end, hashing and, where a source was begun, sending. HART_FAILED is the file's fault alone. */
static hart_code read_through(struct upload *upload, hart_error *err)
{
        size_t size = CHUNK_BYTES;
        upload->size = 0;
        while (size == CHUNK_BYTES) {
                if (interrupted())
                        return HART_STOPPED;
                if (!ingest_read_chunk(upload->ingest, upload->fd, &size))
                        return hart_fail_errno(err, HART_FAILED, errno, "cannot be read");
                if (size < CHUNK_BYTES && interrupted())
                        return HART_STOPPED;
                hart_sha256_update(upload->digest, upload->ingest->chunk, size);
                upload->size += (int64_t)size;
                hart_code code = upload->source && size > 0 ? upload_send_chunk(upload, size, err) : HART_OK;
                if (code != HART_OK)
                        return code;
                if (upload->source)
                        upload->ingest->bytes += size;
                ingest_draw(upload->ingest);
        }
        hart_sha256_finish(upload->digest, upload->hash);
        return HART_OK;
}

hart_code upload_find_unchanged(struct upload *upload, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, upload->ingest->tenant);
        hart_pg_add_text(&parameters, upload->uri);
        hart_pg_add_bytes(&parameters, upload->hash, sizeof upload->hash);
        hart_code code = hart_pg_run(upload->ingest->ctl->pg, &sql_find_unchanged, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code != HART_OK || hart_pg_is_null(rows, 0, 0))
                return code;
        upload->document->source = hart_pg_integer(rows, 0, 0);
        upload->document->state = DOCUMENT_UNCHANGED;
        return HART_EMPTY;
}

static hart_code send_all(struct upload *upload, hart_error *err)
{
        hart_code code = upload_begin(upload, err);
        if (code == HART_OK)
                code = read_through(upload, err);
        if (code == HART_OK)
                code = upload_commit(upload, err);
        if (code == HART_OK) {
                upload->document->source = upload->source;
                upload->document->state = DOCUMENT_STAGED;
        } else {
                hart_pg_script(upload->ingest->ctl->pg, "ROLLBACK", NULL);
        }
        upload->document->size = upload->size;
        return code;
}

/* A file is hashed first: sending it for nothing would cost more than reading it twice. */
static hart_code send_file(struct upload *upload, const struct stat *status, hart_error *err)
{
        unsigned char first[HART_SHA256_SIZE];
        hart_code code = read_through(upload, err);
        upload->document->size = upload->size;
        if (code == HART_OK)
                code = upload_find_unchanged(upload, err);
        if (code != HART_OK)
                return code == HART_EMPTY ? HART_OK : code;
        memcpy(first, upload->hash, sizeof first);
        if (lseek(upload->fd, 0, SEEK_SET) != 0)
                return hart_fail_errno(err, HART_FAILED, errno, "cannot be read again");
        code = upload_begin(upload, err);
        if (code == HART_OK)
                code = read_through(upload, err);
        if (code == HART_OK &&
            (!ingest_is_unaltered(status, upload->fd) || memcmp(first, upload->hash, sizeof first) != 0))
                code = hart_fail(err, HART_FAILED, "changed while it was read; try again");
        if (code == HART_OK)
                code = upload_commit(upload, err);
        if (code != HART_OK) {
                hart_pg_script(upload->ingest->ctl->pg, "ROLLBACK", NULL);
                return code;
        }
        upload->document->source = upload->source;
        upload->document->state = DOCUMENT_STAGED;
        return HART_OK;
}

bool upload_judge(struct ingest *ingest, struct document *document, hart_code code, const hart_error *err)
{
        if (code == HART_OK)
                return true;
        if (code == HART_STOPPED)
                return false;
        if (code != HART_FAILED && code != HART_POISON)
                return ingest_end(ingest, err);
        ingest_failed(ingest, document, "%s", ctl_reason(err));
        return true;
}

bool ingest_standard_input(struct ingest *ingest)
{
        const char *name = ingest->ctl->options.name ? ingest->ctl->options.name : "stdin";
        hart_error err = {0};
        if (!ingest_flush(ingest))
                return false;
        struct upload upload = {.ingest = ingest, .document = ingest_add(ingest, "-"), .file_name = name};
        upload.digest = hart_sha256_open();
        hart_code code = send_all(&upload, &err);
        hart_sha256_close(upload.digest);
        return upload_judge(ingest, upload.document, code, &err);
}

bool ingest_big(struct ingest *ingest, struct document *document, int fd, const struct stat *status,
                const char *file_name, const char *uri)
{
        hart_error err = {0};
        struct upload upload = {.ingest = ingest, .document = document, .fd = fd, .file_name = file_name, .uri = uri};
        upload.digest = hart_sha256_open();
        hart_code code = send_file(&upload, status, &err);
        hart_sha256_close(upload.digest);
        return upload_judge(ingest, document, code, &err);
}
