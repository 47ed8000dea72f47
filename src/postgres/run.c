/* Running statements: one, several in one round trip, a script, a stream of rows. */
#include "connection.h"

#include <string.h>

#include <hartonomous/clock.h>

/* The server cuts the connection at a longer message (PQ_LARGE_MESSAGE_LIMIT), for ever. */
#define PARAMETERS_BYTES ((size_t)0x3fffffff - 4096)

#define STREAM_ROWS  1000
#define STREAM_BYTES (1U << 20)

static struct hart_pg_prepared *find_prepared(hart_pg *pg, const char *name)
{
        for (size_t i = 0; i < pg->prepared_count; i++)
                if (strcmp(pg->prepared[i].name, name) == 0)
                        return &pg->prepared[i];
        pg->prepared = hart_reallocate_array(pg->prepared, pg->prepared_count + 1, sizeof *pg->prepared);
        struct hart_pg_prepared *fresh = &pg->prepared[pg->prepared_count++];
        *fresh = (struct hart_pg_prepared){.name = hart_duplicate(name)};
        return fresh;
}

static void forget_prepared(hart_pg *pg, const char *name)
{
        struct hart_pg_prepared *prepared = find_prepared(pg, name);
        free(HART_TAKE(prepared->server_name));
        prepared->generation++;
}

/* Is the answer a success? What succeeded before a cancellation reached it has happened, a COMMIT above all; for what
 * failed after one the interruption is the cause. */
static hart_code check(hart_pg *pg, const PGresult *answer, const char *what, const char *text, hart_error *err)
{
        ExecStatusType status = PQresultStatus(answer);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE ||
            status == PGRES_EMPTY_QUERY)
                return HART_OK;
        if (pg->interrupted != HART_OK)
                return hart_fail(err, pg->interrupted, "%s: cancelled on request", what);
        if (hart_pg_is_stale(answer))
                forget_prepared(pg, what);
        return hart_pg_fail(pg, answer, what, text, err);
}

/* Reads a statement to its end. *ret gets the last answer. */
static hart_code collect(hart_pg *pg, const char *what, const char *text, PGresult **ret, hart_error *err)
{
        PGresult *last = NULL, *answer = NULL;
        hart_code code = HART_OK;
        while (code == HART_OK && (code = hart_pg_next(pg, &answer, err)) == HART_OK && answer) {
                PQclear(last);
                last = answer;
                code = check(pg, answer, what, text, err);
        }
        if (code == HART_OK) {
                *ret = last;
                return HART_OK;
        }
        hart_pg_drain(pg);
        PQclear(last);
        return code;
}

static hart_code prepare(hart_pg *pg, const hart_pg_statement *statement, const hart_pg_parameters *parameters,
                         hart_error *err)
{
        struct hart_pg_prepared *prepared = find_prepared(pg, statement->name);
        if (prepared->server_name)
                return HART_OK;
        /* The server takes 63 bytes of a name; the number makes them distinct. */
        HART_CLEANUP(hart_free_p) char *server_name = hart_format("%u_%.48s", ++pg->named, statement->name);
        Oid types[HART_PG_PARAMETERS_MAX];
        size_t count = parameters ? parameters->count : 0;
        for (size_t i = 0; i < count; i++)
                types[i] = parameters->item[i].type;
        hart_pg_begin_waiting(pg);
        if (!PQsendPrepare(pg->connection, server_name, statement->text, (int)count, types))
                return hart_pg_fail_connection(pg, statement->name, err);
        PGresult *answer = NULL;
        hart_code code = collect(pg, statement->name, statement->text, &answer, err);
        if (code != HART_OK)
                return code;
        PQclear(answer);
        prepared->server_name = HART_TAKE(server_name);
        return HART_OK;
}

