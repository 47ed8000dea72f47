/* One request and its answer, over one handle of curl's. */
#include "exchange.h"

#include <string.h>
#include <strings.h>

#include <hartonomous/clock.h>

#include "retry_after.h"

/* curl's types of callback demand these signatures. */
static size_t receive_body(char *data, size_t size, size_t count, void *pointer)
{
        http_exchange *exchange = pointer;
        size_t bytes = size * count;

        if (bytes > exchange->response_limit - exchange->response->body.size) {
                exchange->over_limit = true;
                return CURL_WRITEFUNC_ERROR;
        }
        hart_buffer_append(&exchange->response->body, data, bytes);
        return bytes;
}

static size_t receive_header(char *data, size_t size, size_t count, void *pointer)
{
        static const char name[] = "retry-after:";
        http_exchange *exchange = pointer;
        size_t bytes = size * count, length = sizeof name - 1;

        /* A new status line: what an interim answer (100, 103) said does not count. */
        if (bytes >= 5 && memcmp(data, "HTTP/", 5) == 0)
                exchange->response->retry_after = 0;
        if (bytes > length && strncasecmp(data, name, length) == 0)
                exchange->response->retry_after = http_retry_after(data + length, bytes - length, time(NULL));
        return bytes;
}

static long milliseconds(uint64_t microseconds)
{
        uint64_t value = (microseconds + HART_MILLISECOND - 1) / HART_MILLISECOND;

        return value < INT32_MAX ? (long)value : INT32_MAX;
}

/* Keeps the first failure, so that a list of options needs one look at the end. */
#define SET(option, value)                                                                                             \
        do {                                                                                                           \
                if (result == CURLE_OK)                                                                                \
                        result = curl_easy_setopt(exchange->curl, (option), (value));                                  \
        } while (0)

static CURLcode set_transport(http_exchange *exchange, const hart_http_options *options)
{
        CURLcode result = CURLE_OK;

        SET(CURLOPT_ERRORBUFFER, exchange->message);
        SET(CURLOPT_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_NOPROXY, "*"); /* peers are named in the settings, not in the environment */
        SET(CURLOPT_TCP_KEEPALIVE, 1L);
        SET(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options->connect_timeout));
        SET(CURLOPT_TIMEOUT_MS, milliseconds(options->total_timeout));
        SET(CURLOPT_WRITEFUNCTION, receive_body);
        SET(CURLOPT_WRITEDATA, exchange);
        SET(CURLOPT_HEADERFUNCTION, receive_header);
        SET(CURLOPT_HEADERDATA, exchange);
        SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* a connection for each of those beside one another */
        SET(CURLOPT_PRIVATE, exchange);
        return result;
}

static CURLcode set_identity(http_exchange *exchange, const hart_http_options *options)
{
        CURLcode result = CURLE_OK;

        SET(CURLOPT_USERAGENT, options->user_agent != NULL ? options->user_agent : "hartonomous/" HARTONOMOUS_VERSION);
        if (options->user != NULL) {
                SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
                SET(CURLOPT_USERNAME, options->user);
                SET(CURLOPT_PASSWORD, options->password != NULL ? options->password : "");
        }
        if (options->bearer != NULL) {
                SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
                SET(CURLOPT_XOAUTH2_BEARER, options->bearer);
        }
        if (options->ca_file != NULL)
                SET(CURLOPT_CAINFO, options->ca_file);
        if (options->client_certificate != NULL)
                SET(CURLOPT_SSLCERT, options->client_certificate);
        if (options->client_key != NULL)
                SET(CURLOPT_SSLKEY, options->client_key);
        return result;
}

CURLcode http_exchange_open(http_exchange *exchange, const hart_http_options *options)
{
        CURLcode result;

        *exchange = (http_exchange){.curl = curl_easy_init(), .response_limit = options->response_limit};
        result = exchange->curl != NULL ? set_transport(exchange, options) : CURLE_FAILED_INIT;
        return result == CURLE_OK ? set_identity(exchange, options) : result;
}

void http_exchange_done(http_exchange *exchange)
{
        curl_easy_cleanup(exchange->curl);
        curl_slist_free_all(exchange->headers);
        free(exchange->url);
        *exchange = (http_exchange){0};
}

