#include "generation.h"

#include <dirent.h>

static size_t count_threads(void)
{
        size_t count = 0;
        DIR *threads = opendir("/proc/self/task");
        if (!threads)
                return 1;
        for (const struct dirent *entry; (entry = readdir(threads));)
                count += entry->d_name[0] != '.';
        closedir(threads);
        return count;
}

worker_generation *generation_open(const hart_worker *worker, worker_configuration *configuration, unsigned serial)
{
        worker_generation *opened = hart_allocate(sizeof *opened);
        *opened = (worker_generation){
                .worker = worker,
                .serial = serial,
                .configuration = configuration,
                .state = hart_allocate(worker->state_size ? worker->state_size : 1),
        };
        return opened;
}

hart_code generation_prepare(worker_generation *generation, const char *config_dir, hart_error *err)
{
        const size_t before = count_threads();
        const hart_worker *worker = generation->worker;
        hart_code code = worker->prepare(generation->state, generation->configuration->own, config_dir, err);
        if (code == HART_OK && count_threads() > before)
                code = hart_fail(
                        err, HART_FATAL,
                        "what hartonomous-%s prepared has started a thread, which its processes would not have",
                        worker->name);
        err->code = code;
        generation->prepared = code == HART_OK;
        return code;
}

void generation_close(worker_generation *generation)
{
        if (!generation)
                return;
        if (generation->worker->close)
                generation->worker->close(generation->state);
        configuration_close(generation->configuration);
        free(generation->state);
        free(generation);
}
