/* sentence: UAX #29, abbreviations, and what is no prose.
 *
 * UAX #29 ends a sentence at every line end, but text is often wrapped: line ends are blanks here, but where the next
 * line is an item of a list. What then comes out as one very long sentence with line ends in it is no prose (a log, a
 * table): it is divided into lines. */
#include <string.h>

#include <unicode/uchar.h>

#include "abbreviation.h"
#include "sentence.h"
#include "sentence_rules.h"
#include "space.h"

/* Longer than this, and with line ends in it: not a sentence. */
#define PROSE_MAX 2048

const char *hart_unicode_version(void)
{
        return U_UNICODE_VERSION;
}

void sentence_open(void)
{
        sentence_rules_open();
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

hart_code sentence_ends(const unsigned char *text, size_t size, uint32_t ends[SENTENCE_MAX], size_t *count,
                        hart_error *err)
{
        (void)err;
        *count = 0;
        size_t start = 0, end = 0;
        while ((end = sentence_rules_end(text, size, end, true)) < size) {
                size_t trimmed = space_trim_end(text + start, end - start);
                if (abbreviation_ends(text + start, trimmed) && !sentence_rules_item(text + end, size - end))
                        continue;
                add_sentence(text, start, end, ends, count);
                start = end;
        }
        add_sentence(text, start, size, ends, count);
        return HART_OK;
}
