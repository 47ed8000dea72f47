/* Exchanges beside one another, each over a connection that is kept. */
#include <string.h>

#include <hartonomous/clock.h>

#include "exchange.h"

#define WAITING_INTERVAL HART_SECOND
#define STALL            (20 * HART_MILLISECOND) /* the longest that hart_http_begin watches a peer take nothing */

struct hart_http {
        CURLM *multi;
        http_exchange *exchanges; /* the last is hart_http_request's; they never move */
        size_t lanes;
        hart_code (*waiting)(void *data);
        void *waiting_data;
        uint64_t waiting_called;
};

static hart_code open_exchanges(hart_http *http, const hart_http_options *options, hart_error *err)
{
        CURLcode result = CURLE_OK;

        http->multi = curl_multi_init();
        if (http->multi == NULL || curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)http->lanes + 1))
                result = CURLE_FAILED_INIT;
        for (size_t i = 0; i <= http->lanes && result == CURLE_OK; i++)
                result = http_exchange_open(&http->exchanges[i], options);
        if (result != CURLE_OK)
                return hart_fail(err, HART_FATAL, "HTTP: libcurl: %s", curl_easy_strerror(result));
        return HART_OK;
}

hart_code hart_http_open(hart_http **ret, const hart_http_options *options, hart_error *err)
{
        hart_http *http;
        hart_code code;

        if (options->connect_timeout == 0 || options->total_timeout == 0 || options->response_limit == 0)
                return hart_fail(err, HART_CONFIG, "HTTP: both time-outs and a limit of the answer are needed");
        http = hart_allocate(sizeof *http);
        http->lanes = options->lanes > 0 ? options->lanes : 1;
        http->exchanges = hart_allocate_array(http->lanes + 1, sizeof *http->exchanges);
        code = open_exchanges(http, options, err);
        if (code == HART_OK)
                *ret = http;
        else
                hart_http_close(http);
        return code;
}

void hart_http_close(hart_http *http)
{
        if (http == NULL)
                return;
        hart_http_abandon(http);
        for (size_t i = 0; i <= http->lanes; i++)
                http_exchange_done(&http->exchanges[i]);
        curl_multi_cleanup(http->multi);
        free(http->exchanges);
        free(http);
}

void hart_http_on_waiting(hart_http *http, hart_code (*waiting)(void *data), void *data)
{
        http->waiting = waiting;
        http->waiting_data = data;
}

void hart_http_abandon(hart_http *http)
{
        for (size_t i = 0; i <= http->lanes; i++) {
                http_exchange *exchange = &http->exchanges[i];
                if (exchange->state == HTTP_UNDER_WAY)
                        (void)curl_multi_remove_handle(http->multi, exchange->curl);
                exchange->state = HTTP_FREE;
                exchange->response = NULL;
        }
}

/* Over as far as curl is concerned; whoever began it has not been told yet. */
static void end(hart_http *http, http_exchange *exchange, CURLcode result)
{
        (void)curl_multi_remove_handle(http->multi, exchange->curl);
        exchange->result = result;
        exchange->state = HTTP_OVER;
}

void hart_http_pump(hart_http *http)
{
        const CURLMsg *message;
        int running, queued;

        (void)curl_multi_perform(http->multi, &running);
        while ((message = curl_multi_info_read(http->multi, &queued)) != NULL) {
                http_exchange *exchange = NULL;
                const CURLcode result = message->data.result;
                (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&exchange);
                end(http, exchange, result);
        }
}

static void sleep_for(hart_http *http, uint64_t microseconds)
{
        (void)curl_multi_poll(http->multi, NULL, 0, (int)((microseconds + HART_MILLISECOND - 1) / HART_MILLISECOND),
                              NULL);
}

/* Until the request is out, or the peer has taken nothing for a while. */
static void send_out(hart_http *http, http_exchange *exchange)
{
        uint64_t moved = hart_now();
        curl_off_t before = 0, now = 0;

        for (;;) {
                hart_http_pump(http);
                if (exchange->state == HTTP_OVER || http_exchange_is_sent(exchange))
                        return;
                (void)curl_easy_getinfo(exchange->curl, CURLINFO_SIZE_UPLOAD_T, &now);
                if (now != before)
                        moved = hart_now();
                else if (hart_now() - moved >= STALL)
                        return;
                before = now;
                sleep_for(http, STALL / 4);
        }
}

