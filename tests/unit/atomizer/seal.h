/* A process that is killed when it opens a file, or starts a thread or a program: what the sandbox does. */
#ifndef TEST_SEAL_H
#define TEST_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define SEAL_KILL_FOR(call)                                                                                            \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static inline bool seal(void)
{
        struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                SEAL_KILL_FOR(SYS_openat),
                SEAL_KILL_FOR(SYS_openat2),
                SEAL_KILL_FOR(SYS_clone3),
                SEAL_KILL_FOR(SYS_clone),
                SEAL_KILL_FOR(SYS_execve),
                SEAL_KILL_FOR(SYS_socket),
                SEAL_KILL_FOR(SYS_faccessat),
                SEAL_KILL_FOR(SYS_readlinkat),
#ifdef SYS_open
                SEAL_KILL_FOR(SYS_open),
                SEAL_KILL_FOR(SYS_access),
                SEAL_KILL_FOR(SYS_stat),
#endif
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#endif
