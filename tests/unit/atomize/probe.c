/* probe: enters the sandbox, then tries one thing. Exit 0: it could; 1: it was refused; a signal: it was killed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"

static int nothing(void)
{
        return 0;
}

static int compute(void)
{
        char *memory = malloc(10 << 20);
        if (memory == NULL)
                return 1;
        memset(memory, 1, 10 << 20);
        memory = realloc(memory, 20 << 20);
        free(memory);
        struct timespec now;
        return clock_gettime(CLOCK_MONOTONIC, &now) != 0;
}

static int talk(void)
{
        char byte;
        return read(3, &byte, 1) != 0 || write(3, "x", 1) != 1; /* 3 is /dev/null */
}

static int read_other(void)
{
        char byte;
        return read(0, &byte, 1) < 0;
}

static int write_other(void)
{
        return write(1, "x", 1) < 0;
}

static int copy_socket(void)
{
        return dup2(3, 1) < 0;
}

static int greed(void)
{
        return malloc((size_t)512 << 20) == NULL;
}

static int open_file(void)
{
        return open("/etc/passwd", O_RDONLY) < 0;
}

static int make_socket(void)
{
        return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int send_message(void)
{
        return send(3, "x", 1, 0) < 0;
}

static int execute(void)
{
        char name[] = "true";
        char *arguments[] = {name, NULL};
        execv("/bin/true", arguments);
        return 1;
}

static int make_process(void)
{
        return fork() < 0;
}

static int signal_parent(void)
{
        return kill(getppid(), SIGUSR1) != 0;
}

static int trace_parent(void)
{
        return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0;
}

static int change_mode(void)
{
        return chmod("/tmp", 0777) != 0;
}

static int map_code(void)
{
        return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int make_code(void)
{
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_EXEC) != 0;
}

static int map_file(void)
{
        return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) == MAP_FAILED;
}

static int other_signal(void)
{
        return raise(SIGUSR1) != 0;
}

static int give_up(void)
{
        abort();
}

static const struct {
        const char *name;
        int (*try)(void);
} actions[] = {
        {"nothing", nothing},   {"compute", compute},     {"talk", talk},           {"greed", greed},
        {"open", open_file},    {"socket", make_socket},  {"send", send_message},   {"execute", execute},
        {"fork", make_process}, {"kill", signal_parent},  {"trace", trace_parent},  {"chmod", change_mode},
        {"map-code", map_code}, {"make-code", make_code}, {"map-file", map_file},   {"signal", other_signal},
        {"abort", give_up},     {"read-0", read_other},   {"write-1", write_other}, {"copy-3", copy_socket},
};

int main(int argc, char *argv[])
{
        const sandbox_limits limits = {.memory = (uint64_t)256 << 20, .cpu_seconds = 10};
        const char *what;
        int null = open("/dev/null", O_RDWR);
        if (argc != 2 || dup2(null, 3) < 0 || dup2(null, 1) < 0)
                return 64;
        for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
                if (strcmp(actions[i].name, argv[1]) != 0)
                        continue;
                int error = sandbox_enter(&limits, &what);
                if (error != 0) {
                        printf("%s: %s\n", what, strerror(error));
                        return 65;
                }
                _exit(actions[i].try());
        }
        return 64;
}
