#include "http_engine_reply.h"

#include <math.h>
#include <string.h>

#include "http_engine_base64.h"

/* --- the dialects --- */

static void openai_rest(hart_json_writer *request, const char *model)
{
        hart_json_key(request, "model");
        hart_json_put_text(request, model);
        hart_json_key(request, "encoding_format");
        hart_json_put_text(request, "float");
}

static void tei_rest(hart_json_writer *request, const char *model)
{
        (void)model; /* the server has one */
        hart_json_key(request, "truncate");
        hart_json_put_flag(request, true);
}

static hart_code wrong_count(size_t count, size_t expected, hart_error *err)
{
        return hart_fail(err, HART_FAILED, "the answer has %zu vectors for %zu texts", count, expected);
}

/* {"data": [{"index": 0, "embedding": […]}, …]}, in any order; without an index the place counts. */
static hart_code openai_find(const hart_json *root, const hart_json **found, size_t count, hart_error *err)
{
        const hart_json *data = hart_json_member(root, "data");

        if (hart_json_kind_of(data) != HART_JSON_ARRAY)
                return hart_fail(err, HART_FAILED, "the answer has no list \"data\"");
        if (hart_json_count(data) != count)
                return wrong_count(hart_json_count(data), count, err);
        for (size_t i = 0; i < count; i++) {
                const hart_json *item = hart_json_item(data, i), *index = hart_json_member(item, "index");
                int64_t place = (int64_t)i;
                if (index != NULL && (!hart_json_integer(index, &place) || place < 0 || (uint64_t)place >= count))
                        return hart_fail(err, HART_FAILED, "the answer has a vector whose \"index\" is not 0 to %zu",
                                         count - 1);
                if (found[place] != NULL)
                        return hart_fail(err, HART_FAILED, "the answer has two vectors for text %lld",
                                         (long long)place);
                found[place] = hart_json_member(item, "embedding");
                if (found[place] == NULL)
                        return hart_fail(err, HART_FAILED, "the answer has no \"embedding\" for text %lld",
                                         (long long)place);
        }
        return HART_OK;
}

/* [[…], …] */
static hart_code tei_find(const hart_json *root, const hart_json **found, size_t count, hart_error *err)
{
        if (hart_json_kind_of(root) != HART_JSON_ARRAY)
                return hart_fail(err, HART_FAILED, "the answer is no list of vectors");
        if (hart_json_count(root) != count)
                return wrong_count(hart_json_count(root), count, err);
        for (size_t i = 0; i < count; i++)
                found[i] = hart_json_item(root, i);
        return HART_OK;
}

const struct http_dialect http_dialects[] = {
        {"openai", true, "input", openai_rest, openai_find},
        {"tei", false, "inputs", tei_rest, tei_find},
};
const size_t http_dialect_count = sizeof http_dialects / sizeof *http_dialects;

void http_request_write(const struct http_dialect *dialect, const char *model, const hart_encoder_text *texts,
                        size_t count, hart_buffer *body)
{
        hart_json_writer request = {.out = body};

        hart_json_begin_object(&request);
        hart_json_key(&request, dialect->list);
        hart_json_begin_array(&request);
        for (size_t i = 0; i < count; i++) {
                if (texts[i].size > 0)
                        hart_json_put_text_n(&request, texts[i].text, texts[i].size);
                else
                        hart_json_put_text(&request, " ");
        }
        hart_json_end_array(&request);
        dialect->write_rest(&request, model);
        hart_json_end_object(&request);
}

/* --- numbers --- */

/* Numbers in a vector, whichever way it is written. */
static size_t length_of(const hart_json *vector)
{
        size_t size = 0;

        if (hart_json_kind_of(vector) == HART_JSON_ARRAY)
                return hart_json_count(vector);
        const char *text = hart_json_text(vector, &size);
        return text != NULL && http_base64_size(text, size) % sizeof(float) == 0
                       ? http_base64_size(text, size) / sizeof(float)
                       : 0;
}

/* `length` numbers; false where something among them is no finite one. */
static bool read_numbers(const hart_json *vector, size_t length, double *numbers)
{
        size_t size = 0;
        const char *text = hart_json_text(vector, &size);

        if (text != NULL && !http_base64_floats(text, size, numbers, length))
                return false;
        for (size_t i = 0; i < length; i++)
                if ((text == NULL && !hart_json_number(hart_json_item(vector, i), &numbers[i])) ||
                    !isfinite(numbers[i]) || fabs(numbers[i]) > 1e30)
                        return false;
        return true;
}

