#include "telemetry.h"

#include <stdio.h>
#include <string.h>

static hart_code read_directory(const char *directory, const char *name, const char *instance, telemetry_address *ret,
                                hart_error *err)
{
        const int length = snprintf(ret->path, sizeof ret->path, "%s/%s%s%s.sock", directory, name,
                                    *instance ? "@" : "", instance);
        if (length < 0 || (size_t)length >= sizeof ret->path)
                return hart_fail(err, HART_CONFIG,
                                 "[telemetry] listen = %s: the socket's path is longer than %zu bytes", directory,
                                 sizeof ret->path - 1);
        return HART_OK;
}

static hart_code refuse(const char *listen, hart_error *err)
{
        return hart_fail(err, HART_CONFIG,
                         "[telemetry] listen = %s: neither an absolute directory nor host:port (port 1 to 65535)",
                         listen);
}

/* "9100" → is it a port? */
static bool is_port(const char *text)
{
        const size_t length = strlen(text);
        if (length < 1 || length > 5 || strspn(text, "0123456789") != length)
                return false;
        unsigned value = 0;
        for (const char *digit = text; *digit; digit++)
                value = value * 10 + (unsigned)(*digit - '0');
        return value >= 1 && value <= 65535;
}

hart_code telemetry_address_read(const char *listen, const char *name, const char *instance, telemetry_address *ret,
                                 hart_error *err)
{
        telemetry_address found = {0};
        if (*listen == '/') {
                const hart_code code = read_directory(listen, name, instance, &found, err);
                if (code == HART_OK)
                        *ret = found;
                return code;
        }
        const char *colon = strrchr(listen, ':');
        if (!colon || !is_port(colon + 1))
                return refuse(listen, err);
        size_t length = (size_t)(colon - listen);
        if (length >= 2 && *listen == '[') {
                if (listen[length - 1] != ']')
                        return refuse(listen, err);
                listen++;
                length -= 2;
        } else if (memchr(listen, ':', length)) {
                return refuse(listen, err); /* an IPv6 address without brackets */
        }
        if (length >= sizeof found.host)
                return refuse(listen, err);
        memcpy(found.host, listen, length);
        snprintf(found.port, sizeof found.port, "%s", colon + 1);
        *ret = found;
        return HART_OK;
}
