/* What the files of the mail atomizer share. */
#ifndef MAIL_MAIL_H
#define MAIL_MAIL_H

#include <gmime/gmime.h>

#include "../emitter.h"

enum { MAIL_SENTENCE };

#define MAIL_DEPTH    100                /* parts in parts; gmime itself goes a little deeper */
#define MAIL_TEXT_MAX ((size_t)4 << 20)  /* a longer text is a document of its own */
#define MAIL_BLOCK    ((size_t)64 << 10) /* read at a time */

/* What ends the parts of a multipart, and what ends those around it. */
struct mail_boundary {
        const char *text; /* may be NULL */
        const struct mail_boundary *around;
        unsigned depth;
};

struct mail {
        hart_emitter *emitter;
        const unsigned char *data; /* the message */
        size_t size;
        unsigned parts; /* leaves seen so far */
};

/* Who, to whom, when, what of; the subject is a node with its sentences, too. */
hart_code mail_put_header(struct mail *mail, GMimeMessage *message, hart_error *err);
/* A part and what is in it; `boundary` is NULL for the outermost. */
hart_code mail_put_part(struct mail *mail, GMimeObject *part, const struct mail_boundary *boundary, hart_error *err);

/* Does it begin with an mbox separator? Then each message is a child, without being parsed here. */
bool mailbox_begins(const hart_document *document);
hart_code mailbox_put(const hart_document *document, hart_emitter *emitter, hart_error *err);

/* Takes the place of libc's iconv for all libraries of this process: libc reads a file for each charset, and in the
 * sandbox there is none. To be called before any library converts anything. */
hart_code mail_iconv_open(hart_error *err);

#endif
