/* client: windows, and what a document is. */
#include "client.h"

#include "exchange.h"
#include "request.h"

void atomize_client_init(atomize_client *client, const atomize_options *options)
{
        *client = (atomize_client){.options = *options};
}

void atomize_client_done(atomize_client *client)
{
        client->document.in_hand = false;
        child_stop(&client->child);
        hart_buffer_done(&client->frame);
}

static hart_code send_job(const atomize_client *client, const atomize_job *job, const child_patience *patience,
                          hart_error *err)
{
        unsigned char head[FRAME_HEADER_SIZE + 4];
        frame_put_header(head, &(frame_header){.size = (uint32_t)(4 + job->window.size),
                                               .kind = FRAME_RUN,
                                               .flags = (uint8_t)((job->window.first ? RUN_FIRST : 0) |
                                                                  (job->window.last ? RUN_LAST : 0)),
                                               .number = atomize_number_of(job->atomizer)});
        frame_put_u32(head + FRAME_HEADER_SIZE, job->max_pieces);
        hart_code code = child_write(&client->child, head, sizeof head, patience, err);
        return code == HART_OK ? child_write(&client->child, job->window.data, job->window.size, patience, err) : code;
}

static hart_code exchange(atomize_client *client, const atomize_job *job, atomize_reply *reply, hart_error *err)
{
        child_patience patience = client_patience(client);
        frame_header header;
        hart_code code = send_job(client, job, &patience, err);
        while (code == HART_OK && !reply->done) {
                code = client_read_frame(client, &header, &patience, err);
                if (code == HART_OK)
                        code = atomize_take_reply(reply, &header, client->frame.data, err);
        }
        return code;
}

hart_code atomize_client_run(atomize_client *client, const atomize_job *job, atomize_result *ret, hart_error *err)
{
        atomize_reply reply = {.atomizer = job->atomizer,
                               .window_size = job->window.size,
                               .first = job->window.first,
                               .last = job->window.last,
                               .max_pieces = job->max_pieces,
                               .pieces = job->pieces};
        hart_code code = client_need_child(client, job->tenant, err);
        if (code != HART_OK)
                return code;
        client->windows++;
        code = exchange(client, job, &reply, err);
        if (code != HART_OK)
                return client_judge(client, code, job->atomizer, job->source, err);
        *ret = (atomize_result){.count = reply.count,
                                .lead_size = reply.lead_size,
                                .consumed = (size_t)(reply.lead_size + reply.covered),
                                .full = reply.full};
        return HART_OK;
}

static hart_code ask(atomize_client *client, const atomize_question *question, hart_buffer *type,
                     const hart_atomizer **ret, hart_error *err)
{
        const atomize_request request = {
                .kind = FRAME_IDENTIFY,
                .name = question->name,
                .content_type = question->declared,
                .size = question->size < REQUEST_HEAD_MAX ? question->size : REQUEST_HEAD_MAX,
        };
        child_patience patience = client_patience(client);
        frame_header header;
        hart_buffer_clear(&client->frame);
        atomize_write_request(&request, &client->frame);
        hart_buffer_append(&client->frame, question->head, (size_t)request.size);
        hart_code code = child_write(&client->child, client->frame.data, client->frame.size, &patience, err);
        if (code == HART_OK)
                code = client_read_frame(client, &header, &patience, err);
        return code == HART_OK ? atomize_take_type(&header, client->frame.data, type, ret, err) : code;
}

hart_code atomize_client_identify(atomize_client *client, const atomize_question *question, hart_buffer *type,
                                  const hart_atomizer **ret, hart_error *err)
{
        hart_code code = client_need_child(client, question->tenant, err);
        if (code == HART_OK) {
                code = ask(client, question, type, ret, err);
                if (code != HART_OK)
                        code = client_judge(client, code, NULL, question->source, err);
        }
        return code;
}
