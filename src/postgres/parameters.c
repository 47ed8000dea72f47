/* Parameters in PostgreSQL's binary format: big-endian numbers, arrays with a header (array_recv). */
#include "connection.h"

#include <endian.h>
#include <string.h>

#include "types.h"

static void put32(hart_buffer *buffer, uint32_t value)
{
        value = htobe32(value);
        hart_buffer_append(buffer, &value, sizeof value);
}

static void put64(hart_buffer *buffer, uint64_t value)
{
        value = htobe64(value);
        hart_buffer_append(buffer, &value, sizeof value);
}

void hart_pg_parameters_done(hart_pg_parameters *parameters)
{
        if (!parameters)
                return;
        hart_buffer_done(&parameters->bytes);
        parameters->count = 0;
}

static void begin(hart_pg_parameters *p, uint32_t type, bool null)
{
        need(p->count < HART_PG_PARAMETERS_MAX);
        p->item[p->count].type = type;
        p->item[p->count].start = p->bytes.size;
        p->item[p->count].size = 0;
        p->item[p->count].null = null;
        p->count++;
}

static void end(hart_pg_parameters *p)
{
        p->item[p->count - 1].size = p->bytes.size - p->item[p->count - 1].start;
}

static void add_plain(hart_pg_parameters *p, uint32_t type, const void *data, size_t size)
{
        begin(p, type, !data);
        if (data && size)
                hart_buffer_append(&p->bytes, data, size);
        end(p);
}

void hart_pg_add_null(hart_pg_parameters *p)
{
        begin(p, TYPE_UNKNOWN, true);
}

void hart_pg_add_flag(hart_pg_parameters *p, bool value)
{
        begin(p, TYPE_BOOL, false);
        hart_buffer_byte(&p->bytes, value);
        end(p);
}

void hart_pg_add_int4(hart_pg_parameters *p, int32_t value)
{
        begin(p, TYPE_INT4, false);
        put32(&p->bytes, (uint32_t)value);
        end(p);
}

void hart_pg_add_int8(hart_pg_parameters *p, int64_t value)
{
        begin(p, TYPE_INT8, false);
        put64(&p->bytes, (uint64_t)value);
        end(p);
}

void hart_pg_add_float8(hart_pg_parameters *p, double value)
{
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        begin(p, TYPE_FLOAT8, false);
        put64(&p->bytes, bits);
        end(p);
}

void hart_pg_add_text(hart_pg_parameters *p, const char *text)
{
        add_plain(p, TYPE_TEXT, text, text ? strlen(text) : 0);
}

void hart_pg_add_text_n(hart_pg_parameters *p, const char *text, size_t size)
{
        add_plain(p, TYPE_TEXT, text, size);
}

void hart_pg_add_bytes(hart_pg_parameters *p, const void *data, size_t size)
{
        add_plain(p, TYPE_BYTEA, data, size);
}

#define JSONB_VERSION 1

void hart_pg_add_jsonb(hart_pg_parameters *p, const char *json, size_t size)
{
        begin(p, TYPE_JSONB, !json);
        if (json) {
                hart_buffer_byte(&p->bytes, JSONB_VERSION);
                hart_buffer_append(&p->bytes, json, size);
        }
        end(p);
}

/* An empty array has no dimension. */
static void begin_array(hart_pg_parameters *p, uint32_t type, uint32_t element, size_t count, bool nulls)
{
        begin(p, type, false);
        put32(&p->bytes, count ? 1 : 0);
        put32(&p->bytes, nulls);
        put32(&p->bytes, element);
        if (count) {
                put32(&p->bytes, (uint32_t)count);
                put32(&p->bytes, 1); /* first index */
        }
}

void hart_pg_add_int4_array(hart_pg_parameters *p, const int32_t *values, size_t count)
{
        begin_array(p, TYPE_INT4_ARRAY, TYPE_INT4, count, false);
        for (size_t i = 0; i < count; i++) {
                put32(&p->bytes, 4);
                put32(&p->bytes, (uint32_t)values[i]);
        }
        end(p);
}

void hart_pg_add_int8_array(hart_pg_parameters *p, const int64_t *values, size_t count)
{
        begin_array(p, TYPE_INT8_ARRAY, TYPE_INT8, count, false);
        for (size_t i = 0; i < count; i++) {
                put32(&p->bytes, 8);
                put64(&p->bytes, (uint64_t)values[i]);
        }
        end(p);
}

void hart_pg_add_float4_array(hart_pg_parameters *p, const float *values, size_t count)
{
        begin_array(p, TYPE_FLOAT4_ARRAY, TYPE_FLOAT4, count, false);
        for (size_t i = 0; i < count; i++) {
                uint32_t bits;
                memcpy(&bits, &values[i], sizeof bits);
                put32(&p->bytes, 4);
                put32(&p->bytes, bits);
        }
        end(p);
}

static void add_array(hart_pg_parameters *p, uint32_t type, uint32_t element, const hart_pg_bytes *values, size_t count)
{
        bool nulls = false;
        for (size_t i = 0; i < count; i++)
                nulls |= !values[i].data;
        begin_array(p, type, element, count, nulls);
        const size_t version = element == TYPE_JSONB;
        for (size_t i = 0; i < count; i++) {
                put32(&p->bytes, values[i].data ? (uint32_t)(values[i].size + version) : UINT32_MAX);
                if (values[i].data && version)
                        hart_buffer_byte(&p->bytes, JSONB_VERSION);
                if (values[i].data && values[i].size)
                        hart_buffer_append(&p->bytes, values[i].data, values[i].size);
        }
        end(p);
}

void hart_pg_add_bytes_array(hart_pg_parameters *p, const hart_pg_bytes *values, size_t count)
{
        add_array(p, TYPE_BYTEA_ARRAY, TYPE_BYTEA, values, count);
}

void hart_pg_add_text_array(hart_pg_parameters *p, const hart_pg_bytes *values, size_t count)
{
        add_array(p, TYPE_TEXT_ARRAY, TYPE_TEXT, values, count);
}

void hart_pg_add_jsonb_array(hart_pg_parameters *p, const hart_pg_bytes *values, size_t count)
{
        add_array(p, TYPE_JSONB_ARRAY, TYPE_JSONB, values, count);
}
