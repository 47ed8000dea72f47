/* filter: seccomp with tables of what is allowed and of what is refused with an error; anything else kills the process.
 *
 * Libraries look for files, threads and terminals that they can do without: those calls fail, so that a document is not
 * lost over a font's configuration. Nothing that acts on the world is among them. */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include <seccomp.h>

#include "protocol.h"

/* Whatever the arguments: memory, the clock, the process' own state, dying. */
static const int free_calls[] = {
        SCMP_SYS(brk),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(madvise),
        SCMP_SYS(futex),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(sigaltstack),
        SCMP_SYS(set_robust_list),
        SCMP_SYS(rseq),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(clock_getres),
        SCMP_SYS(clock_nanosleep),
        SCMP_SYS(nanosleep),
        SCMP_SYS(gettimeofday),
        SCMP_SYS(time),
        SCMP_SYS(times),
        SCMP_SYS(getrusage),
        SCMP_SYS(getrandom),
        SCMP_SYS(getcpu),
        SCMP_SYS(sched_yield),
        SCMP_SYS(sched_getaffinity),
        SCMP_SYS(sysinfo),
        SCMP_SYS(uname),
        SCMP_SYS(getpid),
        SCMP_SYS(gettid),
        SCMP_SYS(getuid),
        SCMP_SYS(geteuid),
        SCMP_SYS(getgid),
        SCMP_SYS(getegid),
        SCMP_SYS(getrlimit),
};

/* With one argument that decides. */
static const struct {
        int call;
        unsigned argument;
        enum scmp_compare compare;
        scmp_datum_t value;
} bound_calls[] = {
        {SCMP_SYS(read), 0, SCMP_CMP_EQ, ATOMIZE_FD},
        {SCMP_SYS(write), 0, SCMP_CMP_EQ, ATOMIZE_FD},
        {SCMP_SYS(recvmsg), 0, SCMP_CMP_EQ, ATOMIZE_FD},
        /* The document, a file that was opened for reading alone. */
        {SCMP_SYS(read), 0, SCMP_CMP_EQ, ATOMIZE_DOCUMENT_FD},
        {SCMP_SYS(pread64), 0, SCMP_CMP_EQ, ATOMIZE_DOCUMENT_FD},
        {SCMP_SYS(lseek), 0, SCMP_CMP_EQ, ATOMIZE_DOCUMENT_FD},
        {SCMP_SYS(fstat), 0, SCMP_CMP_EQ, ATOMIZE_DOCUMENT_FD},
        {SCMP_SYS(fadvise64), 0, SCMP_CMP_EQ, ATOMIZE_DOCUMENT_FD},
        {SCMP_SYS(close), 0, SCMP_CMP_EQ, ATOMIZE_DOCUMENT_FD},
        /* Both silenced; libraries talk. */
        {SCMP_SYS(write), 0, SCMP_CMP_EQ, STDOUT_FILENO},
        {SCMP_SYS(write), 0, SCMP_CMP_EQ, STDERR_FILENO},
        {SCMP_SYS(writev), 0, SCMP_CMP_EQ, STDOUT_FILENO},
        {SCMP_SYS(writev), 0, SCMP_CMP_EQ, STDERR_FILENO},
        /* Silencing them comes after the filter. */
        {SCMP_SYS(dup2), 0, SCMP_CMP_EQ, STDOUT_FILENO},
        {SCMP_SYS(dup3), 0, SCMP_CMP_EQ, STDOUT_FILENO},
        /* Asking for limits, not setting them. */
        {SCMP_SYS(prlimit64), 2, SCMP_CMP_EQ, 0},
        /* abort() raises a signal: the only one it may send, and to whom is checked by the kernel (same user). */
        {SCMP_SYS(tgkill), 2, SCMP_CMP_EQ, SIGABRT},
        {SCMP_SYS(fcntl), 1, SCMP_CMP_EQ, F_GETFD},
        {SCMP_SYS(fcntl), 1, SCMP_CMP_EQ, F_SETFD},
        {SCMP_SYS(fcntl), 1, SCMP_CMP_EQ, F_GETFL},
};

