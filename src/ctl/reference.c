#include "reference.h"

#include <endian.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE_LIMIT ((size_t)64 * 1024 * 1024)

void reference_done(struct reference *reference)
{
        free(reference->texts);
        free(reference->vectors);
        hart_json_close(reference->root);
        free(reference->path);
        *reference = (struct reference){0};
}

/* --- base64 of floats (RFC 4648) ---------------------------------------------------------------------------------- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Bytes are taken one by one, so that each vector may end anywhere. */
static bool read_floats(const char *text, size_t size, float *ret, size_t count)
{
        const size_t bytes = count * sizeof *ret;
        size_t used = 0, written = 0;
        uint32_t bits = 0, held = 0, word = 0;
        for (; used < size && text[used] != '='; used++) {
                const char *digit = text[used] ? strchr(digits, text[used]) : NULL;
                if (!digit || written == bytes)
                        return false;
                bits = bits << 6 | (uint32_t)(digit - digits);
                held += 6;
                if (held < 8)
                        continue;
                held -= 8;
                word |= (bits >> held & 0xff) << 8 * (written % 4);
                if (++written % 4 == 0) {
                        memcpy(&ret[written / 4 - 1], &word, sizeof word);
                        word = 0;
                }
        }
        return written == bytes && size % 4 == 0 && size - used < 3 && strspn(text + used, "=") == size - used;
}

