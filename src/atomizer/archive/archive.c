/* archive: each file in an archive is a document of its own; what is no file (folders, links, devices) is a line. */
#include <locale.h>
#include <string.h>

#include <hartonomous/json.h>

#include "../emitter.h"
#include "../iso_time.h"
#include "../strategies.h"
#include "entry.h"
#include "reader.h"

#define RESTARTS_MAX 64  /* entries of a zip archive that may be broken before its rest is given up */
#define RETRIES_MAX  100 /* times libarchive may say "again" in a row */

static const hart_subtype subtypes[] = {{"entry", false, "text"}};

static const char *const content_types[] = {
        "application/zip",
        "application/x-tar",
        "application/gzip",
        "application/x-gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-lzma",
        "application/x-lzip",
        "application/x-lz4",
        "application/x-compress",
        "application/x-7z-compressed",
        "application/vnd.rar",
        "application/x-rar",
        "application/x-rar-compressed",
        "application/x-cpio",
        "application/x-archive",
        "application/vnd.debian.binary-package",
        "application/x-rpm",
        "application/vnd.ms-cab-compressed",
        "application/x-iso9660-image",
        "application/java-archive",
        "application/vnd.android.package-archive",
        "application/epub+zip",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.graphics",
        NULL,
};

struct unpacking {
        struct archive_reader reader;
        const hart_document *document;
        hart_emitter *emitter;
        uint64_t entries, files;
        bool described, as_one_file;
};

/* Names in archives are UTF-8, or some bytes: libarchive is told so. Of the thread, and only while it runs. */
static locale_t names_locale;

static hart_code describe_format(struct unpacking *unpacking, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        hart_json_writer json = {.out = &metadata};
        unpacking->described = true;
        hart_json_begin_object(&json);
        hart_json_key(&json, "format");
        hart_json_put_text(&json, archive_reader_format(&unpacking->reader));
        hart_json_key(&json, "filters");
        hart_json_begin_array(&json);
        for (int i = 0; i < archive_filter_count(unpacking->reader.archive); i++) {
                const char *name = archive_reader_filter(archive_filter_code(unpacking->reader.archive, i));
                if (name != NULL)
                        hart_json_put_text(&json, name);
        }
        hart_json_end_array(&json);
        hart_json_end_object(&json);
        return emit_describe(unpacking->emitter, (const char *)metadata.data, err);
}

static hart_code describe_counts(struct unpacking *unpacking, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        hart_json_writer json = {.out = &metadata};
        hart_json_begin_object(&json);
        hart_json_key(&json, "entries");
        hart_json_put_integer(&json, (int64_t)unpacking->entries);
        hart_json_key(&json, "files");
        hart_json_put_integer(&json, (int64_t)unpacking->files);
        hart_json_end_object(&json);
        return emit_describe(unpacking->emitter, (const char *)metadata.data, err);
}

static hart_code tell(struct unpacking *unpacking, hart_error *err)
{
        const char *reason = archive_error_string(unpacking->reader.archive);
        return emit_problem(unpacking->emitter, err, "after %llu entries: %s", (unsigned long long)unpacking->entries,
                            reason != NULL ? reason : "cannot be read");
}

static bool is_compressed(const struct unpacking *unpacking)
{
        return archive_filter_count(unpacking->reader.archive) > 1;
}

static bool has_format(const struct unpacking *unpacking, int format)
{
        return (archive_format(unpacking->reader.archive) & ARCHIVE_FORMAT_BASE_MASK) == format;
}

/* One entry. *failed: nothing after it can be read from this reader. */
static hart_code take_entry(struct unpacking *unpacking, struct archive_entry *entry, bool *failed, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer name = {0};
        hart_code code = HART_OK;
        if (has_format(unpacking, ARCHIVE_FORMAT_RAW) && !is_compressed(unpacking)) {
                *failed = true;
                return emit_problem(unpacking->emitter, err, "is no archive of a known format");
        }
        if (!unpacking->described)
                code = describe_format(unpacking, err);
        unpacking->entries++;
        if (has_format(unpacking, ARCHIVE_FORMAT_RAW))
                entry_name_unpacked(unpacking->document->name, &name);
        else
                entry_name(entry, &name);
        if (code == HART_OK && !entry_is_file(entry))
                return entry_put_line(unpacking->emitter, entry, (const char *)name.data, err);
        unpacking->files++;
        if (code == HART_OK)
                code = entry_put_child(unpacking->emitter, unpacking->reader.archive, entry, (const char *)name.data,
                                       failed, err);
        return code == HART_OK && *failed ? tell(unpacking, err) : code;
}

