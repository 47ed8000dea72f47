/* probe: enters the sandbox, then tries one thing. Exit 0: it could; 1: it was refused; a signal: it was killed.
 * Descriptor 3 is a socket; a file waits in it to become descriptor 4. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <termios.h>
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

/* The file comes first, as with the daemon. */
static int receive(void)
{
        char byte;
        union {
                char bytes[CMSG_SPACE(sizeof(int))];
                struct cmsghdr aligned;
        } control = {0};
        struct iovec part = {.iov_base = &byte, .iov_len = 1};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof control.bytes};
        int received = -1;
        if (recvmsg(3, &message, 0) != 1 || CMSG_FIRSTHDR(&message) == NULL)
                return 2;
        memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
        return received == 4 ? 0 : 3;
}

static int talk(void)
{
        char byte;
        return read(3, &byte, 1) != 1 || write(3, "x", 1) != 1 || write(2, "x", 1) != 1;
}

static int receive_elsewhere(void)
{
        struct msghdr message = {0};
        return recvmsg(0, &message, 0) < 0;
}

static int read_document(void)
{
        char text[4];
        struct stat status;
        if (receive() != 0)
                return 2;
        return pread(4, text, 4, 6) != 4 || memcmp(text, "6789", 4) != 0 || lseek(4, 0, SEEK_SET) != 0 ||
               read(4, text, 1) != 1 || *text != '0' || syscall(SYS_fstat, 4, &status) != 0 || status.st_size != 10;
}

static int map_document(void)
{
        if (receive() != 0)
                return 2;
        const char *text = mmap(NULL, 10, PROT_READ, MAP_SHARED, 4, 0);
        return text == MAP_FAILED || memcmp(text, "0123456789", 10) != 0;
}

static int open_up_document(void)
{
        if (receive() != 0)
                return 2;
        void *text = mmap(NULL, 10, PROT_READ, MAP_SHARED, 4, 0);
        return text == MAP_FAILED ? 2 : mprotect(text, 10, PROT_READ | PROT_WRITE) != 0;
}

static int map_document_writable(void)
{
        return receive() != 0 ? 2 : mmap(NULL, 10, PROT_READ | PROT_WRITE, MAP_PRIVATE, 4, 0) == MAP_FAILED;
}

static int map_document_code(void)
{
        return receive() != 0 ? 2 : mmap(NULL, 10, PROT_READ | PROT_EXEC, MAP_PRIVATE, 4, 0) == MAP_FAILED;
}

static int write_document(void)
{
        return receive() != 0 ? 2 : write(4, "x", 1) != 1;
}

static int cut_document(void)
{
        return receive() != 0 ? 2 : ftruncate(4, 0) != 0;
}

static int close_document(void)
{
        return receive() != 0 ? 2 : close(4) != 0;
}

static int close_socket(void)
{
        return close(3) != 0;
}

static int pread_other(void)
{
        char byte;
        return pread(0, &byte, 1, 0) < 0;
}

static int copy_descriptor(void)
{
        return dup(3) < 0 && fcntl(3, F_DUPFD, 0) < 0 && fcntl(3, F_DUPFD_CLOEXEC, 0) < 0;
}

static int ask_descriptor(void)
{
        return fcntl(3, F_GETFL) < 0;
}

static int look_at_file(void)
{
        struct stat status;
        return stat("/etc/passwd", &status) != 0 && syscall(SYS_statx, 0, "/etc/passwd", 0, 0, &status) != 0 &&
               fstatat(4, "/etc/passwd", &status, AT_EMPTY_PATH) != 0 && access("/etc/passwd", R_OK) != 0;
}

static int look_for_link(void)
{
        char text[100];
        return readlink("/proc/self/exe", text, sizeof text) < 0 && getcwd(text, sizeof text) == NULL;
}

static void *idle(void *data)
{
        return data;
}

static int start_thread(void)
{
        pthread_t thread;
        return pthread_create(&thread, NULL, idle, NULL) != 0;
}

static int new_descriptors(void)
{
        int pair[2];
        return memfd_create("x", 0) < 0 && pipe(pair) < 0 && pipe2(pair, 0) < 0;
}

static int ask_system(void)
{
        char bytes[8];
        struct utsname name;
        struct sysinfo info;
        cpu_set_t processors;
        struct rlimit limit;
        return getrandom(bytes, sizeof bytes, 0) != sizeof bytes || uname(&name) != 0 || sysinfo(&info) != 0 ||
               sched_getaffinity(0, sizeof processors, &processors) != 0 || getrlimit(RLIMIT_AS, &limit) != 0 ||
               getuid() != geteuid() || time(NULL) == 0;
}

