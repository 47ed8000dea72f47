/* Atoms as parameters of statements: arrays over a slice of sorted atoms. */
#ifndef INGESTION_ATOM_ROWS_H
#define INGESTION_ATOM_ROWS_H

#include "batch.h"

/* $1 to $5: tenants, kinds, hashes, modalities, subtypes. */
void atom_rows_add_keys(hart_pg_parameters *p, const struct batch *batch, const struct atom_table *table,
                        const uint32_t *numbers, size_t count);
/* $6 to $10: sizes, atomic values, contents, texts, content types. */
void atom_rows_add_values(hart_pg_parameters *p, const struct atom_table *table, const uint32_t *numbers, size_t count);

#endif
