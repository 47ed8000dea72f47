/* PDF and office documents: what comes out of small ones that were counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "../samples.h"
#include "office_samples.h"

static void read_outline(const struct office_sample *sample, hart_buffer *ret)
{
        bool by_other = strcmp(sample->atomizer, "word") == 0 && strstr(sample->file, ".xlsx") != NULL;
        HART_CLEANUP(hart_free_p)
        char *name = hart_format("%s%s.outline", sample->file, by_other ? ".word" : "");
        read_sample("office", name, ret);
}

static void test_outlines(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < OFFICE_SAMPLES; i++) {
                const struct office_sample *sample = &office_samples[i];
                HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0}, expected = {0};
                struct record record;
                read_sample("office", sample->file, &bytes);
                read_outline(sample, &expected);
                record_run(&record, sample->atomizer, bytes.data, bytes.size, sample->file, NULL, NULL);
                if (strcmp((const char *)record.outline.data, (const char *)expected.data) != 0)
                        fail_msg("%s:\n%s--- instead of\n%s", sample->file, (const char *)record.outline.data,
                                 (const char *)expected.data);
                if (record.components != sample->components || record.nodes != sample->nodes ||
                    record.child_count != sample->children || record.problems != sample->problems)
                        fail_msg("%s: %zu components, %zu nodes, %zu children, %zu problems", sample->file,
                                 record.components, record.nodes, record.child_count, record.problems);
                record_done(&record);
        }
}

/* A photo is taken out of a PDF file byte for byte, and so is an attached file. */
static void test_stored_bytes(void **unused)
{
        static const unsigned char end[] = {0xFF, 0xD9, 'A', ' ', 'n', 'o', 't', 'e'};
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
        struct record record;
        (void)unused;
        read_sample("office", "sample.pdf", &bytes);
        record_run(&record, "pdf", bytes.data, bytes.size, NULL, NULL, NULL);
        assert_true(record.children.size > 427 + sizeof end);
        const unsigned char *photo = record.children.data + record.children.size - 427;
        assert_memory_equal(photo, "\xFF\xD8\xFF", 3);
        assert_memory_equal(record.children.data + record.children.size - sizeof end, end, sizeof end);
        assert_non_null(memmem(bytes.data, bytes.size, photo, 421));
        record_done(&record);
}

/* What is no such document at all. */
static void test_others(void **unused)
{
        static const struct {
                const char *atomizer, *input, *expected;
        } rows[] = {
                {"pdf", "", "problem \"it is empty\"\n"},
                {"word", "", "problem \"it is no zip package\"\n"},
                {"sheet", "name,born\n", "problem \"it is no zip package\"\n"},
                {"slides", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
                 "problem \"it is an OLE file, as older programs write it and as it is with a password: save it "
                 "anew\"\n"},
        };
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                HART_CLEANUP(hart_free_p)
                char *found = record_outline(rows[i].atomizer, rows[i].input, strlen(rows[i].input));
                assert_string_equal(found, rows[i].expected);
        }
}

/* Limits end a document where they are reached. */
static void test_limits(void **unused)
{
        static const hart_limits limits = {.depth = 2, .children = 1, .expanded = 2000, .ratio = 100, .pixels = 100};
        HART_CLEANUP(hart_buffer_done) hart_buffer pdf = {0}, word = {0};
        struct record record;
        (void)unused;
        read_sample("office", "sample.pdf", &pdf);
        record_run(&record, "pdf", pdf.data, pdf.size, NULL, NULL, &limits);
        assert_int_equal(record.child_count, 1);
        assert_non_null(strstr((const char *)record.outline.data, "more than 1 documents"));
        assert_non_null(strstr((const char *)record.outline.data, "16 x 16 pixels"));
        record_done(&record);
        read_sample("office", "sample.docx", &word);
        record_run(&record, "word", word.data, word.size, NULL, NULL, &limits);
        assert_non_null(strstr((const char *)record.outline.data, "unpacks to more bytes than 2000"));
        record_done(&record);
}

static void add_page(hart_buffer *file, unsigned number, size_t *offset)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        for (unsigned i = 0; i < 40; i++)
                hart_buffer_format(&text, "BT /F 11 Tf 72 %u Td (Line %u of page %u, with words.) Tj ET\n",
                                   700 - i * 15, i, number);
        offset[0] = file->size;
        hart_buffer_format(file, "%u 0 obj\n<< /Length %zu >>\nstream\n", number * 2 + 4, text.size);
        hart_buffer_append(file, text.data, text.size);
        hart_buffer_text(file, "\nendstream\nendobj\n");
        offset[1] = file->size;
        hart_buffer_format(file,
                           "%u 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %u 0 R /Resources "
                           "<< /Font << /F 3 0 R >> >> >>\nendobj\n",
                           number * 2 + 5, number * 2 + 4);
}

static void make_pages(unsigned count, hart_buffer *file)
{
        HART_CLEANUP(hart_free_p) size_t *offsets = hart_allocate_array(count * 2 + 4, sizeof *offsets);
        hart_buffer_text(file, "%PDF-1.4\n");
        offsets[1] = file->size;
        hart_buffer_text(file, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
        offsets[2] = file->size;
        hart_buffer_text(file, "2 0 obj\n<< /Type /Pages /Kids [");
        for (unsigned i = 0; i < count; i++)
                hart_buffer_format(file, "%u 0 R ", i * 2 + 5);
        hart_buffer_format(file, "] /Count %u >>\nendobj\n", count);
        offsets[3] = file->size;
        hart_buffer_text(file, "3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n");
        for (unsigned i = 0; i < count; i++)
                add_page(file, i, &offsets[i * 2 + 4]);
        size_t table = file->size;
        hart_buffer_format(file, "xref\n0 %u\n0000000000 65535 f \n", count * 2 + 4);
        for (unsigned i = 1; i < count * 2 + 4; i++)
                hart_buffer_format(file, "%010zu 00000 n \n", offsets[i]);
        hart_buffer_format(file, "trailer\n<< /Size %u /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", count * 2 + 4,
                           table);
}

static long memory_after(unsigned pages)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer file = {0};
        struct record record;
        struct rusage usage;
        make_pages(pages, &file);
        record_run(&record, "pdf", file.data, file.size, NULL, NULL, NULL);
        assert_int_equal(record.nodes, pages);
        assert_int_equal(record.problems, 0);
        record_done(&record);
        assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
        return usage.ru_maxrss;
}

/* A sanitizer keeps what is freed for a while, so that how much is in use cannot be told. */
#if defined(__SANITIZE_ADDRESS__)
#define GROWTH_MAX (1 << 20)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GROWTH_MAX (1 << 20)
#endif
#endif
#ifndef GROWTH_MAX
#define GROWTH_MAX (20 << 10)
#endif

/* Pages are let go one by one. Kept, each would cost a hundred kilobytes and more; the file itself has four a page. */
static void test_many_pages(void **unused)
{
        (void)unused;
        long few = memory_after(100), many = memory_after(1000);
        if (many - few > GROWTH_MAX)
                fail_msg("a thousand pages take %ld KiB more than a hundred", many - few);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_many_pages), cmocka_unit_test(test_outlines), cmocka_unit_test(test_stored_bytes),
                cmocka_unit_test(test_others),     cmocka_unit_test(test_limits),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
