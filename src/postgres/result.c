/* Rows, in PostgreSQL's binary format. */
#include "connection.h"

#include <string.h>

#include "types.h"

hart_pg_result *hart_pg_result_new(PGresult *only)
{
        hart_pg_result *result = hart_allocate(sizeof *result);
        if (only) {
                result->parts = hart_allocate_array(1, sizeof *result->parts);
                result->parts[0] = only;
                result->part_count = 1;
                result->rows = (size_t)PQntuples(only);
        }
        return result;
}

void hart_pg_result_add(hart_pg_result *result, PGresult *row)
{
        result->parts = hart_reallocate_array(result->parts, result->part_count + 1, sizeof *result->parts);
        result->parts[result->part_count++] = row;
        result->rows++;
}

void hart_pg_result_close(hart_pg_result *result)
{
        if (!result)
                return;
        for (size_t i = 0; i < result->part_count; i++)
                PQclear(result->parts[i]);
        free(result->parts);
        free(result);
}

void hart_pg_result_close_p(hart_pg_result **result)
{
        hart_pg_result_close(*result);
}

size_t hart_pg_rows(const hart_pg_result *result)
{
        return result->rows;
}

size_t hart_pg_affected(const hart_pg_result *result)
{
        return result->part_count ? (size_t)strtoull(PQcmdTuples(result->parts[0]), NULL, 10) : 0;
}

const char *hart_pg_command(const hart_pg_result *result)
{
        return result->part_count ? PQcmdStatus(result->parts[0]) : "";
}

int hart_pg_columns(const hart_pg_result *result)
{
        return result->part_count ? PQnfields(result->parts[0]) : 0;
}

hart_pg_kind hart_pg_column_kind(const hart_pg_result *result, int column)
{
        need(column >= 0 && column < hart_pg_columns(result));
        switch (PQftype(result->parts[0], column)) {
        case TYPE_BOOL:
                return HART_PG_FLAG;
        case TYPE_INT2:
        case TYPE_INT4:
        case TYPE_INT8:
                return HART_PG_INTEGER;
        case TYPE_FLOAT4:
        case TYPE_FLOAT8:
                return HART_PG_NUMBER;
        case TYPE_TEXT:
        case TYPE_VARCHAR:
        case TYPE_NAME:
                return HART_PG_TEXT;
        default:
                return HART_PG_OTHER;
        }
}

struct cell {
        Oid type;
        bool null;
        const unsigned char *data;
        size_t size;
};

static struct cell cell_at(const hart_pg_result *result, size_t row, int column)
{
        need(row < result->rows);
        const PGresult *part = result->parts[result->part_count == 1 ? 0 : row];
        int number = result->part_count == 1 ? (int)row : 0;
        need(column >= 0 && column < PQnfields(part) && PQfformat(part, column) == 1);
        return (struct cell){.type = PQftype(part, column),
                             .null = PQgetisnull(part, number, column),
                             .data = (const unsigned char *)PQgetvalue(part, number, column),
                             .size = (size_t)PQgetlength(part, number, column)};
}

static uint64_t big_endian(const unsigned char *data, size_t size)
{
        uint64_t value = 0;
        for (size_t i = 0; i < size; i++)
                value = value << 8 | data[i];
        return value;
}

bool hart_pg_is_null(const hart_pg_result *result, size_t row, int column)
{
        return cell_at(result, row, column).null;
}

bool hart_pg_flag(const hart_pg_result *result, size_t row, int column)
{
        struct cell cell = cell_at(result, row, column);
        need(cell.type == TYPE_BOOL && !cell.null);
        return cell.data[0] != 0;
}

int64_t hart_pg_integer(const hart_pg_result *result, size_t row, int column)
{
        struct cell cell = cell_at(result, row, column);
        need((cell.type == TYPE_INT2 || cell.type == TYPE_INT4 || cell.type == TYPE_INT8) && !cell.null);
        uint64_t value = big_endian(cell.data, cell.size);
        if (cell.size == 2)
                return (int16_t)value;
        return cell.size == 4 ? (int32_t)value : (int64_t)value;
}

