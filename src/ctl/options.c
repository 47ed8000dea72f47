#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/utf8.h>

typedef enum option_kind {
        OPTION_FLAG,
        OPTION_NUMBER,
        OPTION_TEXT,
        OPTION_OPTIONAL_TEXT,
        OPTION_MEDIA_TYPE,
        OPTION_FILE_NAME
} option_kind;

typedef struct option_row {
        const char *name;
        char letter; /* 0 for none */
        option_kind kind;
        unsigned takes; /* 0: every command has it */
        size_t offset;
        int64_t least, most;
        const char *argument;
        const char *help;
} option_row;

#define AT(field) offsetof(ctl_options, field)

static const option_row rows[] = {
        {"tenant", 't', OPTION_NUMBER, TAKES_TENANT, AT(tenant), 0, INT32_MAX, "N",
         "only of tenant N; ingest: for tenant N (0)"},
        {"dry-run", 0, OPTION_FLAG, TAKES_DRY_RUN, AT(dry_run), 0, 0, NULL, "only say what would be done"},
        {"content-type", 0, OPTION_MEDIA_TYPE, TAKES_CONTENT_TYPE, AT(content_type), 0, 0, "TYPE",
         "media type of the documents, where their bytes do not tell"},
        {"name", 0, OPTION_FILE_NAME, TAKES_NAME, AT(name), 0, 0, "NAME",
         "file name of what comes from standard input"},
        {"wait", 'w', OPTION_OPTIONAL_TEXT, TAKES_WAIT, AT(wait), 0, 0, "all",
         "wait until the documents are atoms; =all: also vectors and graph"},
        {"count", 'k', OPTION_NUMBER, TAKES_COUNT, AT(count), 1, 10000, "N", "so many results (10)"},
        {"limit", 'n', OPTION_NUMBER, TAKES_LIMIT, AT(limit), 0, INT64_MAX, "N",
         "at most N, newest first (100); 0 for all"},
        {"depth", 0, OPTION_NUMBER, TAKES_DEPTH, AT(depth), 1, 10, "N", "at most N steps away (10)"},
        {"state", 0, OPTION_TEXT, TAKES_STATE, AT(state), 0, 0, "STATE",
         "only those that are staging, queued, atomizing, complete or failed"},
        {"output", 'o', OPTION_TEXT, TAKES_OUTPUT, AT(output), 0, 0, "FILE",
         "write to FILE; - for standard output even if it is a terminal"},
        {"queue", 'q', OPTION_TEXT, TAKES_QUEUE, AT(queue), 0, 0, "QUEUE", "only of that queue"},
        {"all", 'a', OPTION_FLAG, TAKES_ALL, AT(all), 0, 0, NULL, "all of them"},
        {"model", 0, OPTION_TEXT, TAKES_MODEL, AT(model), 0, 0, "DIR",
         "folder of the model, instead of that in embedding.conf"},
        {"json", 'j', OPTION_FLAG, TAKES_JSON, AT(json), 0, 0, NULL, "print JSON"},
        {"config-dir", 0, OPTION_TEXT, 0, AT(config_dir), 0, 0, "DIR",
         "read settings from DIR instead of " HART_CONFIG_DIR},
        {"help", 'h', OPTION_FLAG, 0, AT(help), 0, 0, NULL, "say what this is for, with examples"},
        {"version", 'V', OPTION_FLAG, 0, AT(version), 0, 0, NULL, "print the version"},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void *place(ctl_options *options, const option_row *row)
{
        return (char *)options + row->offset;
}

static int take_number(const option_row *row, const char *text, int64_t *ret)
{
        char *end = NULL;
        errno = 0;
        long long value = strtoll(text, &end, 10);
        if (errno || end == text || *end || value < row->least || value > row->most)
                return ctl_usage("--%s=%s: not a number from %lld to %lld", row->name, text, (long long)row->least,
                                 (long long)row->most);
        *ret = value;
        return CTL_OK;
}

/* RFC 6838: a name on each side of the slash; parameters may follow. */
static bool is_media_type(const char *text)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+";
        const size_t type = strspn(text, allowed);
        const size_t subtype = type > 0 && text[type] == '/' ? strspn(text + type + 1, allowed) : 0;
        const char *rest = text + type + 1 + subtype;
        if (subtype == 0 || strlen(text) > 255 || (*rest != '\0' && !strchr("; ", *rest)))
                return false;
        while (*rest >= ' ' && *rest <= '~')
                rest++;
        return *rest == '\0';
}

static bool is_file_name(const char *text)
{
        const size_t size = strlen(text);
        return size >= 1 && size <= 255 && hart_utf8_valid(text, size);
}

static int take_text(const option_row *row, bool valid, const char *allowed, const char **ret)
{
        if (!valid)
                return ctl_usage("--%s=%.80s: not %s", row->name, optarg, allowed);
        *ret = optarg;
        return CTL_OK;
}

