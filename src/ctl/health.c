#include "health.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/json.h>

#include "telemetry.h"

static const table_column columns[] = {
        {"name", "DAEMON", TABLE_TEXT},
        {"status", "STATUS", TABLE_TEXT},
        {"detail", "DETAIL", TABLE_TEXT},
};

static void add(struct table *into, const char *name, const char *status, const char *detail)
{
        table_text(into, name);
        table_text(into, status);
        table_text(into, detail);
}

/* "Healthy" and the names of the checks that are not. */
static void add_body(struct table *into, const char *name, const void *body, size_t size)
{
        hart_json *root = NULL;
        HART_CLEANUP(hart_buffer_done) hart_buffer detail = {0};
        if (hart_json_parse(body, size, &root, NULL) != HART_OK) {
                add(into, name, "Unknown", "its answer is not understood");
                return;
        }
        const hart_json *checks = hart_json_member(root, "checks");
        for (size_t i = 0; i < hart_json_count(checks); i++) {
                const hart_json *check = hart_json_item(checks, i);
                const char *what = hart_json_text(hart_json_member(check, "name"), NULL);
                const char *status = hart_json_text(hart_json_member(check, "status"), NULL);
                if (what && status && strcmp(status, "Healthy") != 0)
                        hart_buffer_format(&detail, "%s%s %s", detail.size ? ", " : "", what, status);
        }
        const char *status = hart_json_text(hart_json_member(root, "status"), NULL);
        add(into, name, status ? status : "Unknown", (const char *)detail.data);
        hart_json_close(root);
}

static void add_socket(struct table *into, const char *directory, const char *name)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer answer = {0};
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s.sock", directory, name);
        int failure = telemetry_ask(path, "/health", &answer);
        const char *body = answer.data ? strstr((const char *)answer.data, "\r\n\r\n") : NULL;
        if (failure == ENOENT || failure == ECONNREFUSED)
                add(into, name, "Stopped", "");
        else if (failure == EAGAIN)
                add(into, name, "Silent", "no answer within 2 s");
        else if (failure)
                add(into, name, "Unknown", strerror(failure));
        else if (!body)
                add(into, name, "Unknown", "its answer is not understood");
        else
                add_body(into, name, body + 4, answer.size - (size_t)(body + 4 - (const char *)answer.data));
}

static int is_instance(const struct dirent *entry)
{
        const char *dot = strrchr(entry->d_name, '.');
        return dot && strcmp(dot, ".sock") == 0 &&
               (strchr(entry->d_name, '@') || strcmp(entry->d_name, "fetch.sock") == 0);
}

/* The three every host has, running or not, what instances there are, and hartonomous-fetch where it was started. */
static void read_directory(const char *directory, struct table *into)
{
        static const char *const names[] = {"ingestion", "graph-sync", "embedding"};
        struct dirent **entries = NULL;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
                add_socket(into, directory, names[i]);
        int count = scandir(directory, &entries, is_instance, alphasort);
        for (int i = 0; i < count; i++) {
                *strrchr(entries[i]->d_name, '.') = '\0';
                add_socket(into, directory, entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
}

static void read_address(const char *listen, struct table *into)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        hart_error err = {0};
        if (telemetry_ask_address(listen, "/health", &body, &err) == HART_OK)
                add_body(into, listen, body.data, body.size);
        else
                add(into, listen, "Stopped", err.text);
}

void health_read(const hart_common_settings *settings, struct table *into)
{
        *into = (struct table){.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
        if (!settings->telemetry)
                return;
        if (*settings->telemetry_listen == '/')
                read_directory(settings->telemetry_listen, into);
        else
                read_address(settings->telemetry_listen, into);
}
