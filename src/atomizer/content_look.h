/* What first bytes say. Each look answers a media type, lower case and constant, or NULL where it does not know. */
#ifndef ATOMIZER_CONTENT_LOOK_H
#define ATOMIZER_CONTENT_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/error.h>

#define HEAD_MAX ((size_t)64 << 10)

/* A document's first bytes. */
typedef struct content_head {
        const unsigned char *data;
        size_t size; /* at most HEAD_MAX */
        bool whole;  /* nothing follows */
} content_head;

bool head_begins(const content_head *head, size_t offset, const void *bytes, size_t size);
#define HEAD_BEGINS(head, offset, text) head_begins(head, offset, text, sizeof(text) - 1)

/* Formats that are no text: first bytes, then a look at what they frame. `name` may be NULL. */
const char *look_binary(const content_head *head, const char *name);
const char *look_zip(const content_head *head, const char *name);
const char *look_riff(const content_head *head);
const char *look_boxes(const content_head *head); /* ISO 14496-12: MP4, QuickTime, HEIC, AVIF */
const char *look_ogg(const content_head *head);
const char *look_matroska(const content_head *head);
const char *look_mpeg_audio(const content_head *head);
const char *look_tar(const content_head *head);
const char *look_safetensors(const content_head *head);
const char *look_onnx(const content_head *head, const char *name);

/* Text that says for sure what it is: XML, a mailbox, a script's first line. */
const char *look_sure_text(const content_head *head);
/* Text that looks like something, unless a name or a sender says otherwise: HTML, JSON, a mail. */
const char *look_likely_text(const content_head *head);
const char *look_xml(const content_head *head);
const char *look_html(const content_head *head);
const char *look_json(const content_head *head);
const char *look_mail(const content_head *head);
/* Text of a charset with 8 bits, or UTF-16 or UTF-32 with its mark. */
bool looks_like_other_text(const content_head *head);

/* By the file name's ending; `name` may be NULL. */
const char *type_by_name(const char *name);

/* libmagic, for what none of the looks knows. Without content_magic_open() it knows nothing. */
hart_code content_magic_open(hart_error *err);
void content_magic_close(void);
const char *look_magic(const content_head *head);

#endif
