/* WordPiece as BERT's models use it, token for token what Hugging Face `tokenizers` gives: the text is normalised as
 * the flags say, words are split at blanks and punctuation, then the longest pieces of the vocabulary are taken from
 * left to right; a word that is too long, or has a part that no piece fits, is one unknown token. */
#ifndef ENCODER_WORDPIECE_H
#define ENCODER_WORDPIECE_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

#include "tokenizer_added.h"
#include "tokenizer_run.h"
#include "vocabulary.h"
#include "wordpiece_text.h"

#define WORDPIECE_CHARACTERS 1000 /* most that `characters` may be */

struct wordpiece;

struct wordpiece_options {
        struct wordpiece_flags flags;
        size_t characters;        /* a longer word is unknown */
        const char *continuation; /* what pieces begin with that are not at the start of a word: "##" */
        int32_t unknown;
};

/* Takes the vocabulary over, and the tokens that are looked for in the normalised text, as they are written in the
 * model's files; both are empty afterwards. */
hart_code wordpiece_open(struct wordpiece **ret, const struct wordpiece_options *options, struct vocabulary *vocabulary,
                         struct added_tokens *normalised, hart_error *err);
void wordpiece_close(struct wordpiece *wordpiece);
void wordpiece_close_p(struct wordpiece **wordpiece);

/* Adds the tokens of a text in UTF-8, without markers. Stops where the run is full. */
void wordpiece_encode(const struct wordpiece *wordpiece, const char *text, size_t size, struct token_run *run);

#endif
