/* Labels, so that any text is shown as it is. A quoted string of GraphViz's knows \" and, in labels, other escapes with
 * a backslash and HTML's entities; one of Mermaid's knows HTML, its own entities (#35;) and Markdown. */
#include <string.h>

#include <hartonomous/utf8.h>

#include "picture.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD, for what cannot be shown */

typedef void put_character(uint32_t character, const unsigned char *bytes, size_t size, hart_buffer *out);

static bool is_control(uint32_t character)
{
        return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

static void put_dot(uint32_t character, const unsigned char *bytes, size_t size, hart_buffer *out)
{
        if (character == '\n')
                hart_buffer_text(out, "\\n");
        else if (character == '\t')
                hart_buffer_byte(out, ' ');
        else if (is_control(character))
                hart_buffer_text(out, REPLACEMENT);
        else if (character == '"' || character == '\\')
                hart_buffer_format(out, "\\%c", (int)character);
        else if (character == '&')
                hart_buffer_text(out, "&amp;");
        else
                hart_buffer_append(out, bytes, size);
}

static bool is_plain(uint32_t character)
{
        return character == ' ' || (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
               (character >= 'a' && character <= 'z');
}

/* JavaScript ends a line at U+2028 and U+2029 too. */
static void put_mermaid(uint32_t character, const unsigned char *bytes, size_t size, hart_buffer *out)
{
        if (character == '\n')
                hart_buffer_text(out, "<br>");
        else if (character == '\t')
                hart_buffer_byte(out, ' ');
        else if (is_control(character))
                hart_buffer_text(out, REPLACEMENT);
        else if (is_plain(character) || (character >= 0xA0 && character != 0x2028 && character != 0x2029))
                hart_buffer_append(out, bytes, size);
        else
                hart_buffer_format(out, "#%u;", (unsigned)character);
}

static void put_text(const char *text, put_character *put, hart_buffer *out)
{
        const unsigned char *at = (const unsigned char *)text, *end = at + strlen(text);
        while (at < end) {
                uint32_t character = 0;
                const size_t size = hart_utf8_length(at, (size_t)(end - at), &character);
                if (size)
                        put(character, at, size, out);
                else
                        hart_buffer_text(out, REPLACEMENT);
                at += size ? size : 1;
        }
}

static void put_node(const struct picture_node *node, put_character *put, hart_buffer *out)
{
        const char *const lines[] = {node->key, node->kind, node->text};
        for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
                if (!lines[i])
                        continue;
                if (i > 0)
                        put('\n', NULL, 0, out);
                put_text(lines[i], put, out);
        }
}

void picture_write_dot(const struct picture *picture, hart_buffer *out)
{
        hart_buffer_text(out, "digraph provenance {\n  rankdir=LR;\n  node [shape=box];\n");
        for (size_t i = 0; i < picture->node_count; i++) {
                hart_buffer_format(out, "  n%zu [label=\"", i + 1);
                put_node(&picture->nodes[i], put_dot, out);
                hart_buffer_text(out, "\"];\n");
        }
        for (size_t i = 0; i < picture->arrow_count; i++) {
                const struct picture_arrow *arrow = &picture->arrows[i];
                hart_buffer_format(out, "  n%zu -> n%zu", arrow->from + 1, arrow->to + 1);
                if (arrow->label) {
                        hart_buffer_text(out, " [label=\"");
                        put_text(arrow->label, put_dot, out);
                        hart_buffer_text(out, "\"]");
                }
                hart_buffer_text(out, ";\n");
        }
        hart_buffer_text(out, "}\n");
}

void picture_write_mermaid(const struct picture *picture, hart_buffer *out)
{
        hart_buffer_text(out, "flowchart LR\n");
        for (size_t i = 0; i < picture->node_count; i++) {
                hart_buffer_format(out, "  n%zu[\"", i + 1);
                put_node(&picture->nodes[i], put_mermaid, out);
                hart_buffer_text(out, "\"]\n");
        }
        for (size_t i = 0; i < picture->arrow_count; i++) {
                const struct picture_arrow *arrow = &picture->arrows[i];
                hart_buffer_format(out, "  n%zu -->", arrow->from + 1);
                if (arrow->label) {
                        hart_buffer_text(out, "|\"");
                        put_text(arrow->label, put_mermaid, out);
                        hart_buffer_text(out, "\"|");
                }
                hart_buffer_format(out, " n%zu\n", arrow->to + 1);
        }
}
