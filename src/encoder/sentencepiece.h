/* SentencePiece's unigram model, token for token what Hugging Face's tokenizers give: the text is normalised, cut at
 * white space, and each word is the pieces whose scores have the largest sum. Sums are in double precision, as there;
 * the library of SentencePiece itself has them in single precision, and so breaks ties ("-----") in other places. */
#ifndef ENCODER_SENTENCEPIECE_H
#define ENCODER_SENTENCEPIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

#include "sentencepiece_text.h"
#include "tokenizer_added.h"
#include "tokenizer_run.h"
#include "vocabulary.h"

struct sentencepiece;

struct sentencepiece_options {
        struct vocabulary pieces;
        double *scores; /* of each piece */
        size_t room;    /* scores */
        int32_t unknown;
        struct text_steps steps;
        bool split_blanks; /* words end at any white space, and none of it stays */
        bool prepend;      /* a word begins with U+2581 where it does not already */
        bool split_marks;  /* it ends before the next U+2581 */
};

/* The next piece; the first one begins a zeroed vocabulary. */
hart_code sentencepiece_options_add(struct sentencepiece_options *options, const char *piece, size_t size, double score,
                                    hart_error *err);
void sentencepiece_options_done(struct sentencepiece_options *options);

/* Takes the options over, and the tokens that are looked for in the normalised text, as they are written in the model's
 * files; both are empty afterwards. */
hart_code sentencepiece_open(struct sentencepiece **ret, struct sentencepiece_options *options,
                             struct added_tokens *normalised, hart_error *err);
void sentencepiece_close(struct sentencepiece *sentencepiece);
void sentencepiece_close_p(struct sentencepiece **sentencepiece);

/* Adds the tokens of a text in UTF-8, without markers. Stops where the run is full. */
void sentencepiece_encode(const struct sentencepiece *sentencepiece, const char *text, size_t size,
                          struct token_run *run);

#endif
