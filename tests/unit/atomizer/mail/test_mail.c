/* Messages and mailboxes: what is said of them, their text, and what lies in them; iconv without files. */
#include <errno.h>
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "samples.h"

static const struct sample samples[] = {
        {"broken-base64.eml", "describe {\"subject\":\"b64\",\"from\":[\"a@example.org\"]}\n"
                              "[subject]\n"
                              "  sentence \"b64\"\n"
                              "problem \"part 1: 3 characters in it are not of base64\"\n"
                              "[part \"text/plain\"]\n"
                              "  sentence \"Hello, world!\"\n"},
        {"broken-qp.eml", "describe {\"subject\":\"qp\",\"from\":[\"a@example.org\"]}\n"
                          "[subject]\n"
                          "  sentence \"qp\"\n"
                          "[part \"text/plain\"]\n"
                          "  sentence \"Café =ZZ is soft broken\"\n"},
        {"forward.eml",
         "describe {\"subject\":\"Forward\",\"from\":[\"Erika Müller "
         "<erika@example.org>\"],\"to\":[\"bob@example.org\",\"Team: a@x.org, b@x.org;\"],\"cc\":[\"\\\"O'Neill, "
         "C.\\\" <c@example.org>\"],\"date\":\"2024-02-29T12:00:00Z\",\"message_id\":\"1@example.org\"}\n"
         "[subject]\n"
         "  sentence \"Forward\"\n"
         "[part \"multipart/mixed\"]\n"
         "  [part \"text/plain\"]\n"
         "    sentence \"See below.\"\n"
         "  child \"message.eml\" message/rfc822 message {\"disposition\":\"attachment\"} 332\n"},
        {"latin1.eml", "describe {\"subject\":\"CaféПривет\",\"from\":[\"Jürgen "
                       "<j@example.org>\"],\"to\":[\"k@example.org\"],\"date\":\"2024-03-01T00:00:00Z\"}\n"
                       "[subject]\n"
                       "  sentence \"CaféПривет\"\n"
                       "[part \"text/plain\"]\n"
                       "  sentence \"Привет, мир.\"\n"
                       "  sentence \"Как дела?\"\n"},
        {"mixed.eml",
         "describe {\"subject\":\"Attachments\",\"from\":[\"Erika Müller "
         "<erika@example.org>\"],\"to\":[\"bob@example.org\",\"Team: a@x.org, b@x.org;\"],\"cc\":[\"\\\"O'Neill, "
         "C.\\\" <c@example.org>\"],\"date\":\"2024-02-29T12:00:00Z\",\"message_id\":\"1@example.org\"}\n"
         "[subject]\n"
         "  sentence \"Attachments\"\n"
         "[part \"multipart/mixed\"]\n"
         "  [part \"multipart/alternative\"]\n"
         "    [part \"text/plain\"]\n"
         "      sentence \"Text body.\"\n"
         "      sentence \"Two sentences.\"\n"
         "    child \"body.html\" text/html; charset=utf-8 body 26\n"
         "  child \"bild ü.png\" image/png attachment {\"disposition\":\"attachment\"} 16\n"
         "  child \"t.csv\" text/csv; charset=utf-8 attachment {\"disposition\":\"attachment\"} 10\n"},
        {"no-boundary.eml", "describe {\"subject\":\"cut\",\"from\":[\"a@example.org\"],\"to\":[\"b@example.org\"]}\n"
                            "[subject]\n"
                            "  sentence \"cut\"\n"
                            "[part \"multipart/mixed\"]\n"
                            "  [part \"text/plain\"]\n"
                            "    sentence \"First part.\"\n"
                            "  child \"part-2\" application/octet-stream body 13\n"
                            "problem \"the message ends in the middle\"\n"},
        {"no-parameter.eml", "describe {\"subject\":\"none\",\"from\":[\"a@example.org\"]}\n"
                             "[subject]\n"
                             "  sentence \"none\"\n"
                             "[part \"multipart/mixed\"]\n"
                             "  sentence \"No boundary is told.\"\n"
                             "  sentence \"Still text.\"\n"
                             "problem \"a part of several does not say what divides them\"\n"},
        {"outlook.eml", "describe {\"subject\":\"winmail\",\"from\":[\"a@example.org\"]}\n"
                        "[subject]\n"
                        "  sentence \"winmail\"\n"
                        "child \"winmail.dat\" application/ms-tnef attachment 4\n"},
        {"plain.eml", "describe {\"subject\":\"Grüße aus Köln\",\"from\":[\"Erika Müller "
                      "<erika@example.org>\"],\"to\":[\"bob@example.org\",\"Team: a@x.org, "
                      "b@x.org;\"],\"cc\":[\"\\\"O'Neill, C.\\\" "
                      "<c@example.org>\"],\"date\":\"2024-02-29T12:00:00Z\",\"message_id\":\"1@example.org\",\"in_"
                      "reply_to\":\"0@example.org\",\"references\":[\"a@example.org\",\"0@example.org\"]}\n"
                      "[subject]\n"
                      "  sentence \"Grüße aus Köln\"\n"
                      "[part \"text/plain\"]\n"
                      "  sentence \"Hello Bob.\"\n"
                      "  sentence \"How are you?\"\n"
                      "  sentence \"Second paragraph with Dr. Smith.\"\n"},
        {"text.eml", "problem \"is no message\"\n"
                     "sentence \"This is no message at all.\"\n"},
        {"three.mbox", "child \"message-000001.eml\" message/rfc822 message {\"separator\":\"From a@example.org Thu "
                       "Feb 29 12:00:00 2024\"} 99\n"
                       "child \"message-000002.eml\" message/rfc822 message {\"separator\":\"From b@example.org Thu "
                       "Feb 29 13:00:00 2024\"} 43\n"
                       "child \"message-000003.eml\" message/rfc822 message {\"separator\":\"From c@example.org Thu "
                       "Feb 29 14:00:00 2024\"} 47\n"
                       "describe {\"messages\":3}\n"},
        {"unknown-charset.eml", "describe {\"subject\":\"abcé\",\"from\":[\"a@example.org\"]}\n"
                                "[subject]\n"
                                "  sentence \"abcé\"\n"
                                "[part \"text/plain\"]\n"
                                "  sentence \"Café anyway.\"\n"},
};
#define SAMPLES (sizeof samples / sizeof *samples)

