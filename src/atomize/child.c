/* child: posix_spawn with nothing inherited but one socket. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "protocol.h"

/* The child keeps standard error until it enters its sandbox: the loader's last words are worth a line. */
static int spawn(pid_t *pid, const char *program, char *const argv[], int socket)
{
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, all;
        char *const environment[] = {NULL};
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawn_file_actions_adddup2(&actions, socket, ATOMIZE_FD);
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addclosefrom_np(&actions, ATOMIZE_FD + 1);
        int error = posix_spawn(pid, program, &actions, &attributes, argv, environment);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        return error;
}

/* A descriptor that dup2() to 3 really copies: onto itself it would stay close-on-exec. */
static int above_target(int fd)
{
        if (fd > ATOMIZE_FD)
                return fd;
        int moved = fcntl(fd, F_DUPFD_CLOEXEC, ATOMIZE_FD + 1);
        close(fd);
        return moved;
}

hart_code child_start(atomize_child *child, const char *program, uint64_t memory, uint64_t cpu_seconds, hart_error *err)
{
        int pair[2];
        char memory_text[24], cpu_text[24], name[] = "hartonomous-atomize";
        snprintf(memory_text, sizeof memory_text, "%" PRIu64, memory);
        snprintf(cpu_text, sizeof cpu_text, "%" PRIu64, cpu_seconds);
        char *const argv[] = {name, memory_text, cpu_text, NULL};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
                return hart_fail_errno(err, HART_FATAL, errno, "socketpair");
        pair[1] = above_target(pair[1]);
        int error = pair[1] < 0 ? errno : spawn(&child->pid, program, argv, pair[1]);
        if (pair[1] >= 0)
                close(pair[1]);
        if (error != 0) {
                close(pair[0]);
                child->pid = 0;
                /* Too many processes or too little memory is not a matter of settings. */
                return hart_fail_errno(err, error == EAGAIN || error == ENOMEM ? HART_RETRY : HART_CONFIG, error,
                                       "the atomizer %s cannot be started", program);
        }
        child->fd = pair[0];
        return HART_OK;
}

/* Seconds, rounded up. */
static uint64_t cpu_used(pid_t pid)
{
        clockid_t clock;
        struct timespec used = {0};
        if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
                return 0;
        return (uint64_t)used.tv_sec + 1;
}

static int wait_for(pid_t pid)
{
        int status = 0;
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        return status;
}

hart_code child_limit(const atomize_child *child, uint64_t memory, uint64_t cpu_seconds, hart_error *err)
{
        const struct {
                int resource;
                rlim_t most;
        } rows[] = {{RLIMIT_AS, memory}, {RLIMIT_CPU, cpu_used(child->pid) + cpu_seconds}};
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct rlimit rlimit;
                int resource = rows[i].resource;
                if (rows[i].most == 0)
                        continue;
                if (prlimit(child->pid, (__rlimit_resource_t)resource, NULL, &rlimit) != 0)
                        return hart_fail_errno(err, HART_FATAL, errno, "look at the limits of the atomizer");
                rlimit.rlim_cur = rows[i].most < rlimit.rlim_max ? rows[i].most : rlimit.rlim_max;
                if (prlimit(child->pid, (__rlimit_resource_t)resource, &rlimit, NULL) != 0)
                        return hart_fail_errno(err, HART_FATAL, errno, "limit the atomizer");
        }
        return HART_OK;
}

uint64_t child_memory_limit(const atomize_child *child)
{
        struct rlimit rlimit;
        if (prlimit(child->pid, RLIMIT_AS, NULL, &rlimit) != 0 || rlimit.rlim_cur == RLIM_INFINITY)
                return 0;
        return rlimit.rlim_cur;
}

void child_stop(atomize_child *child)
{
        if (child->pid == 0)
                return;
        close(child->fd);
        kill(child->pid, SIGKILL);
        (void)wait_for(child->pid);
        child->pid = 0;
}

/* What a signal means of a process in the sandbox. */
static const char *guess(int signal)
{
        switch (signal) {
        case SIGABRT:
        case SIGTRAP: /* GLib */
                return " (out of memory?)";
        case SIGSYS:
                return " (a forbidden system call)";
        default:
                return "";
        }
}

bool child_describe_end(atomize_child *child, char text[64])
{
        siginfo_t info = {0};
        /* Its socket is closed, so it is ending; one that only closed it is ended here. */
        for (int slice = 0; slice < 50; slice++) {
                if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0)
                        break;
                (void)poll(NULL, 0, 20);
        }
        if (info.si_pid == 0)
                kill(child->pid, SIGKILL);
        int status = wait_for(child->pid);
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
                snprintf(text, 64, "used up its CPU time");
        else if (WIFSIGNALED(status))
                snprintf(text, 64, "crashed with SIG%s%s", sigabbrev_np(WTERMSIG(status)), guess(WTERMSIG(status)));
        else
                snprintf(text, 64, "ended with exit status %d", WEXITSTATUS(status));
        close(child->fd);
        child->pid = 0;
        return WIFSIGNALED(status);
}
