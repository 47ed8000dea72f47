#include "samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Where first bytes say nothing. */
static const char *type_of(const char *atomizer)
{
        return strcmp(atomizer, "audio") == 0 ? "audio/mpeg" : "application/octet-stream";
}

static void read_sample(const char *atomizer, const char *file, hart_buffer *ret)
{
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/%s/%s", CORPUS, atomizer, file);
        record_read_file(path, ret);
}

void sample_run(struct record *record, const char *atomizer, const char *file)
{
        hart_buffer bytes = {0};
        read_sample(atomizer, file, &bytes);
        record_run(record, atomizer, bytes.data, bytes.size, file, type_of(atomizer), NULL);
        hart_buffer_done(&bytes);
}

char *sample_outline(const struct record *record)
{
        static const char *const components[] = {"tile ", "pixel ", "pcm-block "};
        hart_buffer out = {0};
        const char *line = record->outline.data != NULL ? (const char *)record->outline.data : "";
        for (const char *end; *line != '\0'; line = end) {
                const char *word = line + strspn(line, " ");
                bool left_out = false;
                end = line + strcspn(line, "\n");
                end += *end == '\n';
                for (size_t i = 0; i < sizeof components / sizeof *components; i++)
                        left_out = left_out || strncmp(word, components[i], strlen(components[i])) == 0;
                if (!left_out)
                        hart_buffer_append(&out, line, (size_t)(end - line));
        }
        char *text = hart_duplicate_n(out.size > 0 ? (const char *)out.data : "", out.size);
        hart_buffer_done(&out);
        return text;
}

static bool same(const hart_buffer *a, const hart_buffer *b)
{
        return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

void samples_check(const char *atomizer, const struct sample *rows, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                struct record record, again;
                sample_run(&record, atomizer, rows[i].file);
                sample_run(&again, atomizer, rows[i].file);
                char *found = sample_outline(&record);
                if (strcmp(found, rows[i].expected) != 0)
                        fail_msg("%s:\n%s--- instead of\n%s", rows[i].file, found, rows[i].expected);
                if (record.components != rows[i].components)
                        fail_msg("%s: %zu components, not %zu", rows[i].file, record.components, rows[i].components);
                if (!same(&record.outline, &again.outline) || !same(&record.content, &again.content) ||
                    !same(&record.children, &again.children))
                        fail_msg("%s: another run gives another result", rows[i].file);
                free(found);
                record_done(&record);
                record_done(&again);
        }
}

static void run_broken(const char *atomizer, const void *bytes, size_t size)
{
        static const hart_limits limits = {
                .depth = 64, .children = 100, .expanded = 8 << 20, .ratio = 100, .pixels = 1 << 20};
        struct record record;
        record_run(&record, atomizer, bytes, size, NULL, type_of(atomizer), &limits);
        assert_true(record.components > 0 || record.problems > 0);
        record_done(&record);
}

void samples_break(const char *atomizer, const struct sample *rows, size_t count, size_t cuts, size_t flips)
{
        for (size_t i = 0; i < count; i++) {
                hart_buffer bytes = {0};
                read_sample(atomizer, rows[i].file, &bytes);
                size_t step = bytes.size / cuts > 10 ? bytes.size / cuts : 10;
                for (size_t size = 0; size < bytes.size; size += step)
                        run_broken(atomizer, bytes.data, size);
                /* Headers lie in front: a flip in every ninth bit there, and evenly behind. */
                for (size_t flip = 0; flip < flips; flip++) {
                        size_t at = flip % 2 == 0 ? flip * 9 / 8 : bytes.size / flips * flip;
                        if (at >= bytes.size)
                                continue;
                        bytes.data[at] ^= (unsigned char)(1u << flip % 8);
                        run_broken(atomizer, bytes.data, bytes.size);
                        bytes.data[at] ^= (unsigned char)(1u << flip % 8);
                }
                hart_buffer_done(&bytes);
        }
}
