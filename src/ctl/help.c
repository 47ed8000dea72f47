/* --help, of everything and of one command. */
#include <stdio.h>

#include "option_rows.h"

void ctl_print_help(void)
{
        puts("Usage: hartonomousctl COMMAND [OPTION]... [ARGUMENT]...\n"
             "Ingests documents, reads what became of them, and looks after the services.\n");
        for (size_t i = 0; i < ctl_command_count; i++) {
                const ctl_command *command = &ctl_commands[i];
                HART_CLEANUP(hart_free_p)
                char *left = hart_format("%s%s%s%s%s", command->name, command->action ? " " : "",
                                         command->action ? command->action : "", *command->arguments ? " " : "",
                                         command->arguments);
                printf("  %-30s %s\n", left, command->summary);
        }
        puts("\n`hartonomousctl COMMAND --help` explains a command and its options; hartonomousctl(1) has it all.\n"
             "Exit status: 0 done, 1 failed or only partly done, 2 not found, 64 usage, 69 a server is away,\n"
             "78 settings, rights or schema.");
}

void ctl_print_command_help(const ctl_command *command)
{
        printf("Usage: hartonomousctl %s%s%s [OPTION]...%s%s\n%s.\n\n", command->name, command->action ? " " : "",
               command->action ? command->action : "", *command->arguments ? " " : "", command->arguments,
               command->summary);
        for (size_t i = 0; i < option_row_count; i++) {
                const option_row *row = &option_rows[i];
                if (row->takes && !(row->takes & command->takes))
                        continue;
                HART_CLEANUP(hart_free_p)
                char *left = hart_format(row->kind == OPTION_OPTIONAL_TEXT && row->argument ? "--%s[=%s]"
                                         : row->argument                                    ? "--%s=%s"
                                                                                            : "--%s%s",
                                         row->name, row->argument ? row->argument : "");
                printf("  %c%c%c %-22s %s\n", row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
                       row->letter ? ',' : ' ', left, row->help);
        }
        printf("\nExamples:\n%s", command->examples);
}
