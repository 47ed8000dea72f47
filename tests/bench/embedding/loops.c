/* bench_embedding_loops CASE …: what needs no server; prints one number.
 * peak THREADS: GFLOP/s of fp32 that so many threads reach together, the best of several rounds.
 * tokens MODEL FILE: tokens a second of CPU time that the model's tokenizer makes of the lines of a file, likewise. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hartonomous/clock.h>
#include <hartonomous/error.h>
#include <hartonomous/memory.h>

#include "tokenizer.h"

#define ROUNDS      9
#define STEPS       200000000
#define CHAINS      12 /* sums that do not wait for one another: more than two units times four cycles */
#define THREADS_MAX 64
#define TOKEN_LIMIT 256
#define LINES_MAX   100000

static void die(const char *what)
{
        fprintf(stderr, "bench_embedding_loops: %s\n", what);
        exit(1);
}

/* --- peak: nothing but fused multiplications and additions in registers --- */

typedef float (*spin_function)(float factor);

#if defined(__x86_64__)
#include <immintrin.h>
#define SPIN(name, level, type, set, fused, sum)                                                                       \
        __attribute__((target(level))) static float name(float factor)                                                 \
        {                                                                                                              \
                const type a = set(factor), b = set(1 - factor);                                                       \
                type sums[CHAINS];                                                                                     \
                float total = 0;                                                                                       \
                for (size_t i = 0; i < CHAINS; i++)                                                                    \
                        sums[i] = set((float)i);                                                                       \
                for (size_t step = 0; step < STEPS / CHAINS; step++) {                                                 \
                        _Pragma("GCC unroll 12") for (size_t i = 0; i < CHAINS; i++) sums[i] = fused(sums[i], a, b);   \
                }                                                                                                      \
                for (size_t i = 0; i < CHAINS; i++)                                                                    \
                        total += sum(sums[i]);                                                                         \
                return total;                                                                                          \
        }
SPIN(spin_512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_reduce_add_ps)
SPIN(spin_256, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_cvtss_f32)

static spin_function choose_spin(unsigned *lanes)
{
        if (__builtin_cpu_supports("avx512f")) {
                *lanes = 16;
                return spin_512;
        }
        if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
                die("this processor has neither AVX-512 nor AVX2 with FMA");
        *lanes = 8;
        return spin_256;
}
#else
typedef float four __attribute__((vector_size(16)));

static float spin_128(float factor)
{
        const four a = {factor, factor, factor, factor}, b = 1 - a;
        four sums[CHAINS] = {{0}};
        float total = 0;

        for (size_t step = 0; step < STEPS / CHAINS; step++) {
                _Pragma("GCC unroll 12") for (size_t i = 0; i < CHAINS; i++) sums[i] = sums[i] * a + b;
        }
        for (size_t i = 0; i < CHAINS; i++)
                total += sums[i][0];
        return total;
}

static spin_function choose_spin(unsigned *lanes)
{
        *lanes = 4;
        return spin_128;
}
#endif

struct spinner {
        spin_function spin;
        float result;
};

static void *turn(void *data)
{
        struct spinner *spinner = data;

        spinner->result = spinner->spin(0.5F + spinner->result * 1e-30F);
        return NULL;
}

/* Microseconds until all threads have done their steps. */
static uint64_t spin_together(struct spinner *spinners, size_t threads)
{
        pthread_t ids[THREADS_MAX];
        const uint64_t begun = hart_now();

        for (size_t i = 0; i < threads; i++)
                if (pthread_create(&ids[i], NULL, turn, &spinners[i]) != 0)
                        die("no thread can be made");
        for (size_t i = 0; i < threads; i++)
                (void)pthread_join(ids[i], NULL);
        return hart_now() - begun;
}

static void peak(const char *text)
{
        struct spinner spinners[THREADS_MAX] = {0};
        const size_t threads = strtoul(text, NULL, 10);
        unsigned lanes;
        const spin_function spin = choose_spin(&lanes);
        uint64_t best = UINT64_MAX;

        if (threads < 1 || threads > THREADS_MAX)
                die("1 to 64 threads");
        for (size_t i = 0; i < threads; i++)
                spinners[i].spin = spin;
        for (unsigned round = 0; round < ROUNDS; round++) {
                const uint64_t took = spin_together(spinners, threads);
                best = took < best ? took : best;
        }
        if (spinners[0].result != spinners[0].result)
                die("the sums are no numbers");
        printf("%.1f\n", 2e-3 * (double)threads * lanes * (STEPS / CHAINS * CHAINS) / (double)best);
}

/* --- tokens --- */

static double cpu_time(void)
{
        struct timespec now;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct lines {
        char *text[LINES_MAX];
        size_t size[LINES_MAX];
        size_t count;
};

static void read_lines(struct lines *lines, const char *path)
{
        FILE *file = fopen(path, "r");
        size_t room = 0;
        ssize_t size;

        if (file == NULL)
                die("the text cannot be read");
        while (lines->count < LINES_MAX && (size = getline(&lines->text[lines->count], &room, file)) > 0) {
                lines->size[lines->count++] = (size_t)size - 1;
                room = 0;
        }
        fclose(file);
}

static void tokens(const char *model, const char *path)
{
        static struct lines lines;
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = NULL;
        int32_t ids[TOKEN_LIMIT];
        hart_error err = {0};
        double best = 0;

        read_lines(&lines, path);
        if (tokenizer_open(&tokenizer, model, &err) < 0)
                die(err.text);
        for (unsigned round = 0; round < ROUNDS; round++) {
                const double begun = cpu_time();
                size_t count = 0;
                for (size_t i = 0; i < lines.count; i++)
                        count += tokenizer_encode(tokenizer, lines.text[i], lines.size[i], ids, TOKEN_LIMIT);
                const double rate = (double)count / (cpu_time() - begun);
                best = rate > best ? rate : best;
        }
        printf("%.0f\n", best);
        for (size_t i = 0; i < lines.count; i++)
                free(lines.text[i]);
}

int main(int argc, char *argv[])
{
        if (argc == 3 && strcmp(argv[1], "peak") == 0)
                peak(argv[2]);
        else if (argc == 4 && strcmp(argv[1], "tokens") == 0)
                tokens(argv[2], argv[3]);
        else
                die("usage: bench_embedding_loops peak THREADS | tokens MODEL FILE");
        return 0;
}
