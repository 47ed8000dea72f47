#include "server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_MAX 65536

/* Of /received: the size of the body, until somebody has asked. */
static volatile size_t *received_size;

struct connection {
        int socket;
        int number, requests;
        char request[REQUEST_MAX];
        size_t size;
};

static int send_all(int socket, const char *data, size_t size)
{
        while (size > 0) {
                ssize_t sent = send(socket, data, size, MSG_NOSIGNAL);
                if (sent <= 0)
                        return -1;
                data += sent;
                size -= (size_t)sent;
        }
        return 0;
}

static int send_text(int socket, const char *text)
{
        return send_all(socket, text, strlen(text));
}

static int answer(int socket, const char *body, size_t size)
{
        char head[200];

        (void)snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
        return send_text(socket, head) < 0 ? -1 : send_all(socket, body, size);
}

static int echo(struct connection *connection)
{
        return answer(connection->socket, connection->request, connection->size);
}

static int count(struct connection *connection)
{
        char body[100];

        (void)snprintf(body, sizeof body, "connection %d request %d", connection->number, connection->requests);
        return answer(connection->socket, body, strlen(body));
}

static int thousand(struct connection *connection)
{
        char body[1000];

        memset(body, 'x', sizeof body);
        return answer(connection->socket, body, sizeof body);
}

static int empty(struct connection *connection)
{
        return send_text(connection->socket, "HTTP/1.1 204 No Content\r\n\r\n");
}

static int missing(struct connection *connection)
{
        return send_text(connection->socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone");
}

static int busy(struct connection *connection)
{
        return send_text(connection->socket,
                         "HTTP/1.1 503 Service Unavailable\r\nretry-after:  7 \r\nContent-Length: 4\r\n\r\nbusy");
}

static int busy_date(struct connection *connection)
{
        char head[200];
        time_t then = time(NULL) + 60;
        struct tm parts;

        (void)gmtime_r(&then, &parts);
        (void)strftime(head, sizeof head,
                       "HTTP/1.1 503 Service Unavailable\r\nRetry-After: %a, %d %b %Y %H:%M:%S GMT\r\n"
                       "Content-Length: 0\r\n\r\n",
                       &parts);
        return send_text(connection->socket, head);
}

static int moved(struct connection *connection)
{
        return send_text(connection->socket, "HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n");
}

static int late(struct connection *connection)
{
        char byte;

        (void)recv(connection->socket, &byte, 1, 0);
        return -1;
}

static int drip(struct connection *connection)
{
        struct pollfd gone = {.fd = connection->socket, .events = POLLIN};

        if (send_text(connection->socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n") < 0)
                return -1;
        while (poll(&gone, 1, 20) == 0)
                if (send_text(connection->socket, "x") < 0)
                        break;
        return -1;
}

static int flood(struct connection *connection)
{
        if (send_text(connection->socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") < 0)
                return -1;
        while (send_text(connection->socket,
                         "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n") == 0)
                continue;
        return -1;
}

static int cut(struct connection *connection)
{
        (void)send_text(connection->socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789");
        return -1;
}

static int hang_up(struct connection *connection)
{
        (void)connection;
        return -1;
}

static int received(struct connection *connection)
{
        const struct timespec moment = {.tv_nsec = 1000000};
        const char *end = strstr(connection->request, "\r\n\r\n");

        *received_size = connection->size - (size_t)(end + 4 - connection->request);
        while (*received_size > 0)
                (void)nanosleep(&moment, NULL);
        return answer(connection->socket, "", 0);
}

static const struct {
        const char *path;
        int (*answer)(struct connection *connection); /* -1: close the connection */
} paths[] = {
        {"/echo", echo},   {"/count", count}, {"/thousand", thousand},   {"/empty", empty},       {"/missing", missing},
        {"/busy", busy},   {"/moved", moved}, {"/busy-date", busy_date}, {"/late", late},         {"/drip", drip},
        {"/flood", flood}, {"/cut", cut},     {"/hang-up", hang_up},     {"/received", received},
};

/* The head up to its empty line and as many bytes of body as it announces. */
static int read_request(struct connection *connection)
{
        size_t needed = 0;

        connection->size = 0;
        for (;;) {
                ssize_t got = recv(connection->socket, connection->request + connection->size,
                                   REQUEST_MAX - 1 - connection->size, 0);
                char *end, *length;
                if (got <= 0)
                        return -1;
                connection->size += (size_t)got;
                connection->request[connection->size] = '\0';
                end = needed == 0 ? strstr(connection->request, "\r\n\r\n") : NULL;
                if (end != NULL) {
                        length = strcasestr(connection->request, "\r\nContent-Length:");
                        needed = (size_t)(end + 4 - connection->request);
                        needed += length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
                }
                if (needed > 0 && connection->size >= needed)
                        return 0;
        }
}

static int dispatch(struct connection *connection)
{
        const char *path = strchr(connection->request, ' ');
        size_t length = path != NULL ? strcspn(path + 1, " ") : 0;

        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
                if (path != NULL && strlen(paths[i].path) == length && memcmp(path + 1, paths[i].path, length) == 0)
                        return paths[i].answer(connection);
        return -1;
}

static void serve(int socket, int number)
{
        static struct connection connection;

        connection = (struct connection){.socket = socket, .number = number};
        while (read_request(&connection) == 0) {
                connection.requests++;
                if (dispatch(&connection) < 0)
                        break;
        }
        _exit(0);
}

static void accept_for_ever(int listening)
{
        for (int number = 1;; number++) {
                int socket = accept(listening, NULL, NULL);
                if (socket < 0)
                        _exit(1);
                if (fork() == 0)
                        serve(socket, number);
                (void)close(socket);
        }
}

int server_start(struct server *server)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof address;
        int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (listening < 0 || bind(listening, (struct sockaddr *)&address, sizeof address) < 0 ||
            listen(listening, 16) < 0 || getsockname(listening, (struct sockaddr *)&address, &size) < 0)
                return -1;
        server->port = ntohs(address.sin_port);
        server->received =
                mmap(NULL, sizeof *server->received, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        received_size = server->received;
        if (server->received == MAP_FAILED)
                return -1;
        server->process = fork();
        if (server->process == 0) {
                (void)setpgid(0, 0);
                (void)signal(SIGCHLD, SIG_IGN);
                accept_for_ever(listening);
        }
        (void)setpgid(server->process, server->process);
        (void)close(listening);
        return server->process > 0 ? 0 : -1;
}

size_t server_received(struct server *server)
{
        volatile size_t *place = server->received;
        const size_t size = *place;

        if (size > 0)
                *place = 0;
        return size;
}

void server_stop(struct server *server)
{
        (void)kill(-server->process, SIGKILL);
        (void)waitpid(server->process, NULL, 0);
        (void)munmap(server->received, sizeof *server->received);
}
