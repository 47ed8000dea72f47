/* What each answer of a server of vectors means. */
#include <string.h>

#include <hartonomous/clock.h>

#include "http_engine.h"

#define WORDS_MAX          200                               /* bytes of the server's own */
#define LONGEST_ABSTINENCE (UINT64_C(15) * 60 * HART_SECOND) /* that a server may ask for */

struct verdict {
        long first, last; /* statuses */
        enum http_outcome outcome;
        bool quoted; /* are the server's words worth repeating? Those about keys may hold one */
        const char *advice;
};

#define KEY   ": the key is missing or is not accepted; see to the credential that the model's \"key\" names"
#define PLACE ": check the model's \"url\", \"api\" and \"remote_name\""

/* The first that fits. */
static const struct verdict verdicts[] = {
        {200, 200, HTTP_ANSWERED, false, ""},
        {201, 299, HTTP_UNUSABLE, false, ""},
        {300, 399, HTTP_ENDED, false, ", a redirect, which is not followed: set the model's \"url\" to where it leads"},
        {400, 400, HTTP_REFUSED, true, ""},
        {401, 401, HTTP_ENDED, false, KEY},
        {403, 403, HTTP_ENDED, false, KEY},
        {404, 405, HTTP_ENDED, true, PLACE},
        {407, 407, HTTP_ENDED, false, PLACE},
        {408, 408, HTTP_AWAY, true, ""},
        {413, 413, HTTP_REFUSED, true, ""},
        {422, 422, HTTP_REFUSED, true, ""},
        {424, 424, HTTP_UNUSABLE, true, ""}, /* Text Embeddings Inference: the model itself failed */
        {425, 425, HTTP_AWAY, true, ""},
        {429, 429, HTTP_AWAY, true, ""},
        {400, 499, HTTP_ENDED, true, PLACE},
        {500, 500, HTTP_UNUSABLE, true, ""}, /* a text that it chokes on, or all of it is ill */
        {501, 501, HTTP_ENDED, true, PLACE},
        {502, 599, HTTP_AWAY, true, ""},
        {0, 999999, HTTP_UNUSABLE, false, ""},
};

static const struct verdict *verdict_of(long status)
{
        const struct verdict *row = verdicts;

        while (status < row->first || status > row->last)
                row++;
        return row;
}

static const hart_code code_of[] = {
        [HTTP_REFUSED] = HART_POISON,
        [HTTP_UNUSABLE] = HART_FAILED,
        [HTTP_AWAY] = HART_RETRY,
        [HTTP_ENDED] = HART_CONFIG,
};

/* A server that repeats the key does not get it into a message. */
static char *words_of(const struct http_server *server, const struct verdict *verdict,
                      const hart_http_response *response)
{
        char *words = verdict->quoted ? http_reply_words(response->body.data, response->body.size) : NULL;

        if (words == NULL || (server->key != NULL && strstr(words, server->key) != NULL)) {
                free(words);
                return hart_duplicate("");
        }
        char *quoted = hart_format(": \"%.*s\"", WORDS_MAX, words);
        free(words);
        return quoted;
}

static enum http_outcome judge_status(const struct http_server *server, const hart_http_response *response,
                                      hart_error *err)
{
        const struct verdict *verdict = verdict_of(response->status);
        HART_CLEANUP(hart_free_p) char *foreign = hart_format("HTTP %ld", response->status);
        HART_CLEANUP(hart_free_p) char *words = NULL;

        if (verdict->outcome == HTTP_ANSWERED)
                return HTTP_ANSWERED;
        words = words_of(server, verdict, response);
        (void)hart_fail(err, code_of[verdict->outcome], "%s answers %s%s%s", server->url, foreign, words,
                        verdict->advice);
        (void)hart_error_foreign(err, foreign);
        (void)hart_error_retry_after(err, response->retry_after < LONGEST_ABSTINENCE ? response->retry_after
                                                                                     : LONGEST_ABSTINENCE);
        return verdict->outcome;
}

static enum http_outcome judge_transport(hart_code code)
{
        return code == HART_RETRY ? HTTP_AWAY : code == HART_FAILED ? HTTP_UNUSABLE : HTTP_ENDED;
}

enum http_outcome http_judge(const struct http_server *server, hart_code transport, const hart_http_response *response,
                             struct http_reading *reading, hart_error *err)
{
        if (transport != HART_OK)
                return judge_transport(transport);
        enum http_outcome outcome = judge_status(server, response, err);
        if (outcome != HTTP_ANSWERED)
                return outcome;
        const hart_code code =
                http_reply_read(server->dialect, response->body.data, response->body.size, reading->count,
                                reading->dimension, reading->vectors, &reading->tokens, err);
        if (code == HART_OK)
                return HTTP_ANSWERED;
        (void)hart_error_context(err, "%s", server->url);
        return code == HART_CONFIG ? HTTP_ENDED : HTTP_UNUSABLE;
}

enum http_outcome http_probe(struct http_server *server, hart_http *http, size_t *dimension, hart_error *err)
{
        const hart_encoder_text text = {"hello", 5};
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        HART_CLEANUP(hart_http_response_done) hart_http_response response = {0};
        struct http_reading reading = {.count = 1, .dimension = dimension};

        http_request_write(server->dialect, server->remote_name, &text, 1, &body);
        const hart_code code =
                hart_http_request(http, "POST", server->url, "application/json", body.data, body.size, &response, err);
        return http_judge(server, code, &response, &reading, err);
}
