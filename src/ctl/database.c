/* ingest --database: the tables of a PostgreSQL database, each a document of comma-separated values, as one snapshot
 * has them. */
#include <stdlib.h>
#include <string.h>

#include "ctl_sql.h"
#include "upload.h"

/* What a value looks like must not depend on who asks. */
static const char snapshot[] =
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
        "SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';"
        "SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL client_encoding = 'UTF8';"
        "SET LOCAL statement_timeout = 0";

struct table_upload {
        struct upload upload;
        size_t filled; /* bytes of the chunk */
};

static hart_code send_filled(struct table_upload *table, hart_error *err)
{
        const hart_code code = table->filled > 0 ? upload_send_chunk(&table->upload, table->filled, err) : HART_OK;
        table->filled = 0;
        return code;
}

static hart_code take_row(const void *row, size_t size, void *data, hart_error *err)
{
        struct table_upload *table = data;
        struct ingest *ingest = table->upload.ingest;
        hart_code code = ctl_interrupted(NULL);
        hart_sha256_update(table->upload.digest, row, size);
        table->upload.size += (int64_t)size;
        ingest->bytes += size;
        for (const char *at = row; size > 0 && code == HART_OK;) {
                const size_t room = CHUNK_BYTES - table->filled, part = size < room ? size : room;
                memcpy(ingest->chunk + table->filled, at, part);
                table->filled += part;
                at += part;
                size -= part;
                if (table->filled == CHUNK_BYTES)
                        code = send_filled(table, err);
        }
        ingest_draw(ingest);
        return code;
}

static hart_code copy_table(hart_pg *database, const char *statement, struct table_upload *table, hart_error *err)
{
        struct upload *upload = &table->upload;
        hart_code code = upload_begin(upload, err);
        if (code == HART_OK)
                code = hart_pg_copy_out(database, statement, take_row, table, err);
        if (code == HART_OK)
                code = send_filled(table, err);
        upload->document->size = upload->size;
        if (code == HART_OK) {
                hart_sha256_finish(upload->digest, upload->hash);
                code = upload_find_unchanged(upload, err);
        }
        if (code == HART_OK)
                code = upload_commit(upload, err);
        if (code != HART_OK) {
                hart_pg_script(upload->ingest->ctl->pg, "ROLLBACK", NULL);
                return code == HART_EMPTY ? HART_OK : code;
        }
        upload->document->source = upload->source;
        upload->document->state = DOCUMENT_STAGED;
        return HART_OK;
}

static bool take_table(struct ingest *ingest, hart_pg *database, const char *name, const char *statement)
{
        hart_error err = {0};
        HART_CLEANUP(hart_free_p) char *base = hart_pg_uri(database);
        HART_CLEANUP(hart_free_p) char *encoded = file_uri(name);
        HART_CLEANUP(hart_free_p) char *uri = hart_format("%s/%s", base, encoded + strlen("file://"));
        HART_CLEANUP(hart_free_p) char *file_name = hart_format("%s.csv", name);
        struct table_upload table = {.upload = {.ingest = ingest,
                                                .document = ingest_add(ingest, uri),
                                                .file_name = file_name,
                                                .uri = uri,
                                                .content_type = "text/csv"}};
        table.upload.digest = hart_sha256_open();
        const hart_code code = copy_table(database, statement, &table, &err);
        hart_sha256_close(table.upload.digest);
        return upload_judge(ingest, table.upload.document, code, &err) && hart_pg_is_up(database);
}

static hart_code list_tables(struct ingest *ingest, hart_pg *database, hart_pg_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        const ctl_list *tables = &ingest->ctl->options.tables;
        hart_pg_bytes patterns[CTL_LIST_MAX];
        for (size_t i = 0; i < tables->count; i++)
                patterns[i] = (hart_pg_bytes){tables->items[i], strlen(tables->items[i])};
        hart_pg_add_text_array(&parameters, patterns, tables->count);
        const hart_code code = hart_pg_run(database, &sql_database_tables, &parameters, ret, err);
        if (code == HART_OK && hart_pg_rows(*ret) == 0)
                return hart_fail(err, HART_FAILED, "there is no table that fits and may be read");
        return code;
}

bool ingest_database(struct ingest *ingest, const char *conninfo)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *tables = NULL;
        hart_pg_options options = ctl_pg_options(ingest->ctl);
        hart_pg *database = NULL;
        hart_error err = {0};
        options.conninfo = conninfo;
        options.password = NULL; /* that is of our own database */
        hart_code code = hart_pg_open(&database, &options, &err);
        if (code == HART_OK)
                code = hart_pg_script(database, snapshot, &err);
        if (code == HART_OK)
                code = list_tables(ingest, database, &tables, &err);
        if (code != HART_OK)
                hart_error_context(&err, "the database to be ingested");
        bool going = code == HART_OK || ingest_end(ingest, &err);
        for (size_t row = 0; going && row < hart_pg_rows(tables); row++)
                going = take_table(ingest, database, hart_pg_text(tables, row, 0, NULL),
                                   hart_pg_text(tables, row, 1, NULL));
        hart_pg_close(database);
        return going;
}
