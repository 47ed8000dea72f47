/* Words to options and a command. */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "option_rows.h"

static void fill_options(struct option options[OPTION_ROWS_MAX + 1], char letters[3 * OPTION_ROWS_MAX + 2])
{
        static const int arguments[] = {[OPTION_FLAG] = no_argument,
                                        [OPTION_NUMBER] = required_argument,
                                        [OPTION_LIMIT] = required_argument,
                                        [OPTION_TEXT] = required_argument,
                                        [OPTION_LIST] = required_argument,
                                        [OPTION_OPTIONAL_TEXT] = optional_argument,
                                        [OPTION_MEDIA_TYPE] = required_argument,
                                        [OPTION_FILE_NAME] = required_argument};
        size_t used = 0;
        letters[used++] = ':';
        for (size_t i = 0; i < option_row_count; i++) {
                options[i] = (struct option){option_rows[i].name, arguments[option_rows[i].kind], NULL, 256 + (int)i};
                if (!option_rows[i].letter)
                        continue;
                letters[used++] = option_rows[i].letter;
                for (int colons = arguments[option_rows[i].kind]; colons > 0; colons--)
                        letters[used++] = ':';
        }
        letters[used] = '\0';
}

static const option_row *row_of(int option)
{
        if (option >= 256)
                return &option_rows[option - 256];
        for (size_t i = 0; i < option_row_count; i++)
                if (option_rows[i].letter && option_rows[i].letter == option)
                        return &option_rows[i];
        return NULL;
}

static int refuse_option(const char *word)
{
        char name[32] = "";
        if (strncmp(word, "--", 2) == 0)
                snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
        const char *meant =
                *name ? ctl_suggest(name, &option_rows[0].name, option_row_count, sizeof option_rows[0]) : NULL;
        if (meant)
                return ctl_usage("%s: unknown option; did you mean --%s?", word, meant);
        return ctl_usage("%s: unknown option; --help lists what there is", word);
}

/* Options may stand anywhere, also before the command: which ones it takes is looked at when it is known. */
static int read_options(int argc, char *argv[], ctl_options *into, bool given[OPTION_ROWS_MAX])
{
        struct option options[OPTION_ROWS_MAX + 1] = {0};
        char letters[3 * OPTION_ROWS_MAX + 2];
        fill_options(options, letters);
        optind = 0; /* glibc: begin anew, also when called a second time */
        for (;;) {
                int at = optind ? optind : 1;
                int option = getopt_long(argc, argv, letters, options, NULL);
                if (option < 0)
                        return CTL_OK;
                if (option == ':')
                        return ctl_usage("%s needs a value", argv[optind - 1]);
                const option_row *row = option == '?' ? NULL : row_of(option);
                if (!row)
                        return refuse_option(argv[optind > at ? optind - 1 : at]);
                int status = option_take(row, optarg, into);
                if (status != CTL_OK)
                        return status;
                given[row - option_rows] = true;
        }
}

static bool is_name(const char *name)
{
        for (size_t i = 0; i < ctl_command_count; i++)
                if (strcmp(ctl_commands[i].name, name) == 0)
                        return true;
        return false;
}

/* How many words of argv name the row: 1, 2, or 0 where they do not. */
static int words_of(const ctl_command *command, int count, char *words[])
{
        if (count < 1 || strcmp(command->name, words[0]) != 0)
                return 0;
        if (!command->action)
                return 1;
        return count > 1 && strcmp(command->action, words[1]) == 0 ? 2 : 0;
}

