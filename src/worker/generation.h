/* Settings and what the worker prepared with them: what the processes of a daemon are forked with. A reload makes the
 * next one beside it. */
#ifndef HARTONOMOUS_WORKER_GENERATION_H
#define HARTONOMOUS_WORKER_GENERATION_H

#include "configuration.h"
#include "context.h"

typedef struct worker_generation {
        const hart_worker *worker;
        unsigned serial; /* from 1 */
        worker_configuration *configuration;
        bool prepared;
        void *state;
} worker_generation;

/* Takes the configuration; nothing is prepared yet. */
worker_generation *generation_open(const hart_worker *worker, worker_configuration *configuration, unsigned serial);
/* HART_RETRY: may be called again. HART_FATAL where a thread was started, which no forked process would have. */
hart_code generation_prepare(worker_generation *generation, const char *config_dir, hart_error *err);
void generation_close(worker_generation *generation);

#endif
