/* Inside the HTTP folder: one exchange, which is a handle of curl's with its request and where the answer goes. */
#ifndef HARTONOMOUS_HTTP_EXCHANGE_H
#define HARTONOMOUS_HTTP_EXCHANGE_H

#include <hartonomous/http.h>

#include <curl/curl.h>

typedef enum http_exchange_state { HTTP_FREE, HTTP_UNDER_WAY, HTTP_OVER } http_exchange_state;

typedef struct http_exchange {
        CURL *curl;
        size_t response_limit;
        http_exchange_state state;
        /* The request in hand: what is asked, where the answer goes, how it ended. */
        struct curl_slist *headers;
        char *url;
        size_t body_size;
        hart_http_response *response;
        void *tag;
        CURLcode result;
        bool over_limit;
        char message[CURL_ERROR_SIZE];
} http_exchange;

CURLcode http_exchange_open(http_exchange *exchange, const hart_http_options *options);
void http_exchange_done(http_exchange *exchange);
/* The body stays the caller's and must stay where it is until the exchange is over. */
CURLcode http_exchange_ask(http_exchange *exchange, const char *method, const char *url, const char *content_type,
                           const void *body, size_t body_size);
/* Has the whole request left for the peer? */
bool http_exchange_is_sent(const http_exchange *exchange);
/* What became of an exchange that is over; it is free afterwards. */
hart_code http_exchange_judge(http_exchange *exchange, hart_error *err);
/* A user and password in a URL must not get into a message. */
const char *http_without_user(const char *url);

#endif
