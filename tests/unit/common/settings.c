/* The text of a settings file: what is taken, what is refused and in which words. */
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>

#include "sample.h"

static hart_code parse(const char *text, struct sample *sample, hart_error *err)
{
        return hart_settings_parse(&sample_schema, "sample.conf", text, strlen(text), sample, err);
}

static void what_is_refused(void **state)
{
        static const struct {
                const char *text, *says;
        } rows[] = {
                {"[values]\ncount = 101\n",
                 "sample.conf:2: [values] count: \"101\" is not a whole number in range; allowed: -5 to 100"},
                {"[values]\ncount = 1x", "allowed: -5 to 100"},
                {"[values]\ncount =", "\"\" is not a whole number"},
                {"[values]\ncount = 0x10", "\"0x10\" is not"},
                {"[values]\ncount = +1", "\"+1\" is not"},
                {"[values]\ncount = --1", "\"--1\" is not"},
                {"[values]\nbatch_size = 99999999999999999999",
                 "is not a whole number in range; allowed: any whole number"},
                {"[values]\nbatch_size = 9223372036854775808", "is not a whole number"},
                {"[values]\ntime = 10",
                 "\"10\" is not a time in range; allowed: 1ms to 1min, with unit us, ms, s, min, h or d"},
                {"[values]\ntime = 10 s", "\"10 s\" is not a time"},
                {"[values]\ntime = 10S", "\"10S\" is not a time"},
                {"[values]\ntime = 1.5s", "\"1.5s\" is not a time"},
                {"[values]\ntime = 0", "\"0\" is not a time"},
                {"[values]\ntime = 2min", "\"2min\" is not a time"},
                {"[values]\ntime = 213503983d", "\"213503983d\" is not a time"},
                {"[values]\ntime = -1s", "\"-1s\" is not a time"},
                {"[values]\ntime = s", "\"s\" is not a time"},
                {"[values]\nsize = 2M", "allowed: 1 to 1M, in bytes or with unit K, M, G or T"},
                {"[values]\nsize = 1KB", "\"1KB\" is not a size"},
                {"[values]\nsize = 16777217T", "\"16777217T\" is not a size"},
                {"[values]\ntext =", "[values] text: \"\" is not a text of the right length; allowed: 1 to 20 bytes"},
                {"[values]\ntext = 123456789012345678901", "allowed: 1 to 20 bytes"},
                {"[others]\nflag = maybe", "\"maybe\" is not a yes or a no; allowed: yes or no"},
                {"[others]\nflag =", "\"\" is not a yes or a no"},
                {"[others]\nnumber = nan", "\"nan\" is not a number in range; allowed: 0 to 1"},
                {"[others]\nnumber = 1.01", "\"1.01\" is not a number"},
                {"[others]\nnumber = 0,5", "\"0,5\" is not a number"},
                {"[others]\nnumber = 1e999", "\"1e999\" is not a number"},
                {"[others]\nnumber = 0x1", "\"0x1\" is not a number"},
                {"[others]\nchoice = Red", "\"Red\" is not one of the choices; allowed: red, green, blue"},
                {"[values]\nbatchsize = 5", "sample.conf:2: [values] batchsize: no such key; did you mean batch_size?"},
                {"[values]\nbacth_size = 5", "did you mean batch_size?"},
                {"[values]\nBATCH_SIZE = 5", "did you mean batch_size?"},
                {"[values]\nflag = yes", "[values] flag: no such key; it belongs under [others]"},
                {"[others]\nunheard_of = 1", "no such key; allowed: flag, number, choice"},
                {"\n\n[valeus]\n", "sample.conf:3: [valeus] is no section here; did you mean [values]?"},
                {"[unheard]\n", "[unheard] is no section here; allowed: [values] [others] [item \"NAME\"]"},
                {"[]\n", "[] is no section here; allowed: [values] [others] [item"},
                {"[item]\n", "sample.conf:1: [item] needs a name; write [item \"NAME\"]"},
                {"[item x]\n", "sample.conf:1: [item x]: the name is not in quotes; write [item \"NAME\"]"},
                {"[item \"]\n", "[item \"]: the name is not in quotes"},
                {"[item \"x]\n", "[item \"x]: the name is not in quotes"},
                {"[item x\"]\n", "[item x\"]: the name is not in quotes"},
                {"[item 'x']\n", "[item 'x']: the name is not in quotes"},
                {"[item \"x\" y]\n", "[item \"x\" y]: the name is not in quotes"},
                {"[item \"\"]\n", "[item \"\"]: the name is empty"},
                {"[item \"a\"b\"]\n", "[item \"a\"b\"]: the name has a quote in it"},
                {"[item \"a\tb\"]\n", "the name has a control character in it"},
                {"[item \"x\"\n", "sample.conf:1: \"[item \"x\"\" is not closed"},
                {"[itme \"x\"]\n", "[itme] is no section here; did you mean [item \"NAME\"]?"},
                {"[values \"x\"]\n", "sample.conf:1: [values] takes no name, not \"x\"; write [values]"},
                {"[item \"x\"]\n\ncuont = 1\n", "sample.conf:3: [item \"x\"] cuont: no such key; did you mean count?"},
                {"[item \"x\"]\ncount = 101\n", "sample.conf:2: [item \"x\"] count: \"101\" is not"},
                {"[item \"x\"]\nflag = 1\n", "[item \"x\"] flag: no such key; it belongs under [others]"},
                {"[item \"x\"]\n[others]\nbatch_size = 1\n",
                 "[others] batch_size: no such key; it belongs under [values]"},
                {"[values\n", "sample.conf:1: \"[values\" is not closed"},
                {"[values] x\n", "\"[values] x\" is not closed"},
                {"[\n", "\"[\" is not closed"},
                {"count = 1\n", "sample.conf:1: \"count\" stands before any [section]"},
                {"[values]\n\ncount 1\n", "sample.conf:3: \"count 1\" has no \"=\""},
                {"[values]\n= 1\n", "sample.conf:2: no key before \"=\""},
                {"[values]\ntext = \xff\n", "sample.conf:2: line is not valid UTF-8"},
        };

        (void)state;
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                struct sample sample = {0};
                hart_error err = {0};
                if (parse(rows[i].text, &sample, &err) != HART_CONFIG)
                        fail_msg("taken: %s", rows[i].text);
                assert_says(&err, rows[i].says);
                hart_settings_done(&sample_schema, &sample);
        }
}

