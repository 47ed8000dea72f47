/* Plain text as sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "document.h"

static const struct {
        const char *name, *input, *expected;
} rows[] = {
        {"nothing", "", ""},
        {"one", "Hello", "sentence|Hello|\n"},
        {"two", "Hello there. How are you?", "sentence|Hello there.|\nsentence|How are you?|\n"},
        {"a title", "I met Dr. Smith today. He left.", "sentence|I met Dr. Smith today.|\nsentence|He left.|\n"},
        {"several titles", "Prof. Dr. Jones and Mrs. Hall.", "sentence|Prof. Dr. Jones and Mrs. Hall.|\n"},
        {"an initial", "It is by J. Smith. Good.", "sentence|It is by J. Smith.|\nsentence|Good.|\n"},
        {"letters and stops", "The U.S.A. is big. So.", "sentence|The U.S.A. is big.|\nsentence|So.|\n"},
        {"letters and stops before a capital: UAX #29 cannot tell", "The U.S. Army came.",
         "sentence|The U.S.|\nsentence|Army came.|\n"},
        {"e.g.", "Fruits, e.g. Apples. Yes.", "sentence|Fruits, e.g. Apples.|\nsentence|Yes.|\n"},
        {"a number", "It costs 3.50 today. Cheap.", "sentence|It costs 3.50 today.|\nsentence|Cheap.|\n"},
        {"quotes", "\"Go!\" he said. \"No.\" She left.",
         "sentence|\"Go!\"|\nsentence|he said.|\nsentence|\"No.\"|\nsentence|She left.|\n"},
        {"etc. may end", "Nuts etc. Then more.", "sentence|Nuts etc.|\nsentence|Then more.|\n"},
        {"wrapped lines", "This is\na wrapped\r\nsentence. And\none more.",
         "sentence|This is\na wrapped\r\nsentence.|\nsentence|And\none more.|\n"},
        {"paragraphs", "Title\n\nText of it\n \t\nmore", "sentence|Title|\nsentence|Text of it|\nsentence|more|\n"},
        {"form feed", "page one\n\fpage two", "sentence|page one|\nsentence|page two|\n"},
        {"carriage returns", "one\r\rtwo", "sentence|one|\nsentence|two|\n"},
        {"a list", "Buy:\n- milk\n- bread and\n  butter\n1. go\n(ii) come",
         "sentence|Buy:|\nsentence|- milk|\nsentence|- bread and\n  butter|\nsentence|1. go|\nsentence|(ii) come|\n"},
        {"mark and blanks", "\xEF\xBB\xBF \n Hi.", "lead|\xEF\xBB\xBF \n |\nsentence|Hi.|\n"},
        {"blanks only", " \n ", "space| \n |\n"},
        {"Chinese", "\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82\xE5\x86\x8D\xE8\xA7\x81\xE3\x80\x82",
         "sentence|\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82|\nsentence|\xE5\x86\x8D\xE8\xA7\x81\xE3\x80\x82|\n"},
        {"wide blank", "One.\xE3\x80\x80Two.", "sentence|One.|\nsentence|Two.|\n"},
        {"broken bytes", "A \xFF\xC3 b. C", "sentence|A \xFF\xC3 b.|\nsentence|C|\n"},
        {"question and exclamation", "What?! Really... Yes", "sentence|What?!|\nsentence|Really...|\nsentence|Yes|\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                hart_buffer out = {0};
                document_list("text", rows[i].input, strlen(rows[i].input), &out);
                const char *found = out.data != NULL ? (const char *)out.data : "";
                if (strcmp(found, rows[i].expected) != 0)
                        fail_msg("%s:\n%s--- instead of\n%s", rows[i].name, found, rows[i].expected);
                hart_buffer_done(&out);
        }
}

/* Something long without full stops is no sentence: its lines are the components. */
static void test_lines_of_no_prose(void **unused)
{
        (void)unused;
        hart_buffer input = {0};
        for (int i = 0; i < 200; i++)
                hart_buffer_format(&input, "%d some line of a log without an end\n", i);
        struct document document;
        document_run_whole(&document, hart_atomizer_find("text"), input.data, input.size);
        assert_int_equal(document.components, 200);
        document_done(&document);
        hart_buffer_done(&input);
}

static void test_longest_sentence(void **unused)
{
        (void)unused;
        hart_buffer input = {0};
        while (input.size < 3 * HART_COMPONENT_MAX)
                hart_buffer_text(&input, "word \xC3\xA9 ");
        struct document document;
        document_run_whole(&document, hart_atomizer_find("text"), input.data, input.size);
        assert_true(document.longest <= HART_COMPONENT_MAX && document.longest > HART_COMPONENT_MAX - 16);
        document_done(&document);
        hart_buffer_done(&input);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_lines_of_no_prose),
                cmocka_unit_test(test_longest_sentence),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
