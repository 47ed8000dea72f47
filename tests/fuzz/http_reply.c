/* Any bytes as a server's answer. The first says which dialect, the second how many texts were asked for, the third how
 * long their vectors shall be (0: found out). Whatever it is, there is one vector of length 1 per text, or a code with
 * one line of text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "http_engine_reply.h"

#define LONGEST 64

static void need(bool holds)
{
        if (!holds)
                abort();
}

static void check_vectors(const float *vectors, size_t count, size_t dimension)
{
        for (size_t i = 0; i < count; i++) {
                double sum = 0;
                for (size_t k = 0; k < dimension; k++)
                        sum += (double)vectors[i * dimension + k] * (double)vectors[i * dimension + k];
                need(fabs(sum - 1) < 1e-4);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        float vectors[9 * LONGEST];
        size_t tokens = 0;
        hart_error err = {0};

        if (size < 3)
                return 0;
        const struct http_dialect *dialect = &http_dialects[data[0] == 't'];
        const size_t count = 1 + data[1] % 9u, wanted = data[2] % LONGEST;
        size_t dimension = wanted;
        const hart_code code = http_reply_read(dialect, data + 3, size - 3, count, &dimension,
                                               wanted > 0 ? vectors : NULL, &tokens, &err);
        HART_CLEANUP(hart_free_p) char *words = http_reply_words(data + 3, size - 3);
        need(words == NULL || *words != '\0');
        if (code == HART_OK) {
                need(dimension > 0 && dimension <= HTTP_DIMENSION_MAX && (wanted == 0 || dimension == wanted));
                if (wanted > 0)
                        check_vectors(vectors, count, dimension);
                return 0;
        }
        need(code == HART_FAILED || (code == HART_CONFIG && wanted > 0));
        need(dimension == wanted && tokens == 0);
        need(err.code == code && err.text[0] != '\0' && strchr(err.text, '\n') == NULL);
        return 0;
}
