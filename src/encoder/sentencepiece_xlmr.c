/* A folder without tokenizer.json: XLM-RoBERTa's way to number the pieces of a model file and to read texts, as Hugging
 * Face's transformers turn such a folder into a tokenizer.json. */
#include <string.h>

#include <hartonomous/memory.h>

#include "mapping.h"
#include "sentencepiece.h"
#include "sentencepiece_files.h"
#include "sentencepiece_model.h"
#include "tokenizer_json.h"

enum { BEGIN, PAD, END, UNKNOWN, FIRST }; /* numbers; FIRST and those behind are pieces, the last one is the mask */
static const char *const named[FIRST] = {"<s>", "<pad>", "</s>", "<unk>"};
static const char mask[] = "<mask>";

/* The pieces that a model file begins with; they have other numbers here. */
static const char *const first_pieces[] = {"<unk>", "<s>", "</s>"};
#define SIZE_LIMIT   ((size_t)64 << 20)
#define FIRST_PIECES (sizeof first_pieces / sizeof first_pieces[0])

struct reading {
        struct sentencepiece_options *options;
        size_t seen;
};

static hart_code take_piece(const char *piece, size_t size, float score, void *data, hart_error *err)
{
        struct reading *reading = data;
        const size_t seen = reading->seen++;

        if (seen >= FIRST_PIECES)
                return sentencepiece_options_add(reading->options, piece, size, score, err);
        if (strlen(first_pieces[seen]) != size || memcmp(piece, first_pieces[seen], size) != 0)
                return hart_fail(err, HART_CONFIG,
                                 "piece %zu is \"%.40s\"; only \"%s\" is done here without a "
                                 "tokenizer.json",
                                 seen, piece, first_pieces[seen]);
        return HART_OK;
}

/* A field of a message in the format of Protocol Buffers. */
struct field {
        uint64_t number, value; /* value: of a number */
        const unsigned char *data;
        size_t size; /* of data */
};

static bool read_number(const unsigned char **at, const unsigned char *end, uint64_t *ret)
{
        *ret = 0;
        for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
                const unsigned char byte = *(*at)++;
                *ret |= (uint64_t)(byte & 127) << shift;
                if (byte < 128)
                        return true;
        }
        return false;
}

/* Sizes of the kinds of values that have a fixed one. */
static size_t fixed_size(unsigned kind)
{
        return kind == 1 ? 8 : kind == 5 ? 4 : 0;
}

static bool read_field(const unsigned char **at, const unsigned char *end, struct field *ret)
{
        uint64_t key;
        unsigned kind;

        if (!read_number(at, end, &key))
                return false;
        *ret = (struct field){.number = key >> 3};
        kind = key & 7;
        if (kind == 0)
                return read_number(at, end, &ret->value);
        ret->value = fixed_size(kind);
        if (ret->value == 0 && (kind != 2 || !read_number(at, end, &ret->value)))
                return false;
        if (ret->value > (uint64_t)(end - *at))
                return false;
        ret->data = *at;
        ret->size = (size_t)ret->value;
        *at += ret->size;
        return true;
}

/* The last field of that number in a message. */
static bool find_field(const unsigned char *data, size_t size, uint64_t number, struct field *ret)
{
        const unsigned char *at = data, *end = size > 0 ? data + size : data;
        struct field field;
        bool found = false;

        while (at < end && read_field(&at, end, &field)) {
                if (field.number == number) {
                        *ret = field;
                        found = true;
                }
        }
        return found;
}

/* Numbers of fields in sentencepiece_model.proto. */
enum { PIECE = 1, TRAINER = 2, NORMALIZER = 3, TRAINER_KIND = 3, TRAINER_BYTES = 35, NORMALIZER_MAP = 2 };
#define KIND_UNIGRAM 1

static hart_code read_trainer(const struct field *trainer, hart_error *err)
{
        struct field field;

        if (find_field(trainer->data, trainer->size, TRAINER_KIND, &field) && field.value != KIND_UNIGRAM)
                return hart_fail(err, HART_CONFIG, "trainer_spec.model_type: is %llu; only %d (unigram) is done here",
                                 (unsigned long long)field.value, KIND_UNIGRAM);
        if (find_field(trainer->data, trainer->size, TRAINER_BYTES, &field) && field.value != 0)
                return hart_fail(err, HART_CONFIG, "trainer_spec.byte_fallback: is true; only false is done here");
        return HART_OK;
}

static hart_code read_normalizer(struct text_steps *steps, const struct field *normalizer, hart_error *err)
{
        struct field map;

        if (!find_field(normalizer->data, normalizer->size, NORMALIZER_MAP, &map) || map.size == 0)
                return HART_OK;
        if (steps->count > 0)
                return hart_fail(err, HART_CONFIG, "normalizer_spec: is there twice");
        steps->steps[steps->count++] = STEP_CHARSMAP;
        return charsmap_read(&steps->map, map.data, map.size, err);
}

/* Reads what is for texts, and gathers the pieces for the library. It gets nothing else: it would try the rules of the
 * normaliser on texts in the file, and trusts both. */
