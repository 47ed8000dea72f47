/* The tokenizer on a line: reads texts, writes their tokens. What the system test of tokens talks through.
 *
 * tokenizer_probe FOLDER LIMIT: before each text on standard input is its size, a 32-bit number; for each, its number
 * of tokens and the tokens go to standard output, 32-bit numbers too. tokenizer_probe FOLDER LIMIT SECONDS: texts that
 * are lines, again and again; prints millions of tokens a second. */
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

static void answer(const struct tokenizer *tokenizer, const hart_buffer *input, int32_t *ids, size_t limit)
{
        for (size_t at = 0; at < input->size;) {
                uint32_t size;
                if (input->size - at < sizeof size)
                        exit(65);
                memcpy(&size, input->data + at, sizeof size);
                at += sizeof size;
                if (input->size - at < size)
                        exit(65);
                ids[0] = (int32_t)tokenizer_encode(tokenizer, (const char *)input->data + at, size, ids + 1, limit);
                if (fwrite(ids, sizeof *ids, (size_t)ids[0] + 1, stdout) != (size_t)ids[0] + 1)
                        exit(74);
                at += size;
        }
}

/* Each line of the input; returns how many tokens. */
static size_t run(const struct tokenizer *tokenizer, const hart_buffer *input, int32_t *ids, size_t limit)
{
        const char *text = (const char *)input->data, *stop = text + input->size;
        size_t total = 0;

        while (text < stop) {
                const char *found = memchr(text, '\n', (size_t)(stop - text));
                const size_t size = (size_t)((found != NULL ? found : stop) - text);
                total += tokenizer_encode(tokenizer, text, size, ids, limit);
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
                answer(tokenizer, &input, ids, limit);
                return 0;
        }
        start = seconds();
        while (spent < strtod(argv[3], NULL)) {
                total += run(tokenizer, &input, ids, limit);
                spent = seconds() - start;
        }
        printf("%.1f\n", (double)total / spent / 1e6);
        return 0;
}
