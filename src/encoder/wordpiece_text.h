/* What BERT's normaliser and pre-tokenizer make of each code point under a model's flags. Put together once from
 * unicode_table.c, so that a text needs one look at each of its code points. */
#ifndef ENCODER_WORDPIECE_TEXT_H
#define ENCODER_WORDPIECE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wordpiece_flags {
        bool clean_text, chinese_characters, strip_accents, lower_case;
};

/* What is to be done with a code point that comes out. */
enum text_kind {
        TEXT_KEEP,    /* belongs to the word */
        TEXT_WORD,    /* is a word of its own */
        TEXT_ALONE,   /* the same, with blanks round it in the normalised text */
        TEXT_BLANK,   /* ends the word */
        TEXT_MARK,    /* belongs to the word, and goes before marks of a higher class */
        TEXT_BARRIER, /* nothing; marks do not go across it */
};
#define TEXT_CODE_POINT 0xffffffu
#define TEXT_KIND(item) ((item) >> 24)
#define TEXT_ITEMS      48 /* most that one code point becomes */

struct wordpiece_text {
        struct wordpiece_flags flags;
        unsigned char plain[256]; /* what a byte of ASCII is in a word; 0 where there is more to it */
        uint32_t *actions;        /* a row of unicode_table.c each */
        uint32_t *outputs;
        size_t used, capacity;
};

void wordpiece_text_begin(struct wordpiece_text *text, const struct wordpiece_flags *flags);
void wordpiece_text_done(struct wordpiece_text *text);

/* Writes what the code point becomes: code point | kind << 24. Returns how many. */
size_t wordpiece_text_items(const struct wordpiece_text *text, uint32_t code_point, uint32_t items[TEXT_ITEMS]);

/* The mark at the end of UTF-8 bytes goes before marks of a higher class, but not before `barrier`. */
void wordpiece_text_order(unsigned char *bytes, size_t size, size_t barrier);

#endif
