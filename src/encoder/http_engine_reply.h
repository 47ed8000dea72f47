/* What a server of vectors is asked, and how its answer reads, in the dialects that are spoken. Bytes in, numbers out:
 * nothing here knows of a connection. */
#ifndef ENCODER_HTTP_ENGINE_REPLY_H
#define ENCODER_HTTP_ENGINE_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/encoder.h>
#include <hartonomous/error.h>
#include <hartonomous/json.h>
#include <hartonomous/memory.h>

#define HTTP_DIMENSION_MAX 65536
#define HTTP_LANES         4 /* requests beside one another */

struct http_dialect {
        const char *name;
        bool needs_name; /* must a request say which model? */
        /* The members of the request around and behind the list of texts. */
        const char *list;
        void (*write_rest)(hart_json_writer *request, const char *model);
        /* Where the vectors are: found[i] is that of text i, each there. HART_FAILED says what is wrong. */
        hart_code (*find)(const hart_json *root, const hart_json **found, size_t count, hart_error *err);
};

extern const struct http_dialect http_dialects[]; /* the first is the default */
extern const size_t http_dialect_count;

/* The body of a request, appended. What is not UTF-8 becomes U+FFFD; of an empty text a blank is sent, which a
 * tokenizer takes for nothing too, since servers refuse texts without any character. */
void http_request_write(const struct http_dialect *dialect, const char *model, const hart_encoder_text *texts,
                        size_t count, hart_buffer *body);

/* The vectors of an answer to `count` texts, scaled to length 1, in the order of the texts; `vectors` may be NULL where
 * only their dimension is of interest. *dimension 0 is set to what they have. *tokens is what the server counted, or 0.
 * HART_FAILED: the answer cannot be used; HART_CONFIG: its vectors, all of them, have another dimension. */
hart_code http_reply_read(const struct http_dialect *dialect, const void *body, size_t size, size_t count,
                          size_t *dimension, float *vectors, size_t *tokens, hart_error *err);

/* What the server says is wrong, as those who speak these dialects put it; owned by the caller, NULL where it says
 * nothing. */
char *http_reply_words(const void *body, size_t size);

#endif
