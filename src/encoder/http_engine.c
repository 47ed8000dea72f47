/* Engine "http": a server that has the model, by the dialect of OpenAI or of Text Embeddings Inference. */
#include "http_engine.h"

#include <string.h>
#include <unistd.h>

#include <hartonomous/clock.h>

#define TEXTS_PER_REQUEST            32
#define CONNECT_TIMEOUT              (5 * HART_SECOND)
#define TIMEOUT                      (60 * HART_SECOND)
#define OPEN_TIMEOUT                 (15 * HART_SECOND) /* the longest that opening waits for an answer */
#define NUMBER_MAX                   48 /* bytes that a number of a vector takes in an answer, with what is around it */
#define ANSWER_MAX(texts, dimension) ((texts) * ((dimension)*NUMBER_MAX + 1024) + (1 << 16))

static void close_http(hart_http **http)
{
        hart_http_close(*http);
}

static void http_close(void *state)
{
        struct http_server *server = state;

        if (server == NULL)
                return;
        hart_http_close(server->http);
        free(server->url);
        free(server->remote_name);
        if (server->key != NULL)
                explicit_bzero(server->key, strlen(server->key));
        free(server->key);
        free(server);
}

static void close_server(struct http_server **server)
{
        http_close(*server);
}

/* --- the settings --- */

static bool is_given(const char *text)
{
        return text != NULL && *text != '\0';
}

/* NULL, and HART_CONFIG in *err, where there is none of that name. */
static const struct http_dialect *find_dialect(const char *name, hart_error *err)
{
        for (size_t i = 0; i < http_dialect_count; i++)
                if (!is_given(name) || strcmp(http_dialects[i].name, name) == 0)
                        return &http_dialects[i];
        (void)hart_fail(err, HART_CONFIG, "api \"%s\" is not known; one of: openai, tei", name);
        return NULL;
}

static hart_code check_url(const char *url, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *host = NULL;
        int port;

        if (!is_given(url))
                return hart_fail(err, HART_CONFIG,
                                 "engine http needs \"url\": where the server takes requests, as "
                                 "http://127.0.0.1:8080/v1/embeddings");
        if (strchr(url, '@') != NULL)
                return hart_fail(err, HART_CONFIG,
                                 "the model's \"url\" has an @ in it; a user and password do not belong there, let "
                                 "\"key\" name a credential");
        if (hart_url_host(url, &host, &port, err) != HART_OK) {
                (void)hart_fail(err, HART_CONFIG, "the model's \"url\": %s", err != NULL ? err->text : "");
                return HART_CONFIG;
        }
        return HART_OK;
}

/* A key with a line's end in it would end the header it is sent in. */
static hart_code check_key(const char *key, hart_error *err)
{
        for (const char *letter = key; letter != NULL && *letter != '\0'; letter++)
                if (*letter <= ' ' || *letter > '~')
                        return hart_fail(err, HART_CONFIG,
                                         "the key has a blank or another letter in it that no key may have");
        return HART_OK;
}

static hart_code http_check(const struct engine_options *options, hart_error *err)
{
        const hart_encoder_options *asked = options->asked;
        const struct http_dialect *dialect = find_dialect(asked->api, err);
        hart_code code = dialect != NULL ? check_url(asked->url, err) : HART_CONFIG;

        if (code == HART_OK)
                code = check_key(asked->key, err);
        if (code != HART_OK)
                return code;
        if (dialect->needs_name && !is_given(asked->remote_name))
                return hart_fail(err, HART_CONFIG, "api openai needs \"remote_name\": what the server calls the model");
        if (asked->long_texts != HART_ENCODER_TRUNCATE)
                return hart_fail(err, HART_CONFIG,
                                 "engine http cannot cut long texts into windows: only the server knows its tokens");
        if (asked->dimension > HTTP_DIMENSION_MAX)
                return hart_fail(err, HART_CONFIG, "\"dimension\" is %zu; %d is the most", asked->dimension,
                                 HTTP_DIMENSION_MAX);
        if (is_given(asked->ca_file) && access(asked->ca_file, R_OK) != 0)
                return hart_fail(err, HART_CONFIG, "%s: cannot be read; it is the model's \"ca_file\"", asked->ca_file);
        return HART_OK;
}

/* --- opening --- */

static uint64_t at_most(uint64_t value, uint64_t most)
{
        return value < most ? value : most;
}

static hart_code connect_to(hart_http **ret, const hart_encoder_options *asked, uint64_t longest, size_t answer,
                            hart_error *err)
{
        const hart_http_options options = {
                .bearer = is_given(asked->key) ? asked->key : NULL,
                .ca_file = is_given(asked->ca_file) ? asked->ca_file : NULL,
                .connect_timeout =
                        at_most(asked->connect_timeout > 0 ? asked->connect_timeout : CONNECT_TIMEOUT, longest),
                .total_timeout = at_most(asked->timeout > 0 ? asked->timeout : TIMEOUT, longest),
                .response_limit = answer,
                .lanes = HTTP_LANES,
        };

        return hart_http_open(ret, &options, err);
}

