/* settings: ingestion.conf. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hartonomous/clock.h>

#include "ingestion.h"

#define AT(member) offsetof(ingestion_settings, member)
#define MIB        (INT64_C(1) << 20)

static const hart_setting rows[] = {
        {"ingestion", "atomize_program", HART_SETTING_TEXT, AT(atomize_program), "", 0, PATH_MAX - 1, NULL,
         "Path of hartonomous-atomize; empty: the one that was installed with this daemon"},
        {"ingestion", "atomize_timeout", HART_SETTING_TIME, AT(atomize_timeout), "1min", (int64_t)HART_SECOND / 10,
         (int64_t)HART_SECOND * 3600, NULL,
         "How long the atomizer may say nothing; then it is ended and the message costs an attempt. A whole document "
         "may take ten times "
         "that in all"},
        {"ingestion", "atomize_memory", HART_SETTING_SIZE, AT(atomize_memory), "256M", 64 * MIB, 1024 * 64 * MIB, NULL,
         "Memory the atomizer may take for itself; a document over 4 MiB, which lies in a file, comes on top"},
        {"ingestion", "atomize_windows", HART_SETTING_COUNT, AT(atomize_windows), "1000", 1, 1000000, NULL,
         "Windows and documents after which a fresh atomizer is started; one is never used for two tenants"},
        {"ingestion", "window", HART_SETTING_SIZE, AT(window), "1M", MIB / 8, (int64_t)HART_WINDOW_MAX, NULL,
         "Bytes of a document that become atoms in one step; a bigger document takes several transactions"},
        {"ingestion", "batch_memory", HART_SETTING_SIZE, AT(batch_memory), "4M", MIB / 8, 1024 * MIB, NULL,
         "Bytes of documents in hand at once; what does not fit into a batch waits in the queue"},
        {"ingestion", "spool", HART_SETTING_TEXT, AT(spool), "/var/tmp", 1, PATH_MAX - 1, NULL,
         "Folder for a file without a name that holds a document over 4 MiB while its structure is read"},
        {"limits", "nesting", HART_SETTING_COUNT, AT(nesting), "8", 0, 100, NULL,
         "Documents in documents in documents (archives, attachments): so deep they are taken out"},
        {"limits", "depth", HART_SETTING_COUNT, AT(limit_depth), "1000", 1, HART_DEPTH_MAX, NULL,
         "Elements, objects or parts in each other within a document"},
        {"limits", "children", HART_SETTING_COUNT, AT(limit_children), "100000", 0, 100000000, NULL,
         "Documents that are taken out of one document"},
        {"limits", "expanded", HART_SETTING_SIZE, AT(limit_expanded), "16G", MIB, INT64_MAX, NULL,
         "Bytes of all documents that are taken out of one document"},
        {"limits", "ratio", HART_SETTING_COUNT, AT(limit_ratio), "200", 1, 1000000, NULL,
         "Unpacked bytes to bytes of the document, beyond the first 16 MiB"},
        {"limits", "pixels", HART_SETTING_COUNT, AT(limit_pixels), "100000000", 1, INT64_C(1) << 40, NULL,
         "Pixels of an image that is taken apart"},
};

const hart_settings_schema ingestion_settings_schema = {
        .file = "ingestion",
        .title = "ingestion.conf: settings of hartonomous-ingestion",
        .rows = rows,
        .count = sizeof rows / sizeof *rows,
};

/* A folder may be "executed" too. False sets errno. */
static bool is_program(const char *path)
{
        struct stat status;
        if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
                errno = EISDIR;
                return false;
        }
        return access(path, X_OK) == 0;
}

/* In a build folder the programs lie side by side. */
static char *beside_this_program(void)
{
        char path[PATH_MAX];
        ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
        if (size <= 0)
                return NULL;
        path[size] = '\0';
        *strrchr(path, '/') = '\0';
        char *program = hart_format("%s/hartonomous-atomize", path);
        if (is_program(program))
                return program;
        free(program);
        return NULL;
}

hart_code ingestion_find_program(const ingestion_settings *settings, char **ret, hart_error *err)
{
        const char *named = settings->atomize_program;
        bool is_named = named != NULL && *named != '\0';
        char *program = is_named ? hart_duplicate(named) : beside_this_program();
        if (program == NULL)
                program = hart_duplicate(ATOMIZE_PROGRAM);
        if (is_program(program)) {
                *ret = program;
                return HART_OK;
        }
        hart_fail_errno(err, HART_CONFIG, errno, "[ingestion] atomize_program: %s cannot be executed", program);
        free(program);
        return HART_CONFIG;
}

hart_code ingestion_check(const void *settings, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *program = NULL;
        const char *spool = ((const ingestion_settings *)settings)->spool;
        struct stat status;
        if (stat(spool, &status) != 0)
                return hart_fail_errno(err, HART_CONFIG, errno, "[ingestion] spool: %s", spool);
        if (!S_ISDIR(status.st_mode))
                return hart_fail(err, HART_CONFIG, "[ingestion] spool: %s is no folder", spool);
        return ingestion_find_program(settings, &program, err);
}
