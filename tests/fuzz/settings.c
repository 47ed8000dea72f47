/* Any bytes as a settings file: taken or refused with a line number, and what is taken is within its bounds. */
#include <hartonomous/settings.h>

#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct sample, field)

struct sample {
        char *text;
        int64_t count;
        uint64_t time, size;
        bool flag;
        double number;
        int choice;
        hart_settings_list items;
};

struct item {
        char *text;
        int64_t count;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const hart_setting rows[] = {
        {"values", "text", HART_SETTING_TEXT, AT(text), "a", 1, 20, NULL, "A text"},
        {"values", "count", HART_SETTING_COUNT, AT(count), "1", -5, 100, NULL, "A count"},
        {"values", "time", HART_SETTING_TIME, AT(time), "1s", 1000, 60000000, NULL, "A time"},
        {"values", "size", HART_SETTING_SIZE, AT(size), "1K", 1, 1 << 20, NULL, "A size"},
        {"others", "flag", HART_SETTING_FLAG, AT(flag), "no", 0, 0, NULL, "A flag"},
        {"others", "number", HART_SETTING_NUMBER, AT(number), "0.5", 0, 1, NULL, "A number"},
        {"others", "choice", HART_SETTING_CHOICE, AT(choice), "red", 0, 0, colours, "A choice"},
};

static const hart_setting item_rows[] = {
        {"item", "text", HART_SETTING_TEXT, offsetof(struct item, text), HART_SETTING_NAME, 1, 200, NULL, "A text"},
        {"item", "count", HART_SETTING_COUNT, offsetof(struct item, count), "1", 0, 9, NULL, "A count"},
};

static const hart_settings_group groups[] = {
        {"item", item_rows, sizeof item_rows / sizeof item_rows[0], sizeof(struct item), AT(items), "a"},
};

static const hart_settings_schema schema = {"sample", "Sample", rows, sizeof rows / sizeof rows[0], groups, 1};

static void need(bool holds)
{
        if (!holds)
                abort();
}

/* Names are as they are promised, and each is there once. */
static void check_items(const hart_settings_list *list)
{
        const struct item *items = list->items;

        for (size_t i = 0; i < list->count; i++) {
                const char *name = list->names[i];
                need(*name != '\0' && strlen(name) <= 200 && strchr(name, '"') == NULL);
                for (const char *at = name; *at != '\0'; at++)
                        need((unsigned char)*at >= 0x20 && *at != 0x7f);
                for (size_t before = 0; before < i && i < 100; before++)
                        need(strcmp(list->names[before], name) != 0);
                need(items[i].text != NULL && *items[i].text != '\0' && strlen(items[i].text) <= 200);
                need(items[i].count >= 0 && items[i].count <= 9);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct sample sample = {.count = 1, .time = 1000, .size = 1};
        hart_error err = {0};
        hart_code code = hart_settings_parse(&schema, "sample.conf", (const char *)data, size, &sample, &err);

        need(code == HART_OK || (code == HART_CONFIG && strncmp(err.text, "sample.conf:", 12) == 0));
        need(sample.text == NULL || (strlen(sample.text) >= 1 && strlen(sample.text) <= 20));
        need(sample.count >= -5 && sample.count <= 100);
        need(sample.time >= 1000 && sample.time <= 60000000);
        need(sample.size >= 1 && sample.size <= 1 << 20);
        need(sample.number >= 0 && sample.number <= 1);
        need(sample.choice >= 0 && sample.choice < 3);
        check_items(&sample.items);
        hart_settings_done(&schema, &sample);
        return 0;
}
