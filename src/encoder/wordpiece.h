/* WordPiece as BERT's uncased models use it, token for token what Hugging Face `tokenizers` gives: clean text, blanks
 * round CJK, no accents, lower case, words split at blanks and punctuation, then the longest pieces of the vocabulary
 * from left to right; a word of more than 100 characters, or with a part that no piece fits, is one [UNK]. */
#ifndef ENCODER_WORDPIECE_H
#define ENCODER_WORDPIECE_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

struct wordpiece;

/* From the text of a vocab.txt: one token a line, numbered from 0. HART_CONFIG with what is wrong. */
hart_code wordpiece_open(struct wordpiece **ret, const void *vocabulary, size_t size, hart_error *err);
void wordpiece_close(struct wordpiece *wordpiece);
void wordpiece_close_p(struct wordpiece **wordpiece);

/* Tokens in the vocabulary. */
size_t wordpiece_count(const struct wordpiece *wordpiece);

/* [CLS], the tokens of the text, [SEP]: at most `limit` (≥ 2) in all; what is over is cut off, and not even looked at.
 * Returns how many were written to ids. Bytes that are not UTF-8 are left out. */
size_t wordpiece_encode(const struct wordpiece *wordpiece, const char *text, size_t size, int32_t *ids, size_t limit);

#endif
