#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cluster.h"

#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <hartonomous/clock.h>

static const char *programs(void)
{
        static char folder[256];
        if (*folder)
                return folder;
        FILE *pipe = popen("pg_config --bindir", "re");
        assert_non_null(pipe);
        assert_non_null(fgets(folder, sizeof folder, pipe));
        assert_int_equal(pclose(pipe), 0);
        folder[strcspn(folder, "\n")] = '\0';
        return folder;
}

/* PostgreSQL refuses to run as root. Runs in the child. */
static void become_postgres(void)
{
        if (geteuid() != 0)
                return;
        const struct passwd *user = getpwnam("postgres");
        if (!user || setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
                _exit(99);
}

static pid_t start_program(const struct cluster *cluster, const char *const *arguments)
{
        HART_CLEANUP(hart_free_p) char *log = hart_format("%s/log", cluster->folder);
        HART_CLEANUP(hart_free_p) char *program = hart_format("%s/%s", programs(), arguments[0]);
        const pid_t parent = getpid();
        pid_t child = fork();
        assert_true(child >= 0);
        if (child > 0)
                return child;
        become_postgres();
        prctl(PR_SET_PDEATHSIG, SIGQUIT); /* after the change of user, which clears it */
        if (getppid() != parent)
                _exit(98);
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        char *copies[16] = {0};
        copies[0] = program; /* with its folder: initdb looks for the server beside itself */
        for (size_t i = 1; arguments[i]; i++)
                copies[i] = hart_duplicate(arguments[i]);
        execv(program, copies);
        _exit(97);
}

static void write_file(const struct cluster *cluster, const char *name, const char *text)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/data/%s", cluster->folder, name);
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
}

void cluster_open(struct cluster *cluster)
{
        strcpy(cluster->folder, "/tmp/hartonomous-test-XXXXXX");
        assert_non_null(mkdtemp(cluster->folder));
        const struct passwd *user = getpwnam("postgres");
        if (geteuid() == 0)
                assert_true(user && chown(cluster->folder, user->pw_uid, user->pw_gid) == 0);
        HART_CLEANUP(hart_free_p) char *data = hart_format("%s/data", cluster->folder);
        const char *const initdb[] = {"initdb",    "-D", data,   "-U",         "postgres",          "-A", "trust",
                                      "--no-sync", "-E", "UTF8", "--locale=C", "--no-instructions", NULL};
        int status = 0;
        pid_t child = start_program(cluster, initdb);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        write_file(cluster, "postgresql.auto.conf",
                   "listen_addresses = ''\nfsync = off\nshared_buffers = 16MB\nmax_connections = 50\n");
        write_file(cluster, "pg_hba.conf",
                   "local all secret scram-sha-256\nlocal all peered peer\nlocal all all trust\n");
        cluster_start(cluster);
        HART_CLEANUP(hart_pg_close_p) hart_pg *pg = cluster_connect(cluster, "postgres", "postgres");
        cluster_do(pg, "CREATE ROLE hartonomous LOGIN CREATEROLE CREATEDB; CREATE ROLE secret LOGIN PASSWORD 'right';"
                       "CREATE ROLE peered LOGIN");
}

void cluster_start(struct cluster *cluster)
{
        HART_CLEANUP(hart_free_p) char *data = hart_format("%s/data", cluster->folder);
        const char *const server[] = {"postgres", "-D", data, "-k", cluster->folder, NULL};
        cluster->server = start_program(cluster, server);
        HART_CLEANUP(hart_free_p) char *conninfo = cluster_conninfo(cluster, "postgres", "postgres");
        const hart_pg_options options = {.conninfo = conninfo, .application_name = "test"};
        hart_error error = {0};
        const uint64_t deadline = hart_now() + 30 * HART_SECOND;
        hart_pg *pg = NULL;
        while (hart_pg_open(&pg, &options, &error) != HART_OK) {
                if (hart_now() > deadline)
                        fail_msg("the server does not start: %s", error.text);
                nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
                if (waitpid(cluster->server, NULL, WNOHANG) == cluster->server) /* orphans of a killed one live yet */
                        cluster->server = start_program(cluster, server);
        }
        hart_pg_close(pg);
}

void cluster_stop(struct cluster *cluster, int signal)
{
        assert_int_equal(kill(cluster->server, signal), 0);
        assert_int_equal(waitpid(cluster->server, NULL, 0), cluster->server);
        cluster->server = 0;
}

void cluster_close(struct cluster *cluster)
{
        if (cluster->server)
                cluster_stop(cluster, SIGQUIT);
        HART_CLEANUP(hart_free_p) char *command = hart_format("rm -rf %s", cluster->folder);
        assert_int_equal(system(command), 0);
}

char *cluster_conninfo(const struct cluster *cluster, const char *database, const char *user)
{
        return hart_format("host=%s dbname=%s user=%s", cluster->folder, database, user);
}

hart_pg *cluster_connect(const struct cluster *cluster, const char *database, const char *user)
{
        HART_CLEANUP(hart_free_p) char *conninfo = cluster_conninfo(cluster, database, user);
        const hart_pg_options options = {.conninfo = conninfo, .application_name = "test"};
        hart_error error = {0};
        hart_pg *pg = NULL;
        assert_code(HART_OK, hart_pg_open(&pg, &options, &error), error);
        return pg;
}

void cluster_do(hart_pg *pg, const char *script)
{
        hart_error error = {0};
        assert_code(HART_OK, hart_pg_script(pg, script, &error), error);
}

int64_t cluster_integer(hart_pg *pg, const char *query)
{
        hart_error error = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        const hart_pg_statement statement = {.name = query, .text = query};
        assert_code(HART_OK, hart_pg_run(pg, &statement, NULL, &result, &error), error);
        assert_int_equal(hart_pg_rows(result), 1);
        return hart_pg_integer(result, 0, 0);
}

static void apply(hart_pg *pg, const char *path)
{
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        hart_buffer text = {0};
        size_t size = 0;
        char part[4096];
        hart_buffer_text(&text, "BEGIN;");
        while ((size = fread(part, 1, sizeof part, file)) > 0)
                hart_buffer_append(&text, part, size);
        hart_buffer_text(&text, ";COMMIT");
        fclose(file);
        cluster_do(pg, (const char *)text.data);
        hart_buffer_done(&text);
}

void cluster_database(const struct cluster *cluster, const char *name, bool schema)
{
        HART_CLEANUP(hart_pg_close_p) hart_pg *server = cluster_connect(cluster, "postgres", "postgres");
        HART_CLEANUP(hart_free_p) char *create = hart_format("CREATE DATABASE %s OWNER hartonomous", name);
        cluster_do(server, create);
        if (!schema)
                return;
        HART_CLEANUP(hart_pg_close_p) hart_pg *pg = cluster_connect(cluster, name, "hartonomous");
        glob_t files = {0};
        assert_int_equal(glob(MIGRATIONS "/*.sql", 0, NULL, &files), 0);
        for (size_t i = 0; i < files.gl_pathc; i++)
                apply(pg, files.gl_pathv[i]);
        globfree(&files);
}
