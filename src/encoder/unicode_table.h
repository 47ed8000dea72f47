/* What is known of each code point, in two stages, as Hugging Face's tokenizers know it: only their Unicode version
 * counts. Written by make_unicode_table.py. */
#ifndef ENCODER_UNICODE_TABLE_H
#define ENCODER_UNICODE_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum {
        UNICODE_GONE = 1,         /* BERT's clean-up leaves it out */
        UNICODE_TO_BLANK = 2,     /* BERT's clean-up makes a blank of it */
        UNICODE_BLANK = 4,        /* white space: words end there */
        UNICODE_CHINESE = 8,      /* BERT puts blanks round it */
        UNICODE_MARK = 16,        /* goes with the accents */
        UNICODE_PUNCTUATION = 32, /* BERT makes it a word of its own */
        UNICODE_WORD = 64,        /* \w of regular expressions */
};

/* Of user-perceived characters, as UAX #29 names them; what makes no difference to tokens is OTHER. */
enum unicode_segment {
        SEGMENT_OTHER,
        SEGMENT_CONTROL,
        SEGMENT_EXTEND,
        SEGMENT_CONJUNCT_EXTEND, /* within a conjunct, too */
        SEGMENT_LINKER,
        SEGMENT_SPACING,
        SEGMENT_PREPEND,
        SEGMENT_L,
        SEGMENT_V,
        SEGMENT_T,
        SEGMENT_LV,
        SEGMENT_LVT,
        SEGMENT_PICTURE,
        SEGMENT_CONSONANT,
        SEGMENT_ZWJ,
        SEGMENT_CR,
        SEGMENT_LF,
};

struct unicode_row {
        /* Where in unicode_sequences the code points it becomes are, after their number; 0: it stays as it is. */
        uint16_t lower;
        uint16_t decomposed; /* canonically; Hangul syllables are taken apart by rule instead */
        uint8_t flags;
        uint8_t combining; /* its canonical combining class */
        uint8_t segment;
};

extern const uint8_t unicode_pages[0x1100];
extern const uint16_t unicode_entries[];
extern const size_t unicode_row_count;
extern const struct unicode_row unicode_rows[];
extern const uint32_t unicode_sequences[];

/* Which row a code point, up to 0x10ffff, has. */
static inline unsigned unicode_entry(uint32_t code_point)
{
        return unicode_entries[unicode_pages[code_point >> 8] * 256u + (code_point & 255)];
}

static inline const struct unicode_row *unicode_row_of(uint32_t code_point)
{
        return &unicode_rows[unicode_entry(code_point)];
}

#define UNICODE_HANGUL       0xac00u
#define UNICODE_HANGUL_COUNT 11172u

/* The code point at the start of valid UTF-8; returns its bytes. */
static inline size_t unicode_read(const unsigned char *from, uint32_t *code_point)
{
        if (from[0] < 0x80) {
                *code_point = from[0];
                return 1;
        }
        if (from[0] < 0xe0) {
                *code_point = (from[0] & 0x1fu) << 6 | (from[1] & 0x3fu);
                return 2;
        }
        if (from[0] < 0xf0) {
                *code_point = (from[0] & 0x0fu) << 12 | (from[1] & 0x3fu) << 6 | (from[2] & 0x3fu);
                return 3;
        }
        *code_point = (from[0] & 7u) << 18 | (from[1] & 0x3fu) << 12 | (from[2] & 0x3fu) << 6 | (from[3] & 0x3fu);
        return 4;
}

/* Writes a code point as UTF-8; returns how many bytes, up to 4. */
static inline size_t unicode_write(unsigned char *to, uint32_t code_point)
{
        if (code_point < 0x80) {
                to[0] = (unsigned char)code_point;
                return 1;
        }
        if (code_point < 0x800) {
                to[0] = (unsigned char)(0xc0 | code_point >> 6);
                to[1] = (unsigned char)(0x80 | (code_point & 0x3f));
                return 2;
        }
        if (code_point < 0x10000) {
                to[0] = (unsigned char)(0xe0 | code_point >> 12);
                to[1] = (unsigned char)(0x80 | (code_point >> 6 & 0x3f));
                to[2] = (unsigned char)(0x80 | (code_point & 0x3f));
                return 3;
        }
        to[0] = (unsigned char)(0xf0 | code_point >> 18);
        to[1] = (unsigned char)(0x80 | (code_point >> 12 & 0x3f));
        to[2] = (unsigned char)(0x80 | (code_point >> 6 & 0x3f));
        to[3] = (unsigned char)(0x80 | (code_point & 0x3f));
        return 4;
}

#endif
