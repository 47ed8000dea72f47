/* The small files beside a model's weights. */
#ifndef ENCODER_MODEL_FILES_H
#define ENCODER_MODEL_FILES_H

#include <hartonomous/error.h>

#include "model.h"

/* Sizes from config.json, and that modules.json, 1_Pooling/config.json, sentence_bert_config.json and
 * tokenizer_config.json ask for what this encoder does: mean pooling, unit length, uncased WordPiece. */
hart_code model_files_read(struct model *model, const char *folder, hart_error *err);

#endif
