/* tags: what a file says of itself, as JSON. */
#include <string.h>

#include <libavutil/dict.h>

#include <hartonomous/utf8.h>

#include "media.h"

#define TAGS_MAX      ((size_t)24 << 10) /* bytes of JSON, of EMIT_METADATA_MAX for all */
#define TAG_KEY_MAX   128
#define TAG_VALUE_MAX ((size_t)1 << 10)

static bool is_space(char c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

const char *tags_get(const AVDictionary *tags, const char *key)
{
        const AVDictionaryEntry *entry = av_dict_get(tags, key, NULL, 0);
        if (entry == NULL)
                return NULL;
        const char *value = entry->value;
        while (is_space(*value))
                value++;
        return *value != '\0' ? value : NULL;
}

/* MP4 has a word for no language. */
const char *language_of(const AVStream *stream)
{
        const char *language = tags_get(stream->metadata, "language");
        return language != NULL && strcmp(language, "und") != 0 ? language : NULL;
}

/* A key that JSON takes, and the first of its name. */
static bool is_good(const AVDictionary *tags, const AVDictionaryEntry *entry)
{
        size_t size = strlen(entry->key);
        return size > 0 && size <= TAG_KEY_MAX && hart_utf8_valid(entry->key, size) &&
               av_dict_get(tags, entry->key, NULL, AV_DICT_MATCH_CASE) == entry;
}

/* Some values come in columns: of several blanks one is kept. */
static void put_value(hart_json_writer *writer, const char *value)
{
        char text[TAG_VALUE_MAX];
        size_t size = 0;
        for (; *value != '\0' && size < sizeof text; value++) {
                if (*value != ' ' || (size > 0 && text[size - 1] != ' '))
                        text[size++] = *value;
        }
        while (size > 0 && is_space(text[size - 1]))
                size--;
        hart_json_put_text_n(writer, text, size);
}

void tags_put(hart_json_writer *writer, const AVDictionary *tags)
{
        size_t begin = writer->out->size;
        const AVDictionaryEntry *entry = NULL;
        if (av_dict_count(tags) == 0)
                return;
        hart_json_key(writer, "tags");
        hart_json_begin_object(writer);
        while ((entry = av_dict_get(tags, "", entry, AV_DICT_IGNORE_SUFFIX)) != NULL) {
                if (writer->out->size - begin > TAGS_MAX)
                        break;
                if (!is_good(tags, entry))
                        continue;
                hart_json_key(writer, entry->key);
                put_value(writer, entry->value);
        }
        hart_json_end_object(writer);
        if (entry != NULL) {
                hart_json_key(writer, "tags_cut");
                hart_json_put_flag(writer, true);
        }
}