static void nul_and_long_lines_are_refused(void **state)
{
        struct sample sample = {0};
        hart_error err = {0};
        char text[6000] = "[values]\ntext = ";

        (void)state;
        assert_int_equal(hart_settings_parse(&sample_schema, "x", "[values]\ntext = a\0b\n", 19, &sample, &err),
                         HART_CONFIG);
        assert_says(&err, "x:2: line has a NUL byte");
        assert_null(sample.text);
        memset(text + strlen(text), 'a', 5000);
        assert_int_equal(parse(text, &sample, &err), HART_CONFIG);
        assert_says(&err, "sample.conf:2: line is longer than 4096 bytes");
}

static void what_is_taken(void **state)
{
        struct sample sample = {0};
        hart_error err = {0};

        (void)state;
        assert_int_equal(
                parse("\xef\xbb\xbf# comment\r\n ; another\r\n\r\n"
                      "[values]\r\n  text\t=  host=/run dbname = x  \r\ncount=-5\r\nbatch_size = 9223372036854775807\n"
                      "[ others ]\nflag = OFF\nnumber = 25e-2\nchoice = blue\n"
                      "[values]\ntime = 500ms\nsize = 64K\nwanted =\ntext = later # wins",
                      &sample, &err),
                HART_OK);
        assert_string_equal(sample.text, "later # wins");
        assert_string_equal(sample.wanted, "");
        assert_int_equal(sample.count, -5);
        assert_int_equal(sample.batch_size, INT64_MAX);
        assert_int_equal(sample.time, 500000);
        assert_int_equal(sample.size, 65536);
        assert_false(sample.flag);
        assert_true(sample.number == 0.25);
        assert_int_equal(sample.choice, 2);
        hart_settings_done(&sample_schema, &sample);
        assert_null(sample.text);
}

static const hart_setting wide_rows[] = {
        {"values", "time", HART_SETTING_TIME, AT(time), "0", 0, 0, NULL, "A time without bounds"},
        {"values", "size", HART_SETTING_SIZE, AT(size), "0", 0, 0, NULL, "A size without bounds"},
};

