#include "telemetry.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include <hartonomous/clock.h>

#include "listen.h"

#define CONNECTIONS_MAX 32
#define TIMEOUT_SECONDS 10

struct worker_telemetry {
        struct MHD_Daemon *server;
        const worker_metrics *metrics;
        char path[sizeof((telemetry_address *)NULL)->path]; /* of a file that is ours; "" for none */
        /* In the loop. */
        bool in_loop;
        int listening, polled;
        int connections[CONNECTIONS_MAX]; /* 0: none */
};

typedef unsigned (*page_print)(const worker_metrics *metrics, hart_buffer *out); /* returns the HTTP status */

static unsigned print_health(const worker_metrics *metrics, hart_buffer *out)
{
        return metrics_print_health(metrics, hart_now(), out) ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned print_metrics(const worker_metrics *metrics, hart_buffer *out)
{
        metrics_print(metrics, out);
        return MHD_HTTP_OK;
}

static unsigned print_nothing(const worker_metrics *metrics, hart_buffer *out)
{
        (void)metrics;
        hart_buffer_text(out, "/health and /metrics are here\n");
        return MHD_HTTP_NOT_FOUND;
}

static const struct page {
        const char *path, *content_type;
        page_print print;
} pages[] = {
        {"/health", "application/json", print_health},
        {"/metrics", "text/plain; version=0.0.4; charset=utf-8", print_metrics},
        {NULL, "text/plain; charset=utf-8", print_nothing},
};

static enum MHD_Result answer(void *data, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **request)
{
        (void)version;
        (void)upload;
        const worker_telemetry *telemetry = data;
        static const char seen; /* its address marks the second call of a request, when the headers were read */
        if (*request == NULL) {
                *request = (void *)(uintptr_t)&seen;
                return MHD_YES;
        }
        if (*upload_size) {
                *upload_size = 0;
                return MHD_YES;
        }
        const struct page *page = pages;
        while (page->path && strcmp(page->path, url) != 0)
                page++;
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        unsigned status = MHD_HTTP_METHOD_NOT_ALLOWED;
        if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
                status = page->print(telemetry->metrics, &body);
        struct MHD_Response *response = MHD_create_response_from_buffer(body.size, body.data, MHD_RESPMEM_MUST_COPY);
        if (!response)
                return MHD_NO;
        MHD_add_response_header(response, "Content-Type", page->content_type);
        const enum MHD_Result result = MHD_queue_response(connection, status, response);
        MHD_destroy_response(response);
        return result;
}

/* Which descriptors there are, for telemetry_abandon. */
static void note_connection(void *data, struct MHD_Connection *connection, void **own,
                            enum MHD_ConnectionNotificationCode what)
{
        (void)own;
        worker_telemetry *telemetry = data;
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        const bool comes = what == MHD_CONNECTION_NOTIFY_STARTED;
        for (size_t i = 0; info && i < CONNECTIONS_MAX; i++)
                if (telemetry->connections[i] == (comes ? 0 : info->connect_fd)) {
                        telemetry->connections[i] = comes ? info->connect_fd : 0;
                        return;
                }
}

static void start_server(worker_telemetry *telemetry, int fd)
{
        const unsigned thread = MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC;
        telemetry->listening = fd;
        telemetry->server = MHD_start_daemon(
                telemetry->in_loop ? MHD_USE_EPOLL : thread, 0, NULL, NULL, answer, telemetry, MHD_OPTION_LISTEN_SOCKET,
                fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                (unsigned)TIMEOUT_SECONDS, MHD_OPTION_NOTIFY_CONNECTION, note_connection, telemetry, MHD_OPTION_END);
        if (!telemetry->server || !telemetry->in_loop)
                return;
        const union MHD_DaemonInfo *info = MHD_get_daemon_info(telemetry->server, MHD_DAEMON_INFO_EPOLL_FD);
        telemetry->polled = info ? info->epoll_fd : -1;
}

hart_code telemetry_open(worker_telemetry **ret, const telemetry_address *address, const worker_metrics *metrics,
                         bool in_loop, hart_error *err)
{
        int fd = -1;
        bool made = false;
        const hart_code code = listen_open(address, &fd, &made, err);
        if (code != HART_OK)
                return code;
        worker_telemetry *opened = hart_allocate(sizeof *opened);
        opened->metrics = metrics;
        opened->in_loop = in_loop;
        opened->polled = -1;
        if (made)
                memcpy(opened->path, address->path, sizeof opened->path);
        start_server(opened, fd);
        if (!opened->server) {
                close(fd);
                telemetry_close(opened);
                return hart_fail(err, HART_FAILED, "cannot start the HTTP server for /health and /metrics");
        }
        *ret = opened;
        return HART_OK;
}

void telemetry_close(worker_telemetry *telemetry)
{
        if (!telemetry)
                return;
        if (*telemetry->path)
                unlink(telemetry->path);
        if (telemetry->server)
                MHD_stop_daemon(telemetry->server);
        free(telemetry);
}

int telemetry_fd(const worker_telemetry *telemetry)
{
        return telemetry ? telemetry->polled : -1;
}

uint64_t telemetry_longest_sleep(const worker_telemetry *telemetry)
{
        MHD_UNSIGNED_LONG_LONG milliseconds = 0;
        const bool any =
                telemetry && telemetry->in_loop && MHD_get_timeout(telemetry->server, &milliseconds) == MHD_YES;
        return any && milliseconds < UINT64_MAX / HART_MILLISECOND ? milliseconds * HART_MILLISECOND : UINT64_MAX;
}

void telemetry_step(worker_telemetry *telemetry)
{
        if (telemetry && telemetry->in_loop)
                MHD_run(telemetry->server);
}

void telemetry_abandon(worker_telemetry *telemetry)
{
        if (!telemetry)
                return;
        for (size_t i = 0; i < CONNECTIONS_MAX; i++)
                if (telemetry->connections[i])
                        close(telemetry->connections[i]);
        close(telemetry->listening);
        if (telemetry->polled >= 0)
                close(telemetry->polled);
}