static void add_header(http_exchange *exchange, const char *line)
{
        struct curl_slist *longer = curl_slist_append(exchange->headers, line);

        if (longer == NULL)
                abort(); /* out of memory */
        exchange->headers = longer;
}

CURLcode http_exchange_ask(http_exchange *exchange, const char *method, const char *url, const char *content_type,
                           const void *body, size_t body_size)
{
        HART_CLEANUP(hart_free_p) char *type = NULL;
        bool post = strcmp(method, "POST") == 0;
        CURLcode result = CURLE_OK;

        curl_slist_free_all(exchange->headers);
        exchange->headers = NULL;
        free(exchange->url);
        exchange->url = hart_duplicate(url);
        exchange->body_size = body != NULL ? body_size : 0;
        exchange->over_limit = false;
        exchange->message[0] = '\0';
        if (content_type != NULL) {
                type = hart_format("Content-Type: %s", content_type);
                add_header(exchange, type);
        }
        add_header(exchange, "Accept: application/json");
        add_header(exchange, "Expect:"); /* no round trip before a body */
        SET(CURLOPT_URL, url);
        SET(CURLOPT_HTTPHEADER, exchange->headers);
        if (post) {
                SET(CURLOPT_POST, 1L);
                SET(CURLOPT_POSTFIELDS, body != NULL ? body : "");
                SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body_size);
        } else {
                SET(CURLOPT_HTTPGET, 1L);
        }
        return result;
}

bool http_exchange_is_sent(const http_exchange *exchange)
{
        curl_off_t sent = 0;
        long head = 0;

        (void)curl_easy_getinfo(exchange->curl, CURLINFO_REQUEST_SIZE, &head);
        (void)curl_easy_getinfo(exchange->curl, CURLINFO_SIZE_UPLOAD_T, &sent);
        return head > 0 && (size_t)sent >= exchange->body_size;
}

/* What curl says about settings only a person can mend; the rest is a peer that is away. */
static hart_code code_of(CURLcode result)
{
        static const CURLcode configuration[] = {
                CURLE_UNSUPPORTED_PROTOCOL,     CURLE_URL_MALFORMAT,      CURLE_SSL_CERTPROBLEM,
                CURLE_SSL_CLIENTCERT,           CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
                CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER,         CURLE_SSL_ENGINE_INITFAILED,
        };

        if (result == CURLE_OUT_OF_MEMORY || result == CURLE_FAILED_INIT)
                return HART_FATAL;
        for (size_t i = 0; i < sizeof configuration / sizeof configuration[0]; i++)
                if (result == configuration[i])
                        return HART_CONFIG;
        return HART_RETRY;
}

const char *http_without_user(const char *url)
{
        size_t scheme = strcspn(url, ":");
        const char *host = strncmp(url + scheme, "://", 3) == 0 ? url + scheme + 3 : url;
        const char *at = memchr(host, '@', strcspn(host, "/?#"));

        return at != NULL ? at + 1 : url;
}

/* A server that misses a certificate of ours, or does not like it, says so with an alert of TLS, often only after the
 * handshake, as if the connection had broken. */
static bool is_certificate_refused(const http_exchange *exchange)
{
        const char *alert = strstr(exchange->message, " alert ");

        return alert != NULL && (strstr(alert, "certificate") != NULL || strstr(alert, "unknown ca") != NULL);
}

hart_code http_exchange_judge(http_exchange *exchange, hart_error *err)
{
        const char *url = http_without_user(exchange->url);
        hart_http_response *response = exchange->response;

        exchange->state = HTTP_FREE;
        exchange->response = NULL;
        if (exchange->over_limit)
                return hart_fail(err, HART_FAILED, "%s: the answer is longer than %zu bytes", url,
                                 exchange->response_limit);
        if (exchange->result != CURLE_OK && is_certificate_refused(exchange))
                return hart_fail(err, HART_CONFIG,
                                 "%s: the server does not accept the client's certificate, or misses one: %s", url,
                                 exchange->message);
        if (exchange->result != CURLE_OK)
                return hart_fail(err, code_of(exchange->result), "%s: %s", url,
                                 exchange->message[0] != '\0' ? exchange->message
                                                              : curl_easy_strerror(exchange->result));
        (void)curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &response->status);
        return HART_OK;
}
