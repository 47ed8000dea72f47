/* hartonomous-fetch: takes requests from the broker and stages what http and https servers answer. */
#include "fetch.h"

static hart_code fetch_open(void *state, hart_worker_context *context, hart_error *err)
{
        (void)state, (void)context, (void)err;
        return HART_OK;
}

static void fetch_close(void *state)
{
        (void)state;
}

static const hart_worker fetch = {
        .name = "fetch",
        .summary = "stages documents from web servers that are allowed",
        .queue = "FetchQueue",
        .state_size = 1,
        .settings_size = sizeof(fetch_settings),
        .settings = &fetch_settings_schema,
        .batch_size = "1", /* a document may be long, and one that fails takes the others of its delivery back */
        .metrics = fetch_metrics,
        .metric_count = FETCH_METRICS,
        .libraries = OWN_LIBRARIES,
        .check = fetch_check,
        .open = fetch_open,
        .handle = fetch_handle,
        .close = fetch_close,
};

int main(int argc, char *argv[])
{
        return hart_worker_main(&fetch, argc, argv);
}