static int take_option(const option_row *row, ctl_options *options)
{
        switch (row->kind) {
        case OPTION_FLAG:
                *(bool *)place(options, row) = true;
                return CTL_OK;
        case OPTION_NUMBER:
                return take_number(row, optarg, place(options, row));
        case OPTION_TEXT:
        case OPTION_OPTIONAL_TEXT:
                *(const char **)place(options, row) = optarg ? optarg : "";
                return CTL_OK;
        case OPTION_MEDIA_TYPE:
                return take_text(row, is_media_type(optarg), "a media type, such as text/markdown",
                                 place(options, row));
        case OPTION_FILE_NAME:
                return take_text(row, is_file_name(optarg), "a file name of 1 to 255 bytes in UTF-8",
                                 place(options, row));
        }
        return CTL_USAGE;
}

static void fill_options(struct option options[ROWS + 1], char letters[3 * ROWS + 2])
{
        static const int arguments[] = {[OPTION_FLAG] = no_argument,
                                        [OPTION_NUMBER] = required_argument,
                                        [OPTION_TEXT] = required_argument,
                                        [OPTION_OPTIONAL_TEXT] = optional_argument,
                                        [OPTION_MEDIA_TYPE] = required_argument,
                                        [OPTION_FILE_NAME] = required_argument};
        size_t used = 0;
        letters[used++] = ':';
        for (size_t i = 0; i < ROWS; i++) {
                options[i] = (struct option){rows[i].name, arguments[rows[i].kind], NULL, 256 + (int)i};
                if (!rows[i].letter)
                        continue;
                letters[used++] = rows[i].letter;
                for (int colons = arguments[rows[i].kind]; colons > 0; colons--)
                        letters[used++] = ':';
        }
        letters[used] = '\0';
}

static const option_row *row_of(int option)
{
        if (option >= 256)
                return &rows[option - 256];
        for (size_t i = 0; i < ROWS; i++)
                if (rows[i].letter && rows[i].letter == option)
                        return &rows[i];
        return NULL;
}

static int refuse_option(const char *word)
{
        char name[32] = "";
        if (strncmp(word, "--", 2) == 0)
                snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
        const char *meant = *name ? ctl_suggest(name, &rows[0].name, ROWS, sizeof rows[0]) : NULL;
        if (meant)
                return ctl_usage("%s: unknown option; did you mean --%s?", word, meant);
        return ctl_usage("%s: unknown option; --help lists what there is", word);
}

/* Options may stand anywhere, also before the command: which ones it takes is looked at when it is known. */
static int read_options(int argc, char *argv[], ctl_options *into, unsigned *given)
{
        struct option options[ROWS + 1] = {0};
        char letters[3 * ROWS + 2];
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
                int status = take_option(row, into);
                if (status != CTL_OK)
                        return status;
                *given |= row->takes;
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

static int check_fit(const ctl_invocation *invocation, unsigned given)
{
        const ctl_command *command = invocation->command;
        const char *action = command->action ? command->action : "", *blank = *action ? " " : "";
        for (size_t i = 0; i < ROWS; i++)
                if (rows[i].takes & given & ~command->takes)
                        return ctl_usage("`%s%s%s` has no option --%s", command->name, blank, action, rows[i].name);
        if (invocation->count < command->least)
                return ctl_usage("`%s%s%s` needs %s", command->name, blank, action, command->arguments);
        if (command->most >= 0 && invocation->count > command->most)
                return ctl_usage("`%s%s%s`: %s is one word too many", command->name, blank, action,
                                 invocation->arguments[command->most]);
        return CTL_OK;
}

int ctl_read_arguments(int argc, char *argv[], ctl_invocation *ret)
{
        ctl_invocation found = {.options = {.config_dir = HART_CONFIG_DIR,
                                            .tenant = HART_ANY_TENANT,
                                            .count = 10,
                                            .limit = 100,
                                            .depth = 10}};
        unsigned given = 0;
        int status = read_options(argc, argv, &found.options, &given);
        if (status == CTL_OK && optind < argc && !found.options.version)
                status = find_command(argc - optind, argv + optind, &found);
        /* `hartonomousctl schema --help` asks about all of schema's commands. */
        if (status != CTL_OK && found.options.help)
                status = CTL_OK;
        else if (status == CTL_OK && found.command && !found.options.help)
                status = check_fit(&found, given);
        if (status == CTL_OK)
                *ret = found;
        return status;
}

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
        printf("Usage: hartonomousctl %s%s%s [OPTION]... %s\n%s.\n\n", command->name, command->action ? " " : "",
               command->action ? command->action : "", command->arguments, command->summary);
        for (size_t i = 0; i < ROWS; i++) {
                const option_row *row = &rows[i];
                if (row->takes && !(row->takes & command->takes))
                        continue;
                HART_CLEANUP(hart_free_p)
                char *left = hart_format(row->kind == OPTION_OPTIONAL_TEXT ? "--%s[=%s]"
                                         : row->argument                   ? "--%s=%s"
                                                                           : "--%s%s",
                                         row->name, row->argument ? row->argument : "");
                printf("  %c%c%c %-22s %s\n", row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
                       row->letter ? ',' : ' ', left, row->help);
        }
        printf("\nExamples:\n%s", command->examples);
}
