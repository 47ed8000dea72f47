/* PostgreSQL: one connection, statements prepared on first use, parameters and results in binary.
 *
 * A failed statement becomes a code by its SQLSTATE: a lost connection and classes 08, 40, 53, 57P, 58 (and what else
 * passes by itself: a standby, a lock not had, a statement cancelled) → HART_RETRY; 22, 23 and 54 (the data) →
 * HART_POISON; 28, 3D000 and 42501 (login, missing database, missing right) → HART_CONFIG; else HART_FATAL. The
 * table is in src/postgres/sqlstate.c. err->foreign holds the SQLSTATE. Notices go to the connection's notice hook,
 * never to stderr. While the server is awaited the `waiting` hook runs, so that a daemon stays killable. */
#ifndef HARTONOMOUS_POSTGRES_H
#define HARTONOMOUS_POSTGRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

typedef struct hart_pg hart_pg;
typedef struct hart_pg_result hart_pg_result;

/* Called about five times a second while the server is awaited. Anything but HART_OK cancels the statement, which
 * then returns that code, unless it was done before the server heard of it. */
typedef hart_code (*hart_pg_waiting)(void *data);

typedef struct hart_pg_options {
        const char *conninfo;         /* libpq's; keep-alive and application_name are added where it has none */
        const char *application_name; /* "hartonomous-ingestion" */
        const char *password;         /* from a credential; may be NULL */
        uint64_t connect_timeout;     /* microseconds */
        hart_pg_waiting waiting; /* the hook while connecting, and afterwards until hart_pg_on_waiting; may be NULL */
        void *waiting_data;
} hart_pg_options;

hart_code hart_pg_open(hart_pg **ret, const hart_pg_options *options, hart_error *err);
void hart_pg_close(hart_pg *pg);
void hart_pg_close_p(hart_pg **pg);
/* Does the connection stand, as far as libpq knows without asking? */
bool hart_pg_is_up(const hart_pg *pg);
int hart_pg_socket(const hart_pg *pg);
int hart_pg_server_version(const hart_pg *pg); /* 150004 */

void hart_pg_on_waiting(hart_pg *pg, hart_pg_waiting waiting, void *data);
typedef void (*hart_pg_notice)(const char *severity, const char *text, void *data);
void hart_pg_on_notice(hart_pg *pg, hart_pg_notice notice, void *data);

/* A statement of an embedded .sql file (cmake/Embed.cmake makes these), prepared under `name` at its first use on
 * a connection. */
typedef struct hart_pg_statement {
        const char *name;
        const char *text;
} hart_pg_statement;

/* Parameters $1, $2, … in order of adding. Zeroed is empty; at most 24, together under 1 GiB. Everything is copied, so
 * callers may free their data at once; hart_pg_parameters_done frees the copy and makes it ready for the next use. */
#define HART_PG_PARAMETERS_MAX 24
typedef struct hart_pg_parameters {
        size_t count;
        struct {
                uint32_t type; /* Oid */
                size_t start, size;
                bool null;
        } item[HART_PG_PARAMETERS_MAX];
        hart_buffer bytes;
} hart_pg_parameters;

void hart_pg_parameters_done(hart_pg_parameters *parameters);
void hart_pg_add_null(hart_pg_parameters *p);             /* of type unknown: cast it in the statement */
void hart_pg_add_flag(hart_pg_parameters *p, bool value); /* boolean */
void hart_pg_add_int4(hart_pg_parameters *p, int32_t value);
void hart_pg_add_int8(hart_pg_parameters *p, int64_t value);
void hart_pg_add_float8(hart_pg_parameters *p, double value);
void hart_pg_add_text(hart_pg_parameters *p, const char *text); /* NULL gives null */
void hart_pg_add_text_n(hart_pg_parameters *p, const char *text, size_t size);
void hart_pg_add_bytes(hart_pg_parameters *p, const void *data, size_t size); /* bytea; data NULL gives null */
void hart_pg_add_jsonb(hart_pg_parameters *p, const char *json, size_t size);

/* One-dimensional arrays. NULL elements: data[i].data == NULL. */
typedef struct hart_pg_bytes {
        const void *data;
        size_t size;
} hart_pg_bytes;
void hart_pg_add_int4_array(hart_pg_parameters *p, const int32_t *values, size_t count);
void hart_pg_add_int8_array(hart_pg_parameters *p, const int64_t *values, size_t count);
void hart_pg_add_float4_array(hart_pg_parameters *p, const float *values, size_t count);
void hart_pg_add_bytes_array(hart_pg_parameters *p, const hart_pg_bytes *values, size_t count); /* bytea[] */
void hart_pg_add_text_array(hart_pg_parameters *p, const hart_pg_bytes *values, size_t count);  /* text[] */
void hart_pg_add_jsonb_array(hart_pg_parameters *p, const hart_pg_bytes *values, size_t count); /* jsonb[] */

/* Runs a prepared statement. `parameters` may be NULL; `ret` may be NULL where rows are of no interest. */
hart_code hart_pg_run(hart_pg *pg, const hart_pg_statement *statement, const hart_pg_parameters *parameters,
                      hart_pg_result **ret, hart_error *err);
