#include "tokenizer_added.h"

#include <string.h>

#include <hartonomous/memory.h>

#include "unicode_table.h"

/* Bytes of the code point that ends there, 0 at the beginning. */
static size_t before(const char *text, size_t end, uint32_t *code_point)
{
        size_t length = 1;

        if (end == 0)
                return 0;
        while (length < end && length < 4 && ((unsigned char)text[end - length] & 0xc0) == 0x80)
                length++;
        (void)unicode_read((const unsigned char *)text + end - length, code_point);
        return length;
}

/* Bytes of the code point that begins there, 0 at the end. */
static size_t after(const char *text, size_t at, size_t size, uint32_t *code_point)
{
        return at == size ? 0 : unicode_read((const unsigned char *)text + at, code_point);
}

static bool has(uint32_t code_point, unsigned flag)
{
        return (unicode_row_of(code_point)->flags & flag) != 0;
}

static bool is_single(const char *text, size_t start, size_t end, size_t size)
{
        uint32_t code_point;

        return !(before(text, start, &code_point) > 0 && has(code_point, UNICODE_WORD)) &&
               !(after(text, end, size, &code_point) > 0 && has(code_point, UNICODE_WORD));
}

static size_t blanks_before(const char *text, size_t start, size_t least)
{
        uint32_t code_point;

        for (size_t length; start > least; start -= length) {
                length = before(text, start, &code_point);
                if (!has(code_point, UNICODE_BLANK))
                        break;
        }
        return start;
}

static size_t blanks_after(const char *text, size_t end, size_t size)
{
        uint32_t code_point;

        for (size_t length; (length = after(text, end, size, &code_point)) > 0; end += length)
                if (!has(code_point, UNICODE_BLANK))
                        break;
        return end;
}

hart_code added_tokens_add(struct added_tokens *added, const struct added_token *token, hart_error *err)
{
        const unsigned char byte = token->size > 0 ? (unsigned char)token->text[0] : 0;
        struct added_token *tokens;
        uint32_t code_point;

        if (token->size == 0)
                return hart_fail(err, HART_CONFIG, "added_tokens: one is empty");
        for (size_t i = 0; i < added->count; i++)
                if (added->tokens[i].size == token->size &&
                    memcmp(added->tokens[i].text, token->text, token->size) == 0)
                        return hart_fail(err, HART_CONFIG, "added_tokens: \"%.60s\" is there twice", token->text);
        added->takes_right = added->takes_right || token->right;
        (void)after(token->text, 0, token->size, &code_point);
        added->begins_blank = added->begins_blank || has(code_point, UNICODE_BLANK);
        if (added->takes_right && added->begins_blank)
                return hart_fail(err, HART_CONFIG,
                                 "added_tokens: \"%.60s\": a token that begins with white space is not done here "
                                 "together with one that has rstrip",
                                 token->text);
        added->only = added->count == 0 || added->only == byte ? byte : -1;
        added->first[byte] = true;
        tokens = hart_reallocate_array(added->tokens, added->count + 1, sizeof *tokens);
        tokens[added->count] = *token;
        tokens[added->count++].text = hart_duplicate_n(token->text, token->size);
        added->tokens = tokens;
        return HART_OK;
}

void added_tokens_done(struct added_tokens *added)
{
        for (size_t i = 0; i < added->count; i++)
                free(added->tokens[i].text);
        free(added->tokens);
        *added = (struct added_tokens){0};
}

static size_t next_candidate(const struct added_tokens *added, const struct added_search *search)
{
        size_t at = search->from;

        if (added->only >= 0) {
                const char *found =
                        at < search->size ? memchr(search->text + at, added->only, search->size - at) : NULL;
                return found != NULL ? (size_t)(found - search->text) : search->size;
        }
        while (at < search->size && !added->first[(unsigned char)search->text[at]])
                at++;
        return at;
}

static const struct added_token *longest_at(const struct added_tokens *added, const char *text, size_t size)
{
        const struct added_token *longest = NULL;

        for (size_t i = 0; i < added->count; i++) {
                const struct added_token *token = &added->tokens[i];
                if (token->size <= size && (longest == NULL || token->size > longest->size) &&
                    memcmp(token->text, text, token->size) == 0)
                        longest = token;
        }
        return longest;
}

bool added_tokens_next(const struct added_tokens *added, struct added_search *search)
{
        while (added->count > 0 && search->from < search->size) {
                const size_t at = next_candidate(added, search);
                const struct added_token *token = longest_at(added, search->text + at, search->size - at);
                if (token == NULL) {
                        search->from = at + 1;
                        continue;
                }
                search->from = at + token->size;
                if (token->single_word && !is_single(search->text, at, search->from, search->size))
                        continue;
                search->id = token->id;
                search->start = token->left ? blanks_before(search->text, at, search->done) : at;
                search->end = token->right ? blanks_after(search->text, search->from, search->size) : search->from;
                search->done = search->end;
                return true;
        }
        search->start = search->end = search->size;
        return false;
}
