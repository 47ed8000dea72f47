/* Atoms as parameters of statements, arrays over a slice of sorted atoms, and as rows to be copied. */
#ifndef INGESTION_ATOM_ROWS_H
#define INGESTION_ATOM_ROWS_H

#include "batch.h"

/* $1 to $5: tenants, kinds, hashes, modalities, subtypes. */
void atom_rows_add_keys(hart_pg_parameters *p, const struct batch *batch, const struct atom_table *table,
                        const uint32_t *numbers, size_t count);
/* $6 to $11: sizes, atomic values, contents, texts, content types, metadata. */
void atom_rows_add_values(hart_pg_parameters *p, const struct atom_table *table, const uint32_t *numbers, size_t count);
/* A row of sql/copy_atoms.sql; the atom has its id. `scratch` is used again from call to call. */
void atom_rows_append(hart_buffer *rows, hart_buffer *scratch, const struct batch *batch, const struct atom *atom);

/* Atoms `numbers`, sorted by key, get ids and are copied. HART_OK with ids still 0 where another reader was faster with
 * one of them: nothing was stored. */
hart_code atoms_copy(struct batch *batch, struct atom_table *table, const uint32_t *numbers, uint32_t count,
                     hart_error *err);

#endif
