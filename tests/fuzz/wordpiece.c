/* Any bytes as a text: tokens of the vocabulary between [CLS] and [SEP], never more than the limit; a smaller limit
 * gives a beginning of the same. A text that starts with a line "V" is read as a vocabulary, too. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wordpiece.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char vocabulary[] =
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nab\n##b\n##ab\n##c\nhello\nwor\n##ld\n!\n.\n,\n[\n]\n"
        "e\n##e\n##\u1161\n\u1112\n##\u11ab\n\u4e2d\n\u03b1\n##\u03c3\n1\n##2\n##3\n";

static void check(const struct wordpiece *wordpiece, const char *text, size_t size)
{
        int32_t all[512], some[512];
        const size_t count = wordpiece_encode(wordpiece, text, size, all, 512);
        const size_t limit = 2 + size % 17;
        const size_t few = wordpiece_encode(wordpiece, text, size, some, limit);

        if (count < 2 || count > 512 || all[0] != 2 || all[count - 1] != 3)
                abort();
        for (size_t i = 0; i < count; i++)
                if (all[i] < 0 || (size_t)all[i] >= wordpiece_count(wordpiece))
                        abort();
        if (few != (count < limit ? count : limit) || memcmp(all, some, (few - 1) * sizeof *all) != 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct wordpiece *fixed;
        struct wordpiece *made = NULL;

        if (fixed == NULL && wordpiece_open(&fixed, vocabulary, sizeof vocabulary - 1, NULL) != HART_OK)
                abort();
        check(fixed, (const char *)data, size);
        if (size > 2 && memcmp(data, "V\n", 2) == 0 && wordpiece_open(&made, data + 2, size - 2, NULL) == HART_OK) {
                int32_t ids[64];
                (void)wordpiece_encode(made, (const char *)data, size, ids, 64);
                wordpiece_close(made);
        }
        return 0;
}
