/* WordPiece from a model's files: what they say is done, or refused. */
#ifndef ENCODER_WORDPIECE_FILES_H
#define ENCODER_WORDPIECE_FILES_H

#include <hartonomous/error.h>
#include <hartonomous/json.h>

#include "tokenizer_parts.h"

/* From a tokenizer.json whose model.type is "WordPiece". */
hart_code wordpiece_from_json(struct tokenizer_parts *parts, const hart_json *root, hart_error *err);
/* From a folder's vocab.txt and tokenizer_config.json. The message names the file. */
hart_code wordpiece_from_folder(struct tokenizer_parts *parts, const char *folder, hart_error *err);

#endif
