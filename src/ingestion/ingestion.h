/* The ingestion daemon: its settings, its state, its row for the worker skeleton. */
#ifndef INGESTION_INGESTION_H
#define INGESTION_INGESTION_H

#include <hartonomous/worker.h>

#include "client.h"

typedef struct ingestion_settings {
        char *atomize_program;
        uint64_t atomize_timeout; /* microseconds for one window */
        uint64_t atomize_memory;
        int64_t atomize_windows;
        uint64_t window;
        uint64_t batch_memory;
        char *spool;
        int64_t nesting;
        int64_t limit_depth, limit_children, limit_ratio, limit_pixels;
        uint64_t limit_expanded;
} ingestion_settings;

typedef struct ingestion {
        atomize_client client;
        char *program;        /* what atomize_program stands for */
        struct whole *parked; /* a document that goes on in its next step; NULL for none */
} ingestion;

enum ingestion_metric {
        METRIC_ATOMS,
        METRIC_DUPLICATES,
        METRIC_BYTES,
        METRIC_SOURCES,
        METRIC_CHILDREN,
        METRIC_PROBLEMS
};

extern const hart_settings_schema ingestion_settings_schema;
extern const hart_worker ingestion_worker;

/* The program the setting names; without one, hartonomous-atomize beside this daemon's own program (a build folder) or
 * where it is installed. HART_CONFIG where it cannot be executed. */
hart_code ingestion_find_program(const ingestion_settings *settings, char **ret, hart_error *err);
/* Is what the settings name there and usable? */
hart_code ingestion_check(const void *settings, hart_error *err);

#endif
