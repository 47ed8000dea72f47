/* After the start no library opens a file, starts a thread or a program: each document is read by a process that would
 * be killed for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include <hartonomous/json.h>

#include "../samples.h"
#include "office_samples.h"

#define KILL_FOR(call)                                                                                                 \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static bool seal(void)
{
        struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                KILL_FOR(SYS_openat),
                KILL_FOR(SYS_openat2),
                KILL_FOR(SYS_clone3),
                KILL_FOR(SYS_clone),
                KILL_FOR(SYS_execve),
                KILL_FOR(SYS_socket),
                KILL_FOR(SYS_faccessat),
                KILL_FOR(SYS_readlinkat),
#ifdef SYS_open
                KILL_FOR(SYS_open),
                KILL_FOR(SYS_access),
                KILL_FOR(SYS_stat),
#endif
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* What the process ended with. */
static int status_of(const struct office_sample *sample, bool opens)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
        read_sample("office", sample->file, &bytes);
        pid_t child = fork();
        if (child == 0) {
                struct record record;
                if (!seal())
                        _exit(2);
                if (opens)
                        record_read_file("/etc/passwd", &bytes);
                record_run(&record, sample->atomizer, bytes.data, bytes.size, NULL, NULL, NULL);
                record_done(&record);
                _exit(0);
        }
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        return status;
}

static void test_sealed(void **unused)
{
        hart_error err = {0};
        HART_CLEANUP(hart_json_close_p) hart_json *seeded = NULL;
        (void)unused;
        assert_int_equal(hart_atomizers_open(&err), HART_OK);
        /* The recorder checks metadata with a library that asks for random bytes once. */
        assert_int_equal(hart_json_parse("{}", 2, &seeded, &err), HART_OK);
        for (size_t i = 0; i < OFFICE_SAMPLES; i++) {
                int status = status_of(&office_samples[i], false);
                if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                        fail_msg("%s: status %x", office_samples[i].file, (unsigned)status);
        }
        int status = status_of(&office_samples[0], true); /* the seal is one */
        assert_true(WIFSIGNALED(status));
        hart_atomizers_close();
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_sealed)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
