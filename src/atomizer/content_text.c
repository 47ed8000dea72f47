/* content_text: text that says what it is, and text that only looks like something. */
#include <string.h>
#include <strings.h>

#include "content_look.h"

static bool is_blank(unsigned char byte)
{
        return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* --- scripts and armour --- */

struct word {
        const char *word, *type;
};

/* Beginnings of an interpreter's name, "python" for "python3.11" too. */
static const struct word interpreters[] = {
        {"bash", "application/x-sh"}, {"dash", "application/x-sh"}, {"zsh", "application/x-sh"},
        {"ksh", "application/x-sh"},  {"sh", "application/x-sh"},   {"python", "text/x-python"},
        {"pypy", "text/x-python"},    {"node", "text/javascript"},  {"deno", "application/x-typescript"},
        {"perl", "text/x-perl"},      {"ruby", "text/x-ruby"},      {"php", "text/x-php"},
        {"lua", "text/x-lua"},        {"tclsh", "text/x-tcl"},      {"wish", "text/x-tcl"},
        {"awk", "text/x-awk"},        {"gawk", "text/x-awk"},       {"mawk", "text/x-awk"},
        {"make", "text/x-makefile"},  {"Rscript", "text/x-r"},      {"guile", "text/x-scheme"},
};

/* "#!/usr/bin/env -S python3 -u": the word behind the last slash, and behind "env" and its options. */
static const char *look_script(const content_head *head)
{
        char line[128];
        size_t size = head->size < sizeof line ? head->size : sizeof line - 1;
        if (!HEAD_BEGINS(head, 0, "#!"))
                return NULL;
        memcpy(line, head->data, size);
        line[size] = '\0';
        line[strcspn(line, "\r\n")] = '\0';
        char *rest = line + 2;
        for (bool going = true; going;) {
                rest += strspn(rest, " \t");
                size_t length = strcspn(rest, " \t");
                const char *slash = memrchr(rest, '/', length);
                const char *name = slash != NULL ? slash + 1 : rest;
                size_t left = length - (size_t)(name - rest);
                for (size_t i = 0; i < sizeof interpreters / sizeof *interpreters; i++) {
                        size_t size_of_word = strlen(interpreters[i].word);
                        if (left >= size_of_word && strncmp(name, interpreters[i].word, size_of_word) == 0)
                                return interpreters[i].type;
                }
                going = length > 0 && (*rest == '-' || (left == 3 && strncmp(name, "env", 3) == 0));
                rest += length;
        }
        return NULL;
}

static const struct word beginnings[] = {
        {"-----BEGIN ", "application/x-pem-file"},
        {"BEGIN:VCALENDAR", "text/calendar"},
        {"BEGIN:VCARD", "text/vcard"},
        {"WEBVTT", "text/vtt"},
        {"<?php", "text/x-php"},
        {"/* XPM */", "image/x-xpixmap"},
};

const char *look_sure_text(const content_head *head)
{
        for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
                if (head_begins(head, 0, beginnings[i].word, strlen(beginnings[i].word)))
                        return beginnings[i].type;
        }
        const char *type = look_script(head);
        return type != NULL ? type : look_xml(head);
}

/* --- HTML --- */

/* After the WHATWG's MIME Sniffing Standard, 7.1: a tag, then a blank or ">". */
static const char *const html_tags[] = {
        "<!doctype html", "<html",  "<head", "<script", "<iframe", "<h1", "<div",  "<font", "<table", "<a",
        "<style",         "<title", "<b",    "<body",   "<br",     "<p",  "<meta", "<link",
};

