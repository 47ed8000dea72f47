/* Secrets: systemd's folder, then our own; and what a missing permission means. */
#include "testing.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <hartonomous/settings.h>

#include "folder.h"

static void credentials(void **state)
{
        HART_CLEANUP(hart_free_p) char *given = hart_format("%s/given", (char *)*state);
        HART_CLEANUP(hart_free_p) char *secret = NULL, *second = NULL;
        hart_error err = {0};

        folder_put_folder(*state, "given");
        folder_put_folder(*state, "credentials");
        folder_put(*state, "credentials/password", "from the folder\n\n");
        assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
        assert_int_equal(hart_credential_read(*state, "password", &secret, &err), HART_OK);
        assert_string_equal(secret, "from the folder\n");
        assert_int_equal(hart_credential_read(*state, "other", &second, &err), HART_EMPTY);
        assert_null(second);
        assert_int_equal(setenv("CREDENTIALS_DIRECTORY", given, 1), 0);
        assert_int_equal(hart_credential_read(*state, "password", &second, &err), HART_OK);
        assert_string_equal(second, secret);
        hart_free_p(&second);
        folder_put(given, "password", "from systemd");
        assert_int_equal(hart_credential_read(*state, "password", &second, &err), HART_OK);
        assert_string_equal(second, "from systemd");
        hart_free_p(&second);
        folder_put_bytes(given, "password", "a\0b", 3);
        assert_int_equal(hart_credential_read(*state, "password", &second, &err), HART_CONFIG);
        assert_says(&err, "credential password: has a NUL byte");
        assert_null(second);
        assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

static int read_hidden(const char *folder)
{
        char *secret = NULL;
        hart_error err = {0};

        return hart_credential_read(folder, "password", &secret, &err) == HART_EMPTY ? 0 : 1;
}

static int read_forbidden(const char *folder)
{
        char *secret = NULL;
        hart_error err = {0};

        return hart_credential_read(folder, "password", &secret, &err) == HART_CONFIG &&
                               strstr(err.text, "credentials/password: cannot be read by user") != NULL
                       ? 0
                       : 1;
}

/* A folder closed to this user hides whether there is a secret; a closed file in an open folder is a mistake. */
static void credentials_without_permission(void **state)
{
        HART_CLEANUP(hart_free_p) char *folder = hart_format("%s/credentials", (char *)*state);
        HART_CLEANUP(hart_free_p) char *file = hart_format("%s/credentials/password", (char *)*state);

        folder_put_folder(*state, "credentials");
        folder_put(*state, "credentials/password", "secret");
        assert_int_equal(chmod(*state, 0755), 0);
        assert_int_equal(chmod(file, 0), 0);
        assert_int_equal(folder_as_nobody(read_forbidden, *state), 0);
        assert_int_equal(chmod(folder, 0), 0);
        assert_int_equal(folder_as_nobody(read_hidden, *state), 0);
        assert_int_equal(chmod(folder, 0755), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                IN_FOLDER(credentials),
                IN_FOLDER(credentials_without_permission),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
