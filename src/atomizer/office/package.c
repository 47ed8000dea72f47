/* package: zip archives read from memory by libarchive. */
#include "package.h"

#include <locale.h>
#include <string.h>
#include <strings.h>

#include <archive.h>
#include <archive_entry.h>

#define ENTRIES_MAX 20000
#define RATIO_FREE  (UINT64_C(16) << 20)
/* Of a package that is cut off, all before a part is unpacked again to get to it. */
#define SKIPPED_MAX (UINT64_C(1) << 30)

/* libarchive converts names to the locale's charset; in this one they stay as they are. */
static locale_t names;

static const char *archive_text(struct archive *archive)
{
        const char *text = archive_error_string(archive);
        return text != NULL ? text : "the reason is not known";
}

static void let_go(struct package *package)
{
        if (package->archive != NULL)
                (void)archive_read_free(package->archive);
        package->archive = NULL;
        package->next = 0;
}

static bool start(struct package *package)
{
        let_go(package);
        package->archive = archive_read_new();
        if (package->archive == NULL)
                return false;
        (void)archive_read_support_format_zip(package->archive);
        return archive_read_open_memory(package->archive, package->data, (size_t)package->document->size) == ARCHIVE_OK;
}

hart_code package_charge(struct package *package, uint64_t amount, hart_error *err)
{
        const hart_limits *limits = package->document->limits;
        hart_code code = HART_OK;
        package->expanded += amount;
        if (package->stopped)
                return HART_EMPTY;
        if (package->expanded > limits->expanded)
                code = emit_problem(package->emitter, err, "unpacks to more bytes than %llu: the rest is not read",
                                    (unsigned long long)limits->expanded);
        else if (package->expanded > RATIO_FREE && package->expanded / limits->ratio > package->document->size)
                code = emit_problem(package->emitter, err,
                                    "unpacks to more than its size times %u: the rest is not read", limits->ratio);
        else
                return HART_OK;
        package->stopped = true;
        return code == HART_OK ? HART_EMPTY : code;
}

/* To the next entry. With a directory libarchive jumps there; without one the bytes between are unpacked. */
static int step(struct package *package, struct archive_entry **entry)
{
        char buffer[16384];
        while (package->cut && package->next > 0) {
                ssize_t got = archive_read_data(package->archive, buffer, sizeof buffer);
                if (got <= 0)
                        break;
                package->skipped += (uint64_t)got;
                if (package->skipped > SKIPPED_MAX)
                        return ARCHIVE_FATAL;
        }
        locale_t before = names != (locale_t)0 ? uselocale(names) : (locale_t)0;
        int status = archive_read_next_header(package->archive, entry);
        if (before != (locale_t)0)
                (void)uselocale(before);
        if (status == ARCHIVE_OK || status == ARCHIVE_WARN)
                package->next++;
        return status == ARCHIVE_WARN ? ARCHIVE_OK : status;
}

void package_open_library(const unsigned char *archive, size_t size)
{
        if (names != (locale_t)0)
                return;
        names = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        hart_document document = {.size = size};
        struct package package = {.document = &document, .data = archive};
        struct archive_entry *entry = NULL;
        if (start(&package)) {
                while (step(&package, &entry) == ARCHIVE_OK)
                        (void)archive_entry_pathname(entry);
        }
        let_go(&package);
}

void package_close_library(void)
{
        if (names != (locale_t)0)
                freelocale(names);
        names = (locale_t)0;
}

static void add_entry(struct package *package, struct archive_entry *entry)
{
        size_t count = package->count;
        const char *name = archive_entry_pathname(entry);
        if ((count & (count + 1)) == 0)
                package->entries = hart_reallocate_array(package->entries, (count + 1) * 2, sizeof *package->entries);
        package->entries[package->count++] = (struct package_entry){
                .name = hart_duplicate(name != NULL ? name : ""),
                .encrypted = archive_entry_is_encrypted(entry) != 0,
        };
}

/* The end record has 22 bytes and a comment of at most 64 KiB behind it. */
static bool has_directory(const struct package *package)
{
        size_t size = (size_t)package->document->size, looked = size < 65557 ? size : 65557;
        return memmem(package->data + size - looked, looked, "PK\5\6", 4) != NULL;
}