static hart_code read_vector(const hart_json *vector, size_t index, size_t dimension, double *numbers, float *out,
                             hart_error *err)
{
        double sum = 0;

        if (!read_numbers(vector, dimension, numbers))
                return hart_fail(err, HART_FAILED,
                                 "the answer's vector for text %zu has something in it that is no finite number",
                                 index);
        for (size_t i = 0; i < dimension; i++)
                sum += numbers[i] * numbers[i];
        if (sum < 1e-60)
                return hart_fail(err, HART_FAILED, "the answer's vector for text %zu is all zero", index);
        for (size_t i = 0; out != NULL && i < dimension; i++)
                out[i] = (float)(numbers[i] / sqrt(sum));
        return HART_OK;
}

/* All of another length: that is another model. Some: that is no good answer of any. */
static hart_code check_lengths(const hart_json **found, size_t count, size_t *dimension, hart_error *err)
{
        const size_t first = length_of(found[0]), wanted = *dimension > 0 ? *dimension : first;

        for (size_t i = 0; i < count; i++) {
                const size_t length = length_of(found[i]);
                if (length == 0 || length > HTTP_DIMENSION_MAX)
                        return hart_fail(err, HART_FAILED, "the answer has no vector for text %zu, or an endless one",
                                         i);
                if (length != first)
                        return hart_fail(err, HART_FAILED, "the answer has vectors of %zu and of %zu numbers", first,
                                         length);
        }
        if (first != wanted)
                return hart_fail(err, HART_CONFIG,
                                 "its vectors have %zu numbers, not %zu: the server has another model now, or "
                                 "\"dimension\" is set wrong",
                                 first, wanted);
        *dimension = wanted;
        return HART_OK;
}

static hart_code read_root(const struct http_dialect *dialect, const hart_json *root, size_t count, size_t *dimension,
                           float *vectors, hart_error *err)
{
        HART_CLEANUP(hart_free_p) const hart_json **found = hart_allocate_array(count, sizeof(hart_json *));
        HART_CLEANUP(hart_free_p) double *numbers = NULL;
        size_t length = *dimension;
        hart_code code = dialect->find(root, found, count, err);

        if (code == HART_OK)
                code = check_lengths(found, count, &length, err);
        if (code != HART_OK)
                return code;
        numbers = hart_allocate_array(length, sizeof *numbers);
        for (size_t i = 0; i < count && code == HART_OK; i++)
                code = read_vector(found[i], i, length, numbers, vectors != NULL ? vectors + i * length : NULL, err);
        if (code == HART_OK)
                *dimension = length;
        return code;
}

static size_t tokens_of(const hart_json *root)
{
        const hart_json *usage = hart_json_member(root, "usage");
        int64_t tokens = 0;

        if (!hart_json_integer(hart_json_member(usage, "prompt_tokens"), &tokens))
                (void)hart_json_integer(hart_json_member(usage, "total_tokens"), &tokens);
        return tokens > 0 ? (size_t)tokens : 0;
}

hart_code http_reply_read(const struct http_dialect *dialect, const void *body, size_t size, size_t count,
                          size_t *dimension, float *vectors, size_t *tokens, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        hart_error inner = {0};
        hart_code code;

        if (hart_json_parse(body, size, &root, &inner) != HART_OK)
                return hart_fail(err, HART_FAILED, "the answer is %s", inner.text);
        code = read_root(dialect, root, count, dimension, vectors, err);
        if (code == HART_OK)
                *tokens = tokens_of(root);
        return code;
}

/* --- words --- */

char *http_reply_words(const void *body, size_t size)
{
        static const char *const members[] = {"message", "error", "detail"};
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;

        if (hart_json_parse(body, size, &root, NULL) != HART_OK)
                return NULL;
        const hart_json *error = hart_json_member(root, "error");
        const hart_json *const where[] = {hart_json_kind_of(error) == HART_JSON_OBJECT ? error : root, root};
        for (size_t place = 0; place < 2; place++)
                for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
                        const char *words = hart_json_text(hart_json_member(where[place], members[i]), NULL);
                        if (words != NULL && *words != '\0')
                                return hart_duplicate(words);
                }
        return NULL;
}
