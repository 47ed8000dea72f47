/* What BERT's normaliser (clean, lower-case, strip accents, put blanks round CJK) and pre-tokenizer (punctuation) make
 * of each code point, in two stages: entry = unicode_entries[unicode_pages[cp >> 8] * 256 + (cp & 255)]. */
#ifndef ENCODER_UNICODE_TABLE_H
#define ENCODER_UNICODE_TABLE_H

#include <stdint.h>

enum {
        UNICODE_KEEP = 0,             /* stays as it is; Hangul syllables are then taken apart by rule */
        UNICODE_KEEP_PUNCTUATION = 1, /* stays, and is a word of its own */
        UNICODE_ALONE = 2,            /* stays, with a blank before and behind */
};
/* Any other entry becomes unicode_outputs[start] code points, which follow there; start = unicode_starts[entry]. */
#define UNICODE_PUNCTUATION 0x80000000u /* set in an output that is a word of its own */

extern const uint8_t unicode_pages[0x1100];
extern const uint16_t unicode_entries[];
extern const uint16_t unicode_starts[];
extern const uint32_t unicode_outputs[];

#endif
