/* sentence_rules: UAX #29, section 5.1. The names of rules are the standard's. */
#include "sentence_rules.h"

#include <string.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#define PLANE 0x10000

/* Classes of the characters that nearly all text is made of. Their order is ICU's (USentenceBreak). */
static unsigned char classes[PLANE];
/* Bytes that end a sentence, a line, or begin a character beyond ASCII. */
static bool stops[256];

void sentence_rules_open(void)
{
        for (UChar32 c = 0; c < PLANE; c++)
                classes[c] = (unsigned char)u_getIntPropertyValue(c, UCHAR_SENTENCE_BREAK);
        for (unsigned byte = 0; byte < 256; byte++) {
                unsigned class = classes[byte];
                stops[byte] = byte >= 0x80 || class == U_SB_ATERM || class == U_SB_STERM || class == U_SB_CR ||
                              class == U_SB_LF || class == U_SB_SEP;
        }
}

bool sentence_rules_item(const unsigned char *line, size_t size)
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

struct scan {
        const unsigned char *text;
        size_t size;
        bool wrapped;
};

static unsigned class_of(UChar32 c)
{
        if (c >= 0 && c < PLANE)
                return classes[c];
        return c < 0 ? U_SB_OTHER : (unsigned)u_getIntPropertyValue(c, UCHAR_SENTENCE_BREAK);
}

/* Of the character at *position, which goes behind it. */
static unsigned next_class(const struct scan *scan, size_t *position)
{
        size_t at = *position, end = at;
        unsigned char byte = scan->text[at];
        if (byte < 0x80) {
                *position = at + 1;
                if (!scan->wrapped || (byte != '\n' && byte != '\r'))
                        return classes[byte];
                end = at + 1;
                if (byte == '\r' && end < scan->size && scan->text[end] == '\n')
                        end++;
                return sentence_rules_item(scan->text + end, scan->size - end) ? classes[byte] : U_SB_SP;
        }
        UChar32 c;
        U8_NEXT(scan->text, end, scan->size, c);
        *position = end;
        return class_of(c);
}

static bool is_end_of_paragraph(unsigned class)
{
        return class == U_SB_SEP || class == U_SB_CR || class == U_SB_LF;
}

static bool is_terminator(unsigned class)
{
        return class == U_SB_ATERM || class == U_SB_STERM;
}

static bool is_letter(unsigned class)
{
        return class == U_SB_UPPER || class == U_SB_LOWER || class == U_SB_OLETTER;
}

/* SB5: marks belong to the character before them. */
static size_t behind_marks(const struct scan *scan, size_t position)
{
        while (position < scan->size) {
                size_t next = position;
                unsigned class = next_class(scan, &next);
                if (class != U_SB_EXTEND && class != U_SB_FORMAT)
                        break;
                position = next;
        }
        return position;
}

/* Behind all characters of a class, with their marks. */
static size_t behind(const struct scan *scan, size_t position, unsigned class)
{
        while (position < scan->size) {
                size_t next = position;
                if (next_class(scan, &next) != class)
                        break;
                position = behind_marks(scan, next);
        }
        return position;
}

/* Is the character before `position`, marks left out, an upper or lower case letter? */
static bool is_behind_case(const struct scan *scan, size_t position)
{
        while (position > 0) {
                int32_t begin = (int32_t)position;
                UChar32 c;
                U8_PREV(scan->text, 0, begin, c);
                unsigned class = class_of(c);
                if (class != U_SB_EXTEND && class != U_SB_FORMAT)
                        return class == U_SB_UPPER || class == U_SB_LOWER;
                position = (size_t)begin;
        }
        return false;
}

/* SB8: is the first letter a lower case one, before anything ends? */
static bool goes_on_in_lower_case(const struct scan *scan, size_t position)
{
        while (position < scan->size) {
                unsigned class = next_class(scan, &position);
                if (is_letter(class))
                        return class == U_SB_LOWER;
                if (is_terminator(class) || is_end_of_paragraph(class))
                        return false;
        }
        return false;
}

static size_t behind_line_end(const struct scan *scan, size_t position, unsigned class)
{
        size_t next = position; /* SB3 */
        return class == U_SB_CR && position < scan->size && next_class(scan, &next) == U_SB_LF ? next : position;
}

/* Behind a terminator that begins at `begin` and ends at *position: does the sentence end, and where? If it does not,
 * *position is where to look on. */
static bool ends_behind(const struct scan *scan, size_t begin, unsigned terminator, size_t *position)
{
        size_t direct = behind_marks(scan, *position), next = direct;
        if (terminator == U_SB_ATERM && direct < scan->size) {
                unsigned class = next_class(scan, &next);
                *position = direct;
                if (class == U_SB_NUMERIC) /* SB6 */
                        return false;
                if (class == U_SB_UPPER && is_behind_case(scan, begin)) /* SB7 */
                        return false;
        }
        size_t at = behind(scan, behind(scan, direct, U_SB_CLOSE), U_SB_SP); /* SB9, SB10 */
        *position = next = at;
        if (at == scan->size)
                return true;
        unsigned class = next_class(scan, &next);
        if (is_end_of_paragraph(class)) { /* SB10, SB4 */
                *position = behind_line_end(scan, next, class);
                return true;
        }
        if (class == U_SB_SCONTINUE || is_terminator(class)) /* SB8a */
                return false;
        return terminator == U_SB_STERM || !goes_on_in_lower_case(scan, at); /* SB8, SB11 */
}

size_t sentence_rules_end(const unsigned char *text, size_t size, size_t begin, bool wrapped)
{
        const struct scan scan = {.text = text, .size = size, .wrapped = wrapped};
        size_t position = begin;
        while (position < size) {
                if (!stops[text[position]]) {
                        position++;
                        continue;
                }
                size_t at = position;
                unsigned class = next_class(&scan, &position);
                if (is_end_of_paragraph(class)) /* SB4 */
                        return behind_line_end(&scan, position, class);
                if (is_terminator(class) && ends_behind(&scan, at, class, &position))
                        return position;
        }
        return size;
}
