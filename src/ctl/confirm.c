/* What cannot be taken back is asked about: on a terminal the word is typed, elsewhere --yes says it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "table.h"

int ctl_check_asking(const struct ctl *ctl)
{
        if (ctl->options.yes || isatty(STDIN_FILENO))
                return CTL_OK;
        return ctl_usage("%s %s: say --yes: what it removes is gone for good, and there is no terminal to ask",
                         ctl->command->name, ctl->command->action);
}

static bool read_word(const char *word)
{
        char *line = NULL;
        size_t room = 0;
        const ssize_t size = getline(&line, &room, stdin);
        if (size > 0 && line[size - 1] == '\n')
                line[size - 1] = '\0';
        const bool right = size > 0 && strcmp(line, word) == 0;
        free(line);
        return right;
}

int ctl_confirm(const struct ctl *ctl, const char *word, const char *format, ...)
{
        if (ctl->options.yes)
                return CTL_OK;
        va_list arguments;
        va_start(arguments, format);
        HART_CLEANUP(hart_free_p) char *text = hart_format_v(format, arguments);
        va_end(arguments);
        HART_CLEANUP(hart_free_p) char *question = hart_format("%s Type %s to go on: ", text, word);
        HART_CLEANUP(hart_free_p) char *harmless = one_line(question, strlen(question), 0);
        fflush(stdout);
        fputs(harmless, stderr);
        if (read_word(word))
                return CTL_OK;
        ctl_say("%s was not typed: nothing was removed", word);
        return CTL_FAILURE;
}
