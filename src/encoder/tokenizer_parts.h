/* What a tokenizer is made of; one of its families is there. */
#ifndef ENCODER_TOKENIZER_PARTS_H
#define ENCODER_TOKENIZER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tokenizer_added.h"

struct tokenizer_parts {
        struct wordpiece *wordpiece;
        struct sentencepiece *sentencepiece;
        struct added_tokens written; /* found in the text as it is */
        int32_t begin, end;          /* round each text */
        size_t count;                /* of all tokens */
        bool is_list;                /* from a list that ends anywhere: one that is cut off looks like a whole one */
};

#endif
