/* The texts of a delivery: which atom has which, each distinct text once. */
#ifndef EMBEDDING_TEXTS_H
#define EMBEDDING_TEXTS_H

#include <hartonomous/encoder.h>
#include <hartonomous/postgres.h>

/* A text is looked at up to so many characters: far more than the tokens a model takes. */
#define TEXT_CHARACTERS 65536

struct texts {
        size_t count; /* atoms that have text, in order of tenant and number */
        int32_t *tenants;
        int64_t *atoms;
        size_t *text_of; /* which of `distinct`; its first user comes in the order of the atoms */
        size_t distinct_count;
        hart_encoder_text *distinct; /* borrowed from the rows */
        size_t without;              /* atoms that have no text */
};

/* From rows of find_texts.sql, which must outlive it. */
void texts_read(struct texts *texts, const hart_pg_result *rows);
/* From pieces in the order of atoms; a text NULL means that there is none. For texts_read and tests. */
void texts_add(struct texts *texts, int32_t tenant, int64_t atom, const char *text, size_t size);
void texts_number(struct texts *texts);
void texts_done(struct texts *texts);

/* Bytes that are UTF-8, leaving out a last character that TEXT_CHARACTERS cut in two; 0 where they are none. */
size_t texts_utf8_size(const unsigned char *bytes, size_t size);

#endif
