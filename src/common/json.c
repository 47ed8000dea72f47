#include <hartonomous/json.h>

#include <string.h>

#include <jansson.h>

#include "json_text.h"

/* hart_json is jansson's json_t under a name of ours; jansson wants non-const pointers where it only reads. */
static json_t *node(const hart_json *value)
{
        union {
                const hart_json *ours;
                json_t *theirs;
        } pointer = {.ours = value};

        return pointer.theirs;
}

static const hart_json *value_of(const json_t *json)
{
        return (const hart_json *)json;
}

hart_code hart_json_parse(const void *text, size_t size, hart_json **ret, hart_error *err)
{
        json_error_t error;
        char *quote;
        json_t *root = json_loadb(size > 0 ? text : "", size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL,
                                  &error);

        if (root != NULL) {
                *ret = (hart_json *)root;
                return HART_OK;
        }
        /* jansson quotes the place; a piece of a body has no business in a log. */
        quote = strstr(error.text, " near '");
        if (quote != NULL)
                *quote = '\0';
        return hart_fail(err, HART_POISON, "not JSON: %s at line %d, column %d", error.text, error.line, error.column);
}

void hart_json_close(hart_json *root)
{
        json_decref(node(root));
}

void hart_json_close_p(hart_json **root)
{
        hart_json_close(*root);
        *root = NULL;
}

hart_json_kind hart_json_kind_of(const hart_json *value)
{
        static const hart_json_kind kinds[] = {
                [JSON_OBJECT] = HART_JSON_OBJECT,   [JSON_ARRAY] = HART_JSON_ARRAY, [JSON_STRING] = HART_JSON_TEXT,
                [JSON_INTEGER] = HART_JSON_INTEGER, [JSON_REAL] = HART_JSON_REAL,   [JSON_TRUE] = HART_JSON_TRUE,
                [JSON_FALSE] = HART_JSON_FALSE,     [JSON_NULL] = HART_JSON_NULL,
        };

        return value != NULL ? kinds[json_typeof(node(value))] : HART_JSON_NULL;
}

const hart_json *hart_json_member(const hart_json *object, const char *key)
{
        return value_of(json_object_get(node(object), key));
}

size_t hart_json_count(const hart_json *array_or_object)
{
        json_t *json = node(array_or_object);

        return json_is_object(json) ? json_object_size(json) : json_array_size(json);
}

const hart_json *hart_json_item(const hart_json *array, size_t index)
{
        return value_of(json_array_get(node(array), index));
}

const char *hart_json_text(const hart_json *value, size_t *size)
{
        if (size != NULL)
                *size = json_string_length(node(value));
        return json_string_value(node(value));
}

bool hart_json_integer(const hart_json *value, int64_t *ret)
{
        if (!json_is_integer(node(value)))
                return false;
        *ret = json_integer_value(node(value));
        return true;
}

bool hart_json_number(const hart_json *value, double *ret)
{
        if (!json_is_number(node(value)))
                return false;
        *ret = json_number_value(node(value));
        return true;
}

void hart_json_each(const hart_json *object, bool (*visit)(const char *key, const hart_json *value, void *data),
                    void *data)
{
        const char *key;
        json_t *value;

        json_object_foreach(node(object), key, value)
        {
                if (!visit(key, value_of(value), data))
                        return;
        }
}

hart_code hart_json_need_text(const hart_json *object, const char *key, const char **ret, size_t *size, hart_error *err)
{
        const hart_json *value = hart_json_member(object, key);

        if (value == NULL)
                return hart_fail(err, HART_POISON, "\"%s\" is missing", key);
        if (hart_json_kind_of(value) != HART_JSON_TEXT)
                return hart_fail(err, HART_POISON, "\"%s\" is not a text", key);
        *ret = hart_json_text(value, size);
        return HART_OK;
}

hart_code hart_json_need_integer(const hart_json *object, const char *key, int64_t min, int64_t max, int64_t *ret,
                                 hart_error *err)
{
        const hart_json *value = hart_json_member(object, key);
        int64_t integer;

        if (value == NULL)
                return hart_fail(err, HART_POISON, "\"%s\" is missing", key);
        if (!hart_json_integer(value, &integer))
                return hart_fail(err, HART_POISON, "\"%s\" is not a whole number", key);
        if (integer < min || integer > max)
                return hart_fail(err, HART_POISON, "\"%s\" is %lld; allowed: %lld to %lld", key, (long long)integer,
                                 (long long)min, (long long)max);
        *ret = integer;
        return HART_OK;
}

static void print_object(json_t *object, hart_buffer *out)
{
        const char *key, *comma = "{";
        json_t *value;

        if (json_object_size(object) == 0)
                hart_buffer_text(out, comma);
        json_object_foreach(object, key, value)
        {
                hart_buffer_text(out, comma);
                json_text_append(out, key, strlen(key));
                hart_buffer_byte(out, ':');
                hart_json_print(value_of(value), out);
                comma = ",";
        }
        hart_buffer_byte(out, '}');
}

static void print_array(json_t *array, hart_buffer *out)
{
        hart_buffer_byte(out, '[');
        for (size_t i = 0; i < json_array_size(array); i++) {
                if (i > 0)
                        hart_buffer_byte(out, ',');
                hart_json_print(value_of(json_array_get(array, i)), out);
        }
        hart_buffer_byte(out, ']');
}

/* Recursion is as deep as the parser allows (2048). */
void hart_json_print(const hart_json *value, hart_buffer *out)
{
        json_t *json = node(value);

        switch (hart_json_kind_of(value)) {
        case HART_JSON_NULL:
                hart_buffer_text(out, "null");
                break;
        case HART_JSON_FALSE:
                hart_buffer_text(out, "false");
                break;
        case HART_JSON_TRUE:
                hart_buffer_text(out, "true");
                break;
        case HART_JSON_INTEGER:
                hart_buffer_format(out, "%lld", (long long)json_integer_value(json));
                break;
        case HART_JSON_REAL:
                json_number_append(out, json_real_value(json));
                break;
        case HART_JSON_TEXT:
                json_text_append(out, json_string_value(json), json_string_length(json));
                break;
        case HART_JSON_ARRAY:
                print_array(json, out);
                break;
        case HART_JSON_OBJECT:
                print_object(json, out);
                break;
        }
}