/* The next entry's header, ARCHIVE_EOF or ARCHIVE_FATAL. */
static int next_header(struct unpacking *unpacking, struct archive_entry **entry)
{
        int result = ARCHIVE_RETRY;
        for (unsigned i = 0; result == ARCHIVE_RETRY && i < RETRIES_MAX; i++)
                result = archive_read_next_header(unpacking->reader.archive, entry);
        return result == ARCHIVE_WARN ? ARCHIVE_OK : result;
}

/* Entries after the first `skip`. *failed: one of them was broken so that the reader is of no more use. */
static hart_code take_entries(struct unpacking *unpacking, uint64_t skip, bool *failed, hart_error *err)
{
        struct archive_entry *entry = NULL;
        hart_code code = HART_OK;
        int result = ARCHIVE_OK;
        for (; code == HART_OK && !*failed; skip -= skip > 0) {
                result = next_header(unpacking, &entry);
                if (result != ARCHIVE_OK)
                        break;
                if (skip == 0 && unpacking->entries >= 2 * (uint64_t)unpacking->document->limits->children)
                        return emit_problem(unpacking->emitter, err, "more than %llu entries: the rest is not listed",
                                            (unsigned long long)unpacking->entries);
                if (skip == 0)
                        code = take_entry(unpacking, entry, failed, err);
        }
        if (code == HART_OK && !*failed && result != ARCHIVE_EOF)
                code = tell(unpacking, err);
        return code;
}

/* A zip archive's directory leads past a broken entry, with a fresh reader. */
static hart_code take_all(struct unpacking *unpacking, hart_error *err)
{
        hart_code code = HART_OK;
        bool failed = true;
        for (unsigned i = 0; code == HART_OK && failed && i <= RESTARTS_MAX; i++) {
                bool again = i > 0;
                if (again && !has_format(unpacking, ARCHIVE_FORMAT_ZIP))
                        break;
                if (again)
                        archive_reader_close(&unpacking->reader);
                failed = false;
                if (archive_reader_open(&unpacking->reader, unpacking->document, unpacking->as_one_file) != ARCHIVE_OK)
                        return tell(unpacking, err);
                code = take_entries(unpacking, unpacking->entries, &failed, err);
        }
        return code;
}

/* Zeros are an archive of format tar without entries to libarchive; compressed, they are rather a disk's image. */
static bool is_of_zeros(const struct unpacking *unpacking)
{
        return unpacking->entries == 0 && has_format(unpacking, ARCHIVE_FORMAT_TAR) && is_compressed(unpacking);
}

/* Nothing, compressed, is a document of no bytes. */
static hart_code take_nothing(struct unpacking *unpacking, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer name = {0};
        entry_name_unpacked(unpacking->document->name, &name);
        const hart_child child = {.name = (const char *)name.data, .relation = ENTRY_RELATION};
        unpacking->entries = unpacking->files = 1;
        hart_code code = describe_format(unpacking, err);
        if (code == HART_OK)
                code = emit_child_begin(unpacking->emitter, &child, err);
        return code == HART_OK ? emit_child_end(unpacking->emitter, NULL, err) : code;
}

static hart_code run_document(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct unpacking unpacking = {.document = document, .emitter = emitter};
        locale_t before = uselocale(names_locale);
        hart_code code = take_all(&unpacking, err);
        if (code == HART_OK && is_of_zeros(&unpacking)) {
                unpacking.as_one_file = true;
                archive_reader_close(&unpacking.reader);
                code = take_all(&unpacking, err);
        }
        if (code == HART_OK && unpacking.entries == 0 && has_format(&unpacking, ARCHIVE_FORMAT_EMPTY) &&
            is_compressed(&unpacking))
                code = take_nothing(&unpacking, err);
        if (code == HART_OK)
                code = describe_counts(&unpacking, err);
        archive_reader_close(&unpacking.reader);
        (void)uselocale(before);
        return code;
}

static hart_code open_names(hart_error *err)
{
        iso_time_open(); /* zip, rar and cab have local times */
        if (names_locale == (locale_t)0)
                names_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        if (names_locale == (locale_t)0)
                return hart_fail(err, HART_FATAL, "the locale C.UTF-8 is missing; it is part of libc-bin");
        return archive_reader_load(err);
}

static void close_names(void)
{
        if (names_locale != (locale_t)0)
                freelocale(names_locale);
        names_locale = (locale_t)0;
}

const hart_atomizer archive_atomizer = {
        .name = "archive",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "binary",
        .document_subtype = "archive",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = sizeof subtypes / sizeof *subtypes,
        .run_document = run_document,
        .open = open_names,
        .close = close_names,
};
