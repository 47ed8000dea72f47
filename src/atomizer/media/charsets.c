/* charsets: the modules behind ETSI EN 300 468, annex A.2, held open, so that none is loaded later. */
#include "charsets.h"

#include <iconv.h>
#include <stddef.h>

static const char *const names[] = {
        "ISO6937",     "ISO-8859-1",  "ISO-8859-2",  "ISO-8859-3", "ISO-8859-4",  "ISO-8859-5",
        "ISO-8859-6",  "ISO-8859-7",  "ISO-8859-8",  "ISO-8859-9", "ISO-8859-10", "ISO-8859-11",
        "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "UCS-2BE",    "KSC_5601",    "GB2312",
};
enum { COUNT = sizeof names / sizeof *names };

static iconv_t converters[COUNT];
static size_t opened;

/* One that the C library does not know is none that it would load. */
void charsets_open(void)
{
        for (; opened < COUNT; opened++)
                converters[opened] = iconv_open("UTF-8", names[opened]);
}

void charsets_close(void)
{
        for (; opened > 0; opened--) {
                if (converters[opened - 1] != (iconv_t)-1)
                        (void)iconv_close(converters[opened - 1]);
        }
}
