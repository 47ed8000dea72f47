/* safetensors_header: where the members of an object begin and end. */
#include "safetensors_header.h"

#include <string.h>

static void skip_space(struct header_scan *scan)
{
        while (scan->at < scan->size && memchr(" \t\r\n", scan->text[scan->at], 4) != NULL)
                scan->at++;
}

static bool take(struct header_scan *scan, char wanted)
{
        skip_space(scan);
        if (scan->at == scan->size || scan->text[scan->at] != wanted)
                return false;
        scan->at++;
        return true;
}

/* From its quote to behind the closing one. */
static bool skip_string(struct header_scan *scan)
{
        for (scan->at++; scan->at < scan->size; scan->at++) {
                if (scan->text[scan->at] == '\\')
                        scan->at++;
                else if (scan->text[scan->at] == '"')
                        return ++scan->at <= scan->size;
        }
        scan->at = scan->size;
        return false;
}

/* A string, or anything up to the comma or brace that is not in a bracket of its own. */
static bool skip_value(struct header_scan *scan)
{
        size_t begin = scan->at, depth = 0;
        while (scan->at < scan->size) {
                char byte = scan->text[scan->at];
                if (depth == 0 && (byte == ',' || byte == '}' || byte == ']'))
                        return scan->at > begin;
                if (byte == '"') {
                        if (!skip_string(scan))
                                return false;
                        continue;
                }
                if (byte == '{' || byte == '[')
                        depth++;
                else if (byte == '}' || byte == ']')
                        depth--;
                scan->at++;
        }
        return false;
}

int header_next(struct header_scan *scan, struct header_member *ret)
{
        bool first = scan->at == 0;
        if (first && !take(scan, '{'))
                return -1;
        if (take(scan, '}'))
                return 0;
        if (!first && !take(scan, ','))
                return -1;
        skip_space(scan);
        size_t key = scan->at;
        if (key == scan->size || scan->text[key] != '"' || !skip_string(scan))
                return -1;
        size_t key_end = scan->at;
        if (!take(scan, ':'))
                return -1;
        skip_space(scan);
        size_t value = scan->at;
        if (!skip_value(scan))
                return -1;
        *ret = (struct header_member){scan->text + key, scan->text + value, key_end - key, scan->at - value};
        return 1;
}