static void test_samples(void **unused)
{
        (void)unused;
        check_samples("mail", samples, SAMPLES);
}

static void test_damage(void **unused)
{
        (void)unused;
        damage_samples("mail", samples, SAMPLES, 200);
}

static void test_bytes_of_children(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
        struct record record;
        read_sample("mail", "three.mbox", &bytes);
        record_run(&record, "mail", bytes.data, bytes.size, NULL, NULL, NULL);
        assert_string_equal((const char *)record.children.data,
                            "From: a@example.org\nSubject: one\n\nFirst.\n>From here it is quoted.\n\n"
                            "From now on 12 o'clock is noon.\n"
                            "From: b@example.org\nSubject: two\n\nSecond.\n\n"
                            "From: c@example.org\r\nSubject: three\r\n\r\nThird.\r\n");
        record_done(&record);
}

/* Lines far longer than what is read at a time, and a separator that lies on the border. */
static void test_long_lines(void **unused)
{
        (void)unused;
        for (size_t length = 65400; length < 65600; length += 7) {
                HART_CLEANUP(hart_buffer_done) hart_buffer mailbox = {0};
                struct record record;
                hart_buffer_text(&mailbox, "From a Thu Feb 29 12:00:00 2024\nSubject: x\n\n");
                memset(hart_buffer_reserve(&mailbox, length), 'x', length);
                mailbox.size += length;
                hart_buffer_text(&mailbox, "\n\nFrom b Thu Feb 29 13:00:00 2024\nSubject: y\n\nEnd\n");
                record_run(&record, "mail", mailbox.data, mailbox.size, NULL, NULL, NULL);
                assert_int_equal(record.child_count, 2);
                assert_int_equal(record.children.size, 12 + length + 1 + 16);
                record_done(&record);
        }
}

/* A message in a message, far behind the first bytes that are read, as it stands there. */
static void test_message_in_message(void **unused)
{
        (void)unused;
        static const char inner[] = "From: c@example.org\r\nSubject: in\tner\r\nContent-Type: multipart/mixed; "
                                    "boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--";
        HART_CLEANUP(hart_buffer_done) hart_buffer message = {0};
        struct record record;
        hart_buffer_text(&message, "From: a@example.org\r\nTo: b@example.org\r\nContent-Type: multipart/mixed; "
                                   "boundary=a\r\n\r\n--a\r\nContent-Type: application/x\r\n\r\n");
        for (unsigned i = 0; i < 5000; i++)
                hart_buffer_format(&message, "line %u of many, none of them a boundary\r\n", i);
        size_t before = message.size;
        hart_buffer_format(&message, "\r\n--a\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n--a--\r\n", inner);
        record_run(&record, "mail", message.data, message.size, NULL, NULL, NULL);
        assert_int_equal(record.child_count, 2);
        assert_true(before > 100000 && record.children.size > sizeof inner);
        assert_string_equal((const char *)record.children.data + record.children.size - (sizeof inner - 1), inner);
        record_done(&record);
}