static hart_code send_prepared(hart_pg *pg, const hart_pg_statement *statement, const hart_pg_parameters *parameters,
                               hart_error *err)
{
        const char *values[HART_PG_PARAMETERS_MAX];
        int sizes[HART_PG_PARAMETERS_MAX], formats[HART_PG_PARAMETERS_MAX];
        size_t count = parameters ? parameters->count : 0;
        const char *bytes = count && parameters->bytes.data ? (const char *)parameters->bytes.data : "";
        if (count && parameters->bytes.size > PARAMETERS_BYTES)
                return hart_fail(err, HART_POISON,
                                 "%s: %zu bytes are more than PostgreSQL takes in one message (1 GiB)", statement->name,
                                 parameters->bytes.size);
        for (size_t i = 0; i < count; i++) {
                values[i] = parameters->item[i].null ? NULL : bytes + parameters->item[i].start;
                sizes[i] = (int)parameters->item[i].size;
                formats[i] = 1;
        }
        const char *name = find_prepared(pg, statement->name)->server_name;
        if (!PQsendQueryPrepared(pg->connection, name, (int)count, values, sizes, formats, 1))
                return hart_pg_fail_connection(pg, statement->name, err);
        return HART_OK;
}

static hart_code run_once(hart_pg *pg, const hart_pg_statement *statement, const hart_pg_parameters *parameters,
                          PGresult **answer, hart_error *err)
{
        hart_code code = prepare(pg, statement, parameters, err);
        hart_pg_begin_waiting(pg);
        if (code == HART_OK)
                code = send_prepared(pg, statement, parameters, err);
        return code == HART_OK ? collect(pg, statement->name, NULL, answer, err) : code;
}

hart_code hart_pg_run(hart_pg *pg, const hart_pg_statement *statement, const hart_pg_parameters *parameters,
                      hart_pg_result **ret, hart_error *err)
{
        /* A statement that went stale is repeated; inside a transaction the caller has to begin that again. */
        bool alone = PQtransactionStatus(pg->connection) == PQTRANS_IDLE;
        unsigned generation = find_prepared(pg, statement->name)->generation;
        PGresult *answer = NULL;
        hart_code code = run_once(pg, statement, parameters, &answer, err);
        if (code != HART_OK && alone && find_prepared(pg, statement->name)->generation != generation)
                code = run_once(pg, statement, parameters, &answer, err);
        if (code == HART_OK && ret)
                *ret = hart_pg_result_new(answer);
        else
                PQclear(answer);
        return code;
}

/* Reads one call's answer in pipeline mode; those behind a failed one are marked as skipped by libpq. */
static hart_code collect_call(hart_pg *pg, const hart_pg_call *call, PGresult **ret, hart_error *err)
{
        PGresult *answer = NULL, *end = NULL;
        hart_code code = hart_pg_next(pg, &answer, err);
        if (code != HART_OK)
                return code;
        code = check(pg, answer, call->statement->name, NULL, err);
        while (hart_pg_next(pg, &end, NULL) == HART_OK && end)
                PQclear(end);
        if (code == HART_OK)
                *ret = answer;
        else
                PQclear(answer);
        return code;
}

/* Reads up to the synchronisation point; each statement's answers end with a NULL, the whole with a second one. */
static void leave_pipeline(hart_pg *pg)
{
        PGresult *answer = NULL;
        bool synchronized = false, at_end = false;
        while (!synchronized && hart_pg_is_up(pg) && hart_pg_next(pg, &answer, NULL) == HART_OK) {
                synchronized = answer && PQresultStatus(answer) == PGRES_PIPELINE_SYNC;
                if (!answer && at_end)
                        break;
                at_end = !answer;
                PQclear(answer);
        }
        if (!PQexitPipelineMode(pg->connection))
                pg->broken = true;
}

static hart_code run_pipeline(hart_pg *pg, const hart_pg_call *calls, size_t count, PGresult **answers, hart_error *err)
{
        hart_code code = HART_OK;
        for (size_t i = 0; code == HART_OK && i < count; i++)
                code = send_prepared(pg, calls[i].statement, calls[i].parameters, err);
        if (!PQpipelineSync(pg->connection) && code == HART_OK)
                code = hart_pg_fail_connection(pg, "pipeline", err);
        for (size_t i = 0; code == HART_OK && i < count; i++)
                code = collect_call(pg, &calls[i], &answers[i], err);
        return code;
}