static hart_code list(struct package *package, hart_error *err)
{
        struct archive_entry *entry = NULL;
        int status = start(package) ? ARCHIVE_OK : ARCHIVE_FATAL;
        while (status == ARCHIVE_OK && package->count < ENTRIES_MAX) {
                status = step(package, &entry);
                if (status == ARCHIVE_OK)
                        add_entry(package, entry);
        }
        if (package->cut && package->count > 0)
                return emit_problem(package->emitter, err,
                                    "it is cut off: only what lies before that place can be read");
        if (status == ARCHIVE_OK)
                return emit_problem(package->emitter, err, "more than %d parts: the rest is not read", ENTRIES_MAX);
        if (status != ARCHIVE_EOF && package->archive != NULL)
                return emit_problem(package->emitter, err, "the package is damaged: %s",
                                    archive_text(package->archive));
        return HART_OK;
}

static bool is_locked(const struct package *package)
{
        size_t locked = 0;
        for (size_t i = 0; i < package->count; i++)
                locked += package->entries[i].encrypted;
        return locked == package->count;
}

hart_code package_open(struct package *package, hart_document *document, hart_emitter *emitter, hart_error *err)
{
        static const unsigned char compound[] = {0xD0, 0xCF, 0x11, 0xE0};
        *package = (struct package){.document = document, .emitter = emitter};
        hart_code code = document_map(document, &package->data, err);
        if (code != HART_OK)
                return code;
        const char *reason = NULL;
        if (document->size >= sizeof compound && memcmp(package->data, compound, sizeof compound) == 0)
                reason = "it is an OLE file, as older programs write it and as it is with a password: save it anew";
        else if (document->size < 4 || memcmp(package->data, "PK\3\4", 4) != 0)
                reason = "it is no zip package";
        if (reason == NULL) {
                package->cut = !has_directory(package);
                code = list(package, err);
                if (code == HART_OK && package->count > 0 && !is_locked(package))
                        return HART_OK;
                reason = package->count > 0 ? "it is encrypted with a password: store it without one"
                                            : "nothing is in it that can be read";
        }
        if (code == HART_OK)
                code = emit_problem(emitter, err, "%s", reason);
        return code == HART_OK ? HART_EMPTY : code;
}

void package_done(struct package *package)
{
        let_go(package);
        for (size_t i = 0; i < package->count; i++)
                free(package->entries[i].name);
        for (size_t i = 0; i < package->declared_count * 2; i++)
                free(package->declared[i]);
        free(package->entries);
        free(package->declared);
        *package = (struct package){0};
}

size_t package_find(const struct package *package, const char *name)
{
        for (size_t i = 0; i < package->count; i++) {
                if (strcasecmp(package->entries[i].name, name) == 0)
                        return i;
        }
        return PACKAGE_NONE;
}

hart_code package_seek(struct package *package, size_t index, const char **why, hart_error *err)
{
        struct archive_entry *entry = NULL;
        int status = ARCHIVE_OK;
        (void)err;
        *why = NULL;
        if (package->stopped)
                return HART_EMPTY;
        if (package->entries[index].encrypted) {
                *why = "it is encrypted";
                return HART_EMPTY;
        }
        if (package->archive == NULL || package->next > index)
                status = start(package) ? ARCHIVE_OK : ARCHIVE_FATAL;
        while (status == ARCHIVE_OK && package->next <= index)
                status = step(package, &entry);
        if (status == ARCHIVE_OK)
                return HART_OK;
        *why = package->archive != NULL ? archive_text(package->archive) : "there is no memory";
        return HART_EMPTY;
}

ptrdiff_t package_read(struct package *package, void *buffer, size_t size, hart_error *err)
{
        ssize_t got = archive_read_data(package->archive, buffer, size);
        package->broke = got < 0 ? archive_text(package->archive) : NULL;
        if (got < 0)
                return -1;
        return package_charge(package, (uint64_t)got, err) == HART_OK ? got : -1;
}
