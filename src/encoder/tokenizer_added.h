/* Tokens that are found in a text before anything else and stand for themselves: "[SEP]", "<mask>". */
#ifndef ENCODER_TOKENIZER_ADDED_H
#define ENCODER_TOKENIZER_ADDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

struct added_token {
        char *text;
        size_t size; /* over 0 */
        int32_t id;
        bool left, right; /* takes the white space on that side with it */
        bool single_word; /* not where a character of a word is next to it */
};

struct added_tokens {
        struct added_token *tokens;
        size_t count;
        bool first[256]; /* is there one that begins with the byte? */
        int only;        /* the byte all begin with, where it is one */
        bool takes_right, begins_blank;
};

/* Copies the text. HART_CONFIG where it is empty, is there already, or cannot be found as it should. */
hart_code added_tokens_add(struct added_tokens *added, const struct added_token *token, hart_error *err);
void added_tokens_done(struct added_tokens *added);

/* Where a search is. */
struct added_search {
        const char *text;
        size_t size;
        size_t from; /* where to look on */
        size_t done; /* all before it is said */
        /* what was found: id is at start to end */
        size_t start, end;
        int32_t id;
};

/* Of a text in UTF-8: the next from left to right, the longest where several begin together. false: there is no other,
 * and start and end are the end of the text. */
bool added_tokens_next(const struct added_tokens *added, struct added_search *search);

#endif