static hart_code read_model(struct text_steps *steps, const void *data, size_t size, hart_buffer *pieces,
                            hart_error *err)
{
        const unsigned char *at = data, *end = at + size;
        bool seen[NORMALIZER + 1] = {false};
        hart_code code = HART_OK;

        if (size > SIZE_LIMIT)
                return hart_fail(err, HART_CONFIG, "is longer than %zu bytes", SIZE_LIMIT);
        while (at < end && code == HART_OK) {
                const unsigned char *start = at;
                struct field field;
                if (!read_field(&at, end, &field))
                        return hart_fail(err, HART_CONFIG, "is no model of SentencePiece, or cut off");
                if (field.number <= NORMALIZER)
                        seen[field.number] = true;
                if (field.number == PIECE)
                        hart_buffer_append(pieces, start, (size_t)(at - start));
                else if (field.number == TRAINER)
                        code = read_trainer(&field, err);
                else if (field.number == NORMALIZER)
                        code = read_normalizer(steps, &field, err);
        }
        /* They come in this order, so a file that is cut off between two of them has not all. */
        if (code == HART_OK && !(seen[PIECE] && seen[TRAINER] && seen[NORMALIZER]))
                code = hart_fail(err, HART_CONFIG, "is no model of SentencePiece, or cut off: it lacks %s",
                                 !seen[PIECE]     ? "pieces"
                                 : !seen[TRAINER] ? "trainer_spec"
                                                  : "normalizer_spec");
        return code;
}

static hart_code add_tokens(struct tokenizer_parts *parts, int32_t last, hart_error *err)
{
        hart_code code = HART_OK;

        for (int32_t i = 0; i < FIRST && code == HART_OK; i++) {
                HART_CLEANUP(hart_free_p) char *text = hart_duplicate(named[i]);
                const struct added_token token = {.text = text, .size = strlen(text), .id = i};
                code = added_tokens_add(&parts->written, &token, err);
        }
        if (code == HART_OK) {
                HART_CLEANUP(hart_free_p) char *text = hart_duplicate(mask);
                const struct added_token token = {.text = text, .size = strlen(mask), .id = last, .left = true};
                code = added_tokens_add(&parts->written, &token, err);
        }
        return code;
}

static hart_code read_all(struct sentencepiece_options *options, const void *data, size_t size, hart_error *err)
{
        struct reading reading = {.options = options};
        HART_CLEANUP(hart_buffer_done) hart_buffer pieces = {0};
        hart_code code = read_model(&options->steps, data, size, &pieces, err);

        for (size_t i = 0; i < FIRST && code == HART_OK; i++)
                code = sentencepiece_options_add(options, named[i], strlen(named[i]), 0, err);
        if (code == HART_OK)
                code = sentencepiece_model_pieces(pieces.data, pieces.size, take_piece, &reading, err);
        if (code == HART_OK)
                code = sentencepiece_options_add(options, mask, strlen(mask), 0, err);
        return code;
}

hart_code sentencepiece_from_model(struct tokenizer_parts *parts, const void *data, size_t size, hart_error *err)
{
        HART_CLEANUP(sentencepiece_options_done)
        struct sentencepiece_options options = {.unknown = UNKNOWN, .prepend = true, .split_marks = true};
        struct added_tokens none = {0};
        hart_code code = read_all(&options, data, size, err);

        if (code < 0)
                return code;
        options.steps.steps[options.steps.count++] = STEP_STRIP_RIGHT;
        options.steps.steps[options.steps.count++] = STEP_ONE_MARK;
        parts->begin = BEGIN;
        parts->end = END;
        parts->count = options.pieces.count;
        code = add_tokens(parts, (int32_t)parts->count - 1, err);
        return code == HART_OK ? sentencepiece_open(&parts->sentencepiece, &options, &none, err) : code;
}

/* Is it such a model? */
static hart_code check_configuration(const hart_json *config, hart_error *err)
{
        static const struct {
                const char *key, *usual;
        } tokens[] = {{"bos_token", "<s>"},   {"cls_token", "<s>"},   {"eos_token", "</s>"},   {"sep_token", "</s>"},
                      {"pad_token", "<pad>"}, {"unk_token", "<unk>"}, {"mask_token", "<mask>"}};
        const char *class = NULL;
        hart_code code = tokenizer_json_text(config, "", "tokenizer_class", "?", &class, err);

        if (code < 0)
                return code;
        if (strcmp(class, "XLMRobertaTokenizer") != 0 && strcmp(class, "XLMRobertaTokenizerFast") != 0)
                return hart_fail(err, HART_CONFIG,
                                 "tokenizer_class: is \"%.60s\"; of a model of SentencePiece without tokenizer.json, "
                                 "only XLMRobertaTokenizer is done here",
                                 class);
        for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
                const char *text = NULL;
                code = tokenizer_json_text(config, "", tokens[i].key, tokens[i].usual, &text, err);
                if (code < 0)
                        return code;
                if (strcmp(text, tokens[i].usual) != 0)
                        return hart_fail(err, HART_CONFIG, "%s: is \"%.60s\"; only \"%s\" is done here", tokens[i].key,
                                         text, tokens[i].usual);
        }
        return HART_OK;
}

hart_code sentencepiece_from_folder(struct tokenizer_parts *parts, const char *folder, const char *path,
                                    hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *config_path = hart_format("%s/tokenizer_config.json", folder);
        HART_CLEANUP(hart_json_close_p) hart_json *config = NULL;
        HART_CLEANUP(mapping_done) struct mapping file = {0};
        hart_code code = tokenizer_json_file(config_path, &config, err);

        if (code < 0)
                return code;
        if (check_configuration(config, err) < 0)
                return hart_error_context(err, "%s", config_path);
        code = mapping_open(&file, path, err);
        if (code < 0)
                return code;
        code = sentencepiece_from_model(parts, file.data != NULL ? (const void *)file.data : "", file.size, err);
        return code < 0 ? hart_error_context(err, "%s", path) : HART_OK;
}
