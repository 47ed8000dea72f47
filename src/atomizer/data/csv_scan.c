/* csv_scan: fields, and what divides them. */
#include "csv_scan.h"

#include <string.h>

/* So much of a document tells its delimiter. */
#define LOOKED_AT      ((size_t)64 << 10)
#define ROWS_LOOKED_AT 50

static bool ends_field(unsigned char byte, char delimiter)
{
        return byte == (unsigned char)delimiter || byte == '\n' || byte == '\r';
}

/* The end of a field that begins with a quote: behind the quote that is not doubled. 0: there is none. */
static size_t quoted_end(const unsigned char *data, size_t size)
{
        size_t limit = size < CSV_QUOTED_MAX ? size : CSV_QUOTED_MAX, i = 1;
        while (i < limit) {
                const unsigned char *quote = memchr(data + i, '"', limit - i);
                if (quote == NULL)
                        return 0;
                i = (size_t)(quote - data) + 1;
                if (i == size || data[i] != '"')
                        return i;
                i++;
        }
        return 0;
}

struct csv_field csv_field_at(const unsigned char *data, size_t size, size_t begin, char delimiter)
{
        struct csv_field field = {.begin = begin};
        size_t end = begin;
        if (begin < size && data[begin] == '"') {
                size_t quoted = quoted_end(data + begin, size - begin);
                field.open = quoted == 0;
                end += quoted;
        }
        while (end < size && !ends_field(data[end], delimiter))
                end++;
        field.size = end - begin;
        field.last = end == size || data[end] != (unsigned char)delimiter;
        return field;
}

size_t csv_line_end(const unsigned char *data, size_t size)
{
        if (size > 1 && data[0] == '\r' && data[1] == '\n')
                return 2;
        return size > 0 && (data[0] == '\n' || data[0] == '\r') ? 1 : 0;
}

/* How many of the first rows have as many fields as the first one; 0 where that has but one. */
static size_t even_rows(const unsigned char *data, size_t size, char delimiter, size_t *fields)
{
        size_t position = 0, first = 0, even = 0;
        for (size_t rows = 0; rows < ROWS_LOOKED_AT && position < size; rows++) {
                size_t count = 0;
                struct csv_field field;
                do {
                        field = csv_field_at(data, size, position, delimiter);
                        position = field.begin + field.size + (field.last ? 0 : 1);
                        count++;
                } while (!field.last);
                while (position < size && csv_line_end(data + position, size - position) > 0)
                        position += csv_line_end(data + position, size - position);
                if (rows == 0)
                        first = count;
                even += count == first ? 1 : 0;
        }
        *fields = first;
        return first > 1 ? even : 0;
}

char csv_delimiter(const unsigned char *data, size_t size)
{
        static const char delimiters[] = {',', ';', '\t', '|'};
        size_t most_rows = 0, most_fields = 0;
        char found = ',';
        if (size > LOOKED_AT)
                size = LOOKED_AT;
        for (size_t i = 0; i < sizeof delimiters; i++) {
                size_t fields, rows = even_rows(data, size, delimiters[i], &fields);
                if (rows > most_rows || (rows == most_rows && rows > 0 && fields > most_fields)) {
                        most_rows = rows;
                        most_fields = fields;
                        found = delimiters[i];
                }
        }
        return found;
}
