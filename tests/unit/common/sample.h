/* A settings table with a row of each kind. */
#ifndef UNIT_SAMPLE_H
#define UNIT_SAMPLE_H

#include <hartonomous/settings.h>

struct sample {
        char *text, *wanted;
        int64_t count, batch_size;
        uint64_t time, size;
        bool flag;
        double number;
        int choice;
        hart_settings_list items;
};

#define AT(field) offsetof(struct sample, field)

static const char *const sample_colours[] = {"red", "green", "blue", NULL};

static const hart_setting sample_rows[] = {
        {"values", "text", HART_SETTING_TEXT, AT(text), "some text", 1, 20, NULL, "A text"},
        {"values", "wanted", HART_SETTING_TEXT, AT(wanted), NULL, 0, 0, NULL, "A text without a default"},
        {"values", "count", HART_SETTING_COUNT, AT(count), "1", -5, 100, NULL, "A count"},
        {"values", "batch_size", HART_SETTING_COUNT, AT(batch_size), "10", 0, 0, NULL, "A count without bounds"},
        {"values", "time", HART_SETTING_TIME, AT(time), "1s", 1000, 60000000, NULL, "A time"},
        {"values", "size", HART_SETTING_SIZE, AT(size), "1K", 1, 1 << 20, NULL, "A size"},
        {"others", "flag", HART_SETTING_FLAG, AT(flag), "yes", 0, 0, NULL, "A flag"},
        {"others", "number", HART_SETTING_NUMBER, AT(number), "0.5", 0, 1, NULL, "A number"},
        {"others", "choice", HART_SETTING_CHOICE, AT(choice), "green", 0, 0, sample_colours, "A choice"},
};

/* Sections with a name. */
struct sample_item {
        char *text;
        int64_t count;
        int choice;
};

#define AT_ITEM(field) offsetof(struct sample_item, field)

static const hart_setting sample_item_rows[] = {
        {"item", "text", HART_SETTING_TEXT, AT_ITEM(text), "of " HART_SETTING_NAME "!", 1, 300, NULL, "A text"},
        {"item", "count", HART_SETTING_COUNT, AT_ITEM(count), "7", 0, 100, NULL, "A count"},
        {"item", "choice", HART_SETTING_CHOICE, AT_ITEM(choice), "blue", 0, 0, sample_colours, "A choice"},
};

static const hart_settings_group sample_groups[] = {
        {"item", sample_item_rows, sizeof sample_item_rows / sizeof sample_item_rows[0], sizeof(struct sample_item),
         AT(items), "first"},
};

static const hart_settings_schema sample_schema = {
        "sample", "sample.conf: a sample", sample_rows, sizeof sample_rows / sizeof sample_rows[0], sample_groups, 1};

#endif
