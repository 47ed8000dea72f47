/* What apply and drop have in common: the steps they report. */
#ifndef HARTONOMOUS_GRAPH_SCHEMA_STEPS_H
#define HARTONOMOUS_GRAPH_SCHEMA_STEPS_H

#include "client.h"
#include "objects.h"

typedef struct schema_run {
        hart_graph *graph;
        hart_graph_step_report *report;
        void *data;
        int steps; /* in all */
        hart_graph_server server;
        hart_graph_step step; /* the one in hand, as a whole */
        hart_error *err;      /* the first failure */
        hart_code code;       /* its code */
} schema_run;

void schema_begin_step(schema_run *run, int number, const char *title, size_t expected);
/* HART_OK, or what the report made of it. */
hart_code schema_end_step(schema_run *run, const char *text);
void schema_fail_step(schema_run *run, const hart_error *error);
void schema_report_object(schema_run *run, const char *object, hart_graph_step_state state, const char *text);
/* Keeps the first failure as the one to return. */
void schema_note_failure(schema_run *run, hart_code code, const hart_error *error);
/* A dead connection makes the rest pointless; a refused statement does not. */
bool schema_is_hopeless(const schema_run *run);
/* Runs an object's statement and reports it. */
void schema_run_object(schema_run *run, const char *name, const char *statement, const hart_buffer *parameters);
/* Steps 1 and 2 of both: who is there, and what there is now. */
hart_code schema_connect(schema_run *run, hart_error *err);
hart_code schema_save_present(schema_run *run, hart_error *err);

/* Has the answer of show_constraints or show_indexes the object, under its name and as its table says? */
bool schema_has(const hart_graph_result *shown, const graph_object *object);
/* Is its name taken, by whatever it is? */
bool schema_has_name(const hart_graph_result *shown, const graph_object *object);

#endif
