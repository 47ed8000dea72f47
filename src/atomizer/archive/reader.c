/* reader: how libarchive gets at a document's bytes, and which of its readers it may use. */
#include "reader.h"

#include <stddef.h>

#define BLOCK ((size_t)64 << 10)

struct kind {
        int code;
        const char *name;
        int (*support)(struct archive *archive);
};

static const struct kind filters[] = {
        {ARCHIVE_FILTER_GZIP, "gzip", archive_read_support_filter_gzip},
        {ARCHIVE_FILTER_BZIP2, "bzip2", archive_read_support_filter_bzip2},
        {ARCHIVE_FILTER_XZ, "xz", archive_read_support_filter_xz},
        {ARCHIVE_FILTER_ZSTD, "zstd", archive_read_support_filter_zstd},
        {ARCHIVE_FILTER_LZMA, "lzma", archive_read_support_filter_lzma},
        {ARCHIVE_FILTER_LZIP, "lzip", archive_read_support_filter_lzip},
        {ARCHIVE_FILTER_LZ4, "lz4", archive_read_support_filter_lz4},
        {ARCHIVE_FILTER_RPM, "rpm", archive_read_support_filter_rpm},
        {ARCHIVE_FILTER_COMPRESS, "compress", archive_read_support_filter_compress},
};

/* "raw" is a compressed file that is no archive; "empty" one with nothing in it. */
static const struct kind formats[] = {
        {ARCHIVE_FORMAT_TAR, "tar", archive_read_support_format_tar},
        {ARCHIVE_FORMAT_ZIP, "zip", archive_read_support_format_zip},
        {ARCHIVE_FORMAT_7ZIP, "7z", archive_read_support_format_7zip},
        {ARCHIVE_FORMAT_CPIO, "cpio", archive_read_support_format_cpio},
        {ARCHIVE_FORMAT_AR, "ar", archive_read_support_format_ar},
        {ARCHIVE_FORMAT_ISO9660, "iso9660", archive_read_support_format_iso9660},
        {ARCHIVE_FORMAT_CAB, "cab", archive_read_support_format_cab},
        {ARCHIVE_FORMAT_RAR, "rar", archive_read_support_format_rar},
        {ARCHIVE_FORMAT_RAR_V5, "rar", archive_read_support_format_rar5},
        {ARCHIVE_FORMAT_RAW, "compressed", archive_read_support_format_raw},
        {ARCHIVE_FORMAT_EMPTY, "compressed", archive_read_support_format_empty},
};

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const char *name_of(const struct kind *rows, size_t count, int code)
{
        for (size_t i = 0; i < count; i++) {
                if (rows[i].code == code)
                        return rows[i].name;
        }
        return NULL;
}

const char *archive_reader_format(const struct archive_reader *reader)
{
        return name_of(formats, COUNT(formats), archive_format(reader->archive) & ARCHIVE_FORMAT_BASE_MASK);
}

const char *archive_reader_filter(int filter)
{
        return name_of(filters, COUNT(filters), filter);
}

/* --- the document as libarchive sees it --- */

static la_ssize_t on_read(struct archive *archive, void *data, const void **block)
{
        struct archive_reader *reader = data;
        (void)archive;
        size_t got = document_read(reader->document, reader->position, reader->block, BLOCK);
        reader->position += got;
        *block = reader->block;
        return (la_ssize_t)got;
}

static la_int64_t on_skip(struct archive *archive, void *data, la_int64_t request)
{
        struct archive_reader *reader = data;
        (void)archive;
        uint64_t left = reader->document->size - reader->position;
        uint64_t skipped = request > 0 ? (uint64_t)request : 0;
        if (skipped > left)
                skipped = left;
        reader->position += skipped;
        return (la_int64_t)skipped;
}

static la_int64_t on_seek(struct archive *archive, void *data, la_int64_t offset, int whence)
{
        struct archive_reader *reader = data;
        (void)archive;
        int64_t size = (int64_t)reader->document->size;
        int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)reader->position : size;
        int64_t target = 0;
        if (__builtin_add_overflow(base, offset, &target) || target < 0)
                return ARCHIVE_FATAL;
        reader->position = (uint64_t)(target < size ? target : size);
        return (la_int64_t)reader->position;
}

/* Answers how many readers the library only has through other programs: those are not used, and none is missing. */
static unsigned support_rows(struct archive *archive, const struct kind *rows, size_t count)
{
        unsigned missing = 0;
        for (size_t i = 0; i < count; i++)
                missing += rows[i].support(archive) != ARCHIVE_OK;
        return missing;
}

int archive_reader_open(struct archive_reader *reader, const hart_document *document, bool as_one_file)
{
        *reader = (struct archive_reader){
                .document = document, .archive = archive_read_new(), .block = hart_allocate(BLOCK)};
        if (reader->archive == NULL)
                return ARCHIVE_FATAL;
        (void)support_rows(reader->archive, filters, COUNT(filters));
        if (as_one_file)
                (void)archive_read_support_format_raw(reader->archive);
        else
                (void)support_rows(reader->archive, formats, COUNT(formats));
        (void)archive_read_set_read_callback(reader->archive, on_read);
        (void)archive_read_set_skip_callback(reader->archive, on_skip);
        (void)archive_read_set_seek_callback(reader->archive, on_seek);
        (void)archive_read_set_callback_data(reader->archive, reader);
        return archive_read_open1(reader->archive);
}

void archive_reader_close(struct archive_reader *reader)
{
        if (reader->archive != NULL)
                (void)archive_read_free(reader->archive);
        free(reader->block);
        *reader = (struct archive_reader){0};
}

hart_code archive_reader_load(hart_error *err)
{
        struct archive *archive = archive_read_new();
        unsigned missing = 0;
        if (archive != NULL)
                missing =
                        support_rows(archive, filters, COUNT(filters)) + support_rows(archive, formats, COUNT(formats));
        if (archive == NULL || missing > 0) {
                (void)archive_read_free(archive);
                return hart_fail(err, HART_FATAL, "%s reads %u formats only with other programs' help",
                                 archive_version_details(), missing);
        }
        (void)archive_read_free(archive);
        return HART_OK;
}
