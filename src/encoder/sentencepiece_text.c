#include "sentencepiece_text.h"

#include <string.h>

#include <hartonomous/utf8.h>

#include "unicode_table.h"

#define SHORT_SIZE 6 /* what people see as one character is replaced as a whole if it has fewer bytes */

static uint32_t read_32(const unsigned char *data)
{
        return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
}

hart_code charsmap_read(struct charsmap *map, const void *data, size_t size, hart_error *err)
{
        const unsigned char *bytes = data;
        const size_t trie = size >= 4 ? read_32(bytes) : 0;

        *map = (struct charsmap){0};
        if (size < 4 || trie > size - 4 || trie % 4 != 0 || trie == 0)
                return hart_fail(err, HART_CONFIG, "precompiled_charsmap: is cut off");
        map->size = size - 4 - trie;
        if (map->size == 0 || bytes[size - 1] != 0 || !hart_utf8_valid(bytes + 4 + trie, map->size))
                return hart_fail(err, HART_CONFIG, "precompiled_charsmap: its texts are no UTF-8, each with a NUL");
        map->count = trie / 4;
        map->units = hart_allocate_array(map->count, sizeof *map->units);
        for (size_t i = 0; i < map->count; i++)
                map->units[i] = read_32(bytes + 4 + i * 4);
        map->texts = hart_duplicate_n((const char *)bytes + 4 + trie, map->size);
        return HART_OK;
}

void charsmap_done(struct charsmap *map)
{
        free(map->units);
        free(map->texts);
        *map = (struct charsmap){0};
}

/* Units of the double array that Darts (darts-clone 0.32) writes. */
static size_t offset_of(uint32_t unit)
{
        return (size_t)(unit >> 10) << ((unit & (1u << 9)) >> 6);
}

/* What the shortest rule that fits the beginning makes of it; NULL where none does. */
static const char *find_rule(const struct charsmap *map, const unsigned char *text, size_t size)
{
        size_t node = offset_of(map->units[0]);

        for (size_t i = 0; i < size && text[i] != 0; i++) {
                uint32_t unit;
                node ^= text[i];
                if (node >= map->count)
                        return NULL;
                unit = map->units[node];
                if ((unit & (1u << 31 | 255u)) != text[i])
                        return NULL;
                node ^= offset_of(unit);
                if ((unit & 256u) != 0) {
                        const size_t at = node < map->count ? map->units[node] & 0x7fffffffu : SIZE_MAX;
                        const bool begins = at < map->size && ((unsigned char)map->texts[at] & 0xc0) != 0x80;
                        return begins ? map->texts + at : NULL;
                }
        }
        return NULL;
}

/* Where the rules that look far back are. */
struct cluster {
        enum unicode_segment last;
        bool picture;   /* PICTURE EXTEND* */
        bool joined;    /* the same and ZWJ */
        bool consonant; /* CONSONANT (CONJUNCT_EXTEND | LINKER)* */
        bool linked;    /* the same with a LINKER */
};

static bool extends(enum unicode_segment segment)
{
        return segment == SEGMENT_EXTEND || segment == SEGMENT_CONJUNCT_EXTEND || segment == SEGMENT_LINKER;
}

static bool is_control(enum unicode_segment segment)
{
        return segment == SEGMENT_CONTROL || segment == SEGMENT_CR || segment == SEGMENT_LF;
}

/* Rules GB6 to GB8 of UAX #29. */
static bool joins_hangul(enum unicode_segment last, enum unicode_segment next)
{
        const bool vowel = next == SEGMENT_V, final = next == SEGMENT_T;

        if (last == SEGMENT_L)
                return next == SEGMENT_L || vowel || next == SEGMENT_LV || next == SEGMENT_LVT;
        if (last == SEGMENT_LV || last == SEGMENT_V)
                return vowel || final;
        return (last == SEGMENT_LVT || last == SEGMENT_T) && final;
}

/* Does it belong to the same as what is before it? */
static bool joins(const struct cluster *cluster, enum unicode_segment next)
{
        if (cluster->last == SEGMENT_CR && next == SEGMENT_LF)
                return true;
        if (is_control(cluster->last) || is_control(next))
                return false;
        return joins_hangul(cluster->last, next) || extends(next) || next == SEGMENT_ZWJ || next == SEGMENT_SPACING ||
               cluster->last == SEGMENT_PREPEND || (cluster->linked && next == SEGMENT_CONSONANT) ||
               (cluster->joined && next == SEGMENT_PICTURE);
}

