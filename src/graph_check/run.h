/* Inside the check: what one run of it carries along, and what its parts share. */
#ifndef HARTONOMOUS_GRAPH_CHECK_RUN_H
#define HARTONOMOUS_GRAPH_CHECK_RUN_H

#include <hartonomous/graph_check.h>

/* Looks at what differs at first sight, before it is called a difference or in flight. */
enum { CHECK_ROUNDS = 6 };

typedef struct check_run {
        const hart_graph_check *options;
        hart_graph_check_result result;
        uint64_t patience; /* microseconds that may still be spent on waiting for what is in flight */
} check_run;

/* A set of ids, ascending where it is filled so. */
typedef struct check_ids {
        int64_t *item;
        size_t count, capacity;
} check_ids;
void ids_add(check_ids *ids, int64_t id);
void ids_done(check_ids *ids);
bool ids_have(const check_ids *ids, int64_t id); /* of an ascending set */

/* Parameters of the statements that take a range: {"tenant":…,"after":…,"to":…,"limit":…, and what is added. `to` NULL
 * gives null. The caller ends the object. */
void range_begin(hart_json_writer *writer, hart_buffer *out, int64_t tenant, int64_t after, const int64_t *to,
                 int64_t limit);
void put_integer(hart_json_writer *writer, const char *key, int64_t value);
/* A cell of an answer; 0 where it is no whole number. */
int64_t cell_integer(const hart_graph_result *result, size_t row, size_t column);
/* The first row whose first column is not below `id`, of an answer that ascends by it. */
size_t cell_find(const hart_graph_result *result, int64_t id);

/* Gives a difference to found() and counts it. The values may be NULL for none. */
void run_found(check_run *run, const char *what, const char *kind, int64_t tenant, const char *key, const char *member,
               const hart_json *database, const hart_json *graph);
void run_found_text(check_run *run, const char *what, const char *kind, int64_t tenant, const char *key,
                    const char *member, const char *database, const char *graph);
/* Does [sync] leave_out name the modality? */
bool run_leaves_out(const check_run *run, const char *modality, size_t size);
/* Lets those go on who may bring the graph up to date; longer with each round, as far as patience lasts. */
void run_pause(check_run *run, int round);
/* Which of the ids are named by messages that wait. `ret` ascends. */
hart_code run_unsettled(check_run *run, const char *kind, int64_t tenant, const check_ids *ids, check_ids *ret,
                        hart_error *err);
/* Asks graph sync for them. */
hart_code run_ask(check_run *run, const char *entity_type, const check_ids *ids, hart_error *err);
/* Runs a statement with $rows, a list of ids. */
hart_code run_erase(check_run *run, const char *statement, const check_ids *ids, hart_error *err);

/* The parts of a check. `known`: PostgreSQL has the tenant. */
hart_code check_kind(check_run *run, const hart_graph_kind *kind, int32_t tenant, bool known, hart_error *err);
hart_code check_components(check_run *run, int32_t tenant, bool known, hart_error *err);
hart_code check_quickly(check_run *run, const hart_graph_kind *kind, int32_t tenant, hart_error *err);
hart_code check_components_quickly(check_run *run, int32_t tenant, hart_error *err);
/* Components that should not be in the graph. */
hart_code check_left_out(check_run *run, int32_t tenant, hart_error *err);
hart_code check_strays(check_run *run, hart_error *err);
/* With a remedy that deletes: all nodes of a tenant that PostgreSQL does not have. */
hart_code check_forget_tenant(check_run *run, int64_t tenant, hart_error *err);
hart_code count_database(check_run *run, const hart_graph_kind *kind, int32_t tenant, int64_t *ret, hart_error *err);
hart_code count_graph(check_run *run, const char *statement, int64_t tenant, int64_t *ret, hart_error *err);

#endif