/* Refused with an error. */
static const struct {
        int call, error;
} refused_calls[] = {
        /* Files: there are none. */
        {SCMP_SYS(open), EACCES},
        {SCMP_SYS(openat), EACCES},
        {SCMP_SYS(openat2), EACCES},
        {SCMP_SYS(access), EACCES},
        {SCMP_SYS(faccessat), EACCES},
        {SCMP_SYS(faccessat2), EACCES},
        {SCMP_SYS(stat), EACCES},
        {SCMP_SYS(lstat), EACCES},
        {SCMP_SYS(newfstatat), EACCES}, /* with an absolute path it would look at any file */
        {SCMP_SYS(statx), EACCES},
        {SCMP_SYS(statfs), EACCES},
        {SCMP_SYS(readlink), EACCES},
        {SCMP_SYS(readlinkat), EACCES},
        {SCMP_SYS(getcwd), EACCES},
        /* New descriptors: the next number is the document's. */
        {SCMP_SYS(socket), EACCES},
        {SCMP_SYS(memfd_create), EMFILE},
        {SCMP_SYS(eventfd2), EMFILE},
        {SCMP_SYS(pipe), EMFILE},
        {SCMP_SYS(pipe2), EMFILE},
        {SCMP_SYS(dup), EMFILE},
        {SCMP_SYS(inotify_init1), EMFILE},
        {SCMP_SYS(epoll_create1), EMFILE},
        /* Threads. */
        {SCMP_SYS(clone3), ENOSYS}, /* glibc tries clone() then */
        {SCMP_SYS(clone), EAGAIN},
        {SCMP_SYS(sched_setaffinity), EPERM},
        {SCMP_SYS(sched_getparam), EPERM},
        {SCMP_SYS(sched_getscheduler), EPERM},
        {SCMP_SYS(membarrier), EPERM},
        {SCMP_SYS(get_mempolicy), EPERM},
        {SCMP_SYS(mlock), EPERM},
        {SCMP_SYS(prctl), EPERM},
        {SCMP_SYS(ioctl), ENOTTY},
};

static int allow_calls(scmp_filter_ctx filter)
{
        int error = 0;
        for (size_t i = 0; error == 0 && i < sizeof free_calls / sizeof *free_calls; i++)
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, free_calls[i], 0);
        for (size_t i = 0; error == 0 && i < sizeof bound_calls / sizeof *bound_calls; i++)
                error = seccomp_rule_add(
                        filter, SCMP_ACT_ALLOW, bound_calls[i].call, 1,
                        SCMP_CMP(bound_calls[i].argument, bound_calls[i].compare, bound_calls[i].value, 0));
        return error;
}

static int refuse_calls(scmp_filter_ctx filter)
{
        int error = 0;
        for (size_t i = 0; error == 0 && i < sizeof refused_calls / sizeof *refused_calls; i++)
                error = seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)refused_calls[i].error),
                                         refused_calls[i].call, 0);
        if (error == 0)
                error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EBADF), SCMP_SYS(close), 1,
                                         SCMP_A0(SCMP_CMP_NE, ATOMIZE_DOCUMENT_FD, 0));
        if (error == 0)
                error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EMFILE), SCMP_SYS(fcntl), 1,
                                         SCMP_A1(SCMP_CMP_EQ, F_DUPFD, 0));
        if (error == 0)
                error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fcntl), 1,
                                         SCMP_A1(SCMP_CMP_GT, F_GETFL, 0));
        return error;
}

/* Memory, but none that can be executed; and the document, read-only. */
static int allow_memory(scmp_filter_ctx filter)
{
        int error =
                seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                 SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
        if (error == 0)
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_EQ, PROT_READ, 0),
                                         SCMP_A4(SCMP_CMP_EQ, ATOMIZE_DOCUMENT_FD, 0));
        if (error == 0)
                error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                         SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        return error;
}

int filter_enter(void)
{
        scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
        if (filter == NULL)
                return ENOMEM;
        int error = allow_calls(filter);
        if (error == 0)
                error = allow_memory(filter);
        if (error == 0)
                error = refuse_calls(filter);
        /* A search tree instead of a list: a hundred calls are looked through at each one. */
        if (error == 0)
                (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
        if (error == 0)
                error = seccomp_load(filter);
        seccomp_release(filter);
        return -error;
}
