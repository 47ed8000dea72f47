#include "tokenizer_json.h"

#include <string.h>

#include <hartonomous/memory.h>

#include "mapping.h"

hart_code tokenizer_json_file(const char *path, hart_json **ret, hart_error *err)
{
        HART_CLEANUP(mapping_done) struct mapping file = {0};
        hart_error cause = {0};
        hart_code code = mapping_open(&file, path, err);

        if (code < 0)
                return code;
        if (hart_json_parse(file.data != NULL ? (const void *)file.data : "", file.size, ret, &cause) < 0)
                return hart_fail(err, HART_CONFIG, "%s: %s", path, cause.text);
        if (hart_json_kind_of(*ret) == HART_JSON_OBJECT)
                return HART_OK;
        hart_json_close(*ret);
        *ret = NULL;
        return hart_fail(err, HART_CONFIG, "%s: is no JSON object", path);
}

hart_code tokenizer_json_flag(const hart_json *object, const char *name, const char *key, bool otherwise, bool *ret,
                              hart_error *err)
{
        const hart_json *value = hart_json_member(object, key);

        *ret = otherwise;
        if (value == NULL || hart_json_kind_of(value) == HART_JSON_NULL)
                return HART_OK;
        if (hart_json_kind_of(value) != HART_JSON_TRUE && hart_json_kind_of(value) != HART_JSON_FALSE)
                return hart_fail(err, HART_CONFIG, "%s%s: must be true or false", name, key);
        *ret = hart_json_kind_of(value) == HART_JSON_TRUE;
        return HART_OK;
}

hart_code tokenizer_json_text(const hart_json *object, const char *name, const char *key, const char *otherwise,
                              const char **ret, hart_error *err)
{
        const hart_json *value = hart_json_member(object, key);

        *ret = otherwise;
        if (value == NULL || hart_json_kind_of(value) == HART_JSON_NULL)
                return HART_OK;
        if (hart_json_kind_of(value) == HART_JSON_OBJECT) /* an AddedToken in tokenizer_config.json */
                value = hart_json_member(value, "content");
        *ret = hart_json_text(value, NULL);
        return *ret != NULL ? HART_OK : hart_fail(err, HART_CONFIG, "%s%s: must be a text", name, key);
}

hart_code tokenizer_json_must_be(const hart_json *object, const char *name, const char *key, const char *wanted,
                                 hart_error *err)
{
        const hart_json *value = hart_json_member(object, key);
        const char *text = hart_json_text(value, NULL);
        HART_CLEANUP(hart_buffer_done) hart_buffer printed = {0};

        if (text != NULL && strcmp(text, wanted) == 0)
                return HART_OK;
        if (value == NULL)
                return hart_fail(err, HART_CONFIG, "%s%s: is missing; only \"%s\" is done here", name, key, wanted);
        hart_json_print(value, &printed);
        return hart_fail(err, HART_CONFIG, "%s%s: is %.60s; only \"%s\" is done here", name, key,
                         (const char *)printed.data, wanted);
}

hart_code tokenizer_json_added_one(const hart_json *object, int32_t id, struct added_tokens *written,
                                   struct added_tokens *normalised, hart_error *err)
{
        struct added_token token = {.id = id};
        const char *text = hart_json_text(hart_json_member(object, "content"), &token.size);
        bool special, normal;
        hart_code code;

