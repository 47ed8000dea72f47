#include <stdio.h>
#include <string.h>

#include "catalog_sql.h"
#include "parameters.h"

/* A composition deeper than this is not made by any atomizer: it would be a circle. */
#define DEPTH_MAX 16

struct reading {
        hart_pg *pg;
        int32_t tenant;
        hart_content_write write;
        void *data;
        hart_sha256_stream *digest;
        int64_t size;
};

static hart_code put(struct reading *reading, const void *bytes, size_t size, hart_error *err)
{
        if (size == 0)
                return HART_OK;
        hart_sha256_update(reading->digest, bytes, size);
        reading->size += (int64_t)size;
        return reading->write(bytes, size, reading->data, err);
}

static hart_code put_column(struct reading *reading, const hart_pg_result *rows, size_t row, int column,
                            hart_error *err)
{
        size_t size = 0;
        if (hart_pg_is_null(rows, row, column))
                return HART_OK;
        const unsigned char *bytes = hart_pg_bytea(rows, row, column, &size);
        return put(reading, bytes, size, err);
}

static hart_code put_atom(struct reading *reading, int64_t atom, unsigned depth, hart_error *err);

static hart_code put_component(struct reading *reading, const hart_pg_result *rows, size_t row, unsigned depth,
                               hart_error *err)
{
        hart_code code = put_column(reading, rows, row, 2, err);
        if (code != HART_OK || hart_pg_is_null(rows, row, 3))
                return code;
        int64_t component = hart_pg_integer(rows, row, 3);
        if (!hart_pg_flag(rows, row, 4))
                return hart_fail(err, HART_FAILED, "atom %lld is missing", (long long)component);
        code = hart_pg_is_null(rows, row, 5) ? put_atom(reading, component, depth + 1, err)
                                             : put_column(reading, rows, row, 5, err);
        return code == HART_OK ? put_column(reading, rows, row, 6, err) : code;
}

static hart_code next_run(struct reading *reading, int64_t atom, int64_t sequence, hart_pg_result **rows,
                          hart_error *err)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, reading->tenant);
        hart_pg_add_int8(&parameters, atom);
        hart_pg_add_int8(&parameters, sequence);
        hart_code code = hart_pg_run(reading->pg, &sql_next_run, &parameters, rows, err);
        hart_pg_parameters_done(&parameters);
        return code;
}

/* Writes the run that begins at *sequence and moves behind it; HART_EMPTY where there is none. */
static hart_code put_run(struct reading *reading, int64_t atom, int64_t *sequence, unsigned depth, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_code code = next_run(reading, atom, *sequence, &rows, err);
        if (code != HART_OK)
                return code;
        if (hart_pg_rows(rows) == 0)
                return HART_EMPTY;
        if (hart_pg_integer(rows, 0, 0) != *sequence)
                return hart_fail(err, HART_FAILED, "the composition of atom %lld has a gap at component %lld",
                                 (long long)atom, (long long)*sequence);
        for (size_t row = 0; row < hart_pg_rows(rows) && code == HART_OK; row++)
                code = put_component(reading, rows, row, depth, err);
        int64_t count = hart_pg_integer(rows, 0, 1);
        *sequence += count;
        return code == HART_OK && count == 0 ? HART_EMPTY : code;
}

static hart_code own_content(struct reading *reading, int64_t atom, hart_pg_result **rows, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        add_tenant(&parameters, reading->tenant);
        hart_pg_add_int8(&parameters, atom);
        hart_code code = hart_pg_run(reading->pg, &sql_own_content, &parameters, rows, err);
        hart_pg_parameters_done(&parameters);
        if (code == HART_OK && hart_pg_rows(*rows) == 0)
                return HART_EMPTY;
        return code;
}

