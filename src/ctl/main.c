/* hartonomousctl: ingests documents, reads what became of them, looks after the services. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "options.h"

static int run(ctl_invocation *invocation)
{
        struct ctl ctl = {.options = invocation->options};
        int status = invocation->command->run(&ctl, invocation->count, invocation->arguments);
        ctl_done(&ctl);
        /* A full disk or a closed pipe must not look like success. */
        if (fflush(stdout) != 0 && status == CTL_OK) {
                ctl_say("standard output: cannot be written");
                status = CTL_FAILURE;
        }
        return status;
}

int main(int argc, char *argv[])
{
        ctl_invocation invocation = {0};
        setlocale(LC_ALL, "");
        signal(SIGPIPE, SIG_IGN); /* a server's closed socket is an error to report, not to die from */
        int status = ctl_read_arguments(argc, argv, &invocation);
        if (status != CTL_OK)
                return status;
        if (invocation.options.version)
                return printf("hartonomousctl %s\nbuilt with %s\n", HARTONOMOUS_VERSION, HARTONOMOUS_LIBRARIES) < 0;
        if (invocation.command && invocation.options.help)
                ctl_print_command_help(invocation.command);
        else if (!invocation.command)
                ctl_print_help();
        else
                return run(&invocation);
        return invocation.command || invocation.options.help ? CTL_OK : CTL_USAGE;
}
