/* Whole small files. */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stddef.h>

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

/* Appends the file's bytes. HART_EMPTY where there is none; HART_CONFIG, with the reason, where it cannot be read, is
 * no file, or is longer than `limit`. */
hart_code file_read(const char *path, size_t limit, hart_buffer *out, hart_error *err);

#endif