static int raise_limit(void)
{
        const struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
        return setrlimit(RLIMIT_AS, &limit) != 0;
}

static int handle_signal(void)
{
        return signal(SIGUSR1, SIG_IGN) == SIG_ERR;
}

static int look_for_terminal(void)
{
        struct termios terminal;
        return tcgetattr(1, &terminal) != 0;
}

static int name_process(void)
{
        return prctl(PR_SET_NAME, "other", 0, 0, 0) != 0;
}

static int call_unshare(void)
{
        return unshare(0) != 0;
}

static int call_ring(void)
{
        return syscall(SYS_io_uring_setup, 1, NULL) < 0;
}

static int call_keys(void)
{
        return syscall(SYS_keyctl, 0, 0) < 0;
}

static int call_bpf(void)
{
        return syscall(SYS_bpf, 0, NULL, 0) < 0;
}

static int remove_file(void)
{
        return unlink("/nowhere/at/all") != 0;
}

static int signal_other_thread(void)
{
        return syscall(SYS_tkill, 1, SIGTERM) != 0;
}

static int make_process_quickly(void)
{
        return (int)syscall(SYS_vfork) < 0;
}

static int read_other(void)
{
        char byte;
        return read(0, &byte, 1) < 0;
}

static int write_other(void)
{
        return write(0, "x", 1) < 0;
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
        {"nothing", nothing},
        {"compute", compute},
        {"talk", talk},
        {"ask system", ask_system},
        {"ask descriptor", ask_descriptor},
        {"handle signal", handle_signal},
        {"receive", receive},
        {"read document", read_document},
        {"map document", map_document},
        {"close document", close_document},
        {"greed", greed},
        {"open", open_file},
        {"look at file", look_at_file},
        {"look for link", look_for_link},
        {"look for terminal", look_for_terminal},
        {"name process", name_process},
        {"thread", start_thread},
        {"fork", make_process},
        {"socket", make_socket},
        {"new descriptors", new_descriptors},
        {"copy descriptor", copy_descriptor},
        {"close socket", close_socket},
        {"open up document", open_up_document},
        {"write document", write_document},
        {"cut document", cut_document},
        {"map document writable", map_document_writable},
        {"map document code", map_document_code},
        {"receive elsewhere", receive_elsewhere},
        {"read 0", read_other},
        {"pread 0", pread_other},
        {"write 0", write_other},
        {"copy 3", copy_socket},
        {"send", send_message},
        {"execute", execute},
        {"vfork", make_process_quickly},
        {"kill", signal_parent},
        {"tkill", signal_other_thread},
        {"signal", other_signal},
        {"trace", trace_parent},
        {"chmod", change_mode},
        {"unlink", remove_file},
        {"map code", map_code},
        {"make code", make_code},
        {"map socket", map_file},
        {"raise limit", raise_limit},
        {"unshare", call_unshare},
        {"io_uring", call_ring},
        {"keyctl", call_keys},
        {"bpf", call_bpf},
        {"abort", give_up},
};

/* A file of ten bytes in the socket, and a byte behind it for talk(). */
static int send_file(int socket)
{
        char path[40], byte = 0;
        int file = memfd_create("document", MFD_CLOEXEC);
        union {
                char bytes[CMSG_SPACE(sizeof(int))];
                struct cmsghdr aligned;
        } control = {0};
        struct iovec part = {.iov_base = &byte, .iov_len = 1};
        const struct msghdr message = {.msg_iov = &part,
                                       .msg_iovlen = 1,
                                       .msg_control = control.bytes,
                                       .msg_controllen = sizeof control.bytes};
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        int reading = open(path, O_RDONLY | O_CLOEXEC);
        control.aligned =
                (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof file), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.aligned), &reading, sizeof reading);
        return write(file, "0123456789", 10) == 10 && reading >= 0 && sendmsg(socket, &message, 0) == 1 &&
               write(socket, "y", 1) == 1;
}

static int prepare(void)
{
        int pair[2], null = open("/dev/null", O_RDWR);
        return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && send_file(pair[1]) && dup2(pair[1], 0) == 0 &&
               dup2(pair[0], 3) == 3 && dup2(null, 1) == 1;
}

int main(int argc, char *argv[])
{
        const sandbox_limits limits = {.memory = (uint64_t)256 << 20, .cpu_seconds = 10};
        const char *what;
        for (size_t i = 0; argc == 2 && i < sizeof actions / sizeof *actions; i++) {
                if (strcmp(actions[i].name, argv[1]) != 0)
                        continue;
                int error = prepare() ? sandbox_enter(&limits, &what) : EINVAL;
                if (error != 0)
                        return 65;
                _exit(actions[i].try());
        }
        return 64;
}
