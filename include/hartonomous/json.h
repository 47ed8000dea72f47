/* JSON (RFC 8259): values read from text, text written piece by piece.
 *
 * Reading keeps a tree; borrowed values live as long as their root. Texts may hold NUL (\u0000), so they come
 * with their size. Writing appends to a buffer, escapes what must be escaped and sets the commas by itself. */
#ifndef HARTONOMOUS_JSON_H
#define HARTONOMOUS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

typedef struct hart_json hart_json;

typedef enum hart_json_kind {
        HART_JSON_NULL,
        HART_JSON_FALSE,
        HART_JSON_TRUE,
        HART_JSON_INTEGER,
        HART_JSON_REAL,
        HART_JSON_TEXT,
        HART_JSON_ARRAY,
        HART_JSON_OBJECT
} hart_json_kind;

/* Any value at the top; duplicate keys, trailing garbage and invalid UTF-8 are refused (HART_POISON, with
 * line and column). *ret is owned by the caller. */
hart_code hart_json_parse(const void *text, size_t size, hart_json **ret, hart_error *err);
void hart_json_close(hart_json *root);
void hart_json_close_p(hart_json **root);

hart_json_kind hart_json_kind_of(const hart_json *value);
/* All of these accept NULL and a value of another kind, and answer NULL, 0 or false then. */
const hart_json *hart_json_member(const hart_json *object, const char *key);
size_t hart_json_count(const hart_json *array_or_object);
const hart_json *hart_json_item(const hart_json *array, size_t index);
const char *hart_json_text(const hart_json *value, size_t *size); /* size may be NULL */
bool hart_json_integer(const hart_json *value, int64_t *ret);
bool hart_json_number(const hart_json *value, double *ret); /* integers too */
/* Visits an object's members in their order in the text; stops when visit returns false. */
void hart_json_each(const hart_json *object, bool (*visit)(const char *key, const hart_json *value, void *data),
                    void *data);

/* Members a message must have: HART_POISON naming the key where it is missing or of another kind. */
hart_code hart_json_need_text(const hart_json *object, const char *key, const char **ret, size_t *size,
                              hart_error *err);
hart_code hart_json_need_integer(const hart_json *object, const char *key, int64_t min, int64_t max, int64_t *ret,
                                 hart_error *err);

/* The value as compact text, appended. */
void hart_json_print(const hart_json *value, hart_buffer *out);

/* Writing. A zeroed writer with `out` set is ready; nesting up to 32. */
typedef struct hart_json_writer {
        hart_buffer *out;
        unsigned depth;
        uint32_t not_first; /* bit per depth: a comma is due */
        bool after_key;
} hart_json_writer;

void hart_json_begin_object(hart_json_writer *writer);
void hart_json_end_object(hart_json_writer *writer);
void hart_json_begin_array(hart_json_writer *writer);
void hart_json_end_array(hart_json_writer *writer);
void hart_json_key(hart_json_writer *writer, const char *key);
void hart_json_put_text(hart_json_writer *writer, const char *text);                /* NULL gives null */
void hart_json_put_text_n(hart_json_writer *writer, const char *text, size_t size); /* invalid UTF-8 becomes U+FFFD */
void hart_json_put_integer(hart_json_writer *writer, int64_t value);
void hart_json_put_number(hart_json_writer *writer, double value); /* shortest that reads back; not finite gives null */
void hart_json_put_flag(hart_json_writer *writer, bool value);
void hart_json_put_null(hart_json_writer *writer);
void hart_json_put_raw(hart_json_writer *writer, const char *json, size_t size); /* one complete value, unchecked */

#endif
