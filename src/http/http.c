#include <hartonomous/http.h>

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include <hartonomous/clock.h>

#include "retry_after.h"

#define WAITING_INTERVAL HART_SECOND

struct hart_http {
        CURL *curl;
        struct curl_slist *headers; /* of the request in hand */
        char message[CURL_ERROR_SIZE];
        size_t response_limit;
        hart_code (*waiting)(void *data);
        void *waiting_data;
        uint64_t waiting_called;

        /* The request in hand: where the answer goes, and why it was broken off by us. */
        hart_http_response *response;
        hart_code waiting_code;
        bool over_limit;
};

/* curl's types of callback demand these signatures. */
static size_t receive_body(char *data, size_t size, size_t count, void *pointer)
{
        hart_http *http = pointer;
        size_t bytes = size * count;

        if (bytes > http->response_limit - http->response->body.size) {
                http->over_limit = true;
                return CURL_WRITEFUNC_ERROR;
        }
        hart_buffer_append(&http->response->body, data, bytes);
        return bytes;
}

static size_t receive_header(char *data, size_t size, size_t count, void *pointer)
{
        static const char name[] = "retry-after:";
        hart_http *http = pointer;
        size_t bytes = size * count, length = sizeof name - 1;

        /* A new status line: what an interim answer (100, 103) said does not count. */
        if (bytes >= 5 && memcmp(data, "HTTP/", 5) == 0)
                http->response->retry_after = 0;
        if (bytes > length && strncasecmp(data, name, length) == 0)
                http->response->retry_after = http_retry_after(data + length, bytes - length, time(NULL));
        return bytes;
}

/* curl calls this about once a second when nothing moves, and more often when something does. */
static int progress(void *pointer, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
        hart_http *http = pointer;
        uint64_t now;

        (void)down_total, (void)down, (void)up_total, (void)up;
        if (http->waiting == NULL)
                return 0;
        now = hart_now();
        if (now - http->waiting_called < WAITING_INTERVAL / 2)
                return 0;
        http->waiting_called = now;
        http->waiting_code = http->waiting(http->waiting_data);
        return http->waiting_code == HART_OK ? 0 : 1;
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
                        result = curl_easy_setopt(http->curl, (option), (value));                                      \
        } while (0)

static CURLcode set_transport(hart_http *http, const hart_http_options *options)
{
        CURLcode result = CURLE_OK;

        SET(CURLOPT_ERRORBUFFER, http->message);
        SET(CURLOPT_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_NOPROXY, "*"); /* peers are named in the settings, not in the environment */
        SET(CURLOPT_TCP_KEEPALIVE, 1L);
        SET(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options->connect_timeout));
        SET(CURLOPT_TIMEOUT_MS, milliseconds(options->total_timeout));
        SET(CURLOPT_WRITEFUNCTION, receive_body);
        SET(CURLOPT_WRITEDATA, http);
        SET(CURLOPT_HEADERFUNCTION, receive_header);
        SET(CURLOPT_HEADERDATA, http);
        SET(CURLOPT_NOPROGRESS, 0L);
        SET(CURLOPT_XFERINFOFUNCTION, progress);
        SET(CURLOPT_XFERINFODATA, http);
        return result;
}

static CURLcode set_identity(hart_http *http, const hart_http_options *options)
{
        CURLcode result = CURLE_OK;

        SET(CURLOPT_USERAGENT, options->user_agent != NULL ? options->user_agent : "hartonomous/" HARTONOMOUS_VERSION);
        if (options->user != NULL) {
                SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
                SET(CURLOPT_USERNAME, options->user);
                SET(CURLOPT_PASSWORD, options->password != NULL ? options->password : "");
        }
        if (options->ca_file != NULL)
                SET(CURLOPT_CAINFO, options->ca_file);
        if (options->client_certificate != NULL)
                SET(CURLOPT_SSLCERT, options->client_certificate);
        if (options->client_key != NULL)
                SET(CURLOPT_SSLKEY, options->client_key);
        return result;
}

