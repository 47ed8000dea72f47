/* config check: every program is asked about its own settings, so that this one need not know them. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "table.h"

#define ANSWER_LIMIT 8192

static const char *const programs[] = {"hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding",
                                       "hartonomous-fetch"};

static const table_column columns[] = {
        {"program", "PROGRAM", TABLE_TEXT},
        {"ok", "OK", TABLE_FLAG},
        {"message", "MESSAGE", TABLE_TEXT},
};

static char *own_folder(void)
{
        char path[4096];
        ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
        if (size <= 0)
                return hart_duplicate(HARTONOMOUS_PROGRAM_DIR);
        path[size] = '\0';
        char *slash = strrchr(path, '/');
        return hart_duplicate_n(path, slash ? (size_t)(slash - path) : 0);
}

/* Beside this program (a build tree), else where it is installed; NULL where it is not. free() */
static char *find_program(const char *name)
{
        HART_CLEANUP(hart_free_p) char *folder = own_folder();
        const char *const folders[] = {folder, HARTONOMOUS_PROGRAM_DIR, "/usr/sbin", "/usr/bin"};
        for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
                HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folders[i], name);
                if (access(path, X_OK) == 0)
                        return HART_TAKE(path);
        }
        return NULL;
}

static int start(const char *path, const char *config_dir, int write_end, pid_t *pid)
{
        char check[] = "--check-config", directory[] = "--config-dir";
        HART_CLEANUP(hart_free_p) char *program = hart_duplicate(path);
        HART_CLEANUP(hart_free_p) char *folder = hart_duplicate(config_dir);
        char *const arguments[] = {program, directory, folder, check, NULL};
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, write_end, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, write_end, STDERR_FILENO);
        int failure = posix_spawn(pid, path, &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        return failure;
}

static void read_answer(int read_end, hart_buffer *answer)
{
        for (;;) {
                unsigned char *place = hart_buffer_reserve(answer, 1024);
                ssize_t got = read(read_end, place, 1024);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return;
                /* What is over the limit is read all the same, so that the program can end. */
                if (answer->size < ANSWER_LIMIT)
                        answer->size += (size_t)got;
        }
}

/* Its exit status, -1 where it could not be started or did not end by itself. */
static int run_check(const char *path, const char *config_dir, hart_buffer *answer)
{
        int ends[2], ended = 0;
        pid_t pid = 0;
        if (pipe2(ends, O_CLOEXEC) != 0) {
                hart_buffer_text(answer, strerror(errno));
                return -1;
        }
        int failure = start(path, config_dir, ends[1], &pid);
        close(ends[1]);
        if (failure)
                hart_buffer_text(answer, strerror(failure));
        else
                read_answer(ends[0], answer);
        close(ends[0]);
        if (failure || waitpid(pid, &ended, 0) != pid)
                return -1;
        return WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
}

static int check_one(const struct ctl *ctl, const char *name, struct table *into)
{
        HART_CLEANUP(hart_free_p) char *path = find_program(name);
        HART_CLEANUP(hart_buffer_done) hart_buffer answer = {0};
        int status = CTL_FAILURE;
        if (path)
                status = run_check(path, ctl->options.config_dir, &answer);
        else
                hart_buffer_text(&answer, "is not installed");
        while (answer.size > 0 && answer.data[answer.size - 1] == '\n')
                answer.size--;
        table_text(into, name);
        table_flag(into, status == 0);
        if (answer.size > 0)
                table_text_n(into, (const char *)answer.data, answer.size);
        else
                table_null(into);
        return status == 0 ? CTL_OK : status == CTL_CONFIG ? CTL_CONFIG : CTL_FAILURE;
}

int ctl_config_check(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        HART_CLEANUP(table_done)
        struct table results = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
        int worst = CTL_OK;
        for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
                int status = check_one(ctl, programs[i], &results);
                worst = status > worst ? status : worst; /* settings before other failures */
        }
        table_show(&results, ctl->options.json);
        return worst;
}