static hart_code begin(hart_http *http, http_exchange *exchange, const char *method, const char *url,
                       const char *content_type, const void *body, size_t body_size, hart_error *err)
{
        CURLcode result;

        if (strcmp(method, "GET") != 0 && strcmp(method, "POST") != 0)
                return hart_fail(err, HART_FATAL, "HTTP: method %s is neither GET nor POST", method);
        hart_buffer_clear(&exchange->response->body);
        exchange->response->status = 0;
        exchange->response->retry_after = 0;
        result = http_exchange_ask(exchange, method, url, content_type, body, body_size);
        if (result == CURLE_OK && curl_multi_add_handle(http->multi, exchange->curl) != CURLM_OK)
                result = CURLE_FAILED_INIT;
        if (result != CURLE_OK) {
                exchange->result = result;
                return http_exchange_judge(exchange, err);
        }
        exchange->state = HTTP_UNDER_WAY;
        return HART_OK;
}

hart_code hart_http_begin(hart_http *http, const char *method, const char *url, const char *content_type,
                          const void *body, size_t body_size, hart_http_response *response, void *tag, hart_error *err)
{
        http_exchange *exchange = http->exchanges;
        hart_code code;

        while (exchange < http->exchanges + http->lanes && exchange->state != HTTP_FREE)
                exchange++;
        if (exchange == http->exchanges + http->lanes)
                return HART_EMPTY;
        exchange->response = response;
        exchange->tag = tag;
        code = begin(http, exchange, method, url, content_type, body, body_size, err);
        if (code == HART_OK)
                send_out(http, exchange);
        return code;
}

/* About once a second, while somebody waits. */
static hart_code call_waiting(hart_http *http, hart_error *err)
{
        const uint64_t now = hart_now();
        hart_code code;

        if (http->waiting == NULL || now - http->waiting_called < WAITING_INTERVAL)
                return HART_OK;
        http->waiting_called = now;
        code = http->waiting(http->waiting_data);
        if (code == HART_OK)
                return HART_OK;
        hart_http_abandon(http);
        return hart_fail(err, code, "given up while waiting for an answer");
}

/* Waits until something moves, `until` at the latest. */
static hart_code wait_for(hart_http *http, uint64_t until, hart_error *err)
{
        const uint64_t now = hart_now();

        if (now < until)
                sleep_for(http, until - now < WAITING_INTERVAL ? until - now : WAITING_INTERVAL);
        hart_http_pump(http);
        return call_waiting(http, err);
}

static http_exchange *find_over(hart_http *http)
{
        for (size_t i = 0; i < http->lanes; i++)
                if (http->exchanges[i].state == HTTP_OVER)
                        return &http->exchanges[i];
        return NULL;
}

hart_code hart_http_next(hart_http *http, uint64_t wait, void **tag, hart_error *err)
{
        const uint64_t begun = hart_now();
        http_exchange *exchange;
        hart_code code = HART_OK;

        *tag = NULL;
        http->waiting_called = http->waiting_called > 0 ? http->waiting_called : begun;
        hart_http_pump(http);
        while ((exchange = find_over(http)) == NULL && code == HART_OK && hart_now() - begun < wait)
                code = wait_for(http, begun + wait, err);
        if (code != HART_OK)
                return code;
        if (exchange == NULL)
                return HART_EMPTY;
        *tag = exchange->tag;
        return http_exchange_judge(exchange, err);
}

hart_code hart_http_request(hart_http *http, const char *method, const char *url, const char *content_type,
                            const void *body, size_t body_size, hart_http_response *response, hart_error *err)
{
        http_exchange *exchange = &http->exchanges[http->lanes];
        hart_code code;

        exchange->response = response;
        http->waiting_called = hart_now();
        code = begin(http, exchange, method, url, content_type, body, body_size, err);
        if (code != HART_OK)
                return code;
        hart_http_pump(http);
        while (exchange->state != HTTP_OVER && code == HART_OK)
                code = wait_for(http, hart_now() + WAITING_INTERVAL, err);
        if (code != HART_OK)
                return hart_error_context(err, "%s", http_without_user(url));
        return http_exchange_judge(exchange, err);
}

void hart_http_response_done(hart_http_response *response)
{
        if (response == NULL)
                return;
        hart_buffer_done(&response->body);
        *response = (hart_http_response){0};
}
