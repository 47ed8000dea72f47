/* Pages that the daemons on this host serve. */
#include "telemetry.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <hartonomous/clock.h>
#include <hartonomous/http.h>

#define ANSWER_LIMIT 65536

static void close_p(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

int telemetry_ask(const char *path, const char *page, hart_buffer *answer)
{
        HART_CLEANUP(hart_free_p) char *question = hart_format("GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", page);
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        const struct timeval patience = {.tv_sec = 2};
        if (strlen(path) >= sizeof address.sun_path)
                return ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path) + 1);
        HART_CLEANUP(close_p) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return errno;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
            send(fd, question, strlen(question), MSG_NOSIGNAL) < 0)
                return errno;
        ssize_t got = 0;
        do {
                unsigned char *place = hart_buffer_reserve(answer, 4096);
                got = recv(fd, place, 4096, 0);
                answer->size += got > 0 ? (size_t)got : 0;
        } while (got > 0 && answer->size < ANSWER_LIMIT);
        return got < 0 ? errno : 0;
}

hart_code telemetry_ask_address(const char *listen, const char *page, hart_buffer *body, hart_error *err)
{
        const hart_http_options options = {
                .connect_timeout = 2 * HART_SECOND, .total_timeout = 2 * HART_SECOND, .response_limit = ANSWER_LIMIT};
        HART_CLEANUP(hart_free_p)
        char *url = hart_format("http://%s%s%s", *listen == ':' ? "localhost" : "", listen, page);
        hart_http *http = NULL;
        hart_http_response response = {0};
        hart_code code = hart_http_open(&http, &options, err);
        if (code == HART_OK)
                code = hart_http_request(http, "GET", url, NULL, NULL, 0, &response, err);
        if (code == HART_OK)
                hart_buffer_append(body, response.body.data, response.body.size);
        hart_http_response_done(&response);
        hart_http_close(http);
        return code;
}
