/* The distinct atoms of a batch: one row each, found by tenant, kind and SHA-256. A kind is a pair of modality and
 * subtype; kinds are numbered over all atomizers. */
#ifndef INGESTION_ATOM_TABLE_H
#define INGESTION_ATOM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/atomizer.h>
#include <hartonomous/digest.h>

#define KINDS_MAX 256

struct atom_kind {
        const char *modality, *subtype;
        bool embeddable;
};

struct atom {
        unsigned char hash[HART_SHA256_SIZE];
        const unsigned char *content; /* borrowed; of a document its first bytes at least */
        uint64_t size;
        int64_t id; /* 0: not known yet */
        const char *content_type;
        int32_t tenant;
        uint16_t kind;
        bool is_text;  /* valid UTF-8 without NUL, of modality text */
        bool composed; /* its content is given by its composition */
        bool is_new;   /* this batch made it */
};

struct atom_table {
        struct atom *atoms;
        uint32_t count, capacity;
        uint32_t *slots;     /* number + 1; 0 is empty */
        uint32_t slot_count; /* a power of two */
};

void atom_table_clear(struct atom_table *table);
void atom_table_done(struct atom_table *table);
/* Number of the atom with this tenant, kind and hash, added where it is not there. *added tells. */
uint32_t atom_table_put(struct atom_table *table, const struct atom *atom, bool *added);

/* All kinds, made from hart_atomizers; KINDS_MAX is checked by a test. Equal pairs have one number. */
size_t atom_kinds(struct atom_kind kinds[KINDS_MAX]);
uint16_t atom_kind_of(const struct atom_kind *kinds, size_t count, const char *modality, const char *subtype);

#endif
