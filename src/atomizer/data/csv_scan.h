/* Rows and fields of delimited text (RFC 4180 and what spreadsheets make of it). */
#ifndef ATOMIZER_CSV_SCAN_H
#define ATOMIZER_CSV_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* A quoted field that is longer is none: its quote is a character. */
#define CSV_QUOTED_MAX ((size_t)1 << 20)

struct csv_field {
        size_t begin, size; /* as it stands there, with its quotes */
        bool open;          /* a quote without an end */
        bool last;          /* of its row */
};

/* The field at `begin`, which lies in data or at its end. Behind it: one delimiter, or a line end, or nothing. */
struct csv_field csv_field_at(const unsigned char *data, size_t size, size_t begin, char delimiter);
/* Bytes of the line end at the start of data: "\n", "\r\n", "\r" or none. */
size_t csv_line_end(const unsigned char *data, size_t size);
/* The one of ",;\t|" that divides the first rows most evenly; a comma where none does. */
char csv_delimiter(const unsigned char *data, size_t size);

#endif
