/* The JSON object at a safetensors file's beginning, member by member: it may have 100 MB, and no tree is made of it.
 */
#ifndef MODEL_SAFETENSORS_HEADER_H
#define MODEL_SAFETENSORS_HEADER_H

#include <stdbool.h>
#include <stddef.h>

struct header_scan {
        const char *text;
        size_t size, at;
};

struct header_member {
        const char *key, *value; /* JSON both; the key with its quotes */
        size_t key_size, value_size;
};

/* 1: *ret is the next member. 0: the object ended. -1: that is no JSON object, from scan->at on. Values are only looked
 * at as far as it takes to find their end. */
int header_next(struct header_scan *scan, struct header_member *ret);

#endif
