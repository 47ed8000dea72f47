#include <hartonomous/memory.h>

#include <stdio.h>
#include <string.h>

#define BUFFER_SMALLEST 64
#define FORMAT_ROOM     100 /* bytes that most formatted pieces fit in, so that they are made once */

static _Noreturn void out_of_memory(size_t size)
{
        (void)fprintf(stderr, "out of memory: no %zu bytes to be had\n", size);
        abort();
}

static size_t product(size_t count, size_t size)
{
        size_t total;

        if (__builtin_mul_overflow(count, size, &total))
                out_of_memory(SIZE_MAX);
        return total;
}

void *hart_allocate(size_t size)
{
        void *memory = calloc(1, size > 0 ? size : 1);

        if (memory == NULL)
                out_of_memory(size);
        return memory;
}

void *hart_allocate_array(size_t count, size_t size)
{
        return hart_allocate(product(count, size));
}

void *hart_reallocate_array(void *old, size_t count, size_t size)
{
        size_t total = product(count, size);
        void *memory = realloc(old, total > 0 ? total : 1);

        if (memory == NULL)
                out_of_memory(total);
        return memory;
}

char *hart_duplicate(const char *text)
{
        return text != NULL ? hart_duplicate_n(text, strlen(text)) : NULL;
}

char *hart_duplicate_n(const char *text, size_t size)
{
        char *copy;

        if (size == SIZE_MAX)
                out_of_memory(size);
        copy = hart_allocate(size + 1);
        if (size > 0)
                memcpy(copy, text, size);
        return copy;
}

char *hart_format(const char *format, ...)
{
        va_list arguments;
        char *text;

        va_start(arguments, format);
        text = hart_format_v(format, arguments);
        va_end(arguments);
        return text;
}

char *hart_format_v(const char *format, va_list arguments)
{
        char *text = NULL;

        if (vasprintf(&text, format, arguments) < 0)
                out_of_memory(strlen(format));
        return text;
}

void hart_free_p(void *pointer_to_pointer)
{
        void **pointer = pointer_to_pointer;

        free(*pointer);
        *pointer = NULL;
}

void hart_buffer_done(hart_buffer *buffer)
{
        if (buffer == NULL)
                return;
        free(buffer->data);
        *buffer = (hart_buffer){0};
}

void hart_buffer_clear(hart_buffer *buffer)
{
        buffer->size = 0;
        if (buffer->data != NULL)
                buffer->data[0] = 0;
}

/* Room for `size` bytes and the closing NUL. */
static void grow(hart_buffer *buffer, size_t size)
{
        size_t needed, capacity = buffer->capacity;

        if (__builtin_add_overflow(buffer->size, size, &needed) || __builtin_add_overflow(needed, 1, &needed))
                out_of_memory(SIZE_MAX);
        if (needed <= capacity)
                return;
        if (capacity < BUFFER_SMALLEST)
                capacity = BUFFER_SMALLEST;
        while (capacity < needed)
                capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
        buffer->data = hart_reallocate_array(buffer->data, capacity, 1);
        buffer->capacity = capacity;
}

void hart_buffer_append(hart_buffer *buffer, const void *data, size_t size)
{
        grow(buffer, size);
        if (size > 0)
                memcpy(buffer->data + buffer->size, data, size);
        buffer->size += size;
        buffer->data[buffer->size] = 0;
}

void hart_buffer_text(hart_buffer *buffer, const char *text)
{
        hart_buffer_append(buffer, text, strlen(text));
}

void hart_buffer_byte(hart_buffer *buffer, unsigned char byte)
{
        hart_buffer_append(buffer, &byte, 1);
}

void hart_buffer_format(hart_buffer *buffer, const char *format, ...)
{
        va_list arguments, again;
        int size;

        grow(buffer, FORMAT_ROOM);
        va_start(arguments, format);
        va_copy(again, arguments);
        size = vsnprintf((char *)buffer->data + buffer->size, FORMAT_ROOM + 1, format, arguments);
        if (size > FORMAT_ROOM) {
                grow(buffer, (size_t)size);
                size = vsnprintf((char *)buffer->data + buffer->size, (size_t)size + 1, format, again);
        }
        va_end(again);
        va_end(arguments);
        if (size < 0)
                out_of_memory(FORMAT_ROOM);
        buffer->size += (size_t)size;
}

/* All of the room is zeroed, so that data[size] is 0 however much of it the caller uses. */
unsigned char *hart_buffer_reserve(hart_buffer *buffer, size_t size)
{
        grow(buffer, size);
        memset(buffer->data + buffer->size, 0, size + 1);
        return buffer->data + buffer->size;
}

void hart_buffer_drop(hart_buffer *buffer, size_t size)
{
        if (size >= buffer->size) {
                hart_buffer_clear(buffer);
                return;
        }
        memmove(buffer->data, buffer->data + size, buffer->size - size + 1);
        buffer->size -= size;
}
