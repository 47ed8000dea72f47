/* Bodies of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "request.h"

static const struct {
        const char *type, *body, *words;
} wrong[] = {
        {"IngestionRequest", "{\"TenantId\":1,\"AtomIds\":[1]}", "IngestionRequest"},
        {"EmbeddingRequest", "", "EmbeddingRequest"},
        {"EmbeddingRequest", "[]", "TenantId"},
        {"EmbeddingRequest", "{\"TenantId\":1}", "AtomIds"},
        {"EmbeddingRequest", "{\"TenantId\":1,\"AtomIds\":[]}", "AtomIds"},
        {"EmbeddingRequest", "{\"TenantId\":1,\"AtomIds\":{\"1\":1}}", "AtomIds"},
        {"EmbeddingRequest", "{\"TenantId\":2147483648,\"AtomIds\":[1]}", "TenantId"},
        {"EmbeddingRequest", "{\"TenantId\":1,\"AtomIds\":[1,0]}", "AtomIds[1]"},
        {"EmbeddingRequest", "{\"TenantId\":1,\"AtomIds\":[1,2,3.5]}", "AtomIds[2]"},
        {"EmbeddingRequest", "{\"TenantId\":1,\"AtomIds\":[1],\"ModelId\":0}", "ModelId"},
        {"EmbeddingRequest", "{\"TenantId\":1,\"AtomIds\":[1],\"ModelId\":null}", "ModelId"},
        {"EmbeddingRequest", "{\"TenantId\":1,\"AtomIds\":[1],\"ModelId\":\"m\"}", "ModelId"},
};

static hart_message message(const char *type, const char *body)
{
        return (hart_message){.type = type, .body = body, .body_size = strlen(body)};
}

static void refuses_what_is_none(void **state)
{
        HART_CLEANUP(request_done) struct request request = {0};
        (void)state;

        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
                const hart_message one = message(wrong[i].type, wrong[i].body);
                hart_error err = {0};
                assert_int_equal(request_add(&request, &one, &err), HART_POISON);
                if (strstr(err.text, wrong[i].words) == NULL)
                        fail_msg("row %zu: \"%s\"", i, err.text);
                assert_int_equal(request.count, 0);
        }
}

static void gathers_atoms_of_all_messages(void **state)
{
        HART_CLEANUP(request_done) struct request request = {0};
        const hart_message first = message("EmbeddingRequest", "{\"TenantId\":3,\"AtomIds\":[7,8]}");
        const hart_message second = message("EmbeddingRequest", "{\"AtomIds\":[9],\"TenantId\":0,\"More\":1}");
        (void)state;

        for (size_t i = 0; i < 100; i++) {
                assert_int_equal(request_add(&request, &first, NULL), HART_OK);
                assert_int_equal(request_add(&request, &second, NULL), HART_OK);
        }
        assert_int_equal(request.count, 300);
        assert_int_equal(request.tenants[298], 3);
        assert_int_equal(request.atoms[298], 8);
        assert_int_equal(request.tenants[299], 0);
        assert_int_equal(request.atoms[299], 9);
}

static void parts_by_model(void **state)
{
        static const char *const bodies[] = {"{\"TenantId\":1,\"AtomIds\":[1,2]}",
                                             "{\"TenantId\":1,\"AtomIds\":[3],\"ModelId\":5}",
                                             "{\"TenantId\":1,\"AtomIds\":[4,5],\"ModelId\":6}"};
        static const struct {
                int32_t model;
                bool wanted;
                size_t count;
                int64_t last;
        } expected[] = {{5, true, 3, 3}, {5, false, 1, 3}, {6, true, 4, 5}, {7, true, 2, 2}, {7, false, 0, 0}};
        HART_CLEANUP(request_done) struct request request = {0};
        (void)state;

        for (size_t i = 0; i < 3; i++) {
                const hart_message one = message("EmbeddingRequest", bodies[i]);
                assert_int_equal(request_add(&request, &one, NULL), HART_OK);
        }
        for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
                HART_CLEANUP(request_done) struct request part = {0};
                request_of_model(&request, expected[i].model, expected[i].wanted, &part);
                assert_int_equal(part.count, expected[i].count);
                if (part.count > 0)
                        assert_int_equal(part.atoms[part.count - 1], expected[i].last);
        }
        assert_int_equal(request_alone(&request, 5, 1, 3), 1);
        assert_int_equal(request_alone(&request, 6, 1, 3), 3); /* another model, another tenant, not alone: none */
        assert_int_equal(request_alone(&request, 5, 2, 3), 3);
        assert_int_equal(request_alone(&request, 6, 1, 4), 3);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(refuses_what_is_none),
                cmocka_unit_test(gathers_atoms_of_all_messages),
                cmocka_unit_test(parts_by_model),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
