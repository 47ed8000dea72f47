/* A real PostgreSQL server of a test's own, on a Unix socket in a temporary folder. It ends with the test program,
 * however that ends. Everything here fails the test when it cannot do what it says. */
#ifndef TEST_CLUSTER_H
#define TEST_CLUSTER_H

#include <sys/types.h>

#include <hartonomous/postgres.h>

struct cluster {
        char folder[64];
        pid_t server;
};

/* initdb and start. Roles: postgres, hartonomous (CREATEROLE CREATEDB), secret (password "right"), peered (peer). */
void cluster_open(struct cluster *cluster);
void cluster_close(struct cluster *cluster);
void cluster_start(struct cluster *cluster);
/* SIGTERM smart, SIGINT fast, SIGQUIT immediate, SIGKILL; returns when it is gone. */
void cluster_stop(struct cluster *cluster, int signal);

/* A database owned by hartonomous, with all migrations applied where `schema`. */
void cluster_database(const struct cluster *cluster, const char *name, bool schema);

/* "host=… dbname=… user=…", owned by the caller. */
char *cluster_conninfo(const struct cluster *cluster, const char *database, const char *user);
hart_pg *cluster_connect(const struct cluster *cluster, const char *database, const char *user);
/* A script, or one integer. */
void cluster_do(hart_pg *pg, const char *script);
int64_t cluster_integer(hart_pg *pg, const char *query);

/* Checks the code and shows the error's text where it is another. */
#define assert_code(expected, call, error)                                                                             \
        do {                                                                                                           \
                hart_code assert_code_ = (call);                                                                       \
                if (assert_code_ != (expected))                                                                        \
                        print_error("%s gave %s: %s\n", #call, hart_code_name(assert_code_), (error).text);            \
                assert_int_equal(assert_code_, (expected));                                                            \
        } while (0)

#endif
