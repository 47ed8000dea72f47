/* Reading a tokenizer's JSON files: what they say is demanded by rows, and each refusal names key and value. */
#ifndef ENCODER_TOKENIZER_JSON_H
#define ENCODER_TOKENIZER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/json.h>

#include "tokenizer_added.h"
#include "vocabulary.h"

/* The file's value; HART_CONFIG naming it. */
hart_code tokenizer_json_file(const char *path, hart_json **ret, hart_error *err);
/* The same from text, but what model.vocab holds where it is an array is left out (null) and found in `array`, NULL
 * where it is none: a quarter of a million pieces are not made a tree of. */
hart_code tokenizer_json_parse(const char *text, size_t size, hart_json **ret, const char **array, size_t *array_size,
                               hart_error *err);
/* The next item of that array, from *at on (0 at first); *ret is NULL at the end. */
hart_code tokenizer_json_item(const char *array, size_t size, size_t *at, hart_json **ret, hart_error *err);

/* Members of an object whose name is for messages. A missing one, and null, gives `otherwise`; HART_CONFIG where it is
 * of another kind. */
hart_code tokenizer_json_flag(const hart_json *object, const char *name, const char *key, bool otherwise, bool *ret,
                              hart_error *err);
hart_code tokenizer_json_text(const hart_json *object, const char *name, const char *key, const char *otherwise,
                              const char **ret, hart_error *err);
/* HART_CONFIG unless the member is that text. */
hart_code tokenizer_json_must_be(const hart_json *object, const char *name, const char *key, const char *wanted,
                                 hart_error *err);

/* What an array of added_tokens says, split by `normalized`. Those that the vocabulary does not have are numbered from
 * *count on, which grows. */
hart_code tokenizer_json_added(const hart_json *array, const struct vocabulary *vocabulary, size_t *count,
                               struct added_tokens *written, struct added_tokens *normalised, hart_error *err);
/* One of them: content, lstrip, rstrip, single_word, normalized. */
hart_code tokenizer_json_added_one(const hart_json *object, int32_t id, struct added_tokens *written,
                                   struct added_tokens *normalised, hart_error *err);

/* Which two tokens, both below `count`, the post_processor puts round a text. */
hart_code tokenizer_json_markers(const hart_json *processor, size_t count, int32_t *begin, int32_t *end,
                                 hart_error *err);

#endif
