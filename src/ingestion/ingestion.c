/* ingestion: the daemon's functions for the worker skeleton. */
#include "ingestion.h"

#include <inttypes.h>
#include <string.h>

#include <hartonomous/clock.h>

#include "batch.h"
#include "children.h"
#include "whole.h"

static const hart_metric metrics[] = {
        [METRIC_ATOMS] = {"hartonomous_atoms_ingested_total", HART_METRIC_COUNTER,
                          "Atoms stored that were not there before"},
        [METRIC_DUPLICATES] = {"hartonomous_atoms_duplicate_total", HART_METRIC_COUNTER,
                               "Components whose atom was there already"},
        [METRIC_BYTES] = {"hartonomous_bytes_ingested_total", HART_METRIC_COUNTER,
                          "Bytes of documents that became atoms"},
        [METRIC_SOURCES] = {"hartonomous_sources_completed_total", HART_METRIC_COUNTER, "Sources that are complete"},
        [METRIC_CHILDREN] = {"hartonomous_sources_found_total", HART_METRIC_COUNTER,
                             "Documents found in other documents, which became sources"},
        [METRIC_PROBLEMS] = {"hartonomous_sources_problem_total", HART_METRIC_COUNTER,
                             "Complete sources of which something could not be read"},
};

static hart_code use_settings(ingestion *state, hart_worker_context *context, hart_error *err)
{
        const ingestion_settings *settings = hart_worker_settings(context);
        char *program;
        hart_code code = ingestion_find_program(settings, &program, err);
        if (code != HART_OK)
                return code;
        whole_close(HART_TAKE(state->parked));
        atomize_client_done(&state->client);
        free(state->program);
        state->program = program;
        const atomize_options options = {
                .program = program,
                .timeout = settings->atomize_timeout,
                .memory = settings->atomize_memory,
                .windows_per_child = settings->atomize_windows,
                .waiting = hart_worker_waiting,
                .waiting_data = context,
        };
        atomize_client_init(&state->client, &options);
        return HART_OK;
}

static hart_code ingestion_open(void *state, hart_worker_context *context, hart_error *err)
{
        return use_settings(state, context, err);
}

static hart_code ingestion_reload(void *state, hart_worker_context *context, hart_error *err)
{
        return use_settings(state, context, err);
}

static void ingestion_close(void *state)
{
        ingestion *self = state;
        whole_close(HART_TAKE(self->parked));
        atomize_client_done(&self->client);
        hart_free_p(&self->program);
}

static hart_code run(struct batch *batch, const hart_message *messages, size_t count, hart_error *err)
{
        hart_code code = batch_read_requests(batch, messages, count, err);
        if (code != HART_OK || batch->count == 0)
                return code;
        code = batch_claim(batch, err);
        if (code == HART_OK)
                code = batch_check_quotas(batch, err);
        if (code == HART_OK)
                code = batch_load(batch, 0, batch->count, err);
        if (code == HART_OK)
                code = batch_identify(batch, err);
        if (code == HART_OK)
                code = batch_atomize(batch, err);
        if (code == HART_OK)
                code = batch_store(batch, err);
        if (code == HART_OK)
                code = batch_send(batch, err);
        return code == HART_OK ? batch_count_usage(batch, err) : code;
}

static void log_source(const struct batch *batch, const struct document *document)
{
        char source[40], tenant[32], atoms[40], duration[48];
        int64_t components = document->sequence + document->made;
        snprintf(source, sizeof source, "SOURCE_ID=%" PRId64, document->source);
        snprintf(tenant, sizeof tenant, "TENANT=%" PRId32, document->tenant);
        snprintf(atoms, sizeof atoms, "ATOMS=%" PRId64, components);
        snprintf(duration, sizeof duration, "DURATION_USEC=%" PRIu64, hart_now() - batch->started);
        const char *const fields[] = {"EVENT=source-complete", source, tenant, atoms, duration, NULL};
        bool problem = document->problem.size > 0;
        hart_worker_log_done(batch->context, problem ? HART_LOG_WARNING : HART_LOG_INFO, fields,
                             "source %" PRId64 " of tenant %" PRId32 " is complete%s%s", document->source,
                             document->tenant,
                             problem             ? ", but not all of it could be read: "
                             : document->stepped ? ""
                                                 : ": its content was there already",
                             problem ? (const char *)document->problem.data : "");
}

static void report(const struct batch *batch)
{
        uint64_t roots = 0, bytes = 0, complete = 0, problems = 0;
        for (uint32_t i = 0; i < batch->roots.count; i++)
                roots += batch->roots.atoms[i].is_new;
        for (size_t i = 0; i < batch->count; i++) {
                bytes += batch->documents[i].done;
                if (batch->documents[i].fate != FATE_COMPLETE)
                        continue;
                complete++;
                problems += batch->documents[i].problem.size > 0;
                log_source(batch, &batch->documents[i]);
        }
        hart_worker_count_done(batch->context, METRIC_ATOMS, batch->made + roots);
        hart_worker_count_done(batch->context, METRIC_DUPLICATES, batch->repeated);
        hart_worker_count_done(batch->context, METRIC_BYTES, bytes);
        hart_worker_count_done(batch->context, METRIC_SOURCES, complete);
        hart_worker_count_done(batch->context, METRIC_CHILDREN,
                               batch->child_sources.size / sizeof(struct child_source));
        hart_worker_count_done(batch->context, METRIC_PROBLEMS, problems);
}

static hart_code ingestion_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                                  size_t *blamed, hart_error *err)
{
        struct batch batch = {
                .state = state,
                .context = context,
                .pg = hart_worker_pg(context),
                .settings = hart_worker_settings(context),
                .started = hart_now(),
                .blamed = blamed,
        };
        batch.kind_count = atom_kinds(batch.kinds);
        hart_code code = run(&batch, messages, count, err);
        if (code == HART_OK)
                report(&batch);
        hart_worker_status(context, "%s", "");
        batch_done(&batch);
        return code;
}

const hart_worker ingestion_worker = {
        .name = "ingestion",
        .summary = "takes documents from the broker and stores them as atoms",
        .queue = "IngestionQueue",
        .state_size = sizeof(ingestion),
        .settings_size = sizeof(ingestion_settings),
        .settings = &ingestion_settings_schema,
        .metrics = metrics,
        .metric_count = sizeof metrics / sizeof *metrics,
        .libraries = OWN_LIBRARIES,
        .check = ingestion_check,
        .open = ingestion_open,
        .handle = ingestion_handle,
        .reload = ingestion_reload,
        .close = ingestion_close,
};
