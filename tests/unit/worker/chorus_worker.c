/* hartonomous-chorus: the test worker as several processes, with something big that they share. hartonomous-solo is the
 * same without the other queue: one process, unless its settings want more. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "echo.h"

#ifdef CHORUS_SOLO
#define CHORUS_NAME "solo"
#else
#define CHORUS_NAME "chorus"
#endif

struct chorus_settings {
        struct echo_settings echo;
        uint64_t memory;
        char *missing;
        bool bad_prepare, bad_open;
};

#define AT(member) offsetof(struct chorus_settings, member)
static const hart_setting rows[] = {
        ECHO_ROWS,
        {"chorus", "memory", HART_SETTING_SIZE, AT(memory), "1M", 1, INT64_C(1) << 30, NULL, "So much is prepared"},
        {"chorus", "missing", HART_SETTING_TEXT, AT(missing), "", 0, 4096, NULL,
         "While this file exists, nothing can be prepared"},
        {"chorus", "bad_prepare", HART_SETTING_FLAG, AT(bad_prepare), "no", 0, 0, NULL,
         "Preparing finds these settings wrong"},
        {"chorus", "bad_open", HART_SETTING_FLAG, AT(bad_open), "no", 0, 0, NULL, "Opening finds these settings wrong"},
};
static const hart_settings_schema settings = {
        .file = CHORUS_NAME, .title = "Settings of the test worker", .rows = rows, .count = sizeof rows / sizeof *rows};

struct chorus {
        unsigned char *shared;
        size_t size;
};

static hart_code chorus_prepare(void *state, const void *own, const char *config_dir, hart_error *err)
{
        (void)config_dir;
        struct chorus *chorus = state;
        const struct chorus_settings *wanted = own;
        if (*wanted->missing && access(wanted->missing, F_OK) == 0)
                return hart_fail(err, HART_RETRY, "what is prepared is not there");
        if (wanted->bad_prepare)
                return hart_fail(err, HART_CONFIG, "[chorus] bad_prepare is set");
        chorus->size = wanted->memory;
        chorus->shared = hart_allocate(chorus->size);
        memset(chorus->shared, 'x', chorus->size);
        return HART_OK;
}

/* What was prepared is there, and can be read. */
static hart_code chorus_open(void *state, hart_worker_context *context, hart_error *err)
{
        const struct chorus *chorus = state;
        const struct chorus_settings *own = hart_worker_settings(context);
        if (own->bad_open)
                return hart_fail(err, HART_CONFIG, "[chorus] bad_open is set");
        for (size_t i = 0; i < chorus->size; i++)
                if (chorus->shared[i] != 'x')
                        return hart_fail(err, HART_FATAL, "byte %zu of what was prepared is wrong", i);
        return HART_OK;
}

static void chorus_close(void *state)
{
        struct chorus *chorus = state;
        free(HART_TAKE(chorus->shared));
}

#ifdef CHORUS_SOLO
#define CHORUS_OTHER NULL
#else
static const hart_worker other = {
        .queue = "EmbeddingQueue",
        .batch_size = "1",
        .open = chorus_open,
        .handle = echo_handle,
        .close = chorus_close,
};
#define CHORUS_OTHER &other
#endif

static const hart_worker chorus = {
        .name = CHORUS_NAME,
        .summary = "Does what its messages say, in several processes, for tests.",
        .queue = "InferenceQueue",
        .state_size = sizeof(struct chorus),
        .settings = &settings,
        .settings_size = sizeof(struct chorus_settings),
        .metrics = echo_metrics,
        .metric_count = ECHO_METRICS,
        .dependencies = (const char *const[]){"Echo", NULL},
        .check = echo_check,
        .prepare = chorus_prepare,
        .also = CHORUS_OTHER,
        .open = chorus_open,
        .handle = echo_handle,
        .close = chorus_close,
};

int main(int argc, char *argv[])
{
        return hart_worker_main(&chorus, argc, argv);
}
