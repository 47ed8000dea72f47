/* The smallest worker: what somebody who has only the installed headers would write. */
#include <hartonomous/worker.h>

struct settings {
        int colour;
};

static const char *const colours[] = {"red", "green", NULL};

static const hart_setting rows[] = {
        {"counter", "colour", HART_SETTING_CHOICE, offsetof(struct settings, colour), "green", 0, 0, colours,
         "The colour of the counter"},
};

static const hart_settings_schema settings = {
        .file = "counter", .title = "counter.conf: settings of the counter", .rows = rows, .count = 1};

static hart_code handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                        size_t *blamed, hart_error *err)
{
        (void)context, (void)messages, (void)blamed, (void)err;
        *(size_t *)state += count;
        return HART_OK;
}

static const hart_worker counter = {
        .name = "counter",
        .summary = "counts messages of a queue",
        .queue = "CounterQueue",
        .state_size = sizeof(size_t),
        .settings_size = sizeof(struct settings),
        .settings = &settings,
        .handle = handle,
};

int main(int argc, char *argv[])
{
        return hart_worker_main(&counter, argc, argv);
}
