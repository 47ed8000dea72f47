/* Texts to token numbers, as Hugging Face's tokenizers do it. Which of the families below a model needs, its own files
 * say. */
#ifndef ENCODER_TOKENIZER_H
#define ENCODER_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

struct tokenizer;

/* From the files in a model's folder: tokenizer.json, or vocab.txt and tokenizer_config.json. HART_CONFIG naming the
 * file and what is wrong with it. */
hart_code tokenizer_open(struct tokenizer **ret, const char *folder, hart_error *err);
void tokenizer_close(struct tokenizer *tokenizer);
void tokenizer_close_p(struct tokenizer **tokenizer);

/* Tokens it may give: all are below. */
size_t tokenizer_count(const struct tokenizer *tokenizer);

/* The marker of the beginning, the tokens of the text, the marker of the end: at most `limit` (≥ 2) in all; what is
 * over is cut off, and not even looked at. Returns how many were written to ids. Bytes that are not UTF-8 are left out.
 */
size_t tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size, int32_t *ids, size_t limit);

#endif
