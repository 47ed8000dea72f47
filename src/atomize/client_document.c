/* client_document: whole documents. Their events are read as the caller asks for them; the child goes ahead as far as
 * the socket has room. */
#include <errno.h>
#include <sys/stat.h>

#include <hartonomous/clock.h>

#include "exchange.h"
#include "request.h"

static uint64_t budget_of(const atomize_client *client)
{
        return client->options.timeout * ATOMIZE_TIMEOUTS_PER_DOCUMENT;
}

/* A file that is shorter than was said would end the child with SIGBUS, and the document would be blamed. */
static hart_code check_file(const atomize_document *document, hart_error *err)
{
        struct stat status;
        if (fstat(document->fd, &status) != 0)
                return hart_fail_errno(err, HART_FATAL, errno, "look at the document of source %lld",
                                       (long long)document->source);
        if ((uint64_t)status.st_size != document->size)
                return hart_fail(err, HART_FATAL, "the file of source %lld has %lld bytes instead of %llu",
                                 (long long)document->source, (long long)status.st_size,
                                 (unsigned long long)document->size);
        return HART_OK;
}

static hart_limits limits_of(const atomize_document *document)
{
        hart_limits limits = *document->limits;
        limits.depth = limits.depth < HART_DEPTH_MAX ? limits.depth : HART_DEPTH_MAX;
        limits.ratio = limits.ratio > 0 ? limits.ratio : 1;
        return limits;
}

static hart_code send_document(atomize_client *client, const atomize_document *document, hart_error *err)
{
        const char *type = document->content_type != NULL ? document->content_type : "application/octet-stream";
        const atomize_request request = {.kind = FRAME_DOCUMENT,
                                         .atomizer = document->atomizer,
                                         .name = document->name,
                                         .content_type = type,
                                         .size = document->size,
                                         .is_file = document->data == NULL && document->size > 0,
                                         .limits = client->document.reader.limits};
        child_patience patience = client_patience(client);
        uint64_t memory = request.is_file && client->memory > 0 ? client->memory + document->size : client->memory;
        hart_code code = child_limit(&client->child, memory, budget_of(client) / HART_SECOND + 1, err);
        if (code != HART_OK)
                return code;
        hart_buffer_clear(&client->frame);
        atomize_write_request(&request, &client->frame);
        code = child_write(&client->child, client->frame.data, client->frame.size, &patience, err);
        if (code != HART_OK)
                return code;
        return request.is_file ? child_send_file(&client->child, document->fd, &patience, err)
                               : child_write(&client->child, document->data, (size_t)document->size, &patience, err);
}

hart_code atomize_client_begin(atomize_client *client, const atomize_document *document, hart_error *err)
{
        hart_code code = document->data == NULL && document->size > 0 ? check_file(document, err) : HART_OK;
        if (code == HART_OK)
                code = client_need_child(client, document->tenant, err);
        if (code != HART_OK)
                return code;
        client->windows++;
        client->document.source = document->source;
        client->document.waited = 0;
        client->document.reader =
                (event_reader){.atomizer = document->atomizer, .limits = limits_of(document), .size = document->size};
        code = send_document(client, document, err);
        if (code != HART_OK)
                return client_judge(client, code, document->atomizer, document->source, err);
        client->document.in_hand = true;
        return HART_OK;
}

/* The clock runs only here: what the caller does between two events is not the child's time. */
static hart_code read_frame(atomize_client *client, frame_header *header, hart_error *err)
{
        uint64_t begin = hart_now(), budget = budget_of(client);
        child_patience patience = client_patience(client);
        uint64_t left = client->document.waited < budget ? budget - client->document.waited : 0;
        if (left < client->options.timeout) {
                patience.deadline = begin + left;
                patience.limit = "ten times atomize_timeout in all";
        }
        /* Where the child is always ahead, nothing waits in child_read(). */
        hart_code code = patience.waiting != NULL ? patience.waiting(patience.data) : HART_OK;
        if (code != HART_OK)
                return hart_fail(err, code, "asked to stop while a document was atomized");
        code = client_read_frame(client, header, &patience, err);
        client->document.waited += hart_now() - begin;
        return code;
}

static hart_code take_frame(atomize_client *client, hart_error *err)
{
        frame_header header;
        hart_code code = read_frame(client, &header, err);
        if (code != HART_OK)
                return code;
        if (header.kind == FRAME_FAILED)
                return atomize_take_failure(&header, client->frame.data, err);
        if (header.kind != FRAME_EVENTS || header.size == 0)
                return hart_fail(err, HART_FAILED, "sent a frame of kind %u and %u bytes instead of events",
                                 header.kind, header.size);
        events_take_frame(&client->document.reader, client->frame.data, header.size);
        return HART_OK;
}

hart_code atomize_client_next(atomize_client *client, atomize_event *ret, hart_error *err)
{
        event_reader *reader = &client->document.reader;
        if (!client->document.in_hand)
                return hart_fail(err, HART_FAILED, "no document is in hand");
        hart_code code = events_next(reader, ret, err);
        while (code == HART_EMPTY) {
                code = take_frame(client, err);
                if (code != HART_OK)
                        break;
                code = events_next(reader, ret, err);
        }
        if (code == HART_OK) {
                client->document.in_hand = !reader->done;
                return HART_OK;
        }
        client->document.in_hand = false;
        return client_judge(client, code, reader->atomizer, client->document.source, err);
}

void atomize_client_leave(atomize_client *client)
{
        if (client->document.in_hand)
                child_stop(&client->child);
        client->document.in_hand = false;
}