static int refuse_action(const char *name, const char *word)
{
        const char *actions[16];
        size_t count = 0;
        HART_CLEANUP(hart_buffer_done) hart_buffer list = {0};
        for (size_t i = 0; i < ctl_command_count; i++) {
                if (strcmp(ctl_commands[i].name, name) != 0 || count == sizeof actions / sizeof actions[0])
                        continue;
                hart_buffer_format(&list, "%s%s", count ? ", " : "", ctl_commands[i].action);
                actions[count++] = ctl_commands[i].action;
        }
        const char *meant = word ? ctl_suggest(word, actions, count, sizeof actions[0]) : NULL;
        if (meant)
                return ctl_usage("%s %s: no such command; did you mean `%s %s`?", name, word, name, meant);
        if (word)
                return ctl_usage("%s %s: no such command; there are %s", name, word, (const char *)list.data);
        return ctl_usage("%s: say what to do: %s", name, (const char *)list.data);
}

static int find_command(int count, char *words[], ctl_invocation *ret)
{
        for (size_t i = 0; i < ctl_command_count && !ret->command; i++) {
                int used = words_of(&ctl_commands[i], count, words);
                if (!used)
                        continue;
                ret->command = &ctl_commands[i];
                ret->count = count - used;
                ret->arguments = words + used;
        }
        if (ret->command)
                return CTL_OK;
        if (is_name(words[0]))
                return refuse_action(words[0], count > 1 ? words[1] : NULL);
        const char *meant = ctl_suggest(words[0], &ctl_commands[0].name, ctl_command_count, sizeof ctl_commands[0]);
        if (meant)
                return ctl_usage("%s: no such command; did you mean `%s`?", words[0], meant);
        return ctl_usage("%s: no such command; --help lists what there is", words[0]);
}

static bool takes_option(const ctl_command *command, const char *name)
{
        for (size_t i = 0; i < option_row_count; i++)
                if (strcmp(option_rows[i].name, name) == 0 &&
                    (!option_rows[i].takes || option_rows[i].takes & command->takes))
                        return true;
        return false;
}

static int check_fit(const ctl_invocation *invocation, const bool given[OPTION_ROWS_MAX])
{
        const ctl_command *command = invocation->command;
        const char *action = command->action ? command->action : "", *blank = *action ? " " : "";
        for (size_t i = 0; i < option_row_count; i++)
                if (given[i] && !takes_option(command, option_rows[i].name))
                        return ctl_usage("`%s%s%s` has no option --%s", command->name, blank, action,
                                         option_rows[i].name);
        if (invocation->count < command->least)
                return ctl_usage("`%s%s%s` needs %s", command->name, blank, action, command->arguments);
        if (command->most >= 0 && invocation->count > command->most)
                return ctl_usage("`%s%s%s`: %s is one word too many", command->name, blank, action,
                                 invocation->arguments[command->most]);
        return CTL_OK;
}

/* A walk shows more than a list does. */
static void set_defaults(const bool given[OPTION_ROWS_MAX], ctl_invocation *invocation)
{
        bool limited = false;
        for (size_t i = 0; i < option_row_count; i++)
                limited |= given[i] && option_rows[i].offset == offsetof(ctl_options, limit);
        if (!limited && invocation->command && invocation->command->takes & TAKES_DEPTH)
                invocation->options.limit = 500;
}

int ctl_read_arguments(int argc, char *argv[], ctl_invocation *ret)
{
        ctl_invocation found = {.options = {.config_dir = HART_CONFIG_DIR,
                                            .tenant = HART_ANY_TENANT,
                                            .count = 10,
                                            .limit = 100,
                                            .error = CTL_NO_ERROR,
                                            .settle = 1,
                                            .max_atoms = CTL_AS_IT_IS,
                                            .max_bytes = CTL_AS_IT_IS}};
        bool given[OPTION_ROWS_MAX] = {false};
        int status = read_options(argc, argv, &found.options, given);
        if (status == CTL_OK && optind < argc && !found.options.version)
                status = find_command(argc - optind, argv + optind, &found);
        set_defaults(given, &found);
        /* `hartonomousctl schema --help` asks about all of schema's commands. */
        if (status != CTL_OK && found.options.help)
                status = CTL_OK;
        else if (status == CTL_OK && found.command && !found.options.help)
                status = check_fit(&found, given);
        if (status == CTL_OK)
                *ret = found;
        return status;
}
