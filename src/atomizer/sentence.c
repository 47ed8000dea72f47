/* sentence: ICU's sentence rules over UTF-8.
 *
 * UAX #29 ends a sentence at every line end, but text is often wrapped. So ICU sees a copy of the paragraph in which
 * line ends are blanks, byte for byte at the same place, but where the next line is an item of a list. What then
 * comes out as one very long sentence with line ends in it is no prose (a log, a table): it is divided into lines. */
#include <string.h>

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utypes.h>

#include "abbreviation.h"
#include "sentence.h"
#include "space.h"

/* Longer than this, and with line ends in it: not a sentence. */
#define PROSE_MAX 2048

/* Rules are loaded once a process: the sandbox forbids to open files later, and loading costs milliseconds. */
static UBreakIterator *rules;

const char *hart_unicode_version(void)
{
        return U_UNICODE_VERSION;
}

hart_code sentence_open(hart_error *err)
{
        UErrorCode status = U_ZERO_ERROR;
        if (rules != NULL)
                return HART_OK;
        rules = ubrk_open(UBRK_SENTENCE, "", NULL, 0, &status);
        if (U_SUCCESS(status))
                return HART_OK;
        rules = NULL;
        return hart_fail(err, HART_FATAL, "ICU's sentence rules cannot be loaded: %s; is libicu's data installed?",
                         u_errorName(status));
}

void sentence_close(void)
{
        ubrk_close(rules);
        rules = NULL;
}

/* "- x", "* x", "+ x", "• x", "1. x", "a) x", "(iv) x": an item of a list? */
static bool begins_item(const unsigned char *line, size_t size)
{
        size_t i = 0;
        while (i < size && (line[i] == ' ' || line[i] == '\t'))
                i++;
        size_t start = i;
        if (i + 1 < size && (line[i] == '-' || line[i] == '*' || line[i] == '+'))
                return line[i + 1] == ' ' || line[i + 1] == '\t';
        if (i + 3 < size && memcmp(line + i, "\xE2\x80\xA2", 3) == 0)
                return true;
        if (i < size && line[i] == '(')
                i++;
        size_t word = i;
        while (i < size && i - word < 4 && ((line[i] >= '0' && line[i] <= '9') || (line[i] >= 'a' && line[i] <= 'z')))
                i++;
        if (i == word || i + 1 >= size || (line[i + 1] != ' ' && line[i + 1] != '\t'))
                return false;
        /* A word and a full stop is a sentence's end, a number and one is an item. */
        return line[i] == ')' || (line[i] == '.' && word == start && line[word] >= '0' && line[word] <= '9');
}

/* Line ends inside the paragraph become blanks. */
static void unwrap(const unsigned char *text, size_t size, unsigned char *copy)
{
        memcpy(copy, text, size);
        for (size_t i = 0; i < size; i++) {
                if (text[i] != '\n' && text[i] != '\r')
                        continue;
                size_t next = i + 1;
                if (text[i] == '\r' && next < size && text[next] == '\n')
                        next++;
                if (!begins_item(text + next, size - next))
                        memset(copy + i, ' ', next - i);
                i = next - 1;
        }
}

/* Adds the end of a sentence, and of each of its lines before it where it is no prose. */
static void add_sentence(const unsigned char *text, size_t start, size_t end, uint32_t *ends, size_t *count)
{
        if (end - start > PROSE_MAX) {
                const unsigned char *line = text + start, *stop = text + end;
                while ((line = memchr(line, '\n', (size_t)(stop - line))) != NULL && ++line < stop)
                        ends[(*count)++] = (uint32_t)(line - text);
        }
        ends[(*count)++] = (uint32_t)end;
}

static void collect(const unsigned char *text, size_t size, uint32_t *ends, size_t *count)
{
        size_t start = 0;
        for (int32_t at; (at = ubrk_next(rules)) != UBRK_DONE;) {
                size_t end = (size_t)at;
                if (end <= start || end >= size)
                        continue;
                size_t trimmed = space_trim_end(text + start, end - start);
                if (abbreviation_ends(text + start, trimmed) && !begins_item(text + end, size - end))
                        continue;
                add_sentence(text, start, end, ends, count);
                start = end;
        }
        add_sentence(text, start, size, ends, count);
}

hart_code sentence_ends(const unsigned char *text, size_t size, uint32_t ends[SENTENCE_MAX], size_t *count,
                        hart_error *err)
{
        unsigned char copy[HART_COMPONENT_MAX];
        UErrorCode status = U_ZERO_ERROR;
        UText source = UTEXT_INITIALIZER;
        unwrap(text, size, copy);
        utext_openUTF8(&source, (const char *)copy, (int64_t)size, &status);
        ubrk_setUText(rules, &source, &status);
        *count = 0;
        if (U_SUCCESS(status)) {
                ubrk_first(rules);
                collect(text, size, ends, count);
        }
        utext_close(&source);
        if (U_FAILURE(status))
                return hart_fail(err, HART_FAILED, "ICU cannot find sentences: %s", u_errorName(status));
        return HART_OK;
}
