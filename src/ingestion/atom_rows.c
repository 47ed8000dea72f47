/* atom_rows: which column an atom's content goes to, as the comments of the table say. */
#include "atom_rows.h"

#include <string.h>

#include <hartonomous/json.h>

#define ATOMIC_MAX  64 /* content up to here is the atomic value */
#define ATOMIC_HEAD 32 /* of longer content, behind its hash */

static void add_kinds(hart_pg_parameters *p, const struct batch *batch)
{
        hart_pg_bytes texts[KINDS_MAX];
        for (size_t i = 0; i < batch->kind_count; i++)
                texts[i] = (hart_pg_bytes){batch->kinds[i].modality, strlen(batch->kinds[i].modality)};
        hart_pg_add_text_array(p, texts, batch->kind_count);
        for (size_t i = 0; i < batch->kind_count; i++)
                texts[i] = (hart_pg_bytes){batch->kinds[i].subtype, strlen(batch->kinds[i].subtype)};
        hart_pg_add_text_array(p, texts, batch->kind_count);
}

void atom_rows_add_keys(hart_pg_parameters *p, const struct batch *batch, const struct atom_table *table,
                        const uint32_t *numbers, size_t count)
{
        HART_CLEANUP(hart_free_p) int32_t *integers = hart_allocate_array(count, sizeof *integers);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *hashes = hart_allocate_array(count, sizeof *hashes);
        for (size_t i = 0; i < count; i++)
                integers[i] = table->atoms[numbers[i]].tenant;
        hart_pg_add_int4_array(p, integers, count);
        for (size_t i = 0; i < count; i++)
                integers[i] = table->atoms[numbers[i]].kind + 1;
        hart_pg_add_int4_array(p, integers, count);
        for (size_t i = 0; i < count; i++)
                hashes[i] = (hart_pg_bytes){table->atoms[numbers[i]].hash, HART_SHA256_SIZE};
        hart_pg_add_bytes_array(p, hashes, count);
        add_kinds(p, batch);
}

/* The content where it fits, else hash and head; `room` is where the latter goes. */
static hart_pg_bytes atomic_value(const struct atom *atom, unsigned char *room)
{
        static const unsigned char nothing[1] = "";
        if (atom->size <= ATOMIC_MAX)
                return (hart_pg_bytes){atom->size > 0 ? atom->content : nothing, (size_t)atom->size};
        memcpy(room, atom->hash, HART_SHA256_SIZE);
        memcpy(room + HART_SHA256_SIZE, atom->content, ATOMIC_HEAD);
        return (hart_pg_bytes){room, HART_SHA256_SIZE + ATOMIC_HEAD};
}

static bool is_overflow(const struct atom *atom)
{
        return atom->size > ATOMIC_MAX;
}

static bool is_kept_whole(const struct atom *atom)
{
        return is_overflow(atom) && !atom->is_text && !atom->composed;
}

static void write_metadata(hart_buffer *out, const struct atom *atom)
{
        hart_json_writer writer = {.out = out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "overflow");
        hart_json_put_flag(&writer, true);
        hart_json_key(&writer, "original_size");
        hart_json_put_integer(&writer, (int64_t)atom->size);
        hart_json_end_object(&writer);
}

static void add_metadata(hart_pg_parameters *p, const struct atom_table *table, const uint32_t *numbers, size_t count)
{
        HART_CLEANUP(hart_free_p) hart_pg_bytes *values = hart_allocate_array(count, sizeof *values);
        HART_CLEANUP(hart_buffer_done) hart_buffer texts = {0};
        for (size_t i = 0; i < count; i++) {
                const size_t start = texts.size;
                if (is_overflow(&table->atoms[numbers[i]]))
                        write_metadata(&texts, &table->atoms[numbers[i]]);
                values[i].size = texts.size - start;
        }
        const unsigned char *next = texts.data;
        for (size_t i = 0; i < count; i++) {
                values[i].data = values[i].size > 0 ? next : NULL;
                next += values[i].size > 0 ? values[i].size : 0;
        }
        hart_pg_add_jsonb_array(p, values, count);
}

void atom_rows_add_values(hart_pg_parameters *p, const struct atom_table *table, const uint32_t *numbers, size_t count)
{
        HART_CLEANUP(hart_free_p) int64_t *sizes = hart_allocate_array(count, sizeof *sizes);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *values = hart_allocate_array(4 * count, sizeof *values);
        HART_CLEANUP(hart_free_p) unsigned char *rooms = hart_allocate_array(count, ATOMIC_MAX);
        hart_pg_bytes *contents = values + count, *texts = contents + count, *types = texts + count;
        for (size_t i = 0; i < count; i++) {
                const struct atom *atom = &table->atoms[numbers[i]];
                sizes[i] = (int64_t)atom->size;
                values[i] = atomic_value(atom, rooms + i * ATOMIC_MAX);
                if (atom->is_text)
                        texts[i] = (hart_pg_bytes){atom->content, (size_t)atom->size};
                else if (is_kept_whole(atom))
                        contents[i] = (hart_pg_bytes){atom->content, (size_t)atom->size};
                if (atom->content_type != NULL)
                        types[i] = (hart_pg_bytes){atom->content_type, strlen(atom->content_type)};
        }
        hart_pg_add_int8_array(p, sizes, count);
        hart_pg_add_bytes_array(p, values, count);
        hart_pg_add_bytes_array(p, contents, count);
        hart_pg_add_text_array(p, texts, count);
        hart_pg_add_text_array(p, types, count);
        add_metadata(p, table, numbers, count);
}

void atom_rows_append(hart_buffer *rows, hart_buffer *scratch, const struct batch *batch, const struct atom *atom)
{
        unsigned char room[ATOMIC_MAX];
        const struct atom_kind *kind = &batch->kinds[atom->kind];
        const hart_pg_bytes value = atomic_value(atom, room);
        hart_buffer_clear(scratch);
        if (is_overflow(atom))
                write_metadata(scratch, atom);
        hart_pg_row_begin(rows, 11);
        hart_pg_row_int4(rows, atom->tenant);
        hart_pg_row_int8(rows, atom->id);
        hart_pg_row_text(rows, kind->modality);
        hart_pg_row_text(rows, kind->subtype);
        hart_pg_row_text(rows, atom->content_type);
        hart_pg_row_bytes(rows, atom->hash, sizeof atom->hash);
        hart_pg_row_int8(rows, (int64_t)atom->size);
        hart_pg_row_bytes(rows, value.data, value.size);
        hart_pg_row_bytes(rows, is_kept_whole(atom) ? atom->content : NULL, (size_t)atom->size);
        hart_pg_row_bytes(rows, atom->is_text ? atom->content : NULL, (size_t)atom->size);
        hart_pg_row_jsonb(rows, is_overflow(atom) ? (const char *)scratch->data : NULL, scratch->size);
}
