/* convert: ICU's detector and converters. */
#include "convert.h"

#include <string.h>
#include <strings.h>

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/utypes.h>

#include <hartonomous/utf8.h>

#include "../document.h"

#define HEAD_MAX ((size_t)64 << 10)
#define PART     ((size_t)64 << 10)

/* What documents are written in, beyond doubt or after ICU's guess; the first row is what it is read as when nobody
 * knows. A name that is not here, or an alias of it, is not believed. */
static const char *const names[] = {
        "windows-1252", "UTF-8",        "UTF-16LE",     "UTF-16BE",     "UTF-32LE",     "UTF-32BE",     "ISO-8859-1",
        "ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",   "ISO-8859-5",   "ISO-8859-6",   "ISO-8859-7",   "ISO-8859-8",
        "ISO-8859-9",   "ISO-8859-10",  "ISO-8859-13",  "ISO-8859-14",  "ISO-8859-15",  "windows-1250", "windows-1251",
        "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "windows-874",
        "KOI8-R",       "KOI8-U",       "IBM437",       "IBM850",       "IBM852",       "IBM866",       "macintosh",
        "Shift_JIS",    "EUC-JP",       "ISO-2022-JP",  "EUC-KR",       "ISO-2022-KR",  "GBK",          "GB18030",
        "Big5",         "ISO-2022-CN",  "TIS-620",      "US-ASCII",
};
#define NAMES (sizeof names / sizeof *names)

static UConverter *converters[NAMES]; /* NULL: this ICU does not have it */
static UConverter *to_utf8;
static UCharsetDetector *detector;

hart_code convert_open(hart_error *err)
{
        UErrorCode status = U_ZERO_ERROR;
        if (detector != NULL)
                return HART_OK;
        detector = ucsdet_open(&status);
        to_utf8 = ucnv_open("UTF-8", &status);
        for (size_t i = 0; i < NAMES && U_SUCCESS(status); i++) {
                UErrorCode missing = U_ZERO_ERROR;
                converters[i] = ucnv_open(names[i], &missing);
        }
        if (U_SUCCESS(status) && converters[0] != NULL)
                return HART_OK;
        convert_close();
        return hart_fail(err, HART_FATAL, "ICU's converters cannot be loaded: %s; is libicu's data installed?",
                         u_errorName(status));
}

void convert_close(void)
{
        for (size_t i = 0; i < NAMES; i++) {
                ucnv_close(converters[i]);
                converters[i] = NULL;
        }
        ucnv_close(to_utf8);
        to_utf8 = NULL;
        ucsdet_close(detector);
        detector = NULL;
}

/* The row of a name, whatever its case and hyphens; NAMES where there is none. */
static size_t find(const char *name)
{
        size_t i = 0;
        while (i < NAMES && (converters[i] == NULL || ucnv_compareNames(name, names[i]) != 0))
                i++;
        return i;
}

static const struct {
        unsigned char bytes[4];
        size_t size;
        const char *name;
} marks[] = {
        {{0xEF, 0xBB, 0xBF}, 3, "UTF-8"}, {{0xFF, 0xFE, 0, 0}, 4, "UTF-32LE"}, {{0, 0, 0xFE, 0xFF}, 4, "UTF-32BE"},
        {{0xFF, 0xFE}, 2, "UTF-16LE"},    {{0xFE, 0xFF}, 2, "UTF-16BE"},
};

static void choose(struct charset *ret, const char *name, int confidence, size_t mark)
{
        *ret = (struct charset){.confidence = confidence, .mark = mark};
        memcpy(ret->name, name, strlen(name) < CONVERT_NAME_MAX ? strlen(name) : CONVERT_NAME_MAX - 1);
}

/* A name in a document, or in its type, is an alias at best: "latin1". */
static bool choose_declared(const char *declared, size_t size, struct charset *ret)
{
        UErrorCode status = U_ZERO_ERROR;
        char name[CONVERT_NAME_MAX] = "";
        if (declared == NULL || size == 0 || size >= sizeof name)
                return false;
        memcpy(name, declared, size);
        size_t row = find(name);
        if (row == NAMES) {
                const char *standard = ucnv_getStandardName(name, "MIME", &status);
                row = U_SUCCESS(status) && standard != NULL ? find(standard) : NAMES;
        }
        /* Two bytes a character would show in the bytes, and so would UTF-8: who says so of these is wrong. */
        if (row == NAMES || strncmp(names[row], "UTF-", 4) == 0)
                return false;
        choose(ret, names[row], 100, 0);
        return true;
}

/* As text in two or four bytes a character has, and else nothing that is text. */
static bool has_many_nuls(const unsigned char *head, size_t size)
{
        size_t nuls = 0;
        for (size_t i = 0; i < size; i++)
                nuls += head[i] == '\0' ? 1 : 0;
        return nuls > size / 8;
}