/* Sends several statements in one round trip (libpq pipeline mode); results[i] may be wanted or not. The first
 * failure ends it and is returned; the rest is skipped by the server. What succeeded before it has its result. */
typedef struct hart_pg_call {
        const hart_pg_statement *statement;
        const hart_pg_parameters *parameters; /* may be NULL */
        hart_pg_result **ret;                 /* may be NULL */
} hart_pg_call;
hart_code hart_pg_run_many(hart_pg *pg, const hart_pg_call *calls, size_t count, hart_error *err);
/* Runs a script: several statements without parameters, as a migration is. */
hart_code hart_pg_script(hart_pg *pg, const char *text, hart_error *err);
/* Streams the rows of a query in chunks: visit is called per chunk of rows; anything but HART_OK ends it. */
hart_code hart_pg_stream(hart_pg *pg, const hart_pg_statement *statement, const hart_pg_parameters *parameters,
                         hart_code (*visit)(const hart_pg_result *rows, void *data, hart_error *err), void *data,
                         hart_error *err);

/* COPY … FROM STDIN (FORMAT binary), which the statement is: many new rows at once, faster than any INSERT. The source
 * adds some rows (64 KiB or so) each time it is called; HART_EMPTY with its last ones. Any other code ends it: no row
 * is stored, and that code is returned. A row is hart_pg_row_begin with the number of its fields, then each field, in
 * order and of exactly the column's type. */
typedef hart_code (*hart_pg_rows_source)(void *data, hart_buffer *rows, hart_error *err);
hart_code hart_pg_copy(hart_pg *pg, const hart_pg_statement *statement, hart_pg_rows_source source, void *data,
                       hart_error *err);
void hart_pg_row_begin(hart_buffer *rows, unsigned fields);
void hart_pg_row_int4(hart_buffer *rows, int32_t value);
void hart_pg_row_int8(hart_buffer *rows, int64_t value);
void hart_pg_row_bytes(hart_buffer *rows, const void *data, size_t size); /* bytea, text; data NULL gives null */
void hart_pg_row_text(hart_buffer *rows, const char *text);               /* NULL gives null */
void hart_pg_row_jsonb(hart_buffer *rows, const char *json, size_t size);

/* Runs COPY … TO STDOUT: `take` gets row by row as the server writes them. The statement is one that the server itself
 * put together of quoted names. Anything but HART_OK ends it with that code. */
hart_code hart_pg_copy_out(hart_pg *pg, const char *statement,
                           hart_code (*take)(const void *row, size_t size, void *data, hart_error *err), void *data,
                           hart_error *err);
/* "postgresql://host:port/database" of the connection, without user and password; free() */
char *hart_pg_uri(const hart_pg *pg);

/* Results. Columns are counted from 0; a value of another type than asked for is a programming error, which
 * aborts. */
void hart_pg_result_close(hart_pg_result *result);
void hart_pg_result_close_p(hart_pg_result **result);
size_t hart_pg_rows(const hart_pg_result *result);
size_t hart_pg_affected(const hart_pg_result *result);
/* What the server says it did: "COMMIT", or "ROLLBACK" where a statement had failed before; borrowed. */
const char *hart_pg_command(const hart_pg_result *result);
/* For whoever runs statements of others: how many columns an answer has, and which of the functions below reads one. */
typedef enum hart_pg_kind { HART_PG_FLAG, HART_PG_INTEGER, HART_PG_NUMBER, HART_PG_TEXT, HART_PG_OTHER } hart_pg_kind;
int hart_pg_columns(const hart_pg_result *result);
hart_pg_kind hart_pg_column_kind(const hart_pg_result *result, int column);
bool hart_pg_is_null(const hart_pg_result *result, size_t row, int column);
bool hart_pg_flag(const hart_pg_result *result, size_t row, int column);
int64_t hart_pg_integer(const hart_pg_result *result, size_t row, int column); /* int2, int4, int8 */
double hart_pg_number(const hart_pg_result *result, size_t row, int column);   /* float4, float8 */
/* text, varchar, name, json, jsonb, bytea; valid as long as the result; size may be NULL; NULL for null */
const char *hart_pg_text(const hart_pg_result *result, size_t row, int column, size_t *size);
const unsigned char *hart_pg_bytea(const hart_pg_result *result, size_t row, int column, size_t *size);
/* Arrays: the number of elements; values (owned by the caller, free()) in *ret, which may be NULL for the count. */
size_t hart_pg_int8_array(const hart_pg_result *result, size_t row, int column, int64_t **ret);
size_t hart_pg_float4_array(const hart_pg_result *result, size_t row, int column, float **ret);
/* Elements of bytea[] and text[] are borrowed from the result; the array itself is free()d by the caller. */
size_t hart_pg_bytes_array(const hart_pg_result *result, size_t row, int column, hart_pg_bytes **ret);

/* NOTIFY: takes all that has arrived; was there any? Does not wait. HART_RETRY where the connection is gone. */
hart_code hart_pg_take_notifications(hart_pg *pg, bool *any, hart_error *err);

#endif
