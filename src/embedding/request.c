#include "request.h"

#include <string.h>

#include <hartonomous/json.h>
#include <hartonomous/memory.h>

#define ATOMS_MAX 100000 /* of one message; what is sent by ingestion has 64 */

static void add_atom(struct request *request, int32_t tenant, int64_t atom)
{
        if (request->count == request->capacity) {
                request->capacity = request->capacity * 2 + 64;
                request->tenants = hart_reallocate_array(request->tenants, request->capacity, sizeof *request->tenants);
                request->atoms = hart_reallocate_array(request->atoms, request->capacity, sizeof *request->atoms);
        }
        request->tenants[request->count] = tenant;
        request->atoms[request->count++] = atom;
}

static void add_message(struct request *request, int32_t model, size_t first)
{
        request->messages =
                hart_reallocate_array(request->messages, request->message_count + 1, sizeof *request->messages);
        request->messages[request->message_count++] =
                (struct request_message){.model = model, .first = first, .count = request->count - first};
}

static hart_code read_body(struct request *request, const hart_json *body, hart_error *err)
{
        const hart_json *atoms = hart_json_member(body, "AtomIds");
        const size_t before = request->count, count = hart_json_count(atoms);
        int64_t tenant, atom, model = 0;
        hart_code code = hart_json_need_integer(body, "TenantId", 0, INT32_MAX, &tenant, err);

        if (code == HART_OK && hart_json_member(body, "ModelId") != NULL)
                code = hart_json_need_integer(body, "ModelId", 1, INT32_MAX, &model, err);
        if (code != HART_OK)
                return code;
        if (hart_json_kind_of(atoms) != HART_JSON_ARRAY || count == 0 || count > ATOMS_MAX)
                return hart_fail(err, HART_POISON, "AtomIds must be an array of 1 to %d atom ids", ATOMS_MAX);
        for (size_t i = 0; i < count; i++) {
                if (!hart_json_integer(hart_json_item(atoms, i), &atom) || atom < 1) {
                        request->count = before;
                        return hart_fail(err, HART_POISON, "AtomIds[%zu] is no atom id, a whole number from 1", i);
                }
                add_atom(request, (int32_t)tenant, atom);
        }
        add_message(request, (int32_t)model, before);
        return HART_OK;
}

hart_code request_add(struct request *request, const hart_message *message, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *body = NULL;
        hart_code code;

        if (strcmp(message->type, "EmbeddingRequest") != 0)
                return hart_fail(err, HART_POISON, "embedding takes no messages of type %.64s", message->type);
        code = hart_json_parse(message->body, message->body_size, &body, err);
        if (code == HART_OK)
                code = read_body(request, body, err);
        return code == HART_OK ? code : hart_error_context(err, "EmbeddingRequest");
}

void request_done(struct request *request)
{
        free(request->tenants);
        free(request->atoms);
        free(request->messages);
        *request = (struct request){0};
}

void request_of_model(const struct request *request, int32_t model, bool wanted, struct request *ret)
{
        for (size_t i = 0; i < request->message_count; i++) {
                const struct request_message *message = &request->messages[i];
                if (message->model != model && (message->model != 0 || !wanted))
                        continue;
                for (size_t k = message->first; k < message->first + message->count; k++)
                        add_atom(ret, request->tenants[k], request->atoms[k]);
        }
}

size_t request_alone(const struct request *request, int32_t model, int32_t tenant, int64_t atom)
{
        size_t i = 0;

        for (; i < request->message_count; i++) {
                const struct request_message *message = &request->messages[i];
                if (message->model == model && message->count == 1 && request->tenants[message->first] == tenant &&
                    request->atoms[message->first] == atom)
                        break;
        }
        return i;
}