/* Parts in parts without end, in a few kilobytes. */
static void test_deep(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer message = {0};
        struct record record;
        hart_buffer_text(&message, "From: a@example.org\nTo: b@example.org\n");
        for (unsigned i = 0; i < 5000; i++)
                hart_buffer_format(&message, "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", i, i);
        record_run(&record, "mail", message.data, message.size, NULL, NULL, NULL);
        assert_true(record.problems > 0);
        record_done(&record);
}

/* --- iconv --- */

static size_t convert(const char *to, const char *from, const char *text, char *ret, size_t room)
{
        iconv_t handle = iconv_open(to, from);
        assert_true(handle != (iconv_t)-1);
        char *copy = hart_duplicate(text), *in = copy, *out = ret;
        size_t in_left = strlen(text), out_left = room - 1;
        size_t result = iconv(handle, &in, &in_left, &out, &out_left);
        if (result == 0)
                result = iconv(handle, NULL, NULL, &out, &out_left);
        *out = '\0';
        free(copy);
        assert_int_equal(iconv_close(handle), 0);
        return result;
}

static void test_iconv(void **unused)
{
        (void)unused;
        static const struct {
                const char *to, *from, *text, *expected;
        } rows[] = {
                {"UTF-8", "iso-8859-1", "caf\xE9", "café"},
                {"utf-8", "KOI8-R", "\xF0\xF2\xE9", "ПРИ"},
                {"UTF-8", "Shift_JIS", "\x93\xFA\x96\x7B", "日本"},
                {"UTF-8", "iso-2022-jp", "\x1B$B\x46\x7C\x1B(B.", "日."},
                {"iso-2022-jp", "UTF-8", "日", "\x1B$B\x46\x7C\x1B(B"},
                {"US-ASCII//TRANSLIT", "UTF-8", "caf\xC3\xA9", "caf\x1A"},
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                char text[32];
                assert_int_equal(convert(rows[i].to, rows[i].from, rows[i].text, text, sizeof text), 0);
                assert_string_equal(text, rows[i].expected);
        }
        assert_true(iconv_open("UTF-8", "x-unheard-of") == (iconv_t)-1);
        assert_int_equal(errno, EINVAL);
}

/* It stops before what is wrong, and goes on behind it; and where there is no room, later. */
static void test_iconv_stops(void **unused)
{
        (void)unused;
        char text[] = "ab\xFFkl", out[8] = "", *in = text, *next = out;
        size_t in_left = 5, out_left = sizeof out;
        iconv_t handle = iconv_open("UTF-16LE", "UTF-8");
        assert_int_equal(iconv(handle, &in, &in_left, &next, &out_left), (size_t)-1);
        assert_int_equal(errno, EILSEQ);
        assert_int_equal(in - text, 2);
        in++, in_left--;
        assert_int_equal(iconv(handle, &in, &in_left, &next, &out_left), 0);
        assert_memory_equal(out, "a\0b\0k\0l\0", 8);
        in = text, in_left = 2, next = out, out_left = 2;
        assert_int_equal(iconv(handle, &in, &in_left, &next, &out_left), (size_t)-1);
        assert_int_equal(errno, E2BIG);
        next = out + 2, out_left = 6;
        assert_int_equal(iconv(handle, &in, &in_left, &next, &out_left), 0);
        assert_memory_equal(out, "a\0b\0", 4);
        iconv_close(handle);
}

/* What cannot be written, or is cut off, is not taken: who skips it would else count below zero. */
static void test_iconv_takes_nothing_it_refuses(void **unused)
{
        (void)unused;
        static const struct {
                const char *to, *from, *text;
                int error;
                size_t left;
        } rows[] = {
                {"US-ASCII", "UTF-8", "a\xC3\xA4", EILSEQ, 2},
                {"US-ASCII", "UTF-8", "a\xC3", EINVAL, 1},
                {"UTF-8", "UTF-8", "a\xF0\x9F\x98", EINVAL, 3},
                {"UTF-8", "UTF-8", "\xFF", EILSEQ, 1},
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                iconv_t handle = iconv_open(rows[i].to, rows[i].from);
                char text[8], out[16], *in = text, *next = out;
                size_t in_left = strlen(rows[i].text), out_left = sizeof out;
                memcpy(text, rows[i].text, in_left);
                assert_int_equal(iconv(handle, &in, &in_left, &next, &out_left), (size_t)-1);
                assert_int_equal(errno, rows[i].error);
                assert_int_equal(in_left, rows[i].left);
                iconv_close(handle);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_samples),
                cmocka_unit_test(test_damage),
                cmocka_unit_test(test_bytes_of_children),
                cmocka_unit_test(test_long_lines),
                cmocka_unit_test(test_message_in_message),
                cmocka_unit_test(test_deep),
                cmocka_unit_test(test_iconv),
                cmocka_unit_test(test_iconv_stops),
                cmocka_unit_test(test_iconv_takes_nothing_it_refuses),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