hart_code hart_http_open(hart_http **ret, const hart_http_options *options, hart_error *err)
{
        hart_http *http;
        CURLcode result;

        if (options->connect_timeout == 0 || options->total_timeout == 0 || options->response_limit == 0)
                return hart_fail(err, HART_CONFIG, "HTTP: both time-outs and a limit of the answer are needed");
        http = hart_allocate(sizeof *http);
        http->curl = curl_easy_init();
        http->response_limit = options->response_limit;
        result = http->curl != NULL ? set_transport(http, options) : CURLE_FAILED_INIT;
        if (result == CURLE_OK)
                result = set_identity(http, options);
        if (result != CURLE_OK) {
                hart_http_close(http);
                return hart_fail(err, HART_FATAL, "HTTP: libcurl: %s", curl_easy_strerror(result));
        }
        *ret = http;
        return HART_OK;
}

void hart_http_close(hart_http *http)
{
        if (http == NULL)
                return;
        curl_slist_free_all(http->headers);
        curl_easy_cleanup(http->curl);
        free(http);
}

void hart_http_on_waiting(hart_http *http, hart_code (*waiting)(void *data), void *data)
{
        http->waiting = waiting;
        http->waiting_data = data;
}

static void add_header(hart_http *http, const char *line)
{
        struct curl_slist *longer = curl_slist_append(http->headers, line);

        if (longer == NULL)
                abort(); /* out of memory */
        http->headers = longer;
}

static CURLcode set_request(hart_http *http, const char *method, const char *url, const char *content_type,
                            const void *body, size_t body_size)
{
        HART_CLEANUP(hart_free_p) char *type = NULL;
        bool post = strcmp(method, "POST") == 0;
        CURLcode result = CURLE_OK;

        curl_slist_free_all(http->headers);
        http->headers = NULL;
        if (content_type != NULL) {
                type = hart_format("Content-Type: %s", content_type);
                add_header(http, type);
        }
        add_header(http, "Accept: application/json");
        add_header(http, "Expect:"); /* no round trip before a body */
        SET(CURLOPT_URL, url);
        SET(CURLOPT_HTTPHEADER, http->headers);
        if (post) {
                SET(CURLOPT_POST, 1L);
                SET(CURLOPT_POSTFIELDS, body != NULL ? body : "");
                SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(body != NULL ? body_size : 0));
        } else {
                SET(CURLOPT_HTTPGET, 1L);
        }
        return result;
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

/* A user and password in a URL must not get into a message. */
static const char *without_user(const char *url)
{
        size_t scheme = strcspn(url, ":");
        const char *host = strncmp(url + scheme, "://", 3) == 0 ? url + scheme + 3 : url;
        const char *at = memchr(host, '@', strcspn(host, "/?#"));

        return at != NULL ? at + 1 : url;
}

static hart_code fail(const hart_http *http, CURLcode result, const char *url, hart_error *err)
{
        if (http->waiting_code != HART_OK)
                return hart_fail(err, http->waiting_code, "%s: given up while waiting for the answer",
                                 without_user(url));
        if (http->over_limit)
                return hart_fail(err, HART_FAILED, "%s: the answer is longer than %zu bytes", without_user(url),
                                 http->response_limit);
        return hart_fail(err, code_of(result), "%s: %s", without_user(url),
                         http->message[0] != '\0' ? http->message : curl_easy_strerror(result));
}

hart_code hart_http_request(hart_http *http, const char *method, const char *url, const char *content_type,
                            const void *body, size_t body_size, hart_http_response *response, hart_error *err)
{
        CURLcode result;

        if (strcmp(method, "GET") != 0 && strcmp(method, "POST") != 0)
                return hart_fail(err, HART_FATAL, "HTTP: method %s is neither GET nor POST", method);
        hart_buffer_clear(&response->body);
        response->status = 0;
        response->retry_after = 0;
        http->response = response;
        http->waiting_code = HART_OK;
        http->waiting_called = hart_now();
        http->over_limit = false;
        http->message[0] = '\0';
        result = set_request(http, method, url, content_type, body, body_size);
        if (result == CURLE_OK)
                result = curl_easy_perform(http->curl);
        http->response = NULL;
        if (result != CURLE_OK)
                return fail(http, result, url, err);
        (void)curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &response->status);
        return HART_OK;
}

void hart_http_response_done(hart_http_response *response)
{
        if (response == NULL)
                return;
        hart_buffer_done(&response->body);
        *response = (hart_http_response){0};
}
