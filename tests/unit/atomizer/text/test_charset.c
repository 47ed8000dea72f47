/* Text in other charsets than UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../outline_rows.h"

static const struct outline_row rows[] = {
        {"nothing", "", "describe {\"charset\":\"UTF-8\",\"confidence\":100}\n"},
        {"ASCII", "One. Two.",
         "describe {\"charset\":\"UTF-8\",\"confidence\":100}\n"
         "sentence \"One.\"\n"
         "sentence \"Two.\"\n"},
        {"Latin-1",
         "\334ber allen Gipfeln ist Ruh. In allen Wipfeln sp\374rest du kaum einen Hauch; die V\366gelein schweigen im "
         "Walde.\n\nWarte nur, balde ruhest du auch.\n",
         "describe {\"charset\":\"ISO-8859-1\",\"confidence\":68}\n"
         "sentence \"\303\234ber allen Gipfeln ist Ruh.\"\n"
         "sentence \"In allen Wipfeln sp\303\274rest du kaum einen Hauch; die V\303\266gelein\342\200\246\" 80\n"
         "sentence \"Warte nur, balde ruhest du auch.\"\n"},
        {"KOI8-R",
         "\355\317\322\317\332 \311 \323\317\314\316\303\305; \304\305\316\330 \336\325\304\305\323\316\331\312! "
         "\345\335\243 \324\331 \304\322\305\315\314\305\333\330, \304\322\325\307 "
         "\320\322\305\314\305\323\324\316\331\312. \360\317\322\301, \313\322\301\323\301\327\311\303\301, "
         "\320\322\317\323\316\311\323\330.\n",
         "describe {\"charset\":\"KOI8-R\",\"confidence\":27}\n"
         "sentence \"\320\234\320\276\321\200\320\276\320\267 \320\270 "
         "\321\201\320\276\320\273\320\275\321\206\320\265; \320\264\320\265\320\275\321\214 "
         "\321\207\321\203\320\264\320\265\321\201\320\275\321\213\320\271!\"\n"
         "sentence \"\320\225\321\211\321\221 \321\202\321\213 "
         "\320\264\321\200\320\265\320\274\320\273\320\265\321\210\321\214, \320\264\321\200\321\203\320\263 "
         "\320\277\321\200\320\265\320\273\320\265\321\201\321\202\320\275\321\213\320\271.\"\n"
         "sentence \"\320\237\320\276\321\200\320\260, "
         "\320\272\321\200\320\260\321\201\320\260\320\262\320\270\321\206\320\260, "
         "\320\277\321\200\320\276\321\201\320\275\320\270\321\201\321\214.\"\n"},
        {"windows-1251",
         "\314\356\360\356\347 \350 \361\356\353\355\366\345; \344\345\355\374 \367\363\344\345\361\355\373\351! "
         "\305\371\270 \362\373 \344\360\345\354\353\345\370\374, \344\360\363\343 "
         "\357\360\345\353\345\361\362\355\373\351. \317\356\360\340, \352\360\340\361\340\342\350\366\340, "
         "\357\360\356\361\355\350\361\374.\n",
         "describe {\"charset\":\"windows-1251\",\"confidence\":27}\n"
         "sentence \"\320\234\320\276\321\200\320\276\320\267 \320\270 "
         "\321\201\320\276\320\273\320\275\321\206\320\265; \320\264\320\265\320\275\321\214 "
         "\321\207\321\203\320\264\320\265\321\201\320\275\321\213\320\271!\"\n"
         "sentence \"\320\225\321\211\321\221 \321\202\321\213 "
         "\320\264\321\200\320\265\320\274\320\273\320\265\321\210\321\214, \320\264\321\200\321\203\320\263 "
         "\320\277\321\200\320\265\320\273\320\265\321\201\321\202\320\275\321\213\320\271.\"\n"
         "sentence \"\320\237\320\276\321\200\320\260, "
         "\320\272\321\200\320\260\321\201\320\260\320\262\320\270\321\206\320\260, "
         "\320\277\321\200\320\276\321\201\320\275\320\270\321\201\321\214.\"\n"},
        {"Shift_JIS",
         "\214\341\224y\202\315\224L\202\305\202\240\202\351\201B\226\274\221O\202\315\202\334\202\276\226\263\202\242"
         "\201B\202\307\202\261\202\305\220\266\202\352\202\275\202\251\202\306\202\361\202\306\214\251\223\226\202\252"
         "\202\302\202\251\202\312\201B\n",
         "describe {\"charset\":\"Shift_JIS\",\"confidence\":100}\n"
         "sentence "
         "\"\345\220\276\350\274\251\343\201\257\347\214\253\343\201\247\343\201\202\343\202\213\343\200\202\"\n"
         "sentence "
         "\"\345\220\215\345\211\215\343\201\257\343\201\276\343\201\240\347\204\241\343\201\204\343\200\202\"\n"
         "sentence "
         "\"\343\201\251\343\201\223\343\201\247\347\224\237\343\202\214\343\201\237\343\201\213\343\201\250\343\202"
         "\223\343\201\250\350\246\213\345\275\223\343\201\214\343\201\244\343\201\213\343\201\254\343\200\202\"\n"},
        {"EUC-JP",
         "\270\343\307\332\244\317\307\255\244\307\244\242\244\353\241\243\314\276\301\260\244\317\244\336\244\300\314"
         "\265\244\244\241\243\244\311\244\263\244\307\300\270\244\354\244\277\244\253\244\310\244\363\244\310\270\253"
         "\305\366\244\254\244\304\244\253\244\314\241\243\n",
         "describe {\"charset\":\"EUC-JP\",\"confidence\":100}\n"
         "sentence "
         "\"\345\220\276\350\274\251\343\201\257\347\214\253\343\201\247\343\201\202\343\202\213\343\200\202\"\n"
         "sentence "
         "\"\345\220\215\345\211\215\343\201\257\343\201\276\343\201\240\347\204\241\343\201\204\343\200\202\"\n"
         "sentence "
         "\"\343\201\251\343\201\223\343\201\247\347\224\237\343\202\214\343\201\237\343\201\213\343\201\250\343\202"
         "\223\343\201\250\350\246\213\345\275\223\343\201\214\343\201\244\343\201\213\343\201\254\343\200\202\"\n"},
        {"GB 18030",
         "\264\262\307\260\303\367\324\302\271\342\243\254\322\311\312\307\265\330\311\317\313\252\241\243\276\331\315"
         "\267\315\373\303\367\324\302\243\254\265\315\315\267\313\274\271\312\317\347\241\243",
         "describe {\"charset\":\"GB18030\",\"confidence\":100}\n"
         "sentence "
         "\"\345\272\212\345\211\215\346\230\216\346\234\210\345\205\211\357\274\214\347\226\221\346\230\257\345\234"
         "\260\344\270\212\351\234\234\343\200\202\"\n"
         "sentence "
         "\"\344\270\276\345\244\264\346\234\233\346\230\216\346\234\210\357\274\214\344\275\216\345\244\264\346\200"
         "\235\346\225\205\344\271\241\343\200\202\"\n"},
        {"Big5",
         "\247\311\253e\251\372\244\353\245\372\241A\272\303\254O\246a\244W\301\367\241C\301|"
         "\300Y\261\346\251\372\244\353\241A\247C\300Y\253\344\254G\266m\241C",
         "describe {\"charset\":\"Big5\",\"confidence\":100}\n"
         "sentence "
         "\"\345\272\212\345\211\215\346\230\216\346\234\210\345\205\211\357\274\214\347\226\221\346\230\257\345\234"
         "\260\344\270\212\351\234\234\343\200\202\"\n"
         "sentence "
         "\"\350\210\211\351\240\255\346\234\233\346\230\216\346\234\210\357\274\214\344\275\216\351\240\255\346\200"
         "\235\346\225\205\351\204\211\343\200\202\"\n"},
        {"EUC-KR",
         "\263\252 \272\270\261\342\260\241 \277\252\260\334\277\366 \260\241\275\307 \266\247\277\241\264\302. "
         "\270\273\276\370\300\314 \260\355\300\314 \272\270\263\273 \265\345\270\256\277\354\270\256\264\331.",
         "describe {\"charset\":\"EUC-KR\",\"confidence\":100}\n"
         "sentence \"\353\202\230 \353\263\264\352\270\260\352\260\200 \354\227\255\352\262\250\354\233\214 "
         "\352\260\200\354\213\244 \353\225\214\354\227\220\353\212\224.\"\n"
         "sentence \"\353\247\220\354\227\206\354\235\264 \352\263\240\354\235\264 \353\263\264\353\202\264 "
         "\353\223\234\353\246\254\354\232\260\353\246\254\353\213\244.\"\n"},
        {"ISO-2022-JP", "\033$B8cGZ$OG-$G$\"$k!#L>A0$O$^$@L5$$!#$I$3$G@8$l$?$+$H$s$H8+Ev$,$D$+$L!#\033(B\n",
         "describe {\"charset\":\"ISO-2022-JP\",\"confidence\":70}\n"
         "sentence "
         "\"\345\220\276\350\274\251\343\201\257\347\214\253\343\201\247\343\201\202\343\202\213\343\200\202\"\n"
         "sentence "
         "\"\345\220\215\345\211\215\343\201\257\343\201\276\343\201\240\347\204\241\343\201\204\343\200\202\"\n"
         "sentence "
         "\"\343\201\251\343\201\223\343\201\247\347\224\237\343\202\214\343\201\237\343\201\213\343\201\250\343\202"
         "\223\343\201\250\350\246\213\345\275\223\343\201\214\343\201\244\343\201\213\343\201\254\343\200\202\"\n"},
        {"quotes of windows-1252", "He said \223no\224 \226 and left. It\222s the na\357ve caf\351 again.",
         "describe {\"charset\":\"windows-1252\",\"confidence\":89}\n"
         "sentence \"He said \342\200\234no\342\200\235 \342\200\223 and left.\"\n"
         "sentence \"It\342\200\231s the na\303\257ve caf\303\251 again.\"\n"},
        {"UTF-8 with a mark", "\357\273\277\n Hi.",
         "describe {\"charset\":\"UTF-8\",\"confidence\":100}\n"
         "sentence \"Hi.\"\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        check_outlines("charset", rows, sizeof rows / sizeof *rows);
}

/* Text as UTF-16 or UTF-32, in either order of bytes, with its mark. */
static void widen(const char *text, size_t width, bool little, hart_buffer *out)
{
        for (const char *next = text; next == text || next[-1] != '\0'; next++) {
                unsigned unit = next == text ? 0xFEFF : (unsigned char)next[-1];
                for (size_t i = 0; i < width; i++) {
                        size_t place = little ? i : width - 1 - i;
                        hart_buffer_byte(out, (unsigned char)(place < 2 ? unit >> 8 * place : 0));
                }
        }
}

