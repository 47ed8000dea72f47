/* hartonomous-fetch: documents from http and https servers that are allowed, staged for ingestion. */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include <hartonomous/digest.h>
#include <hartonomous/http.h>
#include <hartonomous/worker.h>

typedef struct fetch_settings {
        char *allow;
        bool private_addresses;
        uint64_t max_size, connect_timeout, timeout, stall_timeout, retry_first;
        int64_t redirects, tries;
        char *user_agent;
} fetch_settings;
extern const hart_settings_schema fetch_settings_schema;

/* HART_CONFIG where a pattern of [fetch] allow is none. */
hart_code fetch_check(const void *settings, hart_error *err);
/* Does the list allow the host? A pattern is a host (example.org), a host and those below it (*.example.org is those
 * below it alone), each with an optional port, or * for any. */
bool fetch_is_allowed(const char *list, const char *host, int port);

enum fetch_metric { METRIC_FETCHED, METRIC_UNCHANGED, METRIC_AGAIN, METRIC_BYTES, FETCH_METRICS };
extern const hart_metric fetch_metrics[FETCH_METRICS];

typedef struct fetch_request {
        int32_t tenant;
        int64_t tries;            /* that failed before */
        char *uri, *content_type; /* the latter NULL where the server's word counts */
} fetch_request;

/* HART_POISON where the message does not say what is needed. */
hart_code fetch_request_read(const hart_message *message, fetch_request *ret, hart_error *err);
void fetch_request_done(fetch_request *request);

/* What is staged of the document in hand. */
typedef struct fetch_stage {
        hart_pg *pg;
        const fetch_request *request;
        const char *uri;               /* where it was found in the end */
        const hart_download *download; /* its Content-Type is known when the first byte comes */
        int64_t source;                /* 0: not begun */
        int32_t chunks;
        hart_buffer chunk;
        int64_t size;
        hart_sha256_stream *digest;
        hart_worker_context *context;
        bool failed; /* PostgreSQL did, not the server */
} fetch_stage;

/* Fits hart_download's take. */
hart_code fetch_stage_take(const void *bytes, size_t size, void *stage, hart_error *err);
/* Ends it. HART_EMPTY: the document is there already, unchanged, and what was staged is taken back; *source is its own.
 */
hart_code fetch_stage_end(fetch_stage *stage, hart_error *err);
void fetch_stage_done(fetch_stage *stage);

hart_code fetch_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                       size_t *blamed, hart_error *err);

#endif
