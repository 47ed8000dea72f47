#include "journal.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <systemd/sd-journal.h>

#define FIELDS_MAX 24

static const char *const level_names[] = {"emergency", "alert",  "critical", "error",
                                          "warning",   "notice", "info",     "debug"};

const journal_event *journal_event_find(const char *name)
{
        for (size_t i = 0; i < journal_event_count; i++)
                if (strcmp(journal_events[i].name, name) == 0)
                        return &journal_events[i];
        return NULL;
}

/* $JOURNAL_STREAM is "device:inode" of the stream systemd gave us; stderr may have been redirected since. */
static bool stderr_is_journal(void)
{
        const char *stream = getenv("JOURNAL_STREAM");
        struct stat status;
        if (!stream || fstat(2, &status) < 0)
                return false;
        char found[64];
        snprintf(found, sizeof found, "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
        return strcmp(stream, found) == 0;
}

void journal_open(worker_journal *journal, const char *identifier)
{
        *journal = (struct worker_journal){
                .identifier = identifier, .level = HART_LOG_INFO, .stderr_is_journal = stderr_is_journal()};
}

static void add_field(struct iovec *vector, size_t *count, const char *field)
{
        if (*count >= FIELDS_MAX)
                return;
        /* iovec has no const; sd_journal_sendv only reads. */
        vector[*count].iov_base = (void *)(uintptr_t)field;
        vector[(*count)++].iov_len = strlen(field);
}

static const journal_event *add_fields(struct iovec *vector, size_t *count, const char *const *fields)
{
        const journal_event *event = NULL;
        for (; fields && *fields; fields++) {
                if (strncmp(*fields, "EVENT=", 6) == 0)
                        event = journal_event_find(*fields + 6);
                add_field(vector, count, *fields);
        }
        return event;
}

void journal_write(const worker_journal *journal, hart_log_level level, const char *const *extra,
                   const char *const *fields, const char *format, va_list arguments)
{
        if (level > journal->level)
                return;
        char message[HART_ERROR_TEXT_MAX + 512] = "MESSAGE=";
        const size_t prefix = strlen(message);
        vsnprintf(message + prefix, sizeof message - prefix, format, arguments);

        char priority[16], identifier[80], id[64];
        struct iovec vector[FIELDS_MAX + 4];
        size_t count = 0;
        const journal_event *from_extra = add_fields(vector, &count, extra);
        const journal_event *event = add_fields(vector, &count, fields);
        if (!event)
                event = from_extra;
        snprintf(priority, sizeof priority, "PRIORITY=%d", (int)level);
        snprintf(identifier, sizeof identifier, "SYSLOG_IDENTIFIER=%s", journal->identifier);
        const char *const own[] = {message, priority, identifier, event ? id : NULL};
        if (event)
                snprintf(id, sizeof id, "MESSAGE_ID=%s", event->id);
        for (size_t i = 0; i < sizeof own / sizeof *own && own[i]; i++) {
                vector[count].iov_base = (void *)(uintptr_t)own[i];
                vector[count++].iov_len = strlen(own[i]);
        }
        (void)sd_journal_sendv(vector, (int)count);
        if (!journal->stderr_is_journal)
                fprintf(stderr, "%s: %s\n", level_names[level], message + prefix);
}
