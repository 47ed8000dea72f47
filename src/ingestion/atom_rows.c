/* atom_rows: which column an atom's content goes to, as the comments of the table say. */
#include "atom_rows.h"

#include <string.h>

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
                else if (atom->size > ATOMIC_MAX && !atom->composed)
                        contents[i] = (hart_pg_bytes){atom->content, (size_t)atom->size};
                if (atom->content_type != NULL)
                        types[i] = (hart_pg_bytes){atom->content_type, strlen(atom->content_type)};
        }
        hart_pg_add_int8_array(p, sizes, count);
        hart_pg_add_bytes_array(p, values, count);
        hart_pg_add_bytes_array(p, contents, count);
        hart_pg_add_text_array(p, texts, count);
        hart_pg_add_text_array(p, types, count);
}
