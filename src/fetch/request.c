#include <stdlib.h>
#include <string.h>

#include <hartonomous/json.h>

#include "fetch.h"

#define URI_MAX 8000

static hart_code read_body(const hart_json *body, fetch_request *ret, hart_error *err)
{
        const char *uri = NULL, *type = NULL;
        int64_t tenant = 0;
        hart_code code = hart_json_need_integer(body, "TenantId", 0, INT32_MAX, &tenant, err);
        if (code == HART_OK)
                code = hart_json_need_text(body, "Uri", &uri, NULL, err);
        if (code == HART_OK && hart_json_kind_of(hart_json_member(body, "ContentType")) == HART_JSON_TEXT)
                code = hart_json_need_text(body, "ContentType", &type, NULL, err);
        if (code == HART_OK && hart_json_member(body, "Tries"))
                code = hart_json_need_integer(body, "Tries", 0, INT32_MAX, &ret->tries, err);
        if (code == HART_OK && strlen(uri) > URI_MAX)
                code = hart_fail(err, HART_POISON, "Uri has %zu bytes, over %d", strlen(uri), URI_MAX);
        if (code != HART_OK)
                return code;
        ret->tenant = (int32_t)tenant;
        ret->uri = hart_duplicate(uri);
        ret->content_type = type ? hart_duplicate(type) : NULL;
        return HART_OK;
}

hart_code fetch_request_read(const hart_message *message, fetch_request *ret, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *body = NULL;
        if (strcmp(message->type, "FetchRequest") != 0)
                return hart_fail(err, HART_POISON, "fetch takes no messages of type %.64s", message->type);
        hart_code code = hart_json_parse(message->body, message->body_size, &body, err);
        if (code == HART_OK)
                code = read_body(body, ret, err);
        return code == HART_OK ? code : hart_error_context(err, "FetchRequest");
}

void fetch_request_done(fetch_request *request)
{
        free(request->uri);
        free(request->content_type);
        *request = (fetch_request){0};
}
