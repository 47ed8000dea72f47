/* Programs: one of each language (tests/data/code), counted by hand, and what is no program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "record.h"

#define SHAPES TEST_DATA "/code/shapes"

static const struct {
        const char *file, *type, *counts; /* counted by a person */
} samples[] = {
        {SHAPES ".c", "text/x-c", "\"functions\":3,\"classes\":0,\"imports\":2,\"errors\":0}"},
        {SHAPES ".cpp", "text/x-c++", "\"functions\":6,\"classes\":2,\"imports\":2,\"errors\":0}"},
        {SHAPES ".cs", "text/x-csharp", "\"functions\":4,\"classes\":3,\"imports\":2,\"errors\":0}"},
        {SHAPES ".go", "text/x-go; charset=utf-8", "\"functions\":2,\"classes\":0,\"imports\":1,\"errors\":0}"},
        {SHAPES ".java", "text/x-java", "\"functions\":4,\"classes\":4,\"imports\":2,\"errors\":0}"},
        {SHAPES ".js", "application/javascript", "\"functions\":9,\"classes\":1,\"imports\":4,\"errors\":0}"},
        {SHAPES ".py", "TEXT/X-Python", "\"functions\":4,\"classes\":2,\"imports\":3,\"errors\":0}"},
        {SHAPES ".rs", "text/x-rust", "\"functions\":5,\"classes\":3,\"imports\":3,\"errors\":0}"},
};

static void test_samples(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
                HART_CLEANUP(hart_free_p) char *expected_name = hart_format("%s.outline", samples[i].file);
                hart_buffer file = {0}, expected = {0};
                struct record record;
                record_read_file(samples[i].file, &file);
                record_read_file(expected_name, &expected);
                record_run(&record, "code", file.data, file.size, NULL, samples[i].type, NULL);
                const char *outline = (const char *)record.outline.data;
                assert_string_equal(outline, (const char *)expected.data);
                assert_non_null(strstr(outline, samples[i].counts));
                record_done(&record);
                hart_buffer_done(&file);
                hart_buffer_done(&expected);
        }
}

/* Cut at every fifth byte, a program is still taken apart; what came before the cut's function is as it was. */
static void test_cut_everywhere(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
                hart_buffer file = {0};
                record_read_file(samples[i].file, &file);
                for (size_t size = 0; size <= file.size; size += 5) {
                        struct record record;
                        record_run(&record, "code", file.data, size, NULL, samples[i].type, NULL);
                        assert_int_equal(record.problems, 0);
                        record_done(&record);
                }
                hart_buffer_done(&file);
        }
}

#define TEXT(text) text, sizeof(text) - 1

static const struct {
        const char *name, *type, *input;
        size_t size;
        const char *expected;
} rows[] = {
        {"nothing", "text/x-c", TEXT(""), ""},
        {"blanks", "text/x-c", TEXT(" \n\n"),
         "describe {\"language\":\"C\",\"lines\":2,\"functions\":0,\"classes\":0,\"imports\":0,\"errors\":0}\n"
         "code \" \\n\\n\"\n"},
        {"only a comment", "text/x-python", TEXT("# hello\n"),
         "comment \"# hello\"\n"
         "describe {\"language\":\"Python\",\"lines\":1,\"functions\":0,\"classes\":0,\"imports\":0,\"errors\":0}\n"},
        {"a function that does not end, and one before", "text/x-c",
         TEXT("int a(void) { return 1; }\nint b(void) {\n  if (x\n"),
         "[function \"a\" {\"line\":1,\"end_line\":1}]\n  function \"int a(void) { return 1; }\"\n"
         "code \"int b(void) {\\n  if (x\"\n"
         "describe {\"language\":\"C\",\"lines\":3,\"functions\":1,\"classes\":0,\"imports\":0,\"errors\":1}\n"},
        {"noise between functions", "text/x-go", TEXT("package p\n\nfunc a() {}\n\n)) ]] @@\n\nfunc b() {}\n"),
         "code \"package p\"\n[function \"a\" {\"line\":3,\"end_line\":3}]\n  function \"func a() {}\"\ncode \")) ]] "
         "@@\"\n"
         "[function \"b\" {\"line\":7,\"end_line\":7}]\n  function \"func b() {}\"\n"
         "describe {\"language\":\"Go\",\"lines\":7,\"functions\":2,\"classes\":0,\"imports\":0,\"errors\":2}\n"},
        {"a mark and line ends of two bytes", "text/x-python", TEXT("\xEF\xBB\xBFimport os\r\nimport sys\r\n"),
         "import \"import os\"\nimport \"import sys\"\n"
         "describe {\"language\":\"Python\",\"lines\":2,\"functions\":0,\"classes\":0,\"imports\":2,\"errors\":0}\n"},
        {"conditions and an interface of C", "text/x-c++",
         TEXT("#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void);\n#ifdef __cplusplus\n}\n#endif\n"),
         "code \"#ifdef __cplusplus\\nextern \\\"C\\\" {\\n#endif\"\ndeclaration \"int f(void);\"\n"
         "code \"#ifdef __cplusplus\"\ncode \"#endif\"\n"
         "describe {\"language\":\"C++\",\"lines\":7,\"functions\":0,\"classes\":0,\"imports\":0,\"errors\":0}\n"},
        {"two pieces of code", "text/x-python", TEXT("print(1)\nprint(2)\n\nprint(3)\n"),
         "code \"print(1)\\nprint(2)\"\ncode \"print(3)\"\n"
         "describe {\"language\":\"Python\",\"lines\":4,\"functions\":0,\"classes\":0,\"imports\":0,\"errors\":0}\n"},
        {"an attribute without an item", "text/x-rust", TEXT("#[test]\n"),
         "code \"#[test]\"\n"
         "describe {\"language\":\"Rust\",\"lines\":1,\"functions\":0,\"classes\":0,\"imports\":0,\"errors\":0}\n"},
        {"bytes that are no text", "text/x-c", TEXT("int a;\0\xFF\xFE int b;\n"),
         "variable \"int a;\"\ncode \"\\x00\\xFF\\xFE\"\nvariable \"int b;\"\n"
         "describe {\"language\":\"C\",\"lines\":1,\"functions\":0,\"classes\":0,\"imports\":0,\"errors\":2}\n"},
        {"no language that is known", "text/x-cobol", TEXT("MOVE A TO B.\n"),
         "problem \"no programming language that is read: kept as it is\"\ncode \"MOVE A TO B.\\n\"\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct record record;
                record_run(&record, "code", rows[i].input, rows[i].size, NULL, rows[i].type, NULL);
                const char *found = record.outline.data != NULL ? (const char *)record.outline.data : "";
                if (strcmp(found, rows[i].expected) != 0)
                        fail_msg("%s:\n%s\ninstead of\n%s", rows[i].name, found, rows[i].expected);
                record_done(&record);
        }
}

