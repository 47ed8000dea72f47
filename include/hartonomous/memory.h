/* Memory: allocation that does not fail, cleanup by scope, and a growing byte buffer.
 *
 * A process that gets no memory cannot help anybody: these functions write one line to stderr and abort. The
 * transaction in hand is rolled back by PostgreSQL, the message costs an attempt, systemd starts a fresh
 * process. Sizes that come from input are checked against a limit before they get here. */
#ifndef HARTONOMOUS_MEMORY_H
#define HARTONOMOUS_MEMORY_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

void *hart_allocate(size_t size);                                  /* zeroed; free() */
void *hart_allocate_array(size_t count, size_t size);              /* zeroed, overflow-checked; free() */
void *hart_reallocate_array(void *old, size_t count, size_t size); /* not zeroed beyond the old contents */
char *hart_duplicate(const char *text);                            /* NULL gives NULL; free() */
char *hart_duplicate_n(const char *text, size_t size);             /* `size` bytes and a NUL */
char *hart_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *hart_format_v(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* Scope-bound release: `HART_CLEANUP(hart_free_p) char *text = …;` */
#define HART_CLEANUP(function) __attribute__((cleanup(function)))
void hart_free_p(void *pointer_to_pointer);
/* Moves ownership out of a variable that has a cleanup. */
#define HART_TAKE(pointer)                                                                                             \
        __extension__({                                                                                                \
                __typeof__(pointer) taken_ = (pointer);                                                                \
                (pointer) = NULL;                                                                                      \
                taken_;                                                                                                \
        })

/* A growing array of bytes; zeroed is empty. data[size] is always 0 once data is not NULL, so text can be
 * read as a C string. */
typedef struct hart_buffer {
        unsigned char *data;
        size_t size;
        size_t capacity;
} hart_buffer;

void hart_buffer_done(hart_buffer *buffer);  /* frees and zeroes; accepts NULL and zeroed */
void hart_buffer_clear(hart_buffer *buffer); /* size 0, keeps the memory */
void hart_buffer_append(hart_buffer *buffer, const void *data, size_t size);
void hart_buffer_text(hart_buffer *buffer, const char *text);
void hart_buffer_byte(hart_buffer *buffer, unsigned char byte);
void hart_buffer_format(hart_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes room for `size` more bytes and returns where they go; the caller adds to buffer->size what it wrote. */
unsigned char *hart_buffer_reserve(hart_buffer *buffer, size_t size);
/* Removes the first `size` bytes. */
void hart_buffer_drop(hart_buffer *buffer, size_t size);

#endif
