/* bench_broker_client: the processes and the protocol; see client.h. */
#include "client.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hartonomous/clock.h>

static const struct role *const roles[] = {&reader_role, &sender_role};

static const struct {
        const char *name;
        size_t offset;
} numbers[] = {
        {"members", offsetof(struct options, members)},
        {"batch", offsetof(struct options, batch)},
        {"first", offsetof(struct options, first)},
        {"rate", offsetof(struct options, rate)},
};

void must(hart_code code, const hart_error *err)
{
        if (code == HART_OK)
                return;
        fprintf(stderr, "bench_broker_client: %s: %s\n", hart_code_name(code), err->text);
        exit(1);
}

void note_handled(struct shared *shared, uint64_t count, uint64_t now)
{
        atomic_fetch_add(&shared->handled, count);
        uint_fast64_t last = atomic_load(&shared->last_at);
        while (last < now && !atomic_compare_exchange_weak(&shared->last_at, &last, now))
                continue;
}

static void set_option(struct options *options, const char *word)
{
        const char *value = strchr(word, '=');
        const size_t length = value ? (size_t)(value++ - word) : 0;
        if (value && length == 3 && memcmp(word, "out", 3) == 0) {
                options->out = value;
                return;
        }
        for (size_t i = 0; value && i < sizeof numbers / sizeof *numbers; i++)
                if (strlen(numbers[i].name) == length && memcmp(word, numbers[i].name, length) == 0) {
                        *(uint64_t *)(void *)((char *)options + numbers[i].offset) = strtoull(value, NULL, 10);
                        return;
                }
        fprintf(stderr, "bench_broker_client: unknown option %s\n", word);
        exit(64);
}

static void wait_for(sem_t *semaphore)
{
        while (sem_wait(semaphore) < 0)
                if (errno != EINTR)
                        exit(1);
}

static void member_main(const struct role *role, struct member *member)
{
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hart_error err = {0};
        const hart_pg_options connection = {.conninfo = member->options->conninfo,
                                            .application_name = "bench_broker_client",
                                            .connect_timeout = 10 * HART_SECOND};
        must(hart_pg_open(&member->pg, &connection, &err), &err);
        role->open(member);
        sem_post(&member->shared->done);
        for (;;) {
                wait_for(&member->shared->go[member->index]);
                if (atomic_load(&member->shared->quit))
                        break;
                role->run(member);
                sem_post(&member->shared->done);
        }
        role->close(member);
        hart_pg_close(member->pg);
        exit(0);
}

/* A member that failed has said why. */
static void on_child(int number)
{
        (void)number;
        int status = 0;
        while (waitpid(-1, &status, WNOHANG) > 0)
                if (status != 0)
                        _exit(1);
}

static void all_done(const struct options *options, struct shared *shared)
{
        for (uint64_t i = 0; i < options->members; i++)
                wait_for(&shared->done);
}

static void release(const struct options *options, struct shared *shared)
{
        for (uint64_t i = 0; i < options->members; i++)
                sem_post(&shared->go[i]);
}

/* One line "go N". */
static void go(const struct options *options, struct shared *shared, uint64_t count)
{
        const uint64_t before = atomic_load(&shared->handled);
        atomic_store(&shared->received, before);
        atomic_store(&shared->before, before);
        atomic_store(&shared->target, count ? before + count : UINT64_MAX);
        atomic_store(&shared->stop, false);
        atomic_store(&shared->begun_at, hart_now());
        release(options, shared);
        char line[64];
        if (!count) {
                if (!fgets(line, sizeof line, stdin)) /* else it is "stop" */
                        exit(1);
                atomic_store(&shared->stop, true);
        }
        all_done(options, shared);
        const uint64_t last = atomic_load(&shared->last_at), begun = atomic_load(&shared->begun_at);
        printf("done %llu %.6f\n", (unsigned long long)(atomic_load(&shared->handled) - before),
               last > begun ? (double)(last - begun) / (double)HART_SECOND : 0.0);
}

static void command(const struct options *options, struct shared *shared)
{
        char line[64];
        all_done(options, shared);
        puts("ready");
        while (fgets(line, sizeof line, stdin))
                if (strncmp(line, "go ", 3) == 0)
                        go(options, shared, strtoull(line + 3, NULL, 10));
        atomic_store(&shared->quit, true);
        signal(SIGCHLD, SIG_DFL);
        release(options, shared);
        int status = 0;
        while (wait(&status) > 0)
                if (status != 0)
                        exit(1);
}

static void fork_members(const struct role *role, const struct options *options, struct shared *shared)
{
        signal(SIGCHLD, on_child);
        for (size_t i = 0; i < options->members; i++) {
                const pid_t pid = fork();
                if (pid < 0) {
                        perror("fork");
                        exit(1);
                }
                if (pid == 0) {
                        signal(SIGCHLD, SIG_DFL);
                        struct member member = {.options = options, .shared = shared, .index = i};
                        member_main(role, &member);
                }
        }
}

int main(int argc, char *argv[])
{
        struct options options = {.conninfo = argc > 2 ? argv[2] : "", .members = 1, .batch = 1};
        const struct role *role = NULL;
        for (size_t i = 0; argc > 2 && i < sizeof roles / sizeof *roles; i++)
                if (strcmp(argv[1], roles[i]->name) == 0)
                        role = roles[i];
        if (!role) {
                fputs("usage: bench_broker_client receive|send CONNINFO KEY=VALUE...\n", stderr);
                return 64;
        }
        for (int i = 3; i < argc; i++)
                set_option(&options, argv[i]);
        struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        bool works = shared != MAP_FAILED && sem_init(&shared->done, 1, 0) == 0 && options.members <= MEMBERS_MAX;
        for (size_t i = 0; works && i < options.members; i++)
                works = sem_init(&shared->go[i], 1, 0) == 0;
        if (!works) {
                fprintf(stderr, "bench_broker_client: no shared memory, or over %d members\n", MEMBERS_MAX);
                return 1;
        }
        setvbuf(stdout, NULL, _IOLBF, 0);
        fork_members(role, &options, shared);
        command(&options, shared);
        return 0;
}
