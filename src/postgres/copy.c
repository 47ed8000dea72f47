/* COPY FROM STDIN in PostgreSQL's binary format ("COPY", File Formats): rows go to the server while the next ones are
 * made. */
#include "connection.h"

#include <endian.h>
#include <string.h>

static const unsigned char signature[19] = "PGCOPY\n\377\r\n"; /* its NUL, no flags, no extension */
static const unsigned char trailer[2] = {0xFF, 0xFF};

void hart_pg_row_begin(hart_buffer *rows, unsigned fields)
{
        uint16_t count = htobe16((uint16_t)fields);
        hart_buffer_append(rows, &count, sizeof count);
}

static void put_size(hart_buffer *rows, uint32_t size)
{
        size = htobe32(size);
        hart_buffer_append(rows, &size, sizeof size);
}

void hart_pg_row_int4(hart_buffer *rows, int32_t value)
{
        uint32_t bits = htobe32((uint32_t)value);
        put_size(rows, sizeof bits);
        hart_buffer_append(rows, &bits, sizeof bits);
}

void hart_pg_row_int8(hart_buffer *rows, int64_t value)
{
        uint64_t bits = htobe64((uint64_t)value);
        put_size(rows, sizeof bits);
        hart_buffer_append(rows, &bits, sizeof bits);
}

void hart_pg_row_bytes(hart_buffer *rows, const void *data, size_t size)
{
        need(size <= INT32_MAX);
        put_size(rows, data ? (uint32_t)size : UINT32_MAX);
        if (data && size)
                hart_buffer_append(rows, data, size);
}

void hart_pg_row_text(hart_buffer *rows, const char *text)
{
        hart_pg_row_bytes(rows, text, text ? strlen(text) : 0);
}

void hart_pg_row_jsonb(hart_buffer *rows, const char *json, size_t size)
{
        static const unsigned char version = 1;
        if (!json) {
                hart_pg_row_bytes(rows, NULL, 0);
                return;
        }
        need(size < INT32_MAX);
        put_size(rows, (uint32_t)size + 1);
        hart_buffer_append(rows, &version, sizeof version);
        hart_buffer_append(rows, json, size);
}

static hart_code put(hart_pg *pg, const void *data, size_t size, hart_error *err)
{
        if (PQputCopyData(pg->connection, (const char *)data, (int)size) != 1)
                return hart_pg_fail_connection(pg, "COPY", err);
        return hart_pg_flush(pg, err);
}

/* Rows until there are no more, or until the server is asked to give up. */
static hart_code put_rows(hart_pg *pg, hart_pg_rows_source source, void *data, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer rows = {0};
        hart_code code = put(pg, signature, sizeof signature, err);
        while (code == HART_OK && pg->interrupted == HART_OK) {
                hart_buffer_clear(&rows);
                hart_code more = source(data, &rows, err);
                if (more != HART_OK && more != HART_EMPTY)
                        return more;
                code = rows.size > 0 ? put(pg, rows.data, rows.size, err) : HART_OK;
                if (code == HART_OK && more == HART_EMPTY)
                        return put(pg, trailer, sizeof trailer, err);
        }
        return code;
}

/* The server's "go on", or its refusal. */
static hart_code begin(hart_pg *pg, const hart_pg_statement *statement, hart_error *err)
{
        PGresult *answer = NULL;
        hart_pg_begin_waiting(pg);
        if (!PQsendQuery(pg->connection, statement->text))
                return hart_pg_fail_connection(pg, statement->name, err);
        hart_code code = hart_pg_next(pg, &answer, err);
        if (code != HART_OK)
                return code;
        if (PQresultStatus(answer) != PGRES_COPY_IN) {
                need(PQresultStatus(answer) == PGRES_FATAL_ERROR);
                code = pg->interrupted != HART_OK
                               ? hart_fail(err, pg->interrupted, "%s: cancelled on request", statement->name)
                               : hart_pg_fail(pg, answer, statement->name, NULL, err);
                hart_pg_drain(pg);
        }
        PQclear(answer);
        return code;
}

hart_code hart_pg_copy(hart_pg *pg, const hart_pg_statement *statement, hart_pg_rows_source source, void *data,
                       hart_error *err)
{
        PGresult *answer = NULL;
        hart_code code = begin(pg, statement, err);
        if (code != HART_OK)
                return code;
        code = put_rows(pg, source, data, err);
        bool whole = code == HART_OK && pg->interrupted == HART_OK;
        if (!hart_pg_is_up(pg) || PQputCopyEnd(pg->connection, whole ? NULL : "given up") != 1)
                return code != HART_OK ? code : hart_pg_fail_connection(pg, statement->name, err);
        hart_code ended = hart_pg_next(pg, &answer, err);
        if (code == HART_OK && ended != HART_OK)
                code = ended;
        else if (code == HART_OK && PQresultStatus(answer) != PGRES_COMMAND_OK)
                code = pg->interrupted != HART_OK
                               ? hart_fail(err, pg->interrupted, "%s: cancelled on request", statement->name)
                               : hart_pg_fail(pg, answer, statement->name, NULL, err);
        PQclear(answer);
        hart_pg_drain(pg);
        return code;
}
