/* choose: which atomizer takes a document. */
#include <string.h>
#include <strings.h>

#include <hartonomous/atomizer.h>

/* "text/plain" or, for a whole family, "text/" and a star; a star and "+json" for all that is written in JSON. */
static bool type_fits(const char *pattern, const char *type, size_t size)
{
        size_t length = strlen(pattern);
        if (length > 1 && pattern[0] == '*')
                return size > length - 1 && strncasecmp(pattern + 1, type + size - (length - 1), length - 1) == 0;
        if (length > 1 && pattern[length - 1] == '*')
                return size > length - 1 && strncasecmp(pattern, type, length - 1) == 0;
        return size == length && strncasecmp(pattern, type, size) == 0;
}

static const hart_atomizer *row_for(const char *content_type)
{
        size_t size = strcspn(content_type, "; \t");
        for (size_t i = 0; i < hart_atomizer_count; i++) {
                const char *const *pattern = hart_atomizers[i]->content_types;
                if (pattern == NULL)
                        return hart_atomizers[i];
                for (; *pattern != NULL; pattern++) {
                        if (type_fits(*pattern, content_type, size))
                                return hart_atomizers[i];
                }
        }
        return hart_atomizers[hart_atomizer_count - 1];
}

const hart_atomizer *hart_atomizer_for(const char *content_type, const unsigned char *head, size_t size)
{
        const hart_atomizer *row = row_for(content_type);
        /* JSON, XML, programs: more types than can be listed are text. */
        return row->content_types == NULL && hart_is_text(head, size) ? row_for("text/plain") : row;
}
