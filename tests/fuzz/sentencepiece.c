/* Any bytes as a model file of SentencePiece: it is refused with a reason, or its tokens of some texts are below its
 * count, between its markers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer_texts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct tokenizer *tokenizer = NULL;
        hart_error err = {0};

        if (tokenizer_from_model(&tokenizer, data, size, &err) == HART_OK)
                check_texts(tokenizer, (const char *)data, size);
        else if (err.code != HART_CONFIG || err.text[0] == '\0')
                abort();
        tokenizer_close(tokenizer);
        return 0;
}
