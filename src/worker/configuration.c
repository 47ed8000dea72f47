#include "configuration.h"

#include <stddef.h>
#include <string.h>

#define AT(member)      offsetof(worker_settings, member)
#define MILLISECONDS(n) ((n)*INT64_C(1000))
#define SECONDS(n)      ((n)*INT64_C(1000000))

/* The first row's default is the daemon's own where it states one; the last row is for those that prepare alone. */
static const hart_setting loop_rows[] = {
        {"worker", "batch_size", HART_SETTING_COUNT, AT(batch_size), "100", 1, 10000, NULL,
         "Messages taken in one transaction at most"},
        {"worker", "poll", HART_SETTING_TIME, AT(poll), "10s", MILLISECONDS(100), SECONDS(3600), NULL,
         "Longest sleep between two looks at the queue when no notification comes"},
        {"worker", "maintenance", HART_SETTING_TIME, AT(maintenance), "1min", SECONDS(1), SECONDS(86400), NULL,
         "Time between two rounds of maintenance, of the broker and of the daemon's own"},
        {"worker", "retry_base", HART_SETTING_TIME, AT(retry_base), "500ms", MILLISECONDS(10), SECONDS(60), NULL,
         "First delay after a dependency did not answer; it doubles with each further time"},
        {"worker", "retry_max", HART_SETTING_TIME, AT(retry_max), "15s", MILLISECONDS(10), SECONDS(3600), NULL,
         "Longest of these delays"},
        {"worker", "workers", HART_SETTING_COUNT, AT(workers), "1", 1, HART_WORKER_PROCESSES_MAX, NULL,
         "Processes that take messages; what is big they share"},
};
#define LOOP_ROWS (sizeof loop_rows / sizeof *loop_rows)

/* The parts of a daemon's file, and the loop's rows with the defaults that this daemon wants. */
struct own_parts {
        hart_setting loop[LOOP_ROWS];
        hart_settings_part part[2];
};

static void own_parts(const worker_configuration *configuration, struct own_parts *own)
{
        const hart_settings_schema *schema = configuration->worker->settings;
        const size_t rows = configuration->worker->prepare ? LOOP_ROWS : LOOP_ROWS - 1;
        memcpy(own->loop, loop_rows, sizeof loop_rows);
        if (configuration->worker->batch_size)
                own->loop[0].default_value = configuration->worker->batch_size;
        own->part[0] = hart_settings_part_of(schema, configuration->own);
        own->part[1] =
                (hart_settings_part){.rows = own->loop, .count = rows, .into = (void *)(uintptr_t)&configuration->loop};
}

static hart_code check(const worker_configuration *configuration, const char *directory, hart_error *err)
{
        if (configuration->loop.retry_max < configuration->loop.retry_base)
                return hart_fail(err, HART_CONFIG, "%s.conf: [worker] retry_max is less than retry_base",
                                 configuration->worker->settings->file);
        /* The secret itself is read when it is used; here, whether it could be. */
        char *password = NULL;
        const hart_code code = hart_credential_read(directory, "database-password", &password, err);
        hart_free_p(&password);
        if (code < HART_OK)
                return code;
        return configuration->worker->check ? configuration->worker->check(configuration->own, err) : HART_OK;
}

hart_code configuration_open(worker_configuration **ret, const hart_worker *worker, const char *directory,
                             const char *instance, hart_error *err)
{
        HART_CLEANUP(configuration_close_p) worker_configuration *opened = hart_allocate(sizeof *opened);
        opened->own = hart_allocate(worker->settings_size ? worker->settings_size : 1);
        hart_code code = hart_settings_load(&hart_common_settings_schema, directory, &opened->common, err);
        if (code != HART_OK)
                return code;
        opened->worker = worker; /* from here on there are texts to free */
        struct own_parts own;
        own_parts(opened, &own);
        code = hart_settings_load_parts(directory, worker->settings->file, own.part, 2, err);
        if (code == HART_OK && opened->common.telemetry)
                code = telemetry_address_read(opened->common.telemetry_listen, worker->name, instance,
                                              &opened->telemetry, err);
        if (code == HART_OK)
                code = check(opened, directory, err);
        if (code != HART_OK)
                return code;
        *ret = HART_TAKE(opened);
        return HART_OK;
}

void configuration_close(worker_configuration *configuration)
{
        if (!configuration)
                return;
        if (configuration->worker) {
                struct own_parts own;
                own_parts(configuration, &own);
                hart_settings_done_parts(own.part, 2);
                hart_settings_done(&hart_common_settings_schema, &configuration->common);
        }
        free(configuration->own);
        free(configuration);
}

void configuration_close_p(worker_configuration **configuration)
{
        configuration_close(*configuration);
        *configuration = NULL;
}

void configuration_print_example(const hart_worker *worker, FILE *out)
{
        const worker_configuration none = {.worker = worker};
        struct own_parts own;
        own_parts(&none, &own);
        own.part[1].into = NULL;
        hart_settings_print_example_parts(worker->settings->title, own.part, 2, out);
}
