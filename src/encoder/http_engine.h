/* Inside the engine "http": an open server of vectors, and one call to it. */
#ifndef ENCODER_HTTP_ENGINE_H
#define ENCODER_HTTP_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include <hartonomous/http.h>

#include "engine.h"
#include "http_engine_reply.h"

struct http_server {
        hart_http *http;
        const struct http_dialect *dialect;
        char *url, *remote_name, *key; /* the last may be NULL */
        size_t dimension;
        size_t texts_per_request; /* becomes less where the server takes fewer */
};

/* What an answer, or that there is none, means for who asked. */
enum http_outcome {
        HTTP_ANSWERED,
        HTTP_REFUSED,  /* these texts, as they are: fewer at once, or less of one, may do */
        HTTP_UNUSABLE, /* the server answers, but nothing that is of use; another try may do */
        HTTP_AWAY,     /* later */
        HTTP_ENDED     /* err->code says how: for a person, or asked to stop */
};

/* What became of a request: `transport` and *err as hart_http_next left them, the answer's vectors read where it is
 * one. *err says what is wrong, with the server's address, its own words and what to do, and how long to wait. */
struct http_reading {
        size_t count;      /* texts that were asked for */
        size_t *dimension; /* as http_reply_read */
        float *vectors;
        size_t tokens; /* set */
};
enum http_outcome http_judge(const struct http_server *server, hart_code transport, const hart_http_response *response,
                             struct http_reading *reading, hart_error *err);

/* Asks for the vector of a word that no model refuses, on its own: is it the server, or is it the texts? */
enum http_outcome http_probe(struct http_server *server, hart_http *http, size_t *dimension, hart_error *err);

/* engine->run_texts */
hart_code http_run(void *state, const hart_encoder_text *texts, size_t count, float *vectors,
                   hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data, hart_error *err);

#endif