static void test_wide(void **unused)
{
        (void)unused;
        static const struct {
                const char *name;
                size_t width;
                bool little;
        } wide[] = {{"UTF-16LE", 2, true}, {"UTF-16BE", 2, false}, {"UTF-32LE", 4, true}, {"UTF-32BE", 4, false}};
        for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
                widen("One line. Two\nlines.\n\nThree.\n", wide[i].width, wide[i].little, &input);
                HART_CLEANUP(hart_free_p) char *found = record_outline("charset", input.data, input.size);
                HART_CLEANUP(hart_free_p)
                char *expected =
                        hart_format("describe {\"charset\":\"%s\",\"confidence\":100}\nsentence \"One line.\"\n"
                                    "sentence \"Two\\nlines.\"\nsentence \"Three.\"\n",
                                    wide[i].name);
                assert_string_equal(found, expected);
                assert_string_equal(hart_atomizer_for("text/plain", input.data, input.size)->name, "charset");
                assert_string_equal(hart_atomizer_for("application/octet-stream", input.data, input.size)->name,
                                    "charset");
        }
}

/* More than one part is converted, with characters over their ends. */
static void test_long(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        struct record record;
        for (int i = 0; i < 50000; i++)
                hart_buffer_text(&input, "\x8C\xE1\x94\x79\x82\xCD\x94\x4C\x81\x42\n\n");
        record_run(&record, "charset", input.data, input.size, NULL, "text/plain; charset=Shift_JIS", NULL);
        assert_int_equal(record.components, 50000);
        assert_null(strstr((const char *)record.content.data, "\xEF\xBF\xBD"));
        record_done(&record);
}

