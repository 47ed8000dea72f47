#include <hartonomous/settings.h>

#include <string.h>
#include <sys/stat.h>

#include "file.h"

#define CREDENTIAL_LIMIT 65536

/* Where even the existence of the file is hidden from this user, there is nothing meant for it. */
static hart_code read_visible(const char *path, hart_buffer *out, hart_error *err)
{
        struct stat status;

        return stat(path, &status) == 0 ? file_read(path, CREDENTIAL_LIMIT, out, err) : HART_EMPTY;
}

static hart_code read_either(const char *directory, const char *name, hart_buffer *out, hart_error *err)
{
        const char *given = getenv("CREDENTIALS_DIRECTORY");
        HART_CLEANUP(hart_free_p) char *path = NULL;

        if (given != NULL && *given != '\0') {
                HART_CLEANUP(hart_free_p) char *first = hart_format("%s/%s", given, name);
                hart_code code = read_visible(first, out, err);
                if (code != HART_EMPTY)
                        return code;
        }
        path = hart_format("%s/credentials/%s", directory != NULL ? directory : HART_CONFIG_DIR, name);
        return read_visible(path, out, err);
}

hart_code hart_credential_read(const char *directory, const char *name, char **ret, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer secret = {0};
        hart_code code = read_either(directory, name, &secret, err);

        if (code == HART_OK && secret.size > 0 && secret.data[secret.size - 1] == '\n')
                secret.size--;
        if (code == HART_OK && secret.size > 0 && memchr(secret.data, 0, secret.size) != NULL)
                code = hart_fail(err, HART_CONFIG, "credential %s: has a NUL byte; it must be one line of text", name);
        if (code == HART_OK && secret.size == 0)
                code = HART_EMPTY; /* a unit's default where the file is not there */
        if (code == HART_OK)
                *ret = hart_duplicate_n((const char *)secret.data, secret.size);
        if (secret.data != NULL)
                explicit_bzero(secret.data, secret.capacity);
        return code;
}