static void guess(const unsigned char *head, size_t size, struct charset *ret)
{
        UErrorCode status = U_ZERO_ERROR;
        ucsdet_setText(detector, (const char *)head, (int32_t)size, &status);
        const UCharsetMatch *match = ucsdet_detect(detector, &status);
        const char *name = match != NULL ? ucsdet_getName(match, &status) : NULL;
        int confidence = match != NULL ? ucsdet_getConfidence(match, &status) : 0;
        size_t row = U_SUCCESS(status) && name != NULL ? find(name) : NAMES;
        if (row < NAMES && strncmp(names[row], "UTF-", 4) == 0 && !has_many_nuls(head, size))
                row = NAMES;
        if (confidence >= CONVERT_SURE && row < NAMES)
                choose(ret, names[row], confidence, 0);
        else
                choose(ret, names[0], 0, 0);
}

bool convert_is_damaged_utf8(const unsigned char *head, size_t size)
{
        size_t sound = 0, broken = 0;
        for (size_t i = 0; i < size;) {
                size_t length = hart_utf8_length(head + i, size - i, NULL);
                sound += length > 1 ? 1 : 0;
                broken += length == 0 ? 1 : 0;
                i += length > 0 ? length : 1;
        }
        return sound > 0 && sound / 10 >= broken;
}

void convert_detect(const unsigned char *head, size_t size, const char *declared, size_t declared_size,
                    struct charset *ret)
{
        *ret = (struct charset){0};
        if (size > HEAD_MAX)
                size = HEAD_MAX;
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
                if (size >= marks[i].size && memcmp(head, marks[i].bytes, marks[i].size) == 0) {
                        choose(ret, marks[i].name, 100, marks[i].size);
                        return;
                }
        }
        size_t tail = size == HEAD_MAX ? hart_utf8_incomplete_tail(head, size) : 0;
        bool text = (hart_utf8_valid(head, size - tail) || convert_is_damaged_utf8(head, size - tail)) &&
                    !has_many_nuls(head, size);
        if (text && memmem(head, size, "\x1B$", 2) != NULL) { /* ISO 2022 is ASCII with meanings */
                guess(head, size, ret);
                text = strncmp(ret->name, "ISO-2022", 8) != 0;
        }
        if (text)
                choose(ret, "UTF-8", 100, 0);
        else if (ret->confidence == 0 && !choose_declared(declared, declared_size, ret))
                guess(head, size, ret);
}

const char *convert_declared(const char *content_type, size_t *size)
{
        static const char key[] = "charset=";
        for (const char *at = content_type; (at = strchr(at, ';')) != NULL;) {
                at += 1 + strspn(at + 1, " \t");
                if (strncasecmp(at, key, sizeof key - 1) != 0)
                        continue;
                at += sizeof key - 1;
                at += *at == '"' ? 1 : 0;
                *size = strcspn(at, "\"; \t");
                return at;
        }
        *size = 0;
        return NULL;
}

/* One part of the document. */
static void convert(UConverter *from, const char *source, size_t size, bool first, bool last, hart_buffer *out,
                    UErrorCode *status)
{
        UChar pivot[4096], *pivot_begin = pivot, *pivot_end = pivot;
        const char *end = source + size;
        do {
                char *room = (char *)hart_buffer_reserve(out, PART), *next = room;
                *status = U_ZERO_ERROR;
                ucnv_convertEx(to_utf8, from, &next, room + PART, &source, end, pivot, &pivot_begin, &pivot_end,
                               pivot + sizeof pivot / sizeof *pivot, first, last, status);
                first = false;
                out->size += (size_t)(next - room);
        } while (*status == U_BUFFER_OVERFLOW_ERROR);
        /* data[size] is 0, as hart_buffer promises. */
        hart_buffer_byte(out, '\0');
        out->size--;
}

hart_code convert_read(const hart_document *document, const struct charset *charset, uint64_t *offset, size_t wanted,
                       hart_buffer *out, hart_error *err)
{
        UErrorCode status = U_ZERO_ERROR;
        size_t row = find(charset->name);
        size_t before = out->size;
        HART_CLEANUP(hart_free_p) char *part = hart_allocate(PART);
        if (row == NAMES)
                return hart_fail(err, HART_FAILED, "ICU has no converter %s", charset->name);
        while (U_SUCCESS(status) && *offset < document->size && out->size - before < wanted) {
                bool first = *offset == charset->mark;
                size_t size = document_read(document, *offset, part, PART);
                if (size == 0)
                        break;
                *offset += size;
                convert(converters[row], part, size, first, *offset == document->size, out, &status);
        }
        return U_SUCCESS(status)
                       ? HART_OK
                       : hart_fail(err, HART_FAILED, "ICU cannot convert %s: %s", charset->name, u_errorName(status));
}
