/* What holds of the tokens of any text, by any tokenizer. */
#ifndef FUZZ_TOKENIZER_TEXTS_H
#define FUZZ_TOKENIZER_TEXTS_H

#include <stdlib.h>
#include <string.h>

#include "tokenizer.h"

static inline void check_text(const struct tokenizer *tokenizer, const char *text, size_t size)
{
        int32_t all[256], some[256];
        const size_t count = tokenizer_encode(tokenizer, text, size, all, 256);
        const size_t limit = 2 + size % 17;
        const size_t few = tokenizer_encode(tokenizer, text, size, some, limit);

        if (count < 2 || count > 256 || few != (count < limit ? count : limit))
                abort();
        for (size_t i = 0; i < count; i++)
                if (all[i] < 0 || (size_t)all[i] >= tokenizer_count(tokenizer))
                        abort();
        if (memcmp(all, some, (few - 1) * sizeof *all) != 0 || some[few - 1] != all[count - 1])
                abort();
}

static inline void check_texts(const struct tokenizer *tokenizer, const char *data, size_t size)
{
        static const char *const texts[] = {"",
                                            " ",
                                            "hello  world",
                                            "[SEP]<mask> <s>",
                                            "e\u0301 \uff45\u0301 \u4e2d\uac00",
                                            "\u0600a\r\n\u00a9\u200d\u00a9 \u0915\u094d\u0937",
                                            "\xff\xc3"};

        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
                check_text(tokenizer, texts[i], strlen(texts[i]));
        check_text(tokenizer, data, size < 4096 ? size : 4096);
}

#endif
