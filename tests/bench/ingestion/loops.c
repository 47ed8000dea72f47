/* bench_ingestion_loops CASE [FILE]: what needs no server, over and over; prints "NAME BYTES-A-SECOND" by CPU time, the
 * best of several rounds. Cases: hash, chunking, sentences FILE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <unicode/ubrk.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>

#include <hartonomous/atomizer.h>
#include <hartonomous/digest.h>

#define ROUNDS 9
#define SMALL  64
#define WINDOW ((size_t)1 << 20) /* as the daemon's setting */
#define BIG    ((size_t)32 << 20)
#define SMALLS 100000
#define PIECES (BIG >> 10)

struct input {
        unsigned char *data;
        size_t size;
};

static unsigned char digests[SMALLS][HART_SHA256_SIZE];
static hart_sha256_input pieces[SMALLS];

static void die(const char *what)
{
        fprintf(stderr, "bench_ingestion_loops: %s\n", what);
        exit(1);
}

static double cpu_time(void)
{
        struct timespec now;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct measured {
        const char *name;
        void (*run)(const struct input *input);
        double seconds;
};

/* In turns, so that a slow moment of the machine hits all alike. */
static void measure(struct measured *list, size_t count, const struct input *input)
{
        for (unsigned round = 0; round < ROUNDS; round++) {
                for (size_t i = 0; i < count; i++) {
                        const double begun = cpu_time();
                        list[i].run(input);
                        const double seconds = cpu_time() - begun;
                        if (round == 0 || seconds < list[i].seconds)
                                list[i].seconds = seconds;
                }
        }
        for (size_t i = 0; i < count; i++)
                printf("%s %.0f\n", list[i].name, (double)input->size / list[i].seconds);
}

static struct input make_noise(size_t size)
{
        struct input noise = {malloc(size), size};
        uint64_t state = 42;
        if (noise.data == NULL)
                die("no memory");
        for (size_t i = 0; i < size; i++) {
                state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                noise.data[i] = (unsigned char)(state >> 56);
        }
        return noise;
}

/* --- hashes of small atoms --- */

static void hash_by_evp(const struct input *input)
{
        for (size_t i = 0; i < input->size / SMALL; i++)
                if (EVP_Digest(input->data + i * SMALL, SMALL, digests[i], NULL, EVP_sha256(), NULL) != 1)
                        die("EVP_Digest failed");
}

static void hash_many(const struct input *input)
{
        size_t count = input->size / SMALL;
        for (size_t i = 0; i < count; i++)
                pieces[i] = (hart_sha256_input){input->data + i * SMALL, SMALL};
        hart_sha256_many(pieces, count, digests);
}

static void hashes(void)
{
        struct input noise = make_noise((size_t)SMALLS * SMALL);
        struct measured list[] = {{"evp", hash_by_evp, 0}, {"many", hash_many, 0}};
        measure(list, 2, &noise);
        free(noise.data);
}

/* --- chunks --- */

static size_t piece_count;

static hart_code take_lead(void *data, const unsigned char *bytes, size_t size, hart_error *err)
{
        (void)data, (void)bytes, (void)size, (void)err;
        return HART_OK;
}

static hart_code take_component(void *data, const hart_component *component, hart_error *err)
{
        (void)data, (void)err;
        if (piece_count == PIECES)
                die("more pieces than expected");
        pieces[piece_count++] = (hart_sha256_input){component->content, component->size};
        return HART_OK;
}

static void atomize(const char *name, const struct input *input)
{
        const hart_atomizer *atomizer = hart_atomizer_find(name);
        const hart_atom_sink sink = {.lead = take_lead, .component = take_component};
        hart_error err = {0};
        piece_count = 0;
        for (size_t done = 0, consumed = 0; done < input->size; done += consumed) {
                size_t left = input->size - done, size = left < WINDOW ? left : WINDOW;
                const hart_window window = {input->data + done, size, done == 0, size == left};
                if (atomizer->run(&window, &sink, &consumed, &err) != HART_OK || consumed == 0)
                        die("the atomizer failed");
        }
}

static void chunk(const struct input *input)
{
        atomize("chunks", input);
}

static void chunk_and_hash(const struct input *input)
{
        atomize("chunks", input);
        hart_sha256_many(pieces, piece_count, digests);
}

static void sha256(const struct input *input)
{
        if (EVP_Digest(input->data, input->size, digests[0], NULL, EVP_sha256(), NULL) != 1)
                die("EVP_Digest failed");
}

static void chunks(void)
{
        struct input noise = make_noise(BIG);
        struct measured list[] = {
                {"sha256", sha256, 0}, {"chunks", chunk, 0}, {"chunks_and_hashes", chunk_and_hash, 0}};
        measure(list, 3, &noise);
        free(noise.data);
}

/* --- sentences --- */

static UBreakIterator *rules;

static void sentences_of_icu(const struct input *input)
{
        UErrorCode status = U_ZERO_ERROR;
        UText text = UTEXT_INITIALIZER;
        size_t count = 0;
        utext_openUTF8(&text, (const char *)input->data, (int64_t)input->size, &status);
        ubrk_setUText(rules, &text, &status);
        for (int32_t at = ubrk_first(rules); at != UBRK_DONE; at = ubrk_next(rules))
                count++;
        utext_close(&text);
        if (U_FAILURE(status) || count < 2)
                die("ICU found no sentences");
}

/* Through UTF-16, which ICU was made for; positions would still have to be turned into bytes. */
static void sentences_of_icu_utf16(const struct input *input)
{
        UErrorCode status = U_ZERO_ERROR;
        UChar *wide = malloc(input->size * sizeof *wide);
        int32_t length = 0;
        size_t count = 0;
        u_strFromUTF8(wide, (int32_t)input->size, &length, (const char *)input->data, (int32_t)input->size, &status);
        ubrk_setText(rules, wide, length, &status);
        for (int32_t at = ubrk_first(rules); at != UBRK_DONE; at = ubrk_next(rules))
                count++;
        free(wide);
        if (U_FAILURE(status) || count < 2)
                die("ICU found no sentences");
}

static void sentences_of_ours(const struct input *input)
{
        atomize("text", input);
        if (piece_count < 2)
                die("no sentences");
}

static void sentences(const char *path)
{
        UErrorCode status = U_ZERO_ERROR;
        hart_error err = {0};
        struct input text = {malloc(BIG), 0};
        FILE *file = fopen(path, "rb");
        if (file == NULL || text.data == NULL)
                die("the text cannot be read");
        text.size = fread(text.data, 1, BIG, file);
        fclose(file);
        rules = ubrk_open(UBRK_SENTENCE, "", NULL, 0, &status);
        if (U_FAILURE(status) || hart_atomizers_open(&err) != HART_OK)
                die("ICU cannot be loaded");
        struct measured list[] = {
                {"icu", sentences_of_icu, 0}, {"icu_utf16", sentences_of_icu_utf16, 0}, {"ours", sentences_of_ours, 0}};
        measure(list, 3, &text);
        ubrk_close(rules);
        hart_atomizers_close();
        free(text.data);
}

int main(int argc, char *argv[])
{
        if (argc == 2 && strcmp(argv[1], "hash") == 0)
                hashes();
        else if (argc == 2 && strcmp(argv[1], "chunking") == 0)
                chunks();
        else if (argc == 3 && strcmp(argv[1], "sentences") == 0)
                sentences(argv[2]);
        else
                die("usage: bench_ingestion_loops hash | chunking | sentences FILE");
        return 0;
}