/* What Text Embeddings Inference says of its model, appended. Servers of the same dialect that have no such page are
 * known by their address alone; but one that is away may have it. */
static hart_code describe(const struct http_server *server, hart_http *http, hart_buffer *names, hart_error *err)
{
        static const char *const members[] = {"model_id", "model_sha"};
        static const char tail[] = "/embed";
        const size_t size = strlen(server->url), tail_size = sizeof tail - 1;
        HART_CLEANUP(hart_http_response_done) hart_http_response response = {0};
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;

        if (strcmp(server->dialect->name, "tei") != 0 || size <= tail_size ||
            strcmp(server->url + size - tail_size, tail) != 0)
                return HART_OK;
        HART_CLEANUP(hart_free_p) char *url = hart_format("%.*s/info", (int)(size - tail_size), server->url);
        const hart_code code = hart_http_request(http, "GET", url, NULL, NULL, 0, &response, err);
        if (code != HART_OK && code != HART_FAILED)
                return code;
        if (response.status >= 500 || response.status == 429 || response.status == 408)
                return hart_fail(err, HART_RETRY, "%s answers HTTP %ld", url, response.status);
        if (code != HART_OK || response.status != 200 ||
            hart_json_parse(response.body.data, response.body.size, &root, NULL) != HART_OK)
                return HART_OK;
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
                const char *text = hart_json_text(hart_json_member(root, members[i]), NULL);
                hart_buffer_format(names, "%s\n", text != NULL ? text : "");
        }
        return HART_OK;
}

/* The revision: what names the model, since its weights are out of reach. */
static hart_code identify(const struct http_server *server, hart_http *http, char revision[HART_SHA256_HEX_SIZE],
                          hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer names = {0};
        unsigned char digest[HART_SHA256_SIZE];

        hart_buffer_format(&names, "%s\n%s\n%s\n", server->dialect->name, server->url,
                           server->remote_name != NULL ? server->remote_name : "");
        const hart_code code = describe(server, http, &names, err);
        if (code != HART_OK)
                return code;
        hart_sha256(names.data, names.size, digest);
        hart_hex(digest, sizeof digest, revision);
        return HART_OK;
}

/* Before the first text: is it there, is it what the settings say, how long are its vectors? */
static hart_code meet(struct http_server *server, const hart_encoder_options *asked, char *revision, hart_error *err)
{
        HART_CLEANUP(close_http) hart_http *http = NULL;
        hart_code code = connect_to(&http, asked, OPEN_TIMEOUT, (size_t)ANSWER_MAX(1, (size_t)HTTP_DIMENSION_MAX), err);

        if (code == HART_OK)
                code = identify(server, http, revision, err);
        if (code != HART_OK || server->dimension > 0)
                return code;
        const enum http_outcome outcome = http_probe(server, http, &server->dimension, err);
        if (outcome == HTTP_ANSWERED)
                return HART_OK;
        if (outcome == HTTP_ENDED)
                return err->code;
        if (outcome == HTTP_AWAY || strncmp(err->foreign, "HTTP 5", 6) == 0)
                return err->code = HART_RETRY;
        err->code = HART_CONFIG;
        return hart_error_context(err, "no server of vectors (check the model's \"url\", \"api\" and "
                                       "\"remote_name\")");
}

static hart_code http_open(void **ret, const struct engine_options *options, struct engine_identity *identity,
                           hart_error *err)
{
        const hart_encoder_options *asked = options->asked;
        hart_error own = {0};
        hart_code code = http_check(options, err = err != NULL ? err : &own);
        const struct http_dialect *dialect = find_dialect(asked->api, err);

        if (code != HART_OK || dialect == NULL)
                return code;
        HART_CLEANUP(close_server) struct http_server *server = hart_allocate(sizeof *server);
        *server = (struct http_server){
                .dialect = dialect,
                .url = hart_duplicate(asked->url),
                .remote_name = is_given(asked->remote_name) ? hart_duplicate(asked->remote_name) : NULL,
                .key = is_given(asked->key) ? hart_duplicate(asked->key) : NULL,
                .dimension = asked->dimension,
                .texts_per_request = asked->texts_per_request > 0 ? asked->texts_per_request : TEXTS_PER_REQUEST,
        };
        code = meet(server, asked, identity->revision, err);
        if (code == HART_OK)
                code = connect_to(&server->http, asked, UINT64_MAX,
                                  ANSWER_MAX(server->texts_per_request, server->dimension), err);
        if (code != HART_OK)
                return code;
        identity->dimension = server->dimension;
        *ret = HART_TAKE(server);
        return HART_OK;
}

static const char *const precisions[] = {"remote", NULL};

const struct engine http_engine = {.name = "http",
                                   .precisions = precisions,
                                   .may_fork = false,
                                   .check = http_check,
                                   .open = http_open,
                                   .close = http_close,
                                   .run_texts = http_run};