hart_code hart_pg_run_many(hart_pg *pg, const hart_pg_call *calls, size_t count, hart_error *err)
{
        for (size_t i = 0; i < count; i++) {
                hart_code code = prepare(pg, calls[i].statement, calls[i].parameters, err);
                if (code != HART_OK)
                        return code;
        }
        if (!PQenterPipelineMode(pg->connection))
                return hart_pg_fail_connection(pg, "pipeline", err);
        hart_pg_begin_waiting(pg);
        PGresult **answers = hart_allocate_array(count ? count : 1, sizeof *answers);
        hart_code code = run_pipeline(pg, calls, count, answers, err);
        leave_pipeline(pg);
        for (size_t i = 0; i < count; i++) {
                if (answers[i] && calls[i].ret)
                        *calls[i].ret = hart_pg_result_new(answers[i]);
                else
                        PQclear(answers[i]);
        }
        free(answers);
        return code;
}

hart_code hart_pg_script(hart_pg *pg, const char *text, hart_error *err)
{
        hart_pg_begin_waiting(pg);
        if (!PQsendQuery(pg->connection, text))
                return hart_pg_fail_connection(pg, "script", err);
        PGresult *answer = NULL;
        hart_code code = collect(pg, "script", text, &answer, err);
        if (code == HART_OK)
                PQclear(answer);
        return code;
}

struct stream {
        hart_code (*visit)(const hart_pg_result *rows, void *data, hart_error *err);
        void *data;
        hart_pg_result *chunk;
        size_t bytes;
};

static hart_code visit_chunk(struct stream *stream, hart_error *err)
{
        hart_code code = HART_OK;
        if (stream->chunk && hart_pg_rows(stream->chunk) > 0)
                code = stream->visit(stream->chunk, stream->data, err);
        hart_pg_result_close(HART_TAKE(stream->chunk));
        stream->bytes = 0;
        return code;
}

static hart_code take_row(struct stream *stream, PGresult *row, hart_error *err)
{
        for (int column = 0; column < PQnfields(row); column++)
                stream->bytes += (size_t)PQgetlength(row, 0, column);
        if (!stream->chunk)
                stream->chunk = hart_pg_result_new(NULL);
        hart_pg_result_add(stream->chunk, row);
        if (hart_pg_rows(stream->chunk) < STREAM_ROWS && stream->bytes < STREAM_BYTES)
                return HART_OK;
        return visit_chunk(stream, err);
}

static hart_code read_rows(hart_pg *pg, struct stream *stream, const char *what, hart_error *err)
{
        PGresult *answer = NULL;
        hart_code code;
        while ((code = hart_pg_next(pg, &answer, err)) == HART_OK && answer) {
                code = check(pg, answer, what, NULL, err);
                if (code == HART_OK && PQresultStatus(answer) == PGRES_SINGLE_TUPLE)
                        code = take_row(stream, HART_TAKE(answer), err);
                PQclear(answer);
                if (code != HART_OK)
                        return code;
        }
        return code == HART_OK ? visit_chunk(stream, err) : code;
}

hart_code hart_pg_stream(hart_pg *pg, const hart_pg_statement *statement, const hart_pg_parameters *parameters,
                         hart_code (*visit)(const hart_pg_result *rows, void *data, hart_error *err), void *data,
                         hart_error *err)
{
        hart_code code = prepare(pg, statement, parameters, err);
        hart_pg_begin_waiting(pg);
        if (code == HART_OK)
                code = send_prepared(pg, statement, parameters, err);
        if (code != HART_OK)
                return code;
        PQsetSingleRowMode(pg->connection);
        struct stream stream = {.visit = visit, .data = data};
        code = read_rows(pg, &stream, statement->name, err);
        hart_pg_result_close(stream.chunk);
        if (code == HART_OK || pg->interrupted != HART_OK || !hart_pg_is_up(pg)) {
                hart_pg_drain(pg);
                return code;
        }
        pg->interrupted = code; /* the visitor has enough: the rest is not worth sending */
        pg->waited_at = hart_now();
        hart_pg_cancel(pg);
        hart_pg_drain(pg);
        return code;
}
