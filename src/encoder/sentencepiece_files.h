/* SentencePiece's unigram model from a model's files: what they say is done, or refused. */
#ifndef ENCODER_SENTENCEPIECE_FILES_H
#define ENCODER_SENTENCEPIECE_FILES_H

#include <hartonomous/error.h>
#include <hartonomous/json.h>

#include "tokenizer_parts.h"

/* From a tokenizer.json whose model.type is "Unigram", and the text of its model.vocab. */
hart_code sentencepiece_from_json(struct tokenizer_parts *parts, const hart_json *root, const char *vocab, size_t size,
                                  hart_error *err);
/* From a folder's sentencepiece.bpe.model or spiece.model at `path`, as XLM-RoBERTa's models have it, and its
 * tokenizer_config.json. The message names the file. */
hart_code sentencepiece_from_folder(struct tokenizer_parts *parts, const char *folder, const char *path,
                                    hart_error *err);
/* The same from the text of such a file. */
hart_code sentencepiece_from_model(struct tokenizer_parts *parts, const void *data, size_t size, hart_error *err);

#endif