static void units(void **state)
{
        static const hart_settings_schema wide = {
                .file = "wide", .title = "Wide", .rows = wide_rows, .count = COUNT_OF(wide_rows)};
        static const struct {
                const char *text;
                uint64_t time, size;
        } rows[] = {
                {"time = 7us", 7, 0},
                {"time = 500ms", 500000, 0},
                {"time = 10s", 10000000, 0},
                {"time = 2min", 120000000, 0},
                {"time = 1h", UINT64_C(3600000000), 0},
                {"time = 1d", UINT64_C(86400000000), 0},
                {"time = 0", 0, 0},
                {"time = 106751991d", UINT64_C(106751991) * 86400000000, 0},
                {"size = 512", 0, 512},
                {"size = 64K", 0, 65536},
                {"size = 64M", 0, 67108864},
                {"size = 2G", 0, UINT64_C(2147483648)},
                {"size = 3T", 0, UINT64_C(3298534883328)},
        };

        (void)state;
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                HART_CLEANUP(hart_free_p) char *text = hart_format("[values]\n%s\n", rows[i].text);
                struct sample sample = {0};
                hart_error err = {0};
                assert_int_equal(hart_settings_parse(&wide, "w", text, strlen(text), &sample, &err), HART_OK);
                assert_int_equal(sample.time, rows[i].time);
                assert_int_equal(sample.size, rows[i].size);
        }
}

struct skeleton {
        int64_t readers;
};

static const hart_setting skeleton_rows[] = {
        {"values", "readers", HART_SETTING_COUNT, offsetof(struct skeleton, readers), "2", 1, 8, NULL, "Readers"},
};

/* Two tables in one file, one of them with a key in the other's section. */
static void parts_share_a_file(void **state)
{
        struct sample sample = {0};
        struct skeleton skeleton = {0};
        const hart_settings_part parts[] = {{.rows = skeleton_rows, .count = 1, .into = &skeleton},
                                            hart_settings_part_of(&sample_schema, &sample)};
        static const char text[] = "[values]\nreaders = 3\ncount = 4\n[others]\nflag = no\n";
        static const char wrong[] = "[values]\nreader = 3\n";
        hart_error err = {0};

        (void)state;
        assert_int_equal(hart_settings_parse_parts(parts, 2, "p", text, sizeof text - 1, &err), HART_OK);
        assert_int_equal(skeleton.readers, 3);
        assert_int_equal(sample.count, 4);
        assert_int_equal(hart_settings_parse_parts(parts, 2, "p", wrong, sizeof wrong - 1, &err), HART_CONFIG);
        assert_says(&err, "did you mean readers?");
        hart_settings_done_parts(parts, 2);
}

static const struct sample_item *item(const struct sample *sample, size_t index)
{
        return (const struct sample_item *)sample->items.items + index;
}

/* In the order in which they are named first; one that is named again, in another file too, goes on. */
static void sections_with_names(void **state)
{
        static const char text[] = "[item \"b\"]\ncount = 1\n[values]\ncount = 3\n[item\t\"a c\" ]\n[item \"b\"]\n"
                                   "text = new\n[item\"\xc3\xa9]\"]\n";
        struct sample sample = {0};
        hart_error err = {0};

        (void)state;
        if (parse(text, &sample, &err) != HART_OK || parse("[item \"b\"]\nchoice = red", &sample, &err) != HART_OK)
                fail_msg("%s", err.text);
        assert_int_equal(sample.count, 3);
        assert_int_equal(sample.items.count, 3);
        assert_string_equal(sample.items.names[0], "b");
        assert_int_equal(item(&sample, 0)->count, 1);
        assert_string_equal(item(&sample, 0)->text, "new");
        assert_int_equal(item(&sample, 0)->choice, 0);
        assert_string_equal(sample.items.names[1], "a c");
        assert_int_equal(item(&sample, 1)->count, 7);
        assert_string_equal(item(&sample, 1)->text, "of a c!");
        assert_int_equal(item(&sample, 1)->choice, 2);
        assert_string_equal(sample.items.names[2], "\xc3\xa9]");
        hart_settings_done(&sample_schema, &sample);
        assert_int_equal(sample.items.count, 0);
        assert_null(sample.items.items);
}

static void names_have_200_bytes_at_most(void **state)
{
        char name[202];
        struct sample sample = {0};
        hart_error err = {0};

        (void)state;
        for (size_t size = 200; size <= 201; size++) {
                HART_CLEANUP(hart_free_p) char *text = NULL;
                memset(name, 'n', size);
                name[size] = '\0';
                text = hart_format("[item \"%s\"]\n", name);
                assert_int_equal(parse(text, &sample, &err), size == 200 ? HART_OK : HART_CONFIG);
        }
        assert_says(&err, "the name is longer than 200 bytes");
        assert_int_equal(sample.items.count, 1);
        hart_settings_done(&sample_schema, &sample);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_refused),
                cmocka_unit_test(nul_and_long_lines_are_refused),
                cmocka_unit_test(what_is_taken),
                cmocka_unit_test(units),
                cmocka_unit_test(parts_share_a_file),
                cmocka_unit_test(sections_with_names),
                cmocka_unit_test(names_have_200_bytes_at_most),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
