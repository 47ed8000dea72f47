/* atom_table: open addressing over a growing array. SHA-256 is its own hash function. */
#include "atom_table.h"

#include <string.h>

#include <hartonomous/memory.h>

void atom_table_clear(struct atom_table *table)
{
        table->count = 0;
        if (table->slots != NULL)
                memset(table->slots, 0, table->slot_count * sizeof *table->slots);
}

void atom_table_done(struct atom_table *table)
{
        free(table->atoms);
        free(table->slots);
        *table = (struct atom_table){0};
}

static uint32_t slot_of(const struct atom_table *table, const struct atom *atom)
{
        uint32_t word;
        memcpy(&word, atom->hash, sizeof word);
        return (word ^ (uint32_t)atom->tenant * UINT32_C(0x9E3779B1) ^ atom->kind) & (table->slot_count - 1);
}

static void grow(struct atom_table *table)
{
        table->capacity = table->capacity == 0 ? 256 : table->capacity * 2;
        table->atoms = hart_reallocate_array(table->atoms, table->capacity, sizeof *table->atoms);
        free(table->slots);
        table->slot_count = table->capacity * 2;
        table->slots = hart_allocate_array(table->slot_count, sizeof *table->slots);
        for (uint32_t i = 0; i < table->count; i++) {
                uint32_t slot = slot_of(table, &table->atoms[i]);
                while (table->slots[slot] != 0)
                        slot = (slot + 1) & (table->slot_count - 1);
                table->slots[slot] = i + 1;
        }
}

uint32_t atom_table_put(struct atom_table *table, const struct atom *atom, bool *added)
{
        if (table->count == table->capacity)
                grow(table);
        uint32_t slot = slot_of(table, atom);
        for (; table->slots[slot] != 0; slot = (slot + 1) & (table->slot_count - 1)) {
                const struct atom *other = &table->atoms[table->slots[slot] - 1];
                if (memcmp(other->hash, atom->hash, sizeof other->hash) == 0 && other->tenant == atom->tenant &&
                    other->kind == atom->kind) {
                        *added = false;
                        return table->slots[slot] - 1;
                }
        }
        *added = true;
        table->slots[slot] = table->count + 1;
        table->atoms[table->count] = *atom;
        return table->count++;
}

uint16_t atom_kind_of(const struct atom_kind *kinds, size_t count, const char *modality, const char *subtype)
{
        uint16_t kind = 0;
        while (kind < count &&
               (strcmp(kinds[kind].modality, modality) != 0 || strcmp(kinds[kind].subtype, subtype) != 0))
                kind++;
        return kind;
}

static void add_kind(struct atom_kind *kinds, size_t *count, const struct atom_kind *kind)
{
        if (atom_kind_of(kinds, *count, kind->modality, kind->subtype) == *count && *count < KINDS_MAX)
                kinds[(*count)++] = *kind;
}

size_t atom_kinds(struct atom_kind kinds[KINDS_MAX])
{
        size_t count = 0;
        for (size_t i = 0; i < hart_atomizer_count; i++) {
                const hart_atomizer *row = hart_atomizers[i];
                add_kind(kinds, &count, &(struct atom_kind){row->modality, row->document_subtype, false});
                for (unsigned k = 0; k < row->subtype_count; k++) {
                        const hart_subtype *subtype = &row->subtypes[k];
                        const char *modality = subtype->modality != NULL ? subtype->modality : row->modality;
                        add_kind(kinds, &count, &(struct atom_kind){modality, subtype->name, subtype->embeddable});
                }
        }
        return count;
}
