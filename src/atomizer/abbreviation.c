/* abbreviation: what ICU's sentence rules cannot know (its filtered break iterator exists in C++ only). */
#include "abbreviation.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 8

/* Sorted (bsearch). Only those that stand before a name or a number; "etc." or "Inc." may well end a sentence. */
static const char *const abbreviations[] = {
        "Adm", "Capt", "Cf",  "Cmdr", "Col", "Cpl",    "Dr",     "Drs", "E.g", "Eq",  "Eqs", "Fig",  "Figs", "Gen",
        "Gov", "Hon",  "I.e", "Lt",   "Maj", "Messrs", "Mme",    "Mr",  "Mrs", "Ms",  "Mt",  "Pres", "Prof", "Rep",
        "Rev", "Sen",  "Sgt", "St",   "Vol", "Vols",   "approx", "cf",  "e.g", "i.e", "viz", "vs",
};

static int compare(const void *key, const void *row)
{
        return strcmp(key, *(const char *const *)row);
}

static bool is_letter(unsigned char byte)
{
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool abbreviation_ends(const unsigned char *text, size_t size)
{
        if (size < 2 || text[size - 1] != '.')
                return false;
        size_t length = 0;
        while (length < size - 1 && length <= LONGEST &&
               (is_letter(text[size - 2 - length]) || text[size - 2 - length] == '.'))
                length++;
        if (length == 0 || length > LONGEST || (length < size - 1 && text[size - 2 - length] >= 0x80))
                return false;
        char word[LONGEST + 1];
        memcpy(word, text + size - 1 - length, length);
        word[length] = '\0';
        /* An initial, as in "J. Smith"; but "I." is a word, and a lone letter at the start is a list's numbering. */
        if (length == 1)
                return word[0] >= 'A' && word[0] <= 'Z' && word[0] != 'I' && size > 2;
        return bsearch(word, abbreviations, sizeof abbreviations / sizeof *abbreviations, sizeof *abbreviations,
                       compare) != NULL;
}
