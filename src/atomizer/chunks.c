/* chunks: content-defined chunking, so that equal stretches of different files are equal atoms.
 *
 * FastCDC (Xia et al., USENIX ATC 2016) with normalised chunking: a rolling hash over the last 64 bytes cuts where
 * masked bits are zero, with a stricter mask before the average size and a looser one behind it. */
#include "strategies.h"

#define CHUNK_MIN     ((size_t)2 << 10)
#define CHUNK_AVERAGE ((size_t)8 << 10)
#define CHUNK_MAX     HART_COMPONENT_MAX
#define MASK_STRICT   UINT64_C(0x0003590703530000)
#define MASK_LOOSE    UINT64_C(0x0000d90003530000)

/* Random-looking words that are the same for ever: SplitMix64 from 0. Chunks of different versions would not meet. */
static void make_gear(uint64_t gear[256])
{
        uint64_t state = 0;
        for (unsigned i = 0; i < 256; i++) {
                uint64_t word = state += UINT64_C(0x9E3779B97F4A7C15);
                word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
                word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
                gear[i] = word ^ (word >> 31);
        }
}

/* Rolls the hash over bytes `from` up to `end`; the first place where its masked bits are zero, else `end`. Four bytes
 * a turn, since the loop's own work would be a third of all. */
static size_t roll(const uint64_t gear[256], const unsigned char *data, size_t from, size_t end, uint64_t mask,
                   uint64_t *rolled)
{
        uint64_t hash = *rolled;
        size_t i = from;
        for (; end - i >= 4; i += 4) {
                if (((hash = (hash << 1) + gear[data[i]]) & mask) == 0)
                        return i;
                if (((hash = (hash << 1) + gear[data[i + 1]]) & mask) == 0)
                        return i + 1;
                if (((hash = (hash << 1) + gear[data[i + 2]]) & mask) == 0)
                        return i + 2;
                if (((hash = (hash << 1) + gear[data[i + 3]]) & mask) == 0)
                        return i + 3;
        }
        for (; i < end; i++) {
                if (((hash = (hash << 1) + gear[data[i]]) & mask) == 0)
                        return i;
        }
        *rolled = hash;
        return end;
}

/* The first chunk's size; size where no cut is found in CHUNK_MAX bytes. */
static size_t find_cut(const uint64_t gear[256], const unsigned char *data, size_t size)
{
        size_t end = size < CHUNK_MAX ? size : CHUNK_MAX;
        size_t average = end < CHUNK_AVERAGE ? end : CHUNK_AVERAGE;
        uint64_t hash = 0;
        if (end <= CHUNK_MIN)
                return end;
        size_t cut = roll(gear, data, CHUNK_MIN, average, MASK_STRICT, &hash);
        return cut < average ? cut : roll(gear, data, average, end, MASK_LOOSE, &hash);
}

static hart_code run(const hart_window *window, const hart_atom_sink *sink, size_t *consumed, hart_error *err)
{
        uint64_t gear[256];
        make_gear(gear);
        *consumed = 0;
        while (*consumed < window->size) {
                size_t left = window->size - *consumed;
                size_t size = find_cut(gear, window->data + *consumed, left);
                if (size == left && !window->last && size < CHUNK_MAX)
                        break;
                hart_component chunk = {.content = window->data + *consumed, .size = size};
                chunk.separator = chunk.content + size;
                hart_code code = sink->component(sink->data, &chunk, err);
                if (code != HART_OK)
                        return code;
                *consumed += size;
        }
        return HART_OK;
}

static const hart_subtype subtypes[] = {{"chunk", false, NULL}};

const hart_atomizer chunks_atomizer = {
        .name = "chunks",
        .version = 1,
        .modality = "binary",
        .document_subtype = "blob",
        .subtypes = subtypes,
        .subtype_count = sizeof subtypes / sizeof *subtypes,
        .run = run,
};
