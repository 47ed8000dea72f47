/* HTML as a reader sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../outline_rows.h"

static const struct outline_row rows[] = {
        {"nothing", "", "describe {\"charset\":\"UTF-8\"}\n"},
        {"text alone", "Hello there. Bye.",
         "sentence \"Hello there.\"\n"
         "sentence \"Bye.\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"head",
         "<!DOCTYPE html><html lang=\"en\"><head><title>My page</title><meta name=\"Description\" content=\"About "
         "&amp; all\"><style>p{}</style><script>var x=\"<p>no</p>\";</script></head><body><p>Text.</p></body></html>",
         "sentence \"Text.\"\n"
         "describe {\"title\":\"My page\",\"language\":\"en\",\"description\":\"About & "
         "all\",\"charset\":\"UTF-8\"}\n"},
        {"sections", "<h1>One</h1><p>First. Second.</p><h2>Two</h2><p>More</p><h2>Three</h2><h1>Four</h1>End",
         "[section \"One\" {\"level\":1}]\n"
         "  heading \"One\"\n"
         "  sentence \"First.\"\n"
         "  sentence \"Second.\"\n"
         "  [section \"Two\" {\"level\":2}]\n"
         "    heading \"Two\"\n"
         "    sentence \"More\"\n"
         "  [section \"Three\" {\"level\":2}]\n"
         "    heading \"Three\"\n"
         "[section \"Four\" {\"level\":1}]\n"
         "  heading \"Four\"\n"
         "  sentence \"End\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"lists", "<ul><li>a<li>b <b>bold</b><ul><li>c</ul></ul><dl><dt>t<dd>d</dl>",
         "[list]\n"
         "  list-item \"a\"\n"
         "  list-item \"b bold\"\n"
         "  [list]\n"
         "    list-item \"c\"\n"
         "[list]\n"
         "  list-item \"t\"\n"
         "  list-item \"d\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"a table",
         "<table><caption>Cap</caption><tr><th>Name</th><th>Age</th></tr><tr><td>Ann</td><td></td></tr></table>after",
         "[table]\n"
         "  sentence \"Cap\"\n"
         "  table-row \"Name | Age\"\n"
         "  table-row \"Ann |\"\n"
         "sentence \"after\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"a table for looks", "<table><tr><td><p>Left text. More.</p><td>right</table>",
         "[table]\n"
         "  sentence \"Left text.\"\n"
         "  sentence \"More.\"\n"
         "  table-row \"right\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"code", "<pre>int x;\n  y();\n</pre><p>a <code>b</code> c</p>",
         "code \"int x;\\n  y();\"\n"
         "sentence \"a b c\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"links",
         "<p>See <a href=\"http://x.org/?a=1&amp;b=2\">the <i>page</i></a> or <a href=\"#top\">top</a>.</p><a "
         "href=\"/y\">",
         "sentence \"See the page or top.\"\n"
         "describe {\"links\":[{\"href\":\"http://x.org/?a=1&b=2\",\"text\":\"the "
         "page\"},{\"href\":\"/y\"}],\"charset\":\"UTF-8\"}\n"},
        {"images", "<p>Text <img src=\"x.png\" alt=\"A picture. Of x.\"> goes on.</p><img alt=\"\">",
         "sentence \"Text goes on.\"\n"
         "alternative-text \"A picture.\"\n"
         "alternative-text \"Of x.\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"blanks", "<p>  one\n\t two&nbsp;three <br> four</p>   <p> </p>",
         "sentence \"one two\302\240three four\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"not well formed", "<p>a<b>b<p>c</i>d</div><td>e<h1>f",
         "sentence \"ab\"\n"
         "sentence \"cd\"\n"
         "table-row \"e\"\n"
         "[section \"f\" {\"level\":1}]\n"
         "  heading \"f\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"entities", "<p>&eacute;&#8364;&#x41;&lt;&unknown; &",
         "sentence \"\303\251\342\202\254A<&unknown; &\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"Latin-1", "<html><head><meta charset=\"iso-8859-1\"></head><p>caf\351</p>",
         "sentence \"caf\303\251\"\n"
         "describe {\"charset\":\"ISO-8859-1\"}\n"},
        {"not declared", "<p>\334ber allen Gipfeln ist Ruh, in allen Wipfeln sp\374rest du kaum einen Hauch</p>",
         "sentence \"\303\234ber allen Gipfeln ist Ruh, in allen Wipfeln sp\303\274rest du ka\342\200\246\" 74\n"
         "describe {\"charset\":\"ISO-8859-1\"}\n"},
        {"UTF-8 that says it is something else",
         "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=latin1\"><p>\303\251</p>",
         "sentence \"\303\251\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"comments", "<!-- no --><p>a<!-- b -->c</p>",
         "sentence \"ac\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"script without end", "<p>a</p><script>b",
         "sentence \"a\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
        {"a heading in a list", "<ul><li><h2>in it</h2>x</ul>",
         "[list]\n"
         "  heading \"in it\"\n"
         "  sentence \"x\"\n"
         "describe {\"charset\":\"UTF-8\"}\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        check_outlines("html", rows, sizeof rows / sizeof *rows);
}

static void repeat(hart_buffer *out, size_t count, const char *text)
{
        for (size_t i = 0; i < count; i++)
                hart_buffer_text(out, text);
}

/* What would take the parser minutes ends at once. */
static void test_hostile(void **unused)
{
        (void)unused;
        static const struct {
                const char *first, *then;
                size_t problems;
        } hostile[] = {
                {"<div>", "x", 1},           {"<b>", "</i>", 1},    {"<ul><li>", "x", 1},  {"<a href=x>y", "<p>", 0},
                {"<table><tr><td>", "x", 1}, {"</p>", "</div>", 0}, {"<h1>x", "</h1>", 0}, {"<", "&", 0},
        };
        for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
                struct record record;
                repeat(&input, 100000, hostile[i].first);
                repeat(&input, 100000, hostile[i].then);
                record_run(&record, "html", input.data, input.size, NULL, NULL, NULL);
                if (record.problems < hostile[i].problems)
                        fail_msg("%s: %s", hostile[i].first, record.outline.data);
                record_done(&record);
        }
}

/* More than the parser is given at a time, with characters over the ends of the parts. */
static void test_long(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        struct record record;
        repeat(&input, 50000, "<p>\xE3\x81\x82\xE3\x81\x84 &eacute;x</p>\n");
        record_run(&record, "html", input.data, input.size, NULL, NULL, NULL);
        assert_int_equal(record.components, 50000);
        assert_int_equal(record.content.size, 50000 * 11 - 1);
        record_done(&record);
}

/* A NUL byte is a blank, not the end. */
static void test_nul(void **unused)
{
        (void)unused;
        static const char text[] = "<p>a\0b</p><p>c</p>";
        HART_CLEANUP(hart_free_p) char *found = record_outline("html", text, sizeof text - 1);
        assert_non_null(strstr(found, "sentence \"a b\"\nsentence \"c\"\n"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_hostile),
                cmocka_unit_test(test_long),
                cmocka_unit_test(test_nul),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
