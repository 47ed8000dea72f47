/* hart_worker_main: from the command line to the exit status. */
#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

#include <hartonomous/standard_streams.h>

#include "context.h"
#include "supervisor.h"

static int serve_alone(hart_worker_context *context)
{
        context->looks_after_broker = true;
        context->state = hart_allocate(context->worker->state_size ? context->worker->state_size : 1);
        metrics_open(&context->metrics, context->worker);
        const int exit_status = process_run(context);
        metrics_done(&context->metrics);
        free(context->state);
        return exit_status;
}

static int serve(hart_worker_context *context)
{
        hart_error error = {0};
        supervision_open(&context->supervision);
        if (configuration_open(&context->configuration, context->worker, context->arguments.config_dir,
                               context->arguments.instance, &error) != HART_OK) {
                context_end(context, error.code == HART_CONFIG ? HART_EXIT_CONFIG : HART_EXIT_FAILURE,
                            "EVENT=settings-invalid", &error);
                return context->exit_status;
        }
        context->journal.level = (hart_log_level)(HART_LOG_ERR + context->configuration->common.log_level);
        const int exit_status = supervisor_wanted(context) ? supervisor_run(context) : serve_alone(context);
        configuration_close(context->configuration);
        return exit_status;
}

static int check_configuration(const hart_worker_context *context)
{
        hart_error error = {0};
        HART_CLEANUP(configuration_close_p) worker_configuration *configuration = NULL;
        if (configuration_open(&configuration, context->worker, context->arguments.config_dir,
                               context->arguments.instance, &error) != HART_OK) {
                fprintf(stderr, "%s: %s\n", context->identifier, error.text);
                return error.code == HART_CONFIG ? HART_EXIT_CONFIG : HART_EXIT_FAILURE;
        }
        puts("configuration is valid");
        return HART_EXIT_OK;
}

static int print_settings(const hart_worker_context *context)
{
        if (context->arguments.settings_file)
                hart_settings_print_example(&hart_common_settings_schema, stdout);
        else
                configuration_print_example(context->worker, stdout);
        return HART_EXIT_OK;
}

static int print_version(const hart_worker_context *context)
{
        printf("%s %s\nbuilt with %s%s%s; runs with libmicrohttpd %s\n", context->identifier, HARTONOMOUS_VERSION,
               HARTONOMOUS_LIBRARIES, context->worker->libraries ? ", " : "",
               context->worker->libraries ? context->worker->libraries : "", MHD_get_version());
        return HART_EXIT_OK;
}

/* A full disk must not look like success: settings files are made of what is printed. */
static int finish_printing(const hart_worker_context *context, int exit_status)
{
        hart_error error = {0};
        if (hart_standard_output_finish(&error) == HART_OK)
                return exit_status;
        fprintf(stderr, "%s: %s\n", context->identifier, error.text);
        return exit_status == HART_EXIT_OK ? HART_EXIT_FAILURE : exit_status;
}

static int print_help(const hart_worker_context *context)
{
        worker_print_help(context->worker, stdout);
        return HART_EXIT_OK;
}

int hart_worker_main(const hart_worker *worker, int argc, char *argv[])
{
        hart_standard_streams_open();
        hart_worker_context context = {.worker = worker, .exit_status = HART_EXIT_OK};
        snprintf(context.identifier, sizeof context.identifier, "hartonomous-%s", worker->name);
        journal_open(&context.journal, context.identifier);
        hart_error error = {0};
        if (worker_arguments_read(argc, argv, &context.arguments, &error) != HART_OK) {
                fprintf(stderr, "%s: %s\n", context.identifier, error.text);
                return HART_EXIT_USAGE;
        }
        switch (context.arguments.verb) {
        case WORKER_HELP:
                return finish_printing(&context, print_help(&context));
        case WORKER_VERSION:
                return finish_printing(&context, print_version(&context));
        case WORKER_CHECK_CONFIG:
                return finish_printing(&context, check_configuration(&context));
        case WORKER_HELP_SETTINGS:
                return finish_printing(&context, print_settings(&context));
        case WORKER_RELOAD:
                return reload_request(context.arguments.reload_pid, context.identifier);
        case WORKER_RUN:
        default:
                return serve(&context);
        }
}
