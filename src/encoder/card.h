/* What the configuration files of a model's folder say of it: config.json, modules.json, 1_Pooling/config.json, and for
 * the length of texts sentence_bert_config.json or tokenizer_config.json. Engines of tokens share it. */
#ifndef ENCODER_CARD_H
#define ENCODER_CARD_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/error.h>

/* What the card is for: the native engine computes BERT alone; others follow a file that says itself how the model is
 * computed, so that any architecture will do, and what is said of one may be missing (0). */
enum card_use { CARD_FOR_BERT, CARD_FOR_ANY };

enum card_pooling { CARD_POOL_MEAN, CARD_POOL_FIRST };

struct model_card {
        size_t layers, heads, hidden, intermediate; /* hidden is the vector's length, too */
        size_t vocabulary, positions, types;
        float epsilon;      /* of layer norm */
        size_t token_limit; /* of one text, markers included */
        enum card_pooling pooling;
        bool gelu_tanh;        /* GELU by its approximation, not by erf */
        size_t first_position; /* of a text's first token: RoBERTa's family counts from its padding's number */
};

/* HART_CONFIG naming the file and what is wrong with it. */
hart_code card_read(struct model_card *card, const char *folder, enum card_use use, hart_error *err);

#endif