static float float4_at(const unsigned char *data)
{
        uint32_t bits = (uint32_t)big_endian(data, sizeof bits);
        float value;
        memcpy(&value, &bits, sizeof value);
        return value;
}

double hart_pg_number(const hart_pg_result *result, size_t row, int column)
{
        struct cell cell = cell_at(result, row, column);
        need((cell.type == TYPE_FLOAT4 || cell.type == TYPE_FLOAT8) && !cell.null);
        if (cell.type == TYPE_FLOAT4)
                return (double)float4_at(cell.data);
        uint64_t bits = big_endian(cell.data, sizeof bits);
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
}

static bool is_text(Oid type)
{
        return type == TYPE_TEXT || type == TYPE_VARCHAR || type == TYPE_NAME || type == TYPE_JSON ||
               type == TYPE_JSONB || type == TYPE_BYTEA;
}

const char *hart_pg_text(const hart_pg_result *result, size_t row, int column, size_t *size)
{
        struct cell cell = cell_at(result, row, column);
        need(is_text(cell.type));
        size_t version = cell.type == TYPE_JSONB && !cell.null; /* one byte in front of the text */
        if (size)
                *size = cell.size - version;
        return cell.null ? NULL : (const char *)cell.data + version;
}

const unsigned char *hart_pg_bytea(const hart_pg_result *result, size_t row, int column, size_t *size)
{
        struct cell cell = cell_at(result, row, column);
        need(cell.type == TYPE_BYTEA);
        if (size)
                *size = cell.size;
        return cell.null ? NULL : cell.data;
}

/* The number of elements of a one-dimensional array, and where the first begins. */
static size_t open_array(struct cell cell, const unsigned char **first)
{
        *first = cell.data;
        if (cell.null || big_endian(cell.data, 4) == 0)
                return 0;
        need(big_endian(cell.data, 4) == 1);
        *first = cell.data + 20;
        return (size_t)big_endian(cell.data + 12, 4);
}

size_t hart_pg_int8_array(const hart_pg_result *result, size_t row, int column, int64_t **ret)
{
        struct cell cell = cell_at(result, row, column);
        need(cell.type == TYPE_INT8_ARRAY);
        const unsigned char *at;
        size_t count = open_array(cell, &at);
        if (!ret)
                return count;
        *ret = hart_allocate_array(count ? count : 1, sizeof **ret);
        for (size_t i = 0; i < count; i++, at += 12) {
                need(big_endian(at, 4) == 8); /* no nulls */
                (*ret)[i] = (int64_t)big_endian(at + 4, 8);
        }
        return count;
}

size_t hart_pg_float4_array(const hart_pg_result *result, size_t row, int column, float **ret)
{
        struct cell cell = cell_at(result, row, column);
        need(cell.type == TYPE_FLOAT4_ARRAY);
        const unsigned char *at;
        size_t count = open_array(cell, &at);
        if (!ret)
                return count;
        *ret = hart_allocate_array(count ? count : 1, sizeof **ret);
        for (size_t i = 0; i < count; i++, at += 8) {
                need(big_endian(at, 4) == 4); /* no nulls */
                (*ret)[i] = float4_at(at + 4);
        }
        return count;
}

size_t hart_pg_bytes_array(const hart_pg_result *result, size_t row, int column, hart_pg_bytes **ret)
{
        struct cell cell = cell_at(result, row, column);
        need(cell.type == TYPE_BYTEA_ARRAY || cell.type == TYPE_TEXT_ARRAY);
        const unsigned char *at;
        size_t count = open_array(cell, &at);
        if (!ret)
                return count;
        *ret = hart_allocate_array(count ? count : 1, sizeof **ret);
        for (size_t i = 0; i < count; i++) {
                int32_t size = (int32_t)big_endian(at, 4);
                at += 4;
                if (size < 0)
                        continue; /* null */
                (*ret)[i] = (hart_pg_bytes){.data = at, .size = (size_t)size};
                at += size;
        }
        return count;
}
