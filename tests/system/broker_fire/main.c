/* usage: test_broker_fire read|send|hold KEY=VALUE… */
#include "fire.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

volatile sig_atomic_t asked_to_stop;

static const struct {
        const char *name;
        int (*main)(const struct options *options);
} roles[] = {{"read", reader_main}, {"send", sender_main}, {"hold", holder_main}};

static const struct {
        const char *name;
        size_t text, number;
} keys[] = {
        {"conninfo=", offsetof(struct options, conninfo), 0}, {"name=", offsetof(struct options, name), 0},
        {"note=", offsetof(struct options, note), 0},         {"batch=", 0, offsetof(struct options, batch)},
        {"next=", 0, offsetof(struct options, next)},         {"messages=", 0, offsetof(struct options, messages)},
        {"seconds=", 0, offsetof(struct options, seconds)},   {"number=", 0, offsetof(struct options, number)},
};

void give_up(const char *what, const hart_error *error)
{
        fprintf(stderr, "%s: %s (%s)\n", what, error->text, error->foreign);
        exit(3);
}

void must(hart_code code, const char *what, const hart_error *error)
{
        if (code < HART_OK && code != HART_RETRY)
                give_up(what, error);
}

static void on_term(int number)
{
        (void)number;
        asked_to_stop = 1;
}

static bool set_option(struct options *options, const char *word)
{
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
                const size_t length = strlen(keys[i].name);
                if (strncmp(word, keys[i].name, length) != 0)
                        continue;
                if (keys[i].number)
                        *(uint64_t *)(void *)((char *)options + keys[i].number) = strtoull(word + length, NULL, 10);
                else
                        *(const char **)(void *)((char *)options + keys[i].text) = word + length;
                return true;
        }
        return false;
}

int main(int argc, char *argv[])
{
        struct options options = {.name = "fire", .batch = 1};
        for (int i = 2; i < argc; i++)
                if (!set_option(&options, argv[i]))
                        return 64;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGTERM, on_term);
        setvbuf(stdout, NULL, _IOLBF, 0);
        for (size_t i = 0; argc > 1 && i < sizeof roles / sizeof *roles; i++)
                if (strcmp(argv[1], roles[i].name) == 0)
                        return roles[i].main(&options);
        fputs("usage: test_broker_fire read|send|hold KEY=VALUE...\n", stderr);
        return 64;
}
