/* sandbox: rlimits, then seccomp with a list of what is allowed; everything else kills the process. */
#include "sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <seccomp.h>

#include "protocol.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static int limit(int resource, rlim_t most)
{
        const struct rlimit rlimit = {.rlim_cur = most, .rlim_max = most};
        return setrlimit((__rlimit_resource_t)resource, &rlimit) == 0 ? 0 : errno;
}

static int set_limits(const sandbox_limits *limits)
{
        const struct {
                int resource;
                rlim_t most;
        } rows[] = {
                {RLIMIT_CORE, 0},
                {RLIMIT_FSIZE, 0},
                {RLIMIT_MEMLOCK, 0},
                {RLIMIT_MSGQUEUE, 0},
                {RLIMIT_NOFILE, ATOMIZE_FD + 1},
                {RLIMIT_CPU, limits->cpu_seconds},
#if !SANITIZED
                {RLIMIT_AS, limits->memory},
#endif
        };
        int error = 0;
        for (size_t i = 0; error == 0 && i < sizeof rows / sizeof *rows; i++)
                error = limit(rows[i].resource, rows[i].most);
        return error;
}

#if !SANITIZED
/* The socket is read and written; standard error is silenced, and said something on where that fails. */
static int allow_descriptors(scmp_filter_ctx filter)
{
        static const struct {
                int call;
                scmp_datum_t first;
        } calls[] = {
                {SCMP_SYS(read), ATOMIZE_FD},    {SCMP_SYS(write), ATOMIZE_FD},   {SCMP_SYS(write), STDERR_FILENO},
                {SCMP_SYS(dup2), STDOUT_FILENO}, {SCMP_SYS(dup3), STDOUT_FILENO},
        };
        int error = 0;
        for (size_t i = 0; error == 0 && i < sizeof calls / sizeof *calls; i++)
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i].call, 1,
                                         SCMP_A0(SCMP_CMP_EQ, calls[i].first, 0));
        return error;
}

/* Memory, but none that can be executed and no mapped file; talking over the socket; dying. */
static int allow(scmp_filter_ctx filter)
{
        static const int calls[] = {
                SCMP_SYS(brk),           SCMP_SYS(munmap),         SCMP_SYS(mremap),          SCMP_SYS(madvise),
                SCMP_SYS(futex),         SCMP_SYS(exit),           SCMP_SYS(exit_group),      SCMP_SYS(rt_sigreturn),
                SCMP_SYS(gettid),        SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
                SCMP_SYS(clock_gettime),
        };
        int error = 0;
        for (size_t i = 0; error == 0 && i < sizeof calls / sizeof *calls; i++)
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
        if (error == 0)
                error = allow_descriptors(filter);
        if (error == 0)
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                                         SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                         SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
        if (error == 0)
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                         SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        /* abort() raises a signal: the only one it may send, and to whom is checked by the kernel (same user). */
        if (error == 0)
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A2(SCMP_CMP_EQ, SIGABRT, 0));
        return error;
}

static int filter_calls(void)
{
        scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
        if (filter == NULL)
                return ENOMEM;
        int error = allow(filter);
        if (error == 0)
                error = seccomp_load(filter);
        seccomp_release(filter);
        return -error;
}
#endif

int sandbox_enter(const sandbox_limits *limits, const char **what)
{
        *what = "PR_SET_NO_NEW_PRIVS";
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
                return errno;
        *what = "PR_SET_DUMPABLE"; /* no other process of the user may look into it */
        if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
                return errno;
        *what = "setrlimit";
        int error = set_limits(limits);
#if !SANITIZED
        if (error == 0) {
                *what = "seccomp";
                error = filter_calls();
        }
        /* Nor may it write into the journal. Last, so that what failed above can be said. */
        if (error == 0 && dup2(STDOUT_FILENO, STDERR_FILENO) < 0) {
                *what = "silencing";
                error = errno;
        }
#endif
        return error;
}
