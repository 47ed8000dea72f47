/* Private to hartonomousctl: words to options and a command. Pure but for what it says on stderr. */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include "command.h"

typedef struct ctl_invocation {
        ctl_options options;
        const ctl_command *command; /* NULL: none named */
        int count;
        char **arguments; /* those behind the command, borrowed from argv, which is reordered */
} ctl_invocation;

/* CTL_OK, or CTL_USAGE after saying why. */
int ctl_read_arguments(int argc, char *argv[], ctl_invocation *ret);
void ctl_print_help(void);
void ctl_print_command_help(const ctl_command *command);

/* The word of `words` (`stride` bytes apart, the pointer first) that was probably meant; NULL where none is near. */
const char *ctl_suggest(const char *word, const char *const *words, size_t count, size_t stride);
/* Levenshtein's distance, of words up to 31 bytes; longer ones are far from everything. */
unsigned ctl_distance(const char *left, const char *right);

#endif