/* What is declared is believed where the bytes allow it. */
static void test_declared(void **unused)
{
        (void)unused;
        static const char text[] = "caf\xE9 \xA4";
        static const struct {
                const char *type, *expected;
        } declared[] = {
                {"text/plain; charset=iso-8859-15",
                 "ISO-8859-15\",\"confidence\":100}\nsentence \"caf\xC3\xA9 \xE2\x82\xAC\""},
                {"text/plain; format=flowed; Charset=\"latin1\"",
                 "ISO-8859-1\",\"confidence\":100}\nsentence \"caf\xC3\xA9 \xC2\xA4\""},
        };
        for (size_t i = 0; i < sizeof declared / sizeof *declared; i++) {
                struct record record;
                record_run(&record, "charset", text, strlen(text), NULL, declared[i].type, NULL);
                if (strstr((const char *)record.outline.data, declared[i].expected) == NULL)
                        fail_msg("%s: %s", declared[i].type, record.outline.data);
                record_done(&record);
        }
}

/* Which atomizer takes it. */
static void test_chosen(void **unused)
{
        (void)unused;
        static const struct {
                const char *type, *head, *atomizer;
        } chosen[] = {
                {"text/plain", "caf\xE9", "charset"},
                {"text/markdown", "# caf\xE9\n", "charset"},
                {"application/json", "\"caf\xE9\"", "charset"},
                {"text/plain", "caf\xC3\xA9", "text"},
                {"text/plain", "caf\xE9\x01", "text"},
                {"text/plain", "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xE9",
                 "text"},
                {"text/plain", "\xC3\xA9\xC3\xA9 \xE9", "charset"},
                {"text/plain", "\x1B$B8cGZ$OG-$G$\"$k!#\x1B(B", "charset"},
                {"application/octet-stream", "\xFF\xFF\xFF\xFF", "chunks"},
                {"application/octet-stream", "a text that is long enough, caf\xE9", "charset"},
                {"application/octet-stream", "a text that is long enough\x02\xE9", "chunks"},
                {"application/octet-stream", "a text, plain", "text"},
                {"application/geo+json", "{}", "json"},
                {"application/atom+xml; charset=utf-8", "<a/>", "xml"},
        };
        for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++)
                assert_string_equal(
                        hart_atomizer_for(chosen[i].type, (const unsigned char *)chosen[i].head, strlen(chosen[i].head))
                                ->name,
                        chosen[i].atomizer);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),     cmocka_unit_test(test_wide),   cmocka_unit_test(test_long),
                cmocka_unit_test(test_declared), cmocka_unit_test(test_chosen),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
