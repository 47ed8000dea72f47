/* The normaliser of SentencePiece models, step by step as Hugging Face's tokenizers do it: where a character that
 * people see as one (UAX #29) has up to 5 bytes, the shortest rule that fits its beginning replaces all of it; in
 * others, each code point is looked up by itself. */
#ifndef ENCODER_SENTENCEPIECE_TEXT_H
#define ENCODER_SENTENCEPIECE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

/* Rules, as a trie of bytes in an array and the texts they lead to. */
struct charsmap {
        uint32_t *units;
        size_t count;
        char *texts; /* each ends with NUL */
        size_t size;
};

/* From what SentencePiece calls precompiled_charsmap. HART_CONFIG with what is wrong. */
hart_code charsmap_read(struct charsmap *map, const void *data, size_t size, hart_error *err);
void charsmap_done(struct charsmap *map);

enum text_step_kind {
        STEP_CHARSMAP,
        STEP_STRIP_LEFT,  /* no white space at the beginning */
        STEP_STRIP_RIGHT, /* nor at the end */
        STEP_ONE_BLANK,   /* two or more blanks become one */
        STEP_ONE_MARK,    /* they become the mark that stands for one, U+2581 */
};
#define TEXT_STEPS 8

struct text_steps {
        enum text_step_kind steps[TEXT_STEPS];
        size_t count;
        struct charsmap map;
};

/* Appends what becomes of valid UTF-8 to `out`, which is valid too. */
void text_steps_run(const struct text_steps *steps, const char *text, size_t size, hart_buffer *out);

#define METASPACE "\xe2\x96\x81" /* U+2581 */

#endif
