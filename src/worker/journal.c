#include "journal.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <systemd/sd-journal.h>

#define FIELDS_MAX 28

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

/* A line is its fields, each closed by a NUL, and a NUL behind the last. MESSAGE and PRIORITY are the first two. */
static void put_field(hart_buffer *lines, const char *field)
{
        hart_buffer_append(lines, field, strlen(field) + 1);
}

static const journal_event *put_fields(hart_buffer *lines, const char *const *fields)
{
        const journal_event *event = NULL;
        for (; fields && *fields; fields++) {
                if (strncmp(*fields, "EVENT=", 6) == 0)
                        event = journal_event_find(*fields + 6);
                put_field(lines, *fields);
        }
        return event;
}

void journal_compose(const worker_journal *journal, hart_log_level level, const char *const *extra,
                     const char *const *fields, const char *format, va_list arguments, hart_buffer *lines)
{
        if (level > journal->level)
                return;
        char message[HART_ERROR_TEXT_MAX + 512] = "MESSAGE=";
        const size_t prefix = strlen(message);
        vsnprintf(message + prefix, sizeof message - prefix, format, arguments);
        char priority[16], identifier[80], id[64];
        snprintf(priority, sizeof priority, "PRIORITY=%d", (int)level);
        snprintf(identifier, sizeof identifier, "SYSLOG_IDENTIFIER=%s", journal->identifier);
        put_fields(lines, (const char *const[]){message, priority, identifier, NULL});
        const journal_event *from_extra = put_fields(lines, extra), *event = put_fields(lines, fields);
        if (!event)
                event = from_extra;
        if (event) {
                snprintf(id, sizeof id, "MESSAGE_ID=%s", event->id);
                put_field(lines, id);
        }
        hart_buffer_byte(lines, 0);
}

static void send_line(const worker_journal *journal, const struct iovec *fields, int count)
{
        (void)sd_journal_sendv(fields, count);
        if (journal->stderr_is_journal || count < 2)
                return;
        const char *message = fields[0].iov_base, *priority = fields[1].iov_base;
        fprintf(stderr, "%s: %s\n", level_names[priority[strlen("PRIORITY=")] - '0'], message + strlen("MESSAGE="));
}

void journal_send(const worker_journal *journal, const hart_buffer *lines)
{
        for (size_t start = 0; start < lines->size;) {
                unsigned char *at = lines->data + start;
                struct iovec fields[FIELDS_MAX];
                int count = 0;
                for (size_t length; (length = strlen((const char *)at)) > 0; at += length + 1)
                        if (count < FIELDS_MAX)
                                fields[count++] = (struct iovec){at, length};
                start = (size_t)(at - lines->data) + 1;
                send_line(journal, fields, count);
        }
}
