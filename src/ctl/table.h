/* Rows for people and for programs: the same columns printed as an aligned table, as "title: value" lines, or as JSON
 * objects. Texts are copied. Control characters are never printed: a document's name cannot talk to the terminal. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <hartonomous/json.h>
#include <hartonomous/memory.h>

typedef enum table_kind {
        TABLE_TEXT,
        TABLE_INTEGER,
        TABLE_NUMBER,
        TABLE_SECONDS,
        TABLE_FLAG,
        TABLE_JSON /* a JSON value as text; shortened in a table, whole elsewhere */
} table_kind;

typedef struct table_column {
        const char *key;   /* in JSON; NULL: for people only */
        const char *title; /* for people; NULL: JSON only */
        table_kind kind;
} table_column;

typedef struct table_cell {
        bool null;
        int64_t integer;
        double number;
        char *text;
        size_t size;
} table_cell;

struct table {
        const table_column *columns;
        size_t column_count;
        table_cell *cells; /* row by row */
        size_t cell_count, capacity;
};

/* Cells are added from left to right, row after row; a call must fit the column's kind. */
void table_text(struct table *into, const char *text); /* NULL and "" are null */
void table_text_n(struct table *into, const char *text, size_t size);
void table_json(struct table *into, const char *text); /* must be JSON; NULL is null */
void table_integer(struct table *into, int64_t value);
void table_integer_or_null(struct table *into, int64_t value); /* negative is null */
void table_number(struct table *into, double value);           /* of a TABLE_NUMBER or TABLE_SECONDS */
void table_flag(struct table *into, bool value);
void table_null(struct table *into);
void table_done(struct table *table);
size_t table_rows(const struct table *of);

/* Numbers to the right, the last column as it is; nothing at all for no rows. */
void table_print(const struct table *of, FILE *out);
/* A row as lines. */
void table_print_record(const struct table *of, size_t row, FILE *out);
/* An array of objects, or one object. */
void table_write_json(const struct table *of, hart_json_writer *writer);
void table_write_json_row(const struct table *of, size_t row, hart_json_writer *writer);
/* The members of that object, into one that is begun. */
void table_write_json_members(const struct table *of, size_t row, hart_json_writer *writer);
/* What JSON has, as comma-separated values with a title line; null is nothing between the commas. */
void table_write_csv(const struct table *of, hart_buffer *out);
/* The whole of it on stdout, in the form that was asked for. */
void table_show(const struct table *of, bool json);

/* Its first row, as lines or as an object. */
void table_show_record(const struct table *of, bool json);

/* One JSON value and a newline on stdout. */
void json_show(const hart_buffer *json);

/* Text made safe for one line of a terminal, at most `limit` columns ("…" behind what was cut; 0: no limit). free() */
char *one_line(const char *text, size_t size, size_t limit);
/* Columns it takes on a terminal, in the locale that is set. */
size_t text_width(const char *text);
/* "12.3 MB"; `buffer` has room for 32 bytes. */
const char *human_size(int64_t bytes, char buffer[32]);

#endif
