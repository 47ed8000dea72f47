/* office: the frame of reading any office document. */
#include "office.h"

#include <string.h>
#include <strings.h>

#include "../iso_time.h"
#include "part.h"
#include "relations.h"

/* libarchive converts names that are said to be UTF-8, for which the C library has a table of its own to load. */
static const unsigned char probe[] = "PK\3\4\x14\0\0\x08\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\xC3\xA4"
                                     "PK\1\2\x14\0\x14\0\0\x08\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0\0"
                                     "\0\0\0\0\0\0\0\0\xC3\xA4PK\5\6\0\0\0\0\1\0\1\0000\0\0\0 \0\0\0\0";

hart_code office_open(hart_error *err)
{
        (void)err;
        iso_time_open();
        part_open_library();
        package_open_library(probe, sizeof probe - 1);
        return HART_OK;
}

void office_close(void)
{
        package_close_library();
}

static hart_code read_open_xml(const struct office_kind *kind, struct package *package, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *main_part = NULL;
        hart_code code = relations_main_part(package, &main_part, err);
        if (code != HART_OK)
                return code;
        if (main_part == NULL)
                return emit_problem(package->emitter, err, "it does not say which of its parts is the document");
        const char *type = package_type(package, main_part);
        bool known = strncasecmp(main_part, kind->folder, strlen(kind->folder)) == 0 ||
                     (type != NULL && strstr(type, kind->language) != NULL);
        if (!known)
                return emit_problem(package->emitter, err, "it is no %s: its main part is %s", kind->title, main_part);
        return kind->read(package, main_part, err);
}

static hart_code read_all(const struct office_kind *kind, struct package *package, hart_error *err)
{
        static const char *const opendocument_children[] = {"Pictures/", "media/", "Object ", NULL};
        bool open_document = opendocument_is(package);
        const char *const *children = open_document ? opendocument_children : kind->children;
        hart_code code = package_read_types(package, err);
        if (code == HART_OK && package->locked)
                return emit_problem(package->emitter, err, "it is encrypted with a password: store it without one");
        if (code == HART_OK)
                code = office_describe(package, err);
        if (code == HART_OK)
                code = open_document ? opendocument_read(package, err) : read_open_xml(kind, package, err);
        for (; code == HART_OK && *children != NULL; children++)
                code = package_emit_children(package, *children, err);
        return code;
}

hart_code office_run(const struct office_kind *kind, hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct package package;
        hart_code code = package_open(&package, document, emitter, err);
        if (code == HART_OK)
                code = read_all(kind, &package, err);
        package_done(&package);
        return code;
}
