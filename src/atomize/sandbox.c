/* sandbox: limits, then the filter of system calls. */
#include "sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "filter.h"
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

/* The daemon sets these anew for each document; what they can be raised to stays. */
static int limit_now(int resource, rlim_t most)
{
        struct rlimit rlimit;
        if (getrlimit((__rlimit_resource_t)resource, &rlimit) != 0)
                return errno;
        rlimit.rlim_cur = most < rlimit.rlim_max ? most : rlimit.rlim_max;
        return setrlimit((__rlimit_resource_t)resource, &rlimit) == 0 ? 0 : errno;
}

#if !SANITIZED
/* Address space in use: the libraries, and what they have loaded. */
static int mapped_now(uint64_t *ret)
{
        unsigned long pages = 0;
        FILE *file = fopen("/proc/self/statm", "re");
        if (file == NULL)
                return errno;
        int found = fscanf(file, "%lu", &pages);
        (void)fclose(file);
        *ret = (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
        return found == 1 ? 0 : EIO;
}

static int limit_memory(uint64_t memory)
{
        uint64_t mapped = 0;
        int error = mapped_now(&mapped);
        return error != 0 ? error : limit_now(RLIMIT_AS, mapped + memory);
}
#endif

static int set_limits(const sandbox_limits *limits)
{
        static const struct {
                int resource;
                rlim_t most;
        } rows[] = {
                {RLIMIT_CORE, 0},
                {RLIMIT_FSIZE, 0},
                {RLIMIT_MEMLOCK, 0},
                {RLIMIT_MSGQUEUE, 0},
#if !SANITIZED
                {RLIMIT_NOFILE, ATOMIZE_DOCUMENT_FD + 1},
#endif
        };
        int error = limit_now(RLIMIT_CPU, limits->cpu_seconds);
#if !SANITIZED
        if (error == 0)
                error = limit_memory(limits->memory);
#endif
        for (size_t i = 0; error == 0 && i < sizeof rows / sizeof *rows; i++)
                error = limit(rows[i].resource, rows[i].most);
        return error;
}

int sandbox_enter(const sandbox_limits *limits, const char **what)
{
        *what = "PR_SET_NO_NEW_PRIVS";
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
                return errno;
        *what = "PR_SET_DUMPABLE"; /* no other process of the user may look into it */
        if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
                return errno;
        *what = "close_range";
        if (close_range(ATOMIZE_DOCUMENT_FD, ~0U, 0) != 0)
                return errno;
        *what = "limits";
        int error = set_limits(limits);
#if !SANITIZED
        if (error == 0) {
                *what = "seccomp";
                error = filter_enter();
        }
        /* Nor may it write into the journal. Last, so that what failed above can be said. */
        if (error == 0 && dup2(STDOUT_FILENO, STDERR_FILENO) < 0) {
                *what = "silencing";
                error = errno;
        }
#endif
        return error;
}
