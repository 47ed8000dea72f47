/* content_magic: libmagic's thousands of rules. Its database is read before the sandbox is entered. */
#include <magic.h>
#include <string.h>

#include "content_look.h"
#include "iso_time.h"

#ifndef MAGIC_DATABASE
#define MAGIC_DATABASE NULL /* wherever the library thinks it is */
#endif

static magic_t magic;

hart_code content_magic_open(hart_error *err)
{
        if (magic != NULL)
                return HART_OK;
        iso_time_open(); /* some rules print dates */
        /* No look into compressed files: it would start a program. Archives, text and JSON have looks of our own. */
        magic = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |
                           MAGIC_NO_CHECK_ENCODING | MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_TEXT |
                           MAGIC_NO_CHECK_TOKENS);
        /* By its path: else a file in somebody's home could add to it. */
        if (magic != NULL && magic_load(magic, MAGIC_DATABASE) == 0)
                return HART_OK;
        hart_code code = hart_fail(err, HART_FATAL, "libmagic's database cannot be read (package libmagic-mgc): %s",
                                   magic != NULL ? magic_error(magic) : "no memory");
        content_magic_close();
        return code;
}

void content_magic_close(void)
{
        if (magic != NULL)
                magic_close(magic);
        magic = NULL;
}

/* Its words for "I do not know", and for text, which it tells by less than our looks do. */
static bool says_nothing(const char *type)
{
        static const char *const words[] = {"application/octet-stream", "application/x-empty", "text/", "binary"};
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                if (strncmp(type, words[i], strlen(words[i])) == 0)
                        return true;
        }
        return strchr(type, '/') == NULL;
}

const char *look_magic(const content_head *head)
{
        const char *type = magic != NULL ? magic_buffer(magic, head->data, head->size) : NULL;
        return type == NULL || says_nothing(type) ? NULL : type;
}