static void fill(hart_buffer *out, const char *text, size_t size)
{
        while (out->size < size)
                hart_buffer_text(out, text);
}

/* What is too much is told; what is not, is taken apart, and neither takes long. */
static const struct {
        const char *name, *type, *text;
        size_t size;
        const char *problem; /* NULL: it is no problem */
} big[] = {
        {"over the size", "text/x-c", "int a;\n", ((size_t)16 << 20) + 7, "taken apart up to 16777216 bytes"},
        {"a line of 2 MiB", "text/javascript", "a();", (size_t)2 << 20, "is none of a program"},
        {"too dense", "text/x-c", "{0,1},\n", (size_t)5 << 20, "too much memory"},
        {"brackets that open", "text/x-c", "((((((((\n", (size_t)256 << 10, NULL},
        {"blocks that open", "text/x-java", "class a {\n", (size_t)200 << 10, NULL},
        {"blocks of C", "text/x-c", "extern \"C\" {\n", (size_t)200 << 10, NULL},
        {"texts that open", "text/x-rust", "r#\"\n", (size_t)256 << 10, NULL},
        {"comments that open", "text/x-c++", "/*\n", (size_t)256 << 10, NULL},
        {"quotes that open", "text/x-python", "'''\"\"\"f'{\n", (size_t)256 << 10, NULL},
        {"decorators", "text/x-python", "@a\n", (size_t)256 << 10, NULL},
        {"templates", "text/x-c++", "template <a>\n", (size_t)256 << 10, NULL},
        {"a long function", "text/x-go", "func a() {}\n", (size_t)512 << 10, NULL},
};

static void test_big(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof big / sizeof *big; i++) {
                hart_buffer text = {0};
                struct record record;
                fill(&text, big[i].text, big[i].size);
                record_run(&record, "code", text.data, text.size, NULL, big[i].type, NULL);
                const char *outline = (const char *)record.outline.data;
                if (big[i].problem != NULL && strstr(outline, big[i].problem) == NULL)
                        fail_msg("%s: no word of \"%s\"", big[i].name, big[i].problem);
                record_done(&record);
                hart_buffer_done(&text);
        }
}

/* A function over HART_COMPONENT_MAX is several pieces of one node. */
static void test_long_function(void **unused)
{
        hart_buffer text = {0};
        struct record record;
        (void)unused;
        hart_buffer_text(&text, "void f(void)\n{\n");
        fill(&text, "        call(1);\n", 3 * HART_COMPONENT_MAX);
        hart_buffer_text(&text, "}\n");
        record_run(&record, "code", text.data, text.size, NULL, "text/x-c", NULL);
        assert_int_equal(record.nodes, 1);
        assert_int_equal(record.components, 4);
        record_done(&record);
        hart_buffer_done(&text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_samples), cmocka_unit_test(test_cut_everywhere), cmocka_unit_test(test_rows),
                cmocka_unit_test(test_big),     cmocka_unit_test(test_long_function),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
