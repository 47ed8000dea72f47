/* exchange: starting the child, and reading what it says. */
#include "exchange.h"

#include <stdio.h>

#include <hartonomous/clock.h>

child_patience client_patience(const atomize_client *client)
{
        return (child_patience){.deadline = hart_now() + client->options.timeout,
                                .limit = "atomize_timeout",
                                .waiting = client->options.waiting,
                                .data = client->options.waiting_data};
}

/* Loading libraries on a busy machine is no document's fault, and no setting for documents limits it. */
#define START_SECONDS 60

/* Of a process that said something else than READY, or nothing. */
static hart_code not_ready(atomize_client *client, hart_code code, const frame_header *header, hart_error *err)
{
        char end[64] = "speaks another version of the protocol";
        bool killed = code == HART_EMPTY && child_describe_end(&client->child, end);
        child_stop(&client->child);
        if (code == HART_FAILED)
                return hart_fail(err, HART_RETRY, "the atomizer %s is not ready after %d seconds",
                                 client->options.program, START_SECONDS);
        if (code < 0)
                return code;
        if (code == HART_OK && header->kind == FRAME_READY && header->number == PROTOCOL_VERSION)
                return hart_fail(err, HART_CONFIG,
                                 "the atomizer %s knows other formats than this daemon; install both from one build",
                                 client->options.program);
        /* A signal came from outside: nothing of a document has been read yet. */
        return hart_fail(err, killed ? HART_RETRY : HART_CONFIG,
                         "the atomizer %s %s before it was ready; see its line above, and the setting atomize_memory",
                         client->options.program, end);
}

static hart_code start(atomize_client *client, hart_error *err)
{
        const atomize_options *options = &client->options;
        unsigned char frame[FRAME_HEADER_SIZE + 4] = {0};
        /* The clock stops a hang; this stops a child that outlives its daemon's attention. */
        uint64_t cpu = options->timeout * (uint64_t)options->windows_per_child / HART_SECOND + 1;
        hart_code code = child_start(&client->child, options->program, options->memory, cpu, err);
        if (code != HART_OK)
                return code;
        client->windows = 0;
        child_patience patience = client_patience(client);
        patience.deadline = hart_now() + START_SECONDS * HART_SECOND;
        code = child_read(&client->child, frame, FRAME_HEADER_SIZE, &patience, err);
        frame_header header = frame_get_header(frame);
        if (code == HART_OK && header.kind == FRAME_READY && header.size == 4)
                code = child_read(&client->child, frame + FRAME_HEADER_SIZE, 4, &patience, err);
        bool ready = code == HART_OK && header.kind == FRAME_READY && header.number == PROTOCOL_VERSION &&
                     header.size == 4 && frame_get_u32(frame + FRAME_HEADER_SIZE) == atomize_table_fingerprint();
        if (!ready)
                return not_ready(client, code, &header, err);
        client->memory = child_memory_limit(&client->child);
        return HART_OK;
}

hart_code client_need_child(atomize_client *client, int32_t tenant, hart_error *err)
{
        atomize_client_leave(client);
        if (client->child.pid != 0 &&
            (client->tenant != tenant || client->windows >= client->options.windows_per_child))
                child_stop(&client->child);
        if (client->child.pid != 0)
                return HART_OK;
        client->tenant = tenant;
        return start(client, err);
}

hart_code client_read_frame(atomize_client *client, frame_header *header, const child_patience *patience,
                            hart_error *err)
{
        unsigned char head[FRAME_HEADER_SIZE];
        hart_code code = child_read(&client->child, head, sizeof head, patience, err);
        if (code != HART_OK)
                return code;
        *header = frame_get_header(head);
        if (header->size > frame_limit_of_reply(header))
                return hart_fail(err, HART_FAILED, "sent a frame of kind %u and %u bytes", header->kind, header->size);
        hart_buffer_clear(&client->frame);
        unsigned char *payload = hart_buffer_reserve(&client->frame, (size_t)header->size + 1);
        code = child_read(&client->child, payload, header->size, patience, err);
        payload[header->size] = '\0';
        return code;
}

hart_code client_judge(atomize_client *client, hart_code code, const hart_atomizer *doing, int64_t source,
                       hart_error *err)
{
        char subject[64] = "the choice of an atomizer";
        if (doing != NULL)
                snprintf(subject, sizeof subject, "atomizer %s", doing->name);
        if (code == HART_EMPTY) {
                char end[64];
                (void)child_describe_end(&client->child, end);
                return hart_fail(err, HART_FAILED, "%s %s on source %lld", subject, end, (long long)source);
        }
        /* Whatever it did, what it says next would be about this document. An honest refusal leaves it usable. */
        if (code != HART_POISON)
                child_stop(&client->child);
        if (code == HART_FAILED || code == HART_POISON)
                hart_error_context(err, "%s on source %lld", subject, (long long)source);
        return code;
}