const char *look_html(const content_head *head)
{
        size_t i = 0;
        for (bool going = true; going;) {
                while (i < head->size && is_blank(head->data[i]))
                        i++;
                going = HEAD_BEGINS(head, i, "<!--");
                const unsigned char *end = going ? memmem(head->data + i, head->size - i, "-->", 3) : NULL;
                if (going && end == NULL)
                        return NULL;
                if (going)
                        i = (size_t)(end - head->data) + 3;
        }
        for (size_t tag = 0; tag < sizeof html_tags / sizeof *html_tags; tag++) {
                size_t length = strlen(html_tags[tag]);
                if (head->size - i > length && strncasecmp((const char *)head->data + i, html_tags[tag], length) == 0 &&
                    (is_blank(head->data[i + length]) || head->data[i + length] == '>'))
                        return "text/html";
        }
        return NULL;
}

/* --- mail --- */

/* Fields that messages have, and hardly anything else. */
static const char *const mail_fields[] = {
        "From",       "To",          "Cc",       "Subject",      "Date",         "Message-ID",
        "Received",   "Return-Path", "Reply-To", "Delivered-To", "MIME-Version", "In-Reply-To",
        "References", "Envelope-To", "List-Id",  "Newsgroups",   "X-Mailer",     "DKIM-Signature",
};

/* Length of a field's name with its colon at the beginning of this line; 0: it is none (RFC 5322, 2.2). */
static size_t field_name(const unsigned char *line, size_t size)
{
        size_t i = 0;
        while (i < size && i < 78 && line[i] > ' ' && line[i] < 0x7F && line[i] != ':')
                i++;
        return i > 0 && i < size && line[i] == ':' ? i + 1 : 0;
}

static bool is_mail_field(const unsigned char *line, size_t name)
{
        for (size_t i = 0; i < sizeof mail_fields / sizeof *mail_fields; i++) {
                if (strlen(mail_fields[i]) == name - 1 &&
                    strncasecmp((const char *)line, mail_fields[i], name - 1) == 0)
                        return true;
        }
        return false;
}

/* A block of fields up to an empty line, two or more of them a message's. */
static bool has_mail_header(const content_head *head, size_t i)
{
        unsigned known = 0;
        for (bool first = true; i < head->size; first = false) {
                const unsigned char *line = head->data + i;
                const unsigned char *end = memchr(line, '\n', head->size - i);
                size_t length = end != NULL ? (size_t)(end - line) : head->size - i;
                bool folded = !first && (line[0] == ' ' || line[0] == '\t');
                size_t name = folded ? 0 : field_name(line, length);
                if (length == 0 || (length == 1 && line[0] == '\r'))
                        break;
                if (!folded && name == 0)
                        return false;
                known += name > 0 && is_mail_field(line, name);
                i += length + 1;
        }
        return known >= 2;
}

const char *look_mail(const content_head *head)
{
        if (!HEAD_BEGINS(head, 0, "From "))
                return has_mail_header(head, 0) ? "message/rfc822" : NULL;
        const unsigned char *end = memchr(head->data, '\n', head->size);
        return end != NULL && has_mail_header(head, (size_t)(end - head->data) + 1) ? "application/mbox" : NULL;
}

const char *look_likely_text(const content_head *head)
{
        const char *type = look_html(head);
        if (type == NULL)
                type = look_mail(head);
        return type != NULL ? type : look_json(head);
}

/* --- text that is not UTF-8 --- */

static bool has_mark(const content_head *head)
{
        return HEAD_BEGINS(head, 0, "\xFF\xFE") || HEAD_BEGINS(head, 0, "\xFE\xFF") ||
               HEAD_BEGINS(head, 0, "\0\0\xFE\xFF");
}

/* No control characters but white space, form feed, escape and backspace; and enough of ASCII: blanks and line ends. */
bool looks_like_other_text(const content_head *head)
{
        size_t ascii = 0;
        if (has_mark(head))
                return head->size > 2;
        for (size_t i = 0; i < head->size; i++) {
                unsigned char byte = head->data[i];
                if ((byte < 0x20 && (byte < '\b' || byte > '\r') && byte != 0x1B) || byte == 0x7F)
                        return false;
                ascii += byte < 0x80;
        }
        return ascii >= (head->size < 256 ? (head->size + 1) / 2 : head->size / 32);
}
