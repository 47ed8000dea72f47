#include "pace.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/clock.h>
#include <hartonomous/memory.h>

#include "telemetry.h"

/* The value of a line "NAME 123"; false where there is none. */
static bool find_counter(const char *text, const char *name, double *ret)
{
        const size_t size = strlen(name);
        for (const char *line = text; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                if (strncmp(line, name, size) == 0 && line[size] == ' ') {
                        /* a count in full: no locale has a say in it */
                        *ret = (double)strtoull(line + size + 1, NULL, 10);
                        return true;
                }
        }
        return false;
}

static void add_page(const char *text, struct pace *into)
{
        double rows = 0, requests = 0, retries = 0;
        if (!find_counter(text, "hartonomous_graph_rows_total", &rows) ||
            !find_counter(text, "hartonomous_graph_requests_total", &requests) ||
            !find_counter(text, "hartonomous_graph_retries_total", &retries))
                return;
        into->known = true;
        into->rows += rows;
        into->requests += requests;
        into->retries += retries;
}

static int is_graph_sync(const struct dirent *entry)
{
        const char *dot = strrchr(entry->d_name, '.');
        return dot && strcmp(dot, ".sock") == 0 && strncmp(entry->d_name, "graph-sync", 10) == 0 &&
               (entry->d_name[10] == '.' || entry->d_name[10] == '@');
}

static void add_sockets(const char *directory, struct pace *into)
{
        struct dirent **entries = NULL;
        const int count = scandir(directory, &entries, is_graph_sync, alphasort);
        for (int i = 0; i < count; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer answer = {0};
                HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", directory, entries[i]->d_name);
                if (telemetry_ask(path, "/metrics", &answer) == 0 && answer.data)
                        add_page((const char *)answer.data, into);
                free(entries[i]);
        }
        free(entries);
}

void pace_read(const hart_common_settings *settings, struct pace *ret)
{
        *ret = (struct pace){.at = hart_now()};
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        if (!settings->telemetry)
                return;
        if (*settings->telemetry_listen == '/')
                add_sockets(settings->telemetry_listen, ret);
        else if (telemetry_ask_address(settings->telemetry_listen, "/metrics", &body, NULL) == HART_OK && body.data)
                add_page((const char *)body.data, ret);
}
