/* All settings of a daemon at one moment: the shared file, the [worker] section and the daemon's own rows. A reload
 * makes a second one and takes its place only when it is good. */
#ifndef HARTONOMOUS_WORKER_CONFIGURATION_H
#define HARTONOMOUS_WORKER_CONFIGURATION_H

#include <stdint.h>
#include <stdio.h>

#include <hartonomous/error.h>
#include <hartonomous/settings.h>
#include <hartonomous/worker.h>

#include "telemetry.h"

typedef struct worker_settings {
        int64_t batch_size, workers;
        uint64_t poll, maintenance, retry_base, retry_max;
} worker_settings;

typedef struct worker_configuration {
        const hart_worker *worker;
        hart_common_settings common;
        worker_settings loop;
        void *own; /* worker->settings_size bytes */
        telemetry_address telemetry;
} worker_configuration;

/* Reads and checks everything, the daemon's own check included; HART_CONFIG says what is wrong and where. */
hart_code configuration_open(worker_configuration **ret, const hart_worker *worker, const char *directory,
                             const char *instance, hart_error *err);
void configuration_close(worker_configuration *configuration);
void configuration_close_p(worker_configuration **configuration);
void configuration_print_example(const hart_worker *worker, FILE *out);

#endif