static char *write_floats(const float *values, size_t count)
{
        const size_t size = count * sizeof *values;
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        uint32_t *words = hart_allocate_array(count + 1, sizeof *words);
        for (size_t i = 0; i < count; i++) {
                memcpy(&words[i], &values[i], sizeof words[i]);
                words[i] = htole32(words[i]);
        }
        const unsigned char *bytes = (const unsigned char *)words;
        for (size_t at = 0; at < size; at += 3) {
                const size_t left = size - at;
                const uint32_t bits = (uint32_t)bytes[at] << 16 | (left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) |
                                      (left > 2 ? bytes[at + 2] : 0);
                for (size_t i = 0; i < 4; i++)
                        hart_buffer_byte(&out, (unsigned char)(i <= left ? digits[bits >> (18 - 6 * i) & 63] : '='));
        }
        free(words);
        hart_buffer_byte(&out, '\0');
        return (char *)HART_TAKE(out.data);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static hart_code read_texts(struct reference *reference, const char *path, hart_error *err)
{
        const hart_json *list = hart_json_member(reference->root, "texts");
        reference->count = hart_json_count(list);
        if (hart_json_kind_of(list) != HART_JSON_ARRAY || reference->count == 0)
                return hart_fail(err, HART_CONFIG, "%s: has no texts", path);
        reference->texts = hart_allocate_array(reference->count, sizeof *reference->texts);
        reference->vectors = hart_allocate_array(reference->count * reference->dimension, sizeof *reference->vectors);
        for (size_t i = 0; i < reference->count; i++) {
                const hart_json *item = hart_json_item(list, i);
                size_t size = 0;
                const char *vector = hart_json_text(hart_json_member(item, "vector"), &size);
                reference->texts[i].text = hart_json_text(hart_json_member(item, "text"), &reference->texts[i].size);
                if (!reference->texts[i].text || !vector ||
                    !read_floats(vector, size, reference->vectors + i * reference->dimension, reference->dimension))
                        return hart_fail(err, HART_CONFIG, "%s: text %zu has no vector of %zu numbers", path, i + 1,
                                         reference->dimension);
        }
        return HART_OK;
}

hart_code reference_parse(struct reference *ret, const char *path, const void *text, size_t size, const char *revision,
                          hart_error *err)
{
        HART_CLEANUP(reference_done) struct reference reference = {0};
        int64_t dimension = 0;
        const char *of = NULL;
        hart_code code = hart_json_parse(text, size, &reference.root, err);
        if (code == HART_OK)
                code = hart_json_need_integer(reference.root, "dimension", 1, 1 << 16, &dimension, err);
        if (code == HART_OK)
                code = hart_json_need_text(reference.root, "revision", &of, NULL, err);
        if (code != HART_OK) {
                if (err)
                        err->code = HART_CONFIG; /* not a message's fault */
                return hart_error_context(err, "%s", path);
        }
        if (strcmp(of, revision) != 0)
                return HART_EMPTY;
        reference.dimension = (size_t)dimension;
        code = read_texts(&reference, path, err);
        if (code != HART_OK)
                return code;
        reference.path = hart_duplicate(path);
        *ret = reference;
        reference = (struct reference){0};
        return HART_OK;
}

static hart_code read_file(const char *path, hart_buffer *ret, hart_error *err)
{
        FILE *file = fopen(path, "re");
        if (!file)
                return errno == ENOENT || errno == ENOTDIR
                               ? HART_EMPTY
                               : hart_fail_errno(err, HART_CONFIG, errno, "%s: cannot be read", path);
        for (size_t got = 1; got > 0 && ret->size <= SIZE_LIMIT; ret->size += got)
                got = fread(hart_buffer_reserve(ret, 65536), 1, 65536, file);
        const bool failed = ferror(file) != 0;
        fclose(file);
        if (failed || ret->size > SIZE_LIMIT)
                return hart_fail(err, HART_CONFIG, "%s: cannot be read as a whole", path);
        return HART_OK;
}

static hart_code read_reference(struct reference *ret, const char *path, const char *revision, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        const hart_code code = read_file(path, &text, err);
        return code == HART_OK ? reference_parse(ret, path, text.data, text.size, revision, err) : code;
}

/* PREFIX/bin/hartonomousctl has PREFIX/share/hartonomous/models beside it, in a build tree too. */
static char *installed(const char *revision)
{
        char path[4096];
        const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
        if (size <= 0)
                return NULL;
        path[size] = '\0';
        for (int i = 0; i < 2; i++) {
                char *slash = strrchr(path, '/');
                if (!slash)
                        return NULL;
                *slash = '\0';
        }
        return hart_format("%s/share/hartonomous/models/%.12s.json", path, revision);
}

hart_code reference_find(struct reference *ret, const char *folder, const char *revision, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *own = folder ? hart_format("%s/" REFERENCE_FILE, folder) : NULL;
        HART_CLEANUP(hart_free_p) char *shipped = installed(revision);
        hart_code code = own ? read_reference(ret, own, revision, err) : HART_EMPTY;
        if (code == HART_EMPTY && shipped)
                code = read_reference(ret, shipped, revision, err);
        return code;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void print(const hart_encoder_text *texts, size_t count, const hart_encoder *encoder, const float *vectors,
                  hart_buffer *out)
{
        const size_t dimension = hart_encoder_dimension(encoder);
        hart_json_writer writer = {.out = out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "revision");
        hart_json_put_text(&writer, hart_encoder_revision(encoder));
        hart_json_key(&writer, "dimension");
        hart_json_put_integer(&writer, (int64_t)dimension);
        hart_json_key(&writer, "texts");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < count; i++) {
                HART_CLEANUP(hart_free_p) char *vector = write_floats(vectors + i * dimension, dimension);
                hart_buffer_byte(out, '\n');
                hart_json_begin_object(&writer);
                hart_json_key(&writer, "text");
                hart_json_put_text_n(&writer, texts[i].text, texts[i].size);
                hart_json_key(&writer, "vector");
                hart_json_put_text(&writer, vector);
                hart_json_end_object(&writer);
        }
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        hart_buffer_byte(out, '\n');
}

/* Under another name first: a reader never sees a part of it. */
static hart_code write_file(const char *path, const hart_buffer *text, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *fresh = hart_format("%s.new", path);
        FILE *file = fopen(fresh, "we");
        bool written = file && fwrite(text->data, 1, text->size, file) == text->size;
        written = file && fclose(file) == 0 && written;
        if (written && rename(fresh, path) == 0)
                return HART_OK;
        const int reason = errno;
        unlink(fresh);
        return hart_fail_errno(err, HART_CONFIG, reason, "%s: cannot be written", path);
}

hart_code reference_write(const hart_encoder_text *texts, size_t count, hart_encoder *encoder, const char *folder,
                          hart_error *err)
{
        HART_CLEANUP(hart_free_p)
        float *vectors = hart_allocate_array(count * hart_encoder_dimension(encoder), sizeof *vectors);
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/" REFERENCE_FILE, folder);
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        const hart_code code = hart_encoder_run(encoder, texts, count, vectors, NULL, NULL, NULL, err);
        if (code != HART_OK)
                return code;
        print(texts, count, encoder, vectors, &text);
        return write_file(path, &text, err);
}

/* --- comparing ---------------------------------------------------------------------------------------------------- */

struct likeness reference_compare(const struct reference *reference, const float *vectors)
{
        struct likeness found = {.least_cosine = 1};
        const size_t dimension = reference->dimension;
        for (size_t i = 0; i < reference->count; i++) {
                const float *a = reference->vectors + i * dimension, *b = vectors + i * dimension;
                double product = 0, a_length = 0, b_length = 0;
                for (size_t k = 0; k < dimension; k++) {
                        const double difference = fabs((double)a[k] - (double)b[k]);
                        if (!(difference <= found.max_difference)) /* also what is no number */
                                found.max_difference = difference;
                        product += (double)a[k] * (double)b[k];
                        a_length += (double)a[k] * (double)a[k];
                        b_length += (double)b[k] * (double)b[k];
                }
                const double cosine = product / sqrt(a_length * b_length);
                found.mean_cosine += cosine / (double)reference->count;
                if (!(cosine >= found.least_cosine))
                        found.least_cosine = cosine;
        }
        return found;
}