static void advance(struct cluster *cluster, enum unicode_segment next)
{
        const bool conjunct = next == SEGMENT_CONJUNCT_EXTEND || next == SEGMENT_LINKER || next == SEGMENT_ZWJ;

        cluster->joined = cluster->picture && next == SEGMENT_ZWJ;
        cluster->picture = next == SEGMENT_PICTURE || (cluster->picture && extends(next));
        cluster->linked = cluster->consonant && conjunct && (cluster->linked || next == SEGMENT_LINKER);
        cluster->consonant = next == SEGMENT_CONSONANT || (cluster->consonant && conjunct);
        cluster->last = next;
}

/* Bytes of what people see as one character at the start of a text. */
static size_t cluster_size(const unsigned char *text, size_t size)
{
        struct cluster cluster = {0};
        uint32_t code_point;
        size_t at = unicode_read(text, &code_point);

        advance(&cluster, (enum unicode_segment)unicode_row_of(code_point)->segment);
        while (at < size) {
                const size_t length = unicode_read(text + at, &code_point);
                const enum unicode_segment next = (enum unicode_segment)unicode_row_of(code_point)->segment;
                if (!joins(&cluster, next))
                        break;
                advance(&cluster, next);
                at += length;
        }
        return at;
}

static void map_code_points(const struct charsmap *map, const unsigned char *text, size_t size, hart_buffer *out)
{
        for (size_t i = 0, length; i < size; i += length) {
                uint32_t ignored;
                const char *found;
                length = unicode_read(text + i, &ignored);
                found = find_rule(map, text + i, length);
                if (found != NULL)
                        hart_buffer_text(out, found);
                else
                        hart_buffer_append(out, text + i, length);
        }
}

static void map_text(const struct charsmap *map, const unsigned char *text, size_t size, hart_buffer *out)
{
        for (size_t i = 0, length; i < size; i += length) {
                const char *found = NULL;
                length = cluster_size(text + i, size - i);
                if (length < SHORT_SIZE)
                        found = find_rule(map, text + i, length);
                if (found != NULL)
                        hart_buffer_text(out, found);
                else
                        map_code_points(map, text + i, length, out);
        }
}

static bool is_blank(uint32_t code_point)
{
        return (unicode_row_of(code_point)->flags & UNICODE_BLANK) != 0;
}

static size_t blanks_at_start(const unsigned char *text, size_t size)
{
        uint32_t code_point;
        size_t at = 0;

        while (at < size) {
                const size_t length = unicode_read(text + at, &code_point);
                if (!is_blank(code_point))
                        break;
                at += length;
        }
        return at;
}

static size_t size_without_end(const unsigned char *text, size_t size)
{
        while (size > 0) {
                uint32_t code_point;
                size_t at = size - 1;
                while (at > 0 && (text[at] & 0xc0) == 0x80)
                        at--;
                (void)unicode_read(text + at, &code_point);
                if (!is_blank(code_point))
                        break;
                size = at;
        }
        return size;
}

static void join_blanks(const unsigned char *text, size_t size, const char *joined, hart_buffer *out)
{
        for (size_t i = 0, run; i < size; i += run) {
                run = 0;
                while (i + run < size && text[i + run] == ' ')
                        run++;
                if (run > 1)
                        hart_buffer_text(out, joined);
                else
                        hart_buffer_byte(out, text[i]);
                if (run == 0)
                        run = 1;
        }
}

static void run_step(const struct text_steps *steps, enum text_step_kind step, const unsigned char *text, size_t size,
                     hart_buffer *out)
{
        size_t start;

        switch (step) {
        case STEP_CHARSMAP:
                map_text(&steps->map, text, size, out);
                break;
        case STEP_STRIP_LEFT:
                start = blanks_at_start(text, size);
                hart_buffer_append(out, text + start, size - start);
                break;
        case STEP_STRIP_RIGHT:
                hart_buffer_append(out, text, size_without_end(text, size));
                break;
        case STEP_ONE_BLANK:
                join_blanks(text, size, " ", out);
                break;
        case STEP_ONE_MARK:
                join_blanks(text, size, METASPACE, out);
                break;
        }
}

void text_steps_run(const struct text_steps *steps, const char *text, size_t size, hart_buffer *out)
{
        hart_buffer_append(out, text, size);
        hart_buffer_byte(out, 0);
        out->size--;
        for (size_t i = 0; i < steps->count; i++) {
                hart_buffer next = {0};
                (void)hart_buffer_reserve(&next, out->size + 1);
                run_step(steps, steps->steps[i], out->data, out->size, &next);
                hart_buffer_done(out);
                *out = next;
        }
}
