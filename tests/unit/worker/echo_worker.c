/* hartonomous-echo: the smallest worker, for tests of the skeleton. */
#include "echo.h"

static const hart_setting rows[] = {ECHO_ROWS};
static const hart_settings_schema settings = {
        .file = "echo", .title = "Settings of the test worker", .rows = rows, .count = sizeof rows / sizeof *rows};

static const hart_worker echo = {
        .name = "echo",
        .summary = "Does what its messages say, for tests.",
        .queue = "InferenceQueue",
        .settings = &settings,
        .settings_size = sizeof(struct echo_settings),
        .metrics = echo_metrics,
        .metric_count = ECHO_METRICS,
        .dependencies = (const char *const[]){"Echo", NULL},
        .check = echo_check,
        .handle = echo_handle,
        .reload = echo_reload,
};

int main(int argc, char *argv[])
{
        return hart_worker_main(&echo, argc, argv);
}
