/* A document cut off at every tenth byte (a big one at 400 places), and with bits turned over: record_run() aborts
 * where a promise breaks. */
#ifndef TEST_DAMAGE_H
#define TEST_DAMAGE_H

#include <hartonomous/memory.h>

#include "record.h"

static inline void damage_run(const char *atomizer, const hart_buffer *bytes, size_t size)
{
        static const hart_limits limits = {
                .depth = 64, .children = 1000, .expanded = 1 << 20, .ratio = 1000, .pixels = 1 << 20};
        struct record record;
        record_run(&record, atomizer, bytes->data, size, NULL, NULL, &limits);
        record_done(&record);
}

/* `flips` copies with three bits turned over each, at places that are the same every time. */
static inline void damage(const char *atomizer, const hart_buffer *bytes, unsigned flips)
{
        uint32_t place = 1;
        size_t step = bytes->size > 4000 ? bytes->size / 400 : 10;
        for (size_t size = 0; size < bytes->size; size += step)
                damage_run(atomizer, bytes, size);
        for (unsigned i = 0; bytes->size > 0 && i < flips; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer copy = {0};
                hart_buffer_append(&copy, bytes->data, bytes->size);
                for (unsigned bit = 0; bit < 3; bit++) {
                        place = place * 1664525 + 1013904223;
                        copy.data[(place >> 8) % copy.size] ^= (unsigned char)(1U << (place >> 29));
                }
                damage_run(atomizer, &copy, copy.size);
        }
}

#endif
