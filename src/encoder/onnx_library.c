#include "onnx_library.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <hartonomous/memory.h>

#include "mapping.h"

#define CACHE_NAME "hartonomous/onnxruntime/lib/libonnxruntime.so"

typedef const OrtApiBase *(*get_api_base)(void);

/* A file that ends too early is mapped all the same and kills the process where it is touched: what its head says it
 * holds must be there. What is no library of this machine is left to the linker, which says so. */
static hart_code check_length(const char *path, hart_error *err)
{
        HART_CLEANUP(mapping_done) struct mapping file = {0};
        Elf64_Ehdr head;

        if (mapping_open(&file, path, NULL) < 0 || file.size < sizeof head)
                return HART_OK;
        memcpy(&head, file.data, sizeof head);
        if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64)
                return HART_OK;
        if (head.e_shoff > file.size || (size_t)head.e_shnum * head.e_shentsize > file.size - head.e_shoff)
                return hart_fail(err, HART_CONFIG,
                                 "ONNX Runtime's library %s is cut off; scripts/install-onnxruntime replaces it", path);
        return HART_OK;
}

static hart_code load(void **ret, const char *path, hart_error *err)
{
        if (strchr(path, '/') != NULL && check_length(path, err) < 0)
                return HART_CONFIG;
        *ret = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (*ret == NULL)
                return hart_fail(err, HART_CONFIG,
                                 "ONNX Runtime's library, which engine \"onnx\" needs, cannot be opened: %s; run "
                                 "scripts/install-onnxruntime, or say where it is with \"library\" of the model",
                                 dlerror());
        return HART_OK;
}

/* The first of the usual places that is there; NULL: the linker's own. */
static char *installed_path(void)
{
        const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
        char *places[] = {hart_duplicate("/var/cache/" CACHE_NAME),
                          cache != NULL && *cache == '/' ? hart_format("%s/%s", cache, CACHE_NAME) : NULL,
                          home != NULL && *home == '/' ? hart_format("%s/.cache/%s", home, CACHE_NAME) : NULL};
        char *found = NULL;

        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
                if (found == NULL && places[i] != NULL && access(places[i], F_OK) == 0)
                        found = HART_TAKE(places[i]);
                free(places[i]);
        }
        return found;
}

static hart_code load_any(void **ret, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *path = installed_path();

        if (path != NULL)
                return load(ret, path, err);
        /* The name with a number is that of packages without development files. */
        if (load(ret, "libonnxruntime.so.1", NULL) == HART_OK)
                return HART_OK;
        return load(ret, "libonnxruntime.so", err);
}

hart_code onnx_library_open(const OrtApi **ret, const char *path, hart_error *err)
{
        void *library = NULL, *symbol;
        get_api_base get_base;
        const OrtApiBase *base;
        hart_code code;

        /* There are libraries that tell their maker what they are used for, by a thread of their own. */
        if (setenv("ORT_DISABLE_TELEMETRY", "1", 1) != 0)
                return hart_fail_errno(err, HART_FATAL, errno, "setenv");
        code = path != NULL ? load(&library, path, err) : load_any(&library, err);
        if (code < 0)
                return code;
        symbol = dlsym(library, "OrtGetApiBase");
        if (symbol == NULL)
                return hart_fail(err, HART_CONFIG, "%s is not ONNX Runtime's library: it has no OrtGetApiBase",
                                 path != NULL ? path : "libonnxruntime.so");
        memcpy(&get_base, &symbol, sizeof get_base);
        base = get_base();
        *ret = base != NULL ? base->GetApi(ONNX_API_VERSION) : NULL;
        if (*ret == NULL)
                return hart_fail(err, HART_CONFIG,
                                 "ONNX Runtime %s is too old: engine \"onnx\" needs 1.%d or newer; run "
                                 "scripts/install-onnxruntime, or say where it is with \"library\" of the model",
                                 base != NULL ? base->GetVersionString() : "?", ONNX_API_VERSION);
        return HART_OK;
}

hart_code onnx_status(const OrtApi *api, OrtStatus *status, hart_code code, hart_error *err)
{
        if (status == NULL)
                return HART_OK;
        (void)hart_fail(err, code, "ONNX Runtime: %s", api->GetErrorMessage(status));
        api->ReleaseStatus(status);
        return code;
}