static hart_code put_atom(struct reading *reading, int64_t atom, unsigned depth, hart_error *err)
{
        if (depth > DEPTH_MAX)
                return hart_fail(err, HART_FAILED, "the composition of atom %lld is a circle", (long long)atom);
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *own = NULL;
        hart_code code = own_content(reading, atom, &own, err);
        if (code != HART_OK)
                return code;
        reading->tenant = (int32_t)hart_pg_integer(own, 0, 0);
        int64_t start = reading->size, sequence = 0;
        while ((code = put_run(reading, atom, &sequence, depth, err)) == HART_OK)
                ;
        if (code != HART_EMPTY)
                return code;
        if (reading->size == start && sequence == 0)
                code = put_column(reading, own, 0, 1, err);
        else
                code = HART_OK;
        if (code == HART_OK && reading->size - start != hart_pg_integer(own, 0, 2))
                return hart_fail(err, HART_FAILED, "atom %lld has %lld bytes, its parts have %lld", (long long)atom,
                                 (long long)hart_pg_integer(own, 0, 2), (long long)(reading->size - start));
        return code;
}

hart_code hart_catalog_content(hart_pg *pg, int32_t tenant, int64_t atom, hart_content_write write, void *data,
                               unsigned char *digest, int64_t *size, hart_error *err)
{
        struct reading reading = {.pg = pg, .tenant = tenant, .write = write, .data = data};
        unsigned char computed[HART_SHA256_SIZE];
        reading.digest = hart_sha256_open();
        hart_code code = put_atom(&reading, atom, 0, err);
        hart_sha256_finish(reading.digest, computed);
        hart_sha256_close(reading.digest);
        if (code != HART_OK)
                return code;
        if (digest)
                memcpy(digest, computed, sizeof computed);
        if (size)
                *size = reading.size;
        return HART_OK;
}

struct wanted {
        int32_t tenant;
        int64_t root;
        char hash[HART_SHA256_HEX_SIZE];
        char state[16];
        char failure[256];
};

static void note_source(const hart_source *source, void *data)
{
        struct wanted *wanted = data;
        wanted->tenant = source->tenant;
        wanted->root = source->root_atom;
        snprintf(wanted->hash, sizeof wanted->hash, "%s", source->hash);
        snprintf(wanted->state, sizeof wanted->state, "%s", source->state);
        snprintf(wanted->failure, sizeof wanted->failure, "%s", source->failure);
}

static hart_code find_complete(hart_pg *pg, int32_t tenant, int64_t source, struct wanted *wanted, hart_error *err)
{
        hart_source_filter filter = {.tenant = tenant, .id = source};
        hart_code code = hart_catalog_sources(pg, &filter, note_source, wanted, err);
        if (code != HART_OK)
                return code;
        if (wanted->failure[0])
                return hart_fail(err, HART_FAILED, "source %lld was not ingested: %s", (long long)source,
                                 wanted->failure);
        if (strcmp(wanted->state, "complete") != 0)
                return hart_fail(err, HART_FAILED, "source %lld is not complete yet (%s): wait and try again",
                                 (long long)source, wanted->state);
        return HART_OK;
}

hart_code hart_catalog_reconstruct(hart_pg *pg, int32_t tenant, int64_t source, hart_content_write write, void *data,
                                   int64_t *size, hart_error *err)
{
        struct wanted wanted = {0};
        unsigned char digest[HART_SHA256_SIZE];
        char hash[HART_SHA256_HEX_SIZE];
        hart_code code = find_complete(pg, tenant, source, &wanted, err);
        if (code != HART_OK)
                return code;
        code = hart_catalog_content(pg, wanted.tenant, wanted.root, write, data, digest, size, err);
        if (code == HART_EMPTY)
                return hart_fail(err, HART_FAILED, "source %lld: its document atom %lld is missing", (long long)source,
                                 (long long)wanted.root);
        if (code != HART_OK)
                return hart_error_context(err, "source %lld", (long long)source);
        hart_hex(digest, sizeof digest, hash);
        if (strcmp(hash, wanted.hash) != 0)
                return hart_fail(err, HART_FAILED,
                                 "source %lld: what was given back has SHA-256 %s, what was ingested %s",
                                 (long long)source, hash, wanted.hash);
        return HART_OK;
}
