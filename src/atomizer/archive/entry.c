/* entry: a file becomes a child document, anything else a line of text. */
#include "entry.h"

#include <string.h>
#include <strings.h>

#include <hartonomous/json.h>

#include "../emitter_state.h"
#include "../iso_time.h"

#define IDLE_MAX 100 /* times libarchive may give nothing in a row */

/* Endings of compressed files, and what takes their place. */
static const struct {
        const char *ending, *instead;
} packed[] = {
        {".gz", ""},       {".bz2", ""},     {".xz", ""},       {".zst", ""},      {".lzma", ""},
        {".lz", ""},       {".lz4", ""},     {".Z", ""},        {".tgz", ".tar"},  {".txz", ".tar"},
        {".tbz2", ".tar"}, {".tbz", ".tar"}, {".tzst", ".tar"}, {".svgz", ".svg"},
};

void entry_name_unpacked(const char *name, hart_buffer *ret)
{
        size_t length = strlen(name);
        const char *instead = "";
        for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
                size_t ending = strlen(packed[i].ending);
                if (length <= ending || strcasecmp(name + length - ending, packed[i].ending) != 0)
                        continue;
                length -= ending;
                instead = packed[i].instead;
                break;
        }
        hart_buffer_append(ret, name, length);
        hart_buffer_text(ret, ret->size > 0 ? instead : "data");
        hart_buffer_byte(ret, '\0');
}

void entry_name(struct archive_entry *entry, hart_buffer *ret)
{
        const char *name = archive_entry_pathname(entry);
        if (name == NULL)
                name = archive_entry_pathname_utf8(entry);
        hart_buffer_text(ret, name != NULL ? name : "");
        hart_buffer_byte(ret, '\0');
}

static const char *hard_link_of(struct archive_entry *entry)
{
        const char *target = archive_entry_hardlink(entry);
        return target != NULL ? target : archive_entry_hardlink_utf8(entry);
}

static const char *symbolic_link_of(struct archive_entry *entry)
{
        const char *target = archive_entry_symlink(entry);
        return target != NULL ? target : archive_entry_symlink_utf8(entry);
}

/* Some formats keep the bytes with the last of several hard links. */
bool entry_is_file(struct archive_entry *entry)
{
        unsigned type = (unsigned)archive_entry_filetype(entry);
        if (type != AE_IFREG && type != 0)
                return false;
        return hard_link_of(entry) == NULL || (archive_entry_size_is_set(entry) && archive_entry_size(entry) > 0);
}

hart_code entry_put_line(hart_emitter *emitter, struct archive_entry *entry, const char *name, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0}, clean = {0};
        const char *hard = hard_link_of(entry), *symbolic = symbolic_link_of(entry);
        size_t length = strlen(name);
        hart_buffer_text(&line, name);
        if (hard != NULL)
                hart_buffer_format(&line, " link to %s", hard);
        else if (symbolic != NULL)
                hart_buffer_format(&line, " -> %s", symbolic);
        else if (archive_entry_filetype(entry) == AE_IFDIR && (length == 0 || name[length - 1] != '/'))
                hart_buffer_byte(&line, '/');
        emit_clean(&clean, (const char *)line.data, line.size, HART_COMPONENT_MAX);
        hart_code code = emit_content(emitter, 0, clean.data, clean.size, err);
        emit_gap(emitter, "\n", 1);
        return code;
}

static void put_metadata(struct archive_entry *entry, hart_buffer *ret)
{
        char text[ISO_TIME_SIZE];
        hart_json_writer json = {.out = ret};
        hart_json_begin_object(&json);
        if (archive_entry_perm(entry) != 0) {
                hart_json_key(&json, "mode");
                hart_json_put_integer(&json, (int64_t)archive_entry_perm(entry));
        }
        if (archive_entry_mtime_is_set(entry) && iso_time((int64_t)archive_entry_mtime(entry), text) != NULL) {
                hart_json_key(&json, "modified");
                hart_json_put_text(&json, text);
        }
        if (archive_entry_size_is_set(entry)) {
                hart_json_key(&json, "size");
                hart_json_put_integer(&json, archive_entry_size(entry));
        }
        hart_json_end_object(&json);
}

/* A hole of a sparse file; limits are the emitter's. */
static hart_code put_zeros(hart_emitter *emitter, uint64_t count, hart_error *err)
{
        static const unsigned char zeros[4096];
        hart_code code = HART_OK;
        for (uint64_t part; code == HART_OK && count > 0; count -= part) {
                part = count < sizeof zeros ? count : sizeof zeros;
                code = emit_child_bytes(emitter, zeros, (size_t)part, err);
        }
        return code;
}

/* How far an entry's bytes came. */
struct bytes_read {
        int result;            /* ARCHIVE_EOF: to their end */
        int64_t written;       /* with the holes between them */
        unsigned idle;         /* times nothing came, in a row */
        hart_buffer complaint; /* the last one that came with bytes: a wrong checksum, say */
};

static void note_complaint(struct bytes_read *bytes, struct archive *archive)
{
        const char *text = archive_error_string(archive);
        hart_buffer_clear(&bytes->complaint);
        hart_buffer_text(&bytes->complaint, text != NULL ? text : "cannot be read");
        hart_buffer_byte(&bytes->complaint, '\0');
}

static hart_code put_block(hart_emitter *emitter, struct bytes_read *bytes, struct archive *archive, hart_error *err)
{
        const void *block = NULL;
        size_t size = 0;
        la_int64_t offset = bytes->written;
        hart_code code = HART_OK;
        bytes->result = archive_read_data_block(archive, &block, &size, &offset);
        if (bytes->result < ARCHIVE_OK)
                note_complaint(bytes, archive);
        if (bytes->result < ARCHIVE_WARN)
                return HART_OK;
        if (offset > bytes->written) {
                code = put_zeros(emitter, (uint64_t)(offset - bytes->written), err);
                bytes->written = offset;
        }
        if (code == HART_OK && block != NULL && size > 0 && bytes->result != ARCHIVE_EOF) {
                code = emit_child_bytes(emitter, block, size, err);
                bytes->written += (int64_t)size;
                bytes->idle = 0;
        } else if (++bytes->idle == IDLE_MAX && bytes->result != ARCHIVE_EOF) {
                bytes->result = ARCHIVE_FATAL;
        }
        return code;
}

hart_code entry_put_child(hart_emitter *emitter, struct archive *archive, struct archive_entry *entry, const char *name,
                          bool *failed, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        struct bytes_read bytes = {.result = ARCHIVE_OK};
        if (archive_format(archive) != ARCHIVE_FORMAT_RAW)
                put_metadata(entry, &metadata);
        const hart_child child = {.name = name, .relation = ENTRY_RELATION, .metadata = (const char *)metadata.data};
        hart_code code = emit_child_begin(emitter, &child, err);
        if (code != HART_OK)
                return code;
        if (archive_entry_is_encrypted(entry))
                return emit_child_end(emitter, "is encrypted", err);
        while (code == HART_OK && bytes.result >= ARCHIVE_WARN && bytes.result != ARCHIVE_EOF)
                code = put_block(emitter, &bytes, archive, err);
        *failed = bytes.result == ARCHIVE_FATAL;
        if (code == HART_OK)
                code = emit_child_end(emitter, (const char *)bytes.complaint.data, err);
        hart_buffer_done(&bytes.complaint);
        return code;
}
