/* HTTP: one request, one answer, with deadlines and a size limit. One handle keeps its connection alive between
 * requests. A time-out, a refused or cut connection and a body over the limit are failures of the call; any HTTP
 * status is an answer, for the caller to judge. Only http: and https:, no redirects, no proxy from the environment;
 * JSON is asked for. The program ignores SIGPIPE: a TLS connection that breaks would raise it. */
#ifndef HARTONOMOUS_HTTP_H
#define HARTONOMOUS_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

typedef struct hart_http hart_http;

typedef struct hart_http_options {
        const char *user_agent;                      /* NULL: "hartonomous/VERSION" */
        const char *user, *password;                 /* basic authentication; NULL for none */
        const char *ca_file;                         /* PEM; NULL for the system's */
        const char *client_certificate, *client_key; /* PEM files; NULL for none */
        uint64_t connect_timeout, total_timeout;     /* microseconds, both needed */
        size_t response_limit;                       /* bytes */
} hart_http_options;

typedef struct hart_http_response {
        long status;
        hart_buffer body;
        uint64_t retry_after; /* microseconds from Retry-After, 0 where there is none */
} hart_http_response;

hart_code hart_http_open(hart_http **ret, const hart_http_options *options, hart_error *err);
void hart_http_close(hart_http *http);
/* Called about once a second while the peer is awaited; anything but HART_OK ends the request with that code. */
void hart_http_on_waiting(hart_http *http, hart_code (*waiting)(void *data), void *data);

/* method "GET" or "POST"; body NULL for none. *response is the caller's zeroed or used struct; its buffer is
 * reused. Failures: HART_RETRY (connect, time-out, cut), HART_CONFIG (bad URL, certificate files), HART_FAILED
 * (response over the limit), or the waiting hook's code. */
hart_code hart_http_request(hart_http *http, const char *method, const char *url, const char *content_type,
                            const void *body, size_t body_size, hart_http_response *response, hart_error *err);
void hart_http_response_done(hart_http_response *response);

#endif
