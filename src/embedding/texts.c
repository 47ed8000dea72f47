#include "texts.h"

#include <stdlib.h>
#include <string.h>

#include <hartonomous/memory.h>
#include <hartonomous/utf8.h>

size_t texts_utf8_size(const unsigned char *bytes, size_t size)
{
        const size_t whole = size < TEXT_CHARACTERS ? size : size - hart_utf8_incomplete_tail(bytes, size);

        return hart_utf8_valid(bytes, whole) ? whole : 0;
}

/* Before texts_number(), `distinct` has a text for each atom. Capacity grows in powers of two. */
void texts_add(struct texts *texts, int32_t tenant, int64_t atom, const char *text, size_t size)
{
        const size_t count = texts->count;

        if (text == NULL) {
                texts->without++;
                return;
        }
        if ((count & (count + 1)) == 0) {
                const size_t capacity = 2 * (count + 1);
                texts->tenants = hart_reallocate_array(texts->tenants, capacity, sizeof *texts->tenants);
                texts->atoms = hart_reallocate_array(texts->atoms, capacity, sizeof *texts->atoms);
                texts->text_of = hart_reallocate_array(texts->text_of, capacity, sizeof *texts->text_of);
                texts->distinct = hart_reallocate_array(texts->distinct, capacity, sizeof *texts->distinct);
        }
        texts->tenants[count] = tenant;
        texts->atoms[count] = atom;
        texts->distinct[count] = (hart_encoder_text){text, size};
        texts->count++;
}

struct entry {
        hart_encoder_text text;
        size_t index;
};

static int compare_texts(const hart_encoder_text *a, const hart_encoder_text *b)
{
        if (a->size != b->size)
                return a->size < b->size ? -1 : 1;
        return a->size == 0 ? 0 : memcmp(a->text, b->text, a->size);
}

static int by_text(const void *left, const void *right)
{
        const struct entry *a = left, *b = right;
        const int order = compare_texts(&a->text, &b->text);

        return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Equal texts stand together, the first user of each in front: text_of becomes the number of that first user, then,
 * going through the atoms in order, the number of the text. */
void texts_number(struct texts *texts)
{
        HART_CLEANUP(hart_free_p) struct entry *entries = hart_allocate_array(texts->count + 1, sizeof *entries);
        size_t first = 0;

        for (size_t i = 0; i < texts->count; i++)
                entries[i] = (struct entry){texts->distinct[i], i};
        qsort(entries, texts->count, sizeof *entries, by_text);
        for (size_t i = 0; i < texts->count; i++) {
                if (compare_texts(&entries[i].text, &entries[first].text) != 0)
                        first = i;
                texts->text_of[entries[i].index] = entries[first].index;
        }
        texts->distinct_count = 0;
        for (size_t i = 0; i < texts->count; i++) {
                const size_t user = texts->text_of[i];
                if (user == i) {
                        texts->text_of[i] = texts->distinct_count;
                        texts->distinct[texts->distinct_count++] = texts->distinct[i];
                } else {
                        texts->text_of[i] = texts->text_of[user];
                }
        }
}

void texts_read(struct texts *texts, const hart_pg_result *rows)
{
        for (size_t row = 0; row < hart_pg_rows(rows); row++) {
                size_t size = 0;
                const char *text = hart_pg_text(rows, row, 2, &size);
                if (text == NULL) {
                        text = (const char *)hart_pg_bytea(rows, row, 3, &size);
                        size = text == NULL ? 0 : texts_utf8_size((const unsigned char *)text, size);
                        text = size == 0 ? NULL : text;
                }
                texts_add(texts, (int32_t)hart_pg_integer(rows, row, 0), hart_pg_integer(rows, row, 1), text, size);
        }
        texts_number(texts);
}

void texts_done(struct texts *texts)
{
        free(texts->tenants);
        free(texts->atoms);
        free(texts->text_of);
        free(texts->distinct);
        *texts = (struct texts){0};
}
