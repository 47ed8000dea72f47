/* client: one exchange with the child after the other. */
#include "client.h"

#include <stdio.h>

#include <hartonomous/clock.h>

void atomize_client_init(atomize_client *client, const atomize_options *options)
{
        *client = (atomize_client){.options = *options};
}

void atomize_client_done(atomize_client *client)
{
        child_stop(&client->child);
}

static child_patience patience_of(const atomize_client *client)
{
        return (child_patience){.deadline = hart_now() + client->options.timeout,
                                .waiting = client->options.waiting,
                                .data = client->options.waiting_data};
}

/* A child that can be used for the tenant; it has said that it stands in its sandbox. */
static hart_code need_child(atomize_client *client, int32_t tenant, hart_error *err)
{
        const atomize_options *options = &client->options;
        unsigned char head[FRAME_HEADER_SIZE] = {0};
        if (client->child.pid != 0 && (client->tenant != tenant || client->windows >= options->windows_per_child))
                child_stop(&client->child);
        if (client->child.pid != 0)
                return HART_OK;
        /* The clock stops a hang; this stops a child that outlives its daemon's attention. */
        uint64_t cpu = options->timeout * (uint64_t)options->windows_per_child / HART_SECOND + 1;
        hart_code code = child_start(&client->child, options->program, options->memory, cpu, err);
        if (code != HART_OK)
                return code;
        client->tenant = tenant;
        client->windows = 0;
        child_patience patience = patience_of(client);
        code = child_read(&client->child, head, sizeof head, &patience, err);
        frame_header header = frame_get_header(head);
        if (code == HART_OK && header.kind == FRAME_READY && header.number == PROTOCOL_VERSION && header.size == 0)
                return HART_OK;
        if (code < 0) {
                child_stop(&client->child);
                return code;
        }
        char end[64] = "speaks another version of the protocol";
        bool killed = code == HART_EMPTY && child_describe_end(&client->child, end);
        child_stop(&client->child);
        /* A signal came from outside: nothing of a document has been read yet. */
        return hart_fail(err, killed ? HART_RETRY : HART_CONFIG,
                         "the atomizer %s %s before it was ready; see its line above, and the setting atomize_memory",
                         options->program, end);
}

static hart_code send_job(const atomize_client *client, const atomize_job *job, const child_patience *patience,
                          hart_error *err)
{
        unsigned char head[FRAME_HEADER_SIZE + 4];
        uint16_t number = 0;
        while (hart_atomizers[number] != job->atomizer)
                number++;
        frame_put_header(head, &(frame_header){.size = (uint32_t)(4 + job->window.size),
                                               .kind = FRAME_RUN,
                                               .flags = (uint8_t)((job->window.first ? RUN_FIRST : 0) |
                                                                  (job->window.last ? RUN_LAST : 0)),
                                               .number = number});
        frame_put_u32(head + FRAME_HEADER_SIZE, job->max_pieces);
        hart_code code = child_write(&client->child, head, sizeof head, patience, err);
        return code == HART_OK ? child_write(&client->child, job->window.data, job->window.size, patience, err) : code;
}

static hart_code read_reply(const atomize_client *client, atomize_reply *reply, const child_patience *patience,
                            hart_error *err)
{
        unsigned char head[FRAME_HEADER_SIZE], payload[PIECES_PER_FRAME * PIECE_SIZE];
        hart_code code = HART_OK;
        while (code == HART_OK && !reply->done) {
                code = child_read(&client->child, head, sizeof head, patience, err);
                if (code != HART_OK)
                        break;
                frame_header header = frame_get_header(head);
                if (header.size <= frame_limit_of_reply(&header))
                        code = child_read(&client->child, payload, header.size, patience, err);
                if (code == HART_OK)
                        code = atomize_take_reply(reply, &header, payload, err);
        }
        return code;
}

static hart_code exchange(atomize_client *client, const atomize_job *job, atomize_reply *reply, hart_error *err)
{
        child_patience patience = patience_of(client);
        hart_code code = send_job(client, job, &patience, err);
        return code == HART_OK ? read_reply(client, reply, &patience, err) : code;
}

hart_code atomize_client_run(atomize_client *client, const atomize_job *job, atomize_result *ret, hart_error *err)
{
        atomize_reply reply = {.atomizer = job->atomizer,
                               .window_size = job->window.size,
                               .first = job->window.first,
                               .last = job->window.last,
                               .max_pieces = job->max_pieces,
                               .pieces = job->pieces};
        hart_code code = need_child(client, job->tenant, err);
        if (code != HART_OK)
                return code;
        client->windows++;
        code = exchange(client, job, &reply, err);
        if (code == HART_OK) {
                *ret = (atomize_result){.count = reply.count,
                                        .lead_size = reply.lead_size,
                                        .consumed = (size_t)(reply.lead_size + reply.covered),
                                        .full = reply.full};
                return HART_OK;
        }
        if (code == HART_EMPTY) {
                char end[64];
                (void)child_describe_end(&client->child, end);
                return hart_fail(err, HART_FAILED, "atomizer %s %s on source %lld", job->atomizer->name, end,
                                 (long long)job->source);
        }
        /* Whatever it did, what it says next would be about this window. An honest refusal leaves it usable. */
        if (code != HART_POISON)
                child_stop(&client->child);
        if (code == HART_FAILED || code == HART_POISON)
                hart_error_context(err, "atomizer %s on source %lld", job->atomizer->name, (long long)job->source);
        return code;
}
