/* XML as sentences, comments and elements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../outline_rows.h"

static const struct outline_row rows[] = {
        {"nothing", "", ""},
        {"one element", "<a/>",
         "[element \"a\"]\n"
         "  raw \"<a/>\"\n"
         "describe {\"elements\":1}\n"},
        {"text and attributes",
         "<?xml version=\"1.0\"?>\n<doc id=\"7\" lang=\"en\">\n  <title>One. Two.</title>\n  <empty/>\n</doc>\n",
         "[element \"doc\" {\"id\":\"7\",\"lang\":\"en\"}]\n"
         "  [element \"title\"]\n"
         "    sentence \"One.\"\n"
         "    sentence \"Two.\"\n"
         "  [element \"empty\"]\n"
         "describe {\"elements\":3}\n"},
        {"text around elements", "<p>Hello <b>big</b> world. Bye.</p>",
         "[element \"p\"]\n"
         "  sentence \"Hello\"\n"
         "  [element \"b\"]\n"
         "    sentence \"big\"\n"
         "  sentence \"world.\"\n"
         "  sentence \"Bye.\"\n"
         "describe {\"elements\":2}\n"},
        {"references", "<p>A &amp; B &#233; &lt;x&gt;. C.</p>",
         "[element \"p\"]\n"
         "  sentence \"A &amp; B &#233; &lt;x&gt;.\"\n"
         "  sentence \"C.\"\n"
         "describe {\"elements\":1}\n"},
        {"CDATA", "<p>a <![CDATA[<b>]]> c</p>",
         "[element \"p\"]\n"
         "  sentence \"a\"\n"
         "  sentence \"<b>\"\n"
         "  sentence \"c\"\n"
         "describe {\"elements\":1}\n"},
        {"comments", "<!-- of it --><a><!--b--><!----></a>",
         "comment \"of it\"\n"
         "[element \"a\"]\n"
         "  comment \"b\"\n"
         "describe {\"elements\":1}\n"},
        {"wide characters",
         "<\345\220\215 \345\261\236=\"\345\200\244\">\346\226\207\343\200\202\346\254\241\343\200\202</\345\220\215>",
         "[element \"\345\220\215\" {\"\345\261\236\":\"\345\200\244\"}]\n"
         "  sentence \"\346\226\207\343\200\202\"\n"
         "  sentence \"\346\254\241\343\200\202\"\n"
         "describe {\"elements\":1}\n"},
        {"a mark", "\357\273\277<a>x</a>",
         "[element \"a\"]\n"
         "  sentence \"x\"\n"
         "describe {\"elements\":1}\n"},
        {"line ends", "<a>\r\n  one\r\n  two.\r\n</a>",
         "[element \"a\"]\n"
         "  sentence \"one\\x0D\\n  two.\"\n"
         "describe {\"elements\":1}\n"},
        {"name spaces", "<s:svg xmlns:s=\"http://www.w3.org/2000/svg\"><s:text>Hi</s:text></s:svg>",
         "[element \"s:svg\" {\"xmlns:s\":\"http://www.w3.org/2000/svg\"}]\n"
         "  [element \"s:text\"]\n"
         "    sentence \"Hi\"\n"
         "describe {\"elements\":2}\n"},
        {"another encoding in its first line", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\303\251</a>",
         "[element \"a\"]\n"
         "  sentence \"\303\251\"\n"
         "describe {\"elements\":1}\n"},
        {"Latin-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a b=\"\351\">\351</a>",
         "[element \"a\" {\"b\":\"\303\251\"}]\n"
         "  sentence \"\\xE9\"\n"
         "describe {\"elements\":1}\n"},
        {"an encoding that nobody knows", "<?xml version=\"1.0\" encoding=\"nobody\"?><a>\351</a>",
         "[element \"a\"]\n"
         "  sentence \"\\xE9\"\n"
         "describe {\"elements\":1}\n"},
        {"a billion laughs", "<!DOCTYPE a [<!ENTITY x \"haha\"><!ENTITY y \"&x;&x;&x;\">]><a>So: &y; he.</a>",
         "[element \"a\"]\n"
         "  sentence \"So: &y; he.\"\n"
         "problem \"names of entities are not replaced by what they stand for\"\n"
         "describe {\"elements\":1}\n"},
        {"an entity elsewhere", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
         "[element \"a\"]\n"
         "  sentence \"&x;\"\n"
         "problem \"names of entities are not replaced by what they stand for\"\n"
         "describe {\"elements\":1}\n"},
        {"a name that nobody declared", "<a>&nbsp;x</a>",
         "[element \"a\"]\n"
         "  sentence \"&nbsp;x\"\n"
         "problem \"names of entities are not replaced by what they stand for\"\n"
         "describe {\"elements\":1}\n"},
        {"an entity in an attribute", "<!DOCTYPE a [<!ENTITY x \"ha\">]><a b=\"&x;&x;\"/>",
         "[element \"a\" {\"b\":\"haha\"}]\n"
         "  raw \"<!DOCTYPE a [<!ENTITY x \\\"ha\\\">]><a b=\\\"&x;&x;\\\"/>\"\n"
         "describe {\"elements\":1}\n"},
        {"no end", "<a><b>text",
         "[element \"a\"]\n"
         "  [element \"b\"]\n"
         "    sentence \"text\"\n"
         "    problem \"line 1, column 11: no element found\"\n"
         "describe {\"elements\":2}\n"},
        {"wrong end", "<a><b>x</a>more</b>",
         "[element \"a\"]\n"
         "  [element \"b\"]\n"
         "    sentence \"x\"\n"
         "    problem \"line 1, column 10: mismatched tag\"\n"
         "    raw \"a>more</b>\"\n"
         "describe {\"elements\":2}\n"},
        {"behind the end", "<a>x</a> y",
         "[element \"a\"]\n"
         "  sentence \"x\"\n"
         "problem \"line 1, column 10: junk after document element\"\n"
         "raw \"y\"\n"
         "describe {\"elements\":1}\n"},
        {"no XML", "hello",
         "problem \"line 1, column 1: syntax error\"\n"
         "raw \"hello\"\n"
         "describe {\"elements\":0}\n"},
        {"a bad byte", "<a>x\377</a>",
         "[element \"a\"]\n"
         "  sentence \"x\"\n"
         "  problem \"line 1, column 5: not well-formed (invalid token)\"\n"
         "  raw \"\\xFF</a>\"\n"
         "describe {\"elements\":1}\n"},
        {"a lone &", "<a>x & y</a>",
         "[element \"a\"]\n"
         "  sentence \"x\"\n"
         "  problem \"line 1, column 7: not well-formed (invalid token)\"\n"
         "  raw \" y</a>\"\n"
         "describe {\"elements\":1}\n"},
        {"processing instructions", "<?xml-stylesheet href=\"x\"?><a><?do it?>x</a>",
         "[element \"a\"]\n"
         "  sentence \"x\"\n"
         "describe {\"elements\":1}\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        check_outlines("xml", rows, sizeof rows / sizeof *rows);
}

static bool tells(const struct record *record, const char *problem)
{
        return strstr((const char *)record->outline.data, problem) != NULL;
}

/* Ten of the entity before, nine times: in text the name stays, in an attribute it is refused. */
static void test_billion_laughs(void **unused)
{
        (void)unused;
        static const struct {
                const char *element, *problem;
        } rows_of[] = {{"<a>&e9;</a>", "names of entities"}, {"<a b=\"&e9;\"/>", "limit on input amplification"}};
        for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
                struct record record;
                hart_buffer_text(&input, "<!DOCTYPE a [<!ENTITY e0 \"ha\">");
                for (int level = 1; level < 10; level++) {
                        hart_buffer_format(&input, "<!ENTITY e%d \"", level);
                        for (int again = 0; again < 10; again++)
                                hart_buffer_format(&input, "&e%d;", level - 1);
                        hart_buffer_text(&input, "\">");
                }
                hart_buffer_format(&input, "]>%s", rows_of[i].element);
                record_run(&record, "xml", input.data, input.size, NULL, NULL, NULL);
                assert_true(tells(&record, rows_of[i].problem));
                record_done(&record);
        }
}

static void test_deep(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        struct record record;
        for (int i = 0; i < 100000; i++)
                hart_buffer_text(&input, "<a>");
        hart_buffer_text(&input, "text");
        record_run(&record, "xml", input.data, input.size, NULL, NULL, NULL);
        assert_int_equal(record.nodes, hart_default_limits.depth);
        assert_true(tells(&record, "nested deeper") && tells(&record, "no element found") &&
                    tells(&record, "sentence \"text\""));
        record_done(&record);
}

/* A token that is longer than the parts expat gets. */
static void test_long_token(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        struct record record;
        hart_buffer_text(&input, "<a b='");
        for (int i = 0; i < 2000000; i++)
                hart_buffer_text(&input, "value ");
        hart_buffer_text(&input, "'>text</a>");
        record_run(&record, "xml", input.data, input.size, NULL, NULL, NULL);
        assert_true(tells(&record, "sentence \"text\"") && record.problems == 0);
        record_done(&record);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_billion_laughs),
                cmocka_unit_test(test_deep),
                cmocka_unit_test(test_long_token),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
