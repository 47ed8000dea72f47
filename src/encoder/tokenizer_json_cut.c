/* Finds model.vocab in the text of a tokenizer.json, and its items. What is not JSON is left to the reader of JSON to
 * say. */
#include <string.h>

#include <hartonomous/memory.h>

#include "tokenizer_json.h"

/* Behind the text that begins at `at`, its quotes included. */
static size_t skip_text(const char *text, size_t size, size_t at)
{
        for (at++; at < size && text[at] != '"'; at++)
                if (text[at] == '\\')
                        at++;
        return at < size ? at + 1 : size;
}

/* Behind the value that begins at `at`: an array or object with all that is in it, or what goes up to a comma. */
static size_t skip_value(const char *text, size_t size, size_t at)
{
        size_t depth = 0;

        while (at < size) {
                const char byte = text[at];
                if (depth == 0 && (byte == ',' || byte == ']' || byte == '}'))
                        break;
                if (byte == '"') {
                        at = skip_text(text, size, at);
                        continue;
                }
                at++;
                if (byte == '[' || byte == '{')
                        depth++;
                else if ((byte == ']' || byte == '}') && --depth == 0)
                        break;
        }
        return at;
}

static size_t skip_blanks(const char *text, size_t size, size_t at)
{
        while (at < size && memchr(" \t\r\n", text[at], 4) != NULL)
                at++;
        return at;
}

/* Where the value of a member begins, in the object that begins at `at`; `size` where there is none. */
static size_t find_member(const char *text, size_t size, size_t at, const char *key)
{
        const size_t length = strlen(key);

        if (at >= size || text[at] != '{')
                return size;
        at = skip_blanks(text, size, at + 1);
        while (at < size && text[at] == '"') {
                const size_t name = at + 1, end = skip_text(text, size, at);
                at = skip_blanks(text, size, end);
                if (at == size || text[at] != ':')
                        return size;
                at = skip_blanks(text, size, at + 1);
                if (end - name == length + 1 && memcmp(text + name, key, length) == 0)
                        return at;
                at = skip_blanks(text, size, skip_value(text, size, at));
                if (at < size && text[at] == ',')
                        at = skip_blanks(text, size, at + 1);
        }
        return size;
}

static hart_code parse(const void *text, size_t size, hart_json **ret, hart_error *err)
{
        hart_error cause = {0};

        if (hart_json_parse(text, size, ret, &cause) < 0)
                return hart_fail(err, HART_CONFIG, "%s", cause.text);
        return HART_OK;
}

hart_code tokenizer_json_parse(const char *text, size_t size, hart_json **ret, const char **array, size_t *array_size,
                               hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer rest = {0};
        const size_t model = find_member(text, size, skip_blanks(text, size, 0), "model");
        const size_t start = find_member(text, size, model, "vocab");
        const size_t end = start < size && text[start] == '[' ? skip_value(text, size, start) : start;
        hart_error cause = {0};

        *array = NULL;
        *array_size = 0;
        if (end == start)
                return parse(text, size, ret, err);
        hart_buffer_append(&rest, text, start);
        hart_buffer_text(&rest, "null");
        hart_buffer_append(&rest, text + end, size - end);
        /* Line and column of what is wrong are those of the whole. */
        if (parse(rest.data, rest.size, ret, &cause) < 0) {
                HART_CLEANUP(hart_json_close_p) hart_json *whole = NULL;
                if (parse(text, size, &whole, err) < 0)
                        return HART_CONFIG;
                return hart_fail(err, HART_CONFIG, "%s", cause.text);
        }
        *array = text + start;
        *array_size = end - start;
        return HART_OK;
}

hart_code tokenizer_json_item(const char *array, size_t size, size_t *at, hart_json **ret, hart_error *err)
{
        size_t start = *at, end;
        hart_code code;

        *ret = NULL;
        if (start == 0) {
                start = skip_blanks(array, size, 1);
        } else if (start < size && array[start] == ',') {
                start = skip_blanks(array, size, start + 1);
                if (start < size && array[start] == ']')
                        return hart_fail(err, HART_CONFIG, "model.vocab: ends with a comma");
        }
        if (start + 1 == size && array[start] == ']')
                return HART_OK;
        end = skip_value(array, size, start);
        code = parse(array + start, end - start, ret, err);
        if (code < 0)
                return hart_error_context(err, "model.vocab, at byte %zu", start);
        *at = skip_blanks(array, size, end);
        if (*at < size && (array[*at] == ',' || *at + 1 == size))
                return HART_OK;
        hart_json_close(*ret);
        *ret = NULL;
        return hart_fail(err, HART_CONFIG, "model.vocab: is no array of pieces, at byte %zu", *at);
}