        if (text == NULL)
                return hart_fail(err, HART_CONFIG, "added_tokens: one has no content");
        code = tokenizer_json_flag(object, "added_tokens.", "lstrip", false, &token.left, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(object, "added_tokens.", "rstrip", false, &token.right, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(object, "added_tokens.", "single_word", false, &token.single_word, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(object, "added_tokens.", "special", false, &special, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(object, "added_tokens.", "normalized", !special, &normal, err);
        token.text = hart_duplicate_n(text, token.size);
        if (code == HART_OK)
                code = added_tokens_add(normal ? normalised : written, &token, err);
        free(token.text);
        return code;
}

hart_code tokenizer_json_added(const hart_json *array, const struct vocabulary *vocabulary, size_t *count,
                               struct added_tokens *written, struct added_tokens *normalised, hart_error *err)
{
        hart_code code = HART_OK;

        for (size_t i = 0; i < hart_json_count(array) && code == HART_OK; i++) {
                const hart_json *object = hart_json_item(array, i);
                int64_t id = -1, expected;
                size_t size = 0;
                const char *text = hart_json_text(hart_json_member(object, "content"), &size);
                if (!hart_json_integer(hart_json_member(object, "id"), &id) || text == NULL)
                        return hart_fail(err, HART_CONFIG, "added_tokens: item %zu must have content and id", i);
                /* One that the vocabulary lacks gets the next number, whatever the file says. */
                expected = vocabulary_find(vocabulary, text, size);
                if (expected == VOCABULARY_NONE)
                        expected = (int64_t)(*count)++;
                if (id != expected)
                        return hart_fail(err, HART_CONFIG,
                                         "added_tokens: \"%.60s\" has id %lld, but its place is that of id %lld", text,
                                         (long long)id, (long long)expected);
                code = tokenizer_json_added_one(object, (int32_t)id, written, normalised, err);
        }
        return code;
}

static bool take_id(const hart_json *value, size_t count, int32_t *ret)
{
        int64_t id;

        if (!hart_json_integer(value, &id) || id < 0 || (uint64_t)id >= count)
                return false;
        *ret = (int32_t)id;
        return true;
}

/* One end of a template: {"SpecialToken": {"id": NAME, "type_id": 0}}, whose number is in special_tokens. */
static bool take_special(const hart_json *processor, size_t place, size_t count, int32_t *ret)
{
        const hart_json *item = hart_json_item(hart_json_member(processor, "single"), place);
        const hart_json *token = hart_json_member(item, "SpecialToken");
        const char *name = hart_json_text(hart_json_member(token, "id"), NULL);
        const hart_json *ids;
        int64_t type = -1;

        if (name == NULL || !hart_json_integer(hart_json_member(token, "type_id"), &type) || type != 0)
                return false;
        ids = hart_json_member(hart_json_member(hart_json_member(processor, "special_tokens"), name), "ids");
        return hart_json_count(ids) == 1 && take_id(hart_json_item(ids, 0), count, ret);
}

static bool take_template(const hart_json *processor, size_t count, int32_t *begin, int32_t *end)
{
        const hart_json *single = hart_json_member(processor, "single");
        const hart_json *text = hart_json_member(hart_json_item(single, 1), "Sequence");
        const char *name = hart_json_text(hart_json_member(text, "id"), NULL);
        int64_t type = -1;

        return hart_json_count(single) == 3 && name != NULL && strcmp(name, "A") == 0 &&
               hart_json_integer(hart_json_member(text, "type_id"), &type) && type == 0 &&
               take_special(processor, 0, count, begin) && take_special(processor, 2, count, end);
}

static bool take_pair(const hart_json *processor, size_t count, int32_t *begin, int32_t *end)
{
        return take_id(hart_json_item(hart_json_member(processor, "cls"), 1), count, begin) &&
               take_id(hart_json_item(hart_json_member(processor, "sep"), 1), count, end);
}

hart_code tokenizer_json_markers(const hart_json *processor, size_t count, int32_t *begin, int32_t *end,
                                 hart_error *err)
{
        static const struct {
                const char *type;
                bool (*take)(const hart_json *processor, size_t count, int32_t *begin, int32_t *end);
        } rows[] = {
                {"TemplateProcessing", take_template}, {"BertProcessing", take_pair}, {"RobertaProcessing", take_pair}};
        const char *type = hart_json_text(hart_json_member(processor, "type"), NULL);

        for (size_t i = 0; type != NULL && i < sizeof rows / sizeof rows[0]; i++) {
                if (strcmp(type, rows[i].type) != 0)
                        continue;
                if (rows[i].take(processor, count, begin, end))
                        return HART_OK;
                return hart_fail(err, HART_CONFIG,
                                 "post_processor: %s must put one token of the vocabulary on each side of a text, of "
                                 "type 0; nothing else is done here",
                                 type);
        }
        return hart_fail(err, HART_CONFIG,
                         "post_processor.type: is \"%.60s\"; only TemplateProcessing, BertProcessing and "
                         "RobertaProcessing are done here",
                         type != NULL ? type : "?");
}
