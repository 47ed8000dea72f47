/* content_zip: many formats are zip archives; the names of their first entries tell them apart. */
#include <stdint.h>
#include <string.h>

#include "content_look.h"

#define ENTRIES_MAX 4096

#define WORD_TYPE   "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define SHEET_TYPE  "application/vnd.openxmlformats-officedocument.spreadsheetml."
#define SLIDES_TYPE "application/vnd.openxmlformats-officedocument.presentationml."

/* Families whose members differ in what their names say, and in a part that is compressed. */
static const struct {
        const char *entry; /* the beginning of an entry's name */
        const char *type;
        const char *variants[3]; /* beginnings of the types that a name may give instead */
} families[] = {
        {"word/", WORD_TYPE "document", {WORD_TYPE, "application/vnd.ms-word."}},
        {"xl/", SHEET_TYPE "sheet", {SHEET_TYPE, "application/vnd.ms-excel."}},
        {"ppt/", SLIDES_TYPE "presentation", {SLIDES_TYPE, "application/vnd.ms-powerpoint."}},
        {"AndroidManifest.xml", "application/vnd.android.package-archive", {NULL}},
        {"META-INF/MANIFEST.MF", "application/java-archive", {NULL}},
};

#define FAMILIES (sizeof families / sizeof *families)

/* One local header (APPNOTE 4.3.7). */
struct entry {
        const unsigned char *name, *data;
        size_t name_size, data_size; /* data_size SIZE_MAX: it is not told */
};

static unsigned little_endian_16(const unsigned char *bytes)
{
        return bytes[0] | (unsigned)bytes[1] << 8;
}

static bool read_entry(const content_head *head, size_t offset, struct entry *ret)
{
        if (!HEAD_BEGINS(head, offset, "PK\3\4") || head->size - offset < 30)
                return false;
        const unsigned char *bytes = head->data + offset;
        size_t left = head->size - offset - 30, extra = little_endian_16(bytes + 28);
        ret->name_size = little_endian_16(bytes + 26);
        if (ret->name_size > left)
                return false;
        ret->name = bytes + 30;
        ret->data = extra <= left - ret->name_size ? ret->name + ret->name_size + extra : NULL;
        ret->data_size = little_endian_16(bytes + 18) | (size_t)little_endian_16(bytes + 20) << 16;
        if ((bytes[6] & 8) != 0 || ret->data_size == 0xFFFFFFFF)
                ret->data_size = SIZE_MAX;
        return true;
}

/* Where the header behind an entry is; the head's size where it is not in there. */
static size_t next_entry(const content_head *head, const struct entry *entry)
{
        size_t begin = entry->data != NULL ? (size_t)(entry->data - head->data) : head->size;
        if (entry->data_size != SIZE_MAX)
                return entry->data_size < head->size - begin ? begin + entry->data_size : head->size;
        const unsigned char *found = memmem(head->data + begin, head->size - begin, "PK\3\4", 4);
        return found != NULL ? (size_t)(found - head->data) : head->size;
}

/* OpenDocument and EPUB have their media type as the first entry, not compressed. */
static const char *type_in_entry(const content_head *head, const struct entry *entry)
{
        static const char *const types[] = {
                "application/epub+zip",
                "application/vnd.oasis.opendocument.text",
                "application/vnd.oasis.opendocument.spreadsheet",
                "application/vnd.oasis.opendocument.presentation",
                "application/vnd.oasis.opendocument.graphics",
                "application/vnd.oasis.opendocument.text-template",
                "application/vnd.oasis.opendocument.spreadsheet-template",
                "application/vnd.oasis.opendocument.presentation-template",
        };
        if (entry->name_size != 8 || memcmp(entry->name, "mimetype", 8) != 0 || entry->data == NULL)
                return NULL;
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
                size_t length = strlen(types[i]);
                if (entry->data_size == length &&
                    head_begins(head, (size_t)(entry->data - head->data), types[i], length))
                        return types[i];
        }
        return NULL;
}

/* What the entries seen so far say. */
struct evidence {
        bool package;     /* it is an Open Packaging Conventions package, not just a folder named "word" */
        size_t family;    /* the row's number; their count: none yet */
        const char *type; /* told by the first entry */
};

static bool name_begins(const struct entry *entry, const char *beginning)
{
        size_t length = strlen(beginning);
        return entry->name_size >= length && memcmp(entry->name, beginning, length) == 0;
}

static void weigh(struct evidence *evidence, const content_head *head, const struct entry *entry)
{
        if (evidence->type == NULL)
                evidence->type = type_in_entry(head, entry);
        if (name_begins(entry, "[Content_Types].xml") || name_begins(entry, "_rels/.rels") ||
            name_begins(entry, "docProps/"))
                evidence->package = true;
        for (size_t i = 0; i < FAMILIES && evidence->family == FAMILIES; i++) {
                if (name_begins(entry, families[i].entry))
                        evidence->family = i;
        }
}

static bool is_variant(size_t family, const char *type)
{
        for (const char *const *variant = families[family].variants; type != NULL && *variant != NULL; variant++) {
                if (strncmp(type, *variant, strlen(*variant)) == 0)
                        return true;
        }
        return false;
}

/* NULL: not yet, or nothing more than a zip archive. */
static const char *conclude(const struct evidence *evidence, const char *by_name)
{
        if (evidence->type != NULL || evidence->family == FAMILIES)
                return evidence->type;
        if (is_variant(evidence->family, by_name))
                return by_name;
        bool certain = evidence->package || families[evidence->family].variants[0] == NULL;
        return certain ? families[evidence->family].type : NULL;
}

/* Is it a type that a zip archive can be? */
static bool is_zip_type(const char *type)
{
        static const char *const beginnings[] = {
                WORD_TYPE,
                SHEET_TYPE,
                SLIDES_TYPE,
                "application/vnd.ms-word.",
                "application/vnd.ms-excel.",
                "application/vnd.ms-powerpoint.",
                "application/vnd.oasis.opendocument.",
                "application/epub+zip",
                "application/java-archive",
                "application/vnd.android.package-archive",
        };
        for (size_t i = 0; type != NULL && i < sizeof beginnings / sizeof *beginnings; i++) {
                if (strncmp(type, beginnings[i], strlen(beginnings[i])) == 0)
                        return true;
        }
        return false;
}

const char *look_zip(const content_head *head, const char *name)
{
        const char *by_name = type_by_name(name), *type = NULL;
        struct evidence evidence = {.family = FAMILIES};
        struct entry entry;
        if (HEAD_BEGINS(head, 0, "PK\5\6"))
                return "application/zip"; /* empty */
        if (!HEAD_BEGINS(head, 0, "PK\3\4"))
                return NULL;
        size_t offset = 0;
        for (unsigned i = 0; type == NULL && i < ENTRIES_MAX && read_entry(head, offset, &entry); i++) {
                weigh(&evidence, head, &entry);
                type = conclude(&evidence, by_name);
                offset = next_entry(head, &entry);
        }
        if (type != NULL)
                return type;
        return is_zip_type(by_name) && !head->whole ? by_name : "application/zip";
}
