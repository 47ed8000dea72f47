/* HTTP: one request, one answer, with deadlines and a size limit; or several requests beside one another, each over a
 * connection of its own. One handle keeps its connections alive between requests. A time-out, a refused or cut
 * connection and a body over the limit are failures of the call; any HTTP status is an answer, for the caller to judge.
 * Only http: and https:, no redirects, no proxy from the environment; JSON is asked for. The program ignores SIGPIPE: a
 * TLS connection that breaks would raise it. */
#ifndef HARTONOMOUS_HTTP_H
#define HARTONOMOUS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

typedef struct hart_http hart_http;

typedef struct hart_http_options {
        const char *user_agent;                      /* NULL: "hartonomous/VERSION" */
        const char *user, *password;                 /* basic authentication; NULL for none */
        const char *bearer;                          /* a token sent instead of these; NULL for none */
        const char *ca_file;                         /* PEM; NULL for the system's */
        const char *client_certificate, *client_key; /* PEM files; NULL for none */
        uint64_t connect_timeout, total_timeout;     /* microseconds, both needed */
        size_t response_limit;                       /* bytes */
        size_t lanes;                                /* requests beside one another, see hart_http_begin; 0 is 1 */
} hart_http_options;

typedef struct hart_http_response {
        long status;
        hart_buffer body;
        uint64_t retry_after; /* microseconds from Retry-After, 0 where there is none */
} hart_http_response;

hart_code hart_http_open(hart_http **ret, const hart_http_options *options, hart_error *err);
void hart_http_close(hart_http *http);
/* Called about once a second while the peer is awaited; anything but HART_OK ends the wait with that code, and drops
 * all that is under way. */
void hart_http_on_waiting(hart_http *http, hart_code (*waiting)(void *data), void *data);

/* method "GET" or "POST"; body NULL for none. *response is the caller's zeroed or used struct; its buffer is
 * reused. Failures: HART_RETRY (connect, time-out, cut), HART_CONFIG (bad URL, certificate files), HART_FAILED
 * (response over the limit), or the waiting hook's code. */
hart_code hart_http_request(hart_http *http, const char *method, const char *url, const char *content_type,
                            const void *body, size_t body_size, hart_http_response *response, hart_error *err);
void hart_http_response_done(hart_http_response *response);

/* Requests beside one another: begun one after the other, over in any order.
 *
 * hart_http_begin returns as soon as the request has left for the peer, or the peer is slow to take it; what is left
 * of it then leaves during any later call. HART_EMPTY: all lanes are taken. `body` and *response (used as in
 * hart_http_request) stay where they are until hart_http_next hands out `tag`, or hart_http_abandon. Failures of the
 * peer come from hart_http_next, only those of the request itself from here. */
hart_code hart_http_begin(hart_http *http, const char *method, const char *url, const char *content_type,
                          const void *body, size_t body_size, hart_http_response *response, void *tag, hart_error *err);
/* The next request that is over, waiting up to `wait` microseconds (0 to look only; it is waited also where none is
 * under way): its tag, and as code what became of it, as from hart_http_request. HART_EMPTY with *tag NULL: none yet.
 * With the waiting hook's code, *tag is NULL and all is dropped. */
hart_code hart_http_next(hart_http *http, uint64_t wait, void **tag, hart_error *err);
/* Lets bytes travel, without waiting. */
void hart_http_pump(hart_http *http);
/* Drops what is under way, with its connections. */
void hart_http_abandon(hart_http *http);

/* --- what others serve ------------------------------------------------------------------------------------------- */

/* GET of a document of any size from any host, handed on as it comes. Redirects are answers, for the caller to judge
 * and follow; bytes are as served, without a content coding of their own. */
typedef struct hart_download {
        const char *url;             /* http or https, no user in it */
        const char *user_agent;      /* NULL: "hartonomous/VERSION" */
        const char *etag, *modified; /* of what is known: the server may answer 304; NULL or "" for nothing */
        bool private_addresses;      /* may the peer be this machine or in a network that is not public? */
        uint64_t connect_timeout, total_timeout, stall_timeout; /* microseconds; the last: with under 1 kB/s */
        uint64_t limit;                                         /* bytes */
        /* Bytes of an answer with status 200. Anything but HART_OK ends the download with that code. */
        hart_code (*take)(const void *bytes, size_t size, void *data, hart_error *err);
        hart_code (*waiting)(void *data); /* about once a second; NULL for none */
        void *data, *waiting_data;

        /* The answer; texts are owned, NULL where there was none. */
        long status;
        uint64_t size, retry_after;
        char *content_type, *location, *new_etag, *new_modified;
} hart_download;

/* HART_RETRY: connect, time-out, cut, name not found; HART_POISON: bad URL, a peer with a private address, too long, a
 * certificate that is not valid; else the code of take or waiting. Call hart_download_done afterwards in any case. */
hart_code hart_download_run(hart_download *download, hart_error *err);
/* Empties the answer. */
void hart_download_done(hart_download *download);

/* "example.org" and 443 of an http or https URL; the host is owned by the caller, in lower case. HART_POISON for
 * another scheme, a user or password in it, or no URL at all. */
hart_code hart_url_host(const char *url, char **host, int *port, hart_error *err);
/* What a Location says, seen from `base`; owned by the caller. */
hart_code hart_url_resolve(const char *base, const char *location, char **ret, hart_error *err);

struct sockaddr;
/* Loopback, private, link-local, shared, reserved, multicast and unspecified addresses, in IPv4, IPv6 and the one
 * within the other; what is of neither family too. */
bool hart_address_is_private(const struct sockaddr *address);

#endif
