#include "tokenizer.h"

#include <hartonomous/memory.h>

#include "mapping.h"
#include "wordpiece.h"

struct tokenizer {
        struct wordpiece *wordpiece;
};

hart_code tokenizer_open(struct tokenizer **ret, const char *folder, hart_error *err)
{
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = hart_allocate(sizeof *tokenizer);
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/vocab.txt", folder);
        HART_CLEANUP(mapping_done) struct mapping file = {0};
        hart_code code = mapping_open(&file, path, err);

        if (code < 0)
                return code;
        code = wordpiece_open(&tokenizer->wordpiece, file.data != NULL ? (const void *)file.data : "", file.size, err);
        if (code < 0)
                return hart_error_context(err, "%s", path), code;
        *ret = HART_TAKE(tokenizer);
        return HART_OK;
}

void tokenizer_close(struct tokenizer *tokenizer)
{
        if (tokenizer == NULL)
                return;
        wordpiece_close(tokenizer->wordpiece);
        free(tokenizer);
}

void tokenizer_close_p(struct tokenizer **tokenizer)
{
        tokenizer_close(*tokenizer);
}

size_t tokenizer_count(const struct tokenizer *tokenizer)
{
        return wordpiece_count(tokenizer->wordpiece);
}

size_t tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size, int32_t *ids, size_t limit)
{
        return wordpiece_encode(tokenizer->wordpiece, text, size, ids, limit);
}
