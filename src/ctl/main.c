/* hartonomousctl: ingests documents, reads what became of them, looks after the services. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include <hartonomous/standard_streams.h>

#include "commands.h"
#include "options.h"
#include "questions.h"

static int run(ctl_invocation *invocation)
{
        struct ctl ctl = {.options = invocation->options, .command = invocation->command};
        int status = invocation->command->run(&ctl, invocation->count, invocation->arguments);
        ctl_done(&ctl);
        return status;
}

/* `provenance NAME --help` asks about the question. */
static void help(const ctl_invocation *invocation)
{
        const bool asked = invocation->command->run == ctl_provenance && invocation->count > 0;
        const hart_provenance_query *query = asked ? hart_provenance_named(invocation->arguments[0]) : NULL;
        if (query)
                question_explain(query, invocation->options.json);
        else
                ctl_print_command_help(invocation->command);
}

/* A full disk must not look like success. */
static int finish(int status)
{
        hart_error err = {0};
        return hart_standard_output_finish(&err) == HART_OK || status != CTL_OK ? status : ctl_fail(NULL, &err);
}

int main(int argc, char *argv[])
{
        ctl_invocation invocation = {0};
        hart_standard_streams_open();
        setlocale(LC_ALL, "");
        signal(SIGPIPE, SIG_IGN); /* a server's closed socket is an error to report, not to die from */
        int status = ctl_read_arguments(argc, argv, &invocation);
        if (status != CTL_OK)
                return status;
        if (invocation.options.version)
                printf("hartonomousctl %s\nbuilt with %s\n", HARTONOMOUS_VERSION, HARTONOMOUS_LIBRARIES);
        else if (invocation.command && invocation.options.help)
                help(&invocation);
        else if (invocation.command)
                status = run(&invocation);
        else
                ctl_print_help();
        if (!invocation.command && !invocation.options.help && !invocation.options.version)
                status = CTL_USAGE;
        return finish(status);
}
