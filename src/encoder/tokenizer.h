/* Texts to token numbers, as Hugging Face's tokenizers do it. Which of the families below a model needs, its own files
 * say. */
#ifndef ENCODER_TOKENIZER_H
#define ENCODER_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

struct tokenizer;

/* From the files in a model's folder, the first that is there: tokenizer.json; sentencepiece.bpe.model or spiece.model;
 * vocab.txt with tokenizer_config.json. HART_CONFIG naming the file and what is wrong with it. */
hart_code tokenizer_open(struct tokenizer **ret, const char *folder, hart_error *err);
/* From the text of a tokenizer.json, or of a sentencepiece.bpe.model. */
hart_code tokenizer_from_json(struct tokenizer **ret, const void *text, size_t size, hart_error *err);
hart_code tokenizer_from_model(struct tokenizer **ret, const void *data, size_t size, hart_error *err);
void tokenizer_close(struct tokenizer *tokenizer);
void tokenizer_close_p(struct tokenizer **tokenizer);

/* Tokens it may give: all are below. */
size_t tokenizer_count(const struct tokenizer *tokenizer);
/* Path of the file that has its vocabulary. */
const char *tokenizer_file(const struct tokenizer *tokenizer);

/* Is this the tokenizer of a model that knows so many tokens? HART_CONFIG naming the file: one has tokens that the
 * model does not know, or a list of tokens, a vocab.txt, is shorter than the model's. (Other files cannot be cut off
 * unnoticed, and models may know more: their number is rounded up, or has a few that are never used.) */
hart_code tokenizer_fits(const struct tokenizer *tokenizer, size_t model_tokens, hart_error *err);

/* The marker of the beginning, the tokens of the text, the marker of the end: at most `limit` (≥ 2) in all; what is
 * over is cut off. Returns how many were written to ids. Bytes that are not UTF-8 are left out. */
size_t tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size, int32_t *ids, size_t limit);

#endif
