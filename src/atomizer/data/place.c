/* place: lines and columns of problems. */
#include "place.h"

#include <string.h>

#include <hartonomous/utf8.h>

/* Columns are not counted beyond so many bytes of one line. */
#define COLUMN_MAX ((size_t)1 << 20)

static void count_lines(struct place *place, size_t offset)
{
        const unsigned char *next = place->data + place->counted, *end = place->data + offset;
        while (next < end && (next = memchr(next, '\n', (size_t)(end - next))) != NULL) {
                place->lines++;
                place->line_begin = (size_t)(++next - place->data);
        }
        place->counted = offset;
}

static size_t column_of(const struct place *place, size_t offset)
{
        size_t column = 1, limit = offset - place->line_begin > COLUMN_MAX ? place->line_begin + COLUMN_MAX : offset;
        for (size_t i = place->line_begin; i < limit; i++) {
                if ((place->data[i] & 0xC0) != 0x80)
                        column++;
        }
        return column;
}

hart_code place_problem(struct place *place, hart_emitter *emitter, size_t offset, const char *why, hart_error *err)
{
        if (place->told == EMIT_PROBLEMS_MAX)
                return HART_OK;
        place->told++;
        if (offset > place->size)
                offset = place->size;
        if (offset > place->counted)
                count_lines(place, offset);
        else
                offset = place->counted;
        return emit_problem(emitter, err, "line %zu, column %zu: %s", place->lines + 1, column_of(place, offset), why);
}

size_t place_invalid(const unsigned char *data, size_t size)
{
        if (hart_utf8_valid(data, size))
                return size;
        size_t position = 0, length;
        while ((length = hart_utf8_length(data + position, size - position, NULL)) > 0)
                position += length;
        return position;
}
