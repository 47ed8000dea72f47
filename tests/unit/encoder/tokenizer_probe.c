/* The tokenizer on a line: reads texts, writes their tokens. What the system test of tokens talks through.
 *
 * tokenizer_probe FOLDER LIMIT: texts end with a NUL byte, as they come from standard input; for each, its number of
 * tokens and the tokens go to standard output as 32-bit numbers. tokenizer_probe FOLDER LIMIT SECONDS: texts that are
 * lines, again and again; prints millions of tokens a second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hartonomous/memory.h>

#include "tokenizer.h"

static void read_all(hart_buffer *out)
{
        size_t got;

        while ((got = fread(hart_buffer_reserve(out, 65536), 1, 65536, stdin)) > 0)
                out->size += got;
}

/* Each text of the input; returns how many tokens. */
static size_t run(const struct tokenizer *tokenizer, const hart_buffer *input, int end, int32_t *ids, size_t limit,
                  FILE *out)
{
        const char *text = (const char *)input->data, *stop = text + input->size;
        size_t total = 0;

        while (text < stop) {
                const char *found = memchr(text, end, (size_t)(stop - text));
                const size_t size = (size_t)((found != NULL ? found : stop) - text);
                const size_t count = tokenizer_encode(tokenizer, text, size, ids + 1, limit);
                ids[0] = (int32_t)count;
                if (out != NULL && fwrite(ids, sizeof *ids, count + 1, out) != count + 1)
                        exit(1);
                total += count;
                text += size + 1;
        }
        return total;
}

static double seconds(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char *argv[])
{
        const size_t limit = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = NULL;
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        HART_CLEANUP(hart_free_p) int32_t *ids = NULL;
        hart_error err = {0};
        size_t total = 0;
        double start, spent = 0;

        if (limit < 2) {
                fprintf(stderr, "usage: tokenizer_probe FOLDER LIMIT [SECONDS]\n");
                return 64;
        }
        if (tokenizer_open(&tokenizer, argv[1], &err) < 0) {
                fprintf(stderr, "%s\n", err.text);
                return 78;
        }
        ids = hart_allocate_array(limit + 1, sizeof *ids);
        read_all(&input);
        if (argc == 3) {
                (void)run(tokenizer, &input, '\0', ids, limit, stdout);
                return 0;
        }
        start = seconds();
        while (spent < strtod(argv[3], NULL)) {
                total += run(tokenizer, &input, '\n', ids, limit, NULL);
                spent = seconds() - start;
        }
        printf("%.1f\n", (double)total / spent / 1e6);
        return 0;
}
