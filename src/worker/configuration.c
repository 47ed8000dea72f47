#include "configuration.h"

#include <stddef.h>
#include <string.h>

#define AT(member)      offsetof(worker_settings, member)
#define MILLISECONDS(n) ((n)*INT64_C(1000))
#define SECONDS(n)      ((n)*INT64_C(1000000))

static const hart_setting loop_rows[] = {
        {"worker", "batch_size", HART_SETTING_COUNT, AT(batch_size), "100", 1, 10000, NULL,
         "Messages taken in one transaction at most"},
        {"worker", "poll", HART_SETTING_TIME, AT(poll), "10s", MILLISECONDS(100), SECONDS(3600), NULL,
         "Longest sleep between two looks at the queue when no notification comes"},
        {"worker", "maintenance", HART_SETTING_TIME, AT(maintenance), "1min", SECONDS(1), SECONDS(86400), NULL,
         "Time between two rounds of maintenance"},
        {"worker", "retry_base", HART_SETTING_TIME, AT(retry_base), "500ms", MILLISECONDS(10), SECONDS(60), NULL,
         "First delay after a dependency did not answer; it doubles with each further time"},
        {"worker", "retry_max", HART_SETTING_TIME, AT(retry_max), "15s", MILLISECONDS(10), SECONDS(3600), NULL,
         "Longest of these delays"},
};
#define LOOP_ROWS (sizeof loop_rows / sizeof *loop_rows)

static void own_parts(const worker_configuration *configuration, hart_settings_part parts[2])
{
        const hart_settings_schema *schema = configuration->worker->settings;
        parts[0] = (hart_settings_part){schema->rows, schema->count, configuration->own};
        parts[1] = (hart_settings_part){loop_rows, LOOP_ROWS, (void *)(uintptr_t)&configuration->loop};
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
        hart_settings_part parts[2];
        own_parts(opened, parts);
        code = hart_settings_load_parts(directory, worker->settings->file, parts, 2, err);
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
                hart_settings_part parts[2];
                own_parts(configuration, parts);
                hart_settings_done_parts(parts, 2);
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
        hart_settings_part parts[2];
        own_parts(&none, parts);
        parts[1].into = NULL;
        hart_settings_print_example_parts(worker->settings->title, parts, 2, out);
}
