#include "settings_value.h"

#include <locale.h>
#include <math.h>
#include <string.h>

typedef struct unit {
        const char *suffix;
        uint64_t factor;
} unit;

static const unit time_units[] = {
        {"d", UINT64_C(86400000000)},
        {"h", UINT64_C(3600000000)},
        {"min", 60000000},
        {"s", 1000000},
        {"ms", 1000},
        {"us", 1},
        {NULL, 0},
};

static const unit size_units[] = {
        {"T", UINT64_C(1) << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}, {NULL, 0},
};

static bool unbounded(const hart_setting *row)
{
        return row->min == 0 && row->max == 0;
}

static bool in_range(const hart_setting *row, int64_t value)
{
        return unbounded(row) || (value >= row->min && value <= row->max);
}

/* Digits only, at least one; *rest is what follows them. Nothing above INT64_MAX, so that bounds can be compared. */
static bool read_digits(const char *text, uint64_t *ret, const char **rest)
{
        uint64_t value = 0;
        const char *at = text;

        for (; *at >= '0' && *at <= '9'; at++)
                if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
                    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value) || value > INT64_MAX)
                        return false;
        *ret = value;
        *rest = at;
        return at != text;
}

static bool read_with_unit(const hart_setting *row, const unit *units, const char *text, uint64_t *ret)
{
        const char *rest;
        uint64_t value;

        if (!read_digits(text, &value, &rest))
                return false;
        for (; units->suffix != NULL; units++)
                if (strcmp(rest, units->suffix) == 0)
                        break;
        /* Zero is the same in every unit and needs none. */
        if (units->suffix == NULL && !(value == 0 && *rest == '\0'))
                return false;
        if (value > 0 && (__builtin_mul_overflow(value, units->factor, &value) || value > INT64_MAX))
                return false;
        if (!in_range(row, (int64_t)value))
                return false;
        *ret = value;
        return true;
}

static bool set_text(const hart_setting *row, const char *text, void *field)
{
        char **target = field;
        size_t length = strlen(text);

        if (length < (size_t)row->min || (row->max > 0 && length > (size_t)row->max))
                return false;
        free(*target);
        *target = hart_duplicate_n(text, length);
        return true;
}

static bool set_count(const hart_setting *row, const char *text, void *field)
{
        bool negative = *text == '-';
        const char *rest;
        uint64_t digits;
        int64_t value;

        if (!read_digits(text + negative, &digits, &rest) || *rest != '\0')
                return false;
        value = negative ? -(int64_t)digits : (int64_t)digits;
        if (!in_range(row, value))
                return false;
        *(int64_t *)field = value;
        return true;
}

static bool set_time(const hart_setting *row, const char *text, void *field)
{
        return read_with_unit(row, time_units, text, field);
}

static bool set_size(const hart_setting *row, const char *text, void *field)
{
        return read_with_unit(row, size_units, text, field);
}

static bool set_flag(const hart_setting *row, const char *text, void *field)
{
        static const struct {
                const char *word;
                bool value;
        } words[] = {{"yes", true}, {"true", true},   {"on", true},   {"1", true},
                     {"no", false}, {"false", false}, {"off", false}, {"0", false}};

        (void)row;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                if (strcasecmp(text, words[i].word) == 0) {
                        *(bool *)field = words[i].value;
                        return true;
                }
        return false;
}

/* A settings file reads the same in every locale, so the number is read in C's. */
static double read_decimal(const char *text, char **end)
{
        locale_t c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
        double value = c_locale != (locale_t)0 ? strtod_l(text, end, c_locale) : strtod(text, end);

        if (c_locale != (locale_t)0)
                freelocale(c_locale);
        return value;
}

static bool set_number(const hart_setting *row, const char *text, void *field)
{
        char *end;
        double value;

        if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
                return false;
        value = read_decimal(text, &end);
        if (end == text || *end != '\0' || !isfinite(value))
                return false;
        if (!unbounded(row) && (value < (double)row->min || value > (double)row->max))
                return false;
        *(double *)field = value;
        return true;
}

static bool set_choice(const hart_setting *row, const char *text, void *field)
{
        for (int i = 0; row->choices[i] != NULL; i++)
                if (strcmp(text, row->choices[i]) == 0) {
                        *(int *)field = i;
                        return true;
                }
        return false;
}

static void clear_text(void *field)
{
        free(*(char **)field);
}

struct kind {
        const char *noun;
        bool (*set)(const hart_setting *row, const char *text, void *field);
        void (*clear)(void *field); /* NULL: nothing is owned */
        size_t size;
        const unit *units; /* NULL: bounds are printed plain */
        const char *form;  /* how a value is written, behind the bounds */
};

static const struct kind kinds[] = {
        [HART_SETTING_TEXT] = {"a text of the right length", set_text, clear_text, sizeof(char *), NULL, " bytes"},
        [HART_SETTING_COUNT] = {"a whole number in range", set_count, NULL, sizeof(int64_t), NULL, ""},
        [HART_SETTING_TIME] = {"a time in range", set_time, NULL, sizeof(uint64_t), time_units,
                               "with unit us, ms, s, min, h or d"},
        [HART_SETTING_SIZE] = {"a size in range", set_size, NULL, sizeof(uint64_t), size_units,
                               "in bytes or with unit K, M, G or T"},
        [HART_SETTING_FLAG] = {"a yes or a no", set_flag, NULL, sizeof(bool), NULL, "yes or no"},
        [HART_SETTING_NUMBER] = {"a number in range", set_number, NULL, sizeof(double), NULL, ""},
        [HART_SETTING_CHOICE] = {"one of the choices", set_choice, NULL, sizeof(int), NULL, ""},
};

bool setting_value_set(const hart_setting *row, const char *text, void *into)
{
        return kinds[row->kind].set(row, text, (char *)into + row->offset);
}

void setting_value_clear(const hart_setting *row, void *into)
{
        void *field = (char *)into + row->offset;

        if (kinds[row->kind].clear != NULL)
                kinds[row->kind].clear(field);
        memset(field, 0, kinds[row->kind].size);
}

const char *setting_kind_noun(hart_setting_kind kind)
{
        return kinds[kind].noun;
}

/* In the largest unit that divides it. */
static void append_bound(const unit *units, int64_t value, hart_buffer *out)
{
        if (units == NULL || value <= 0) {
                hart_buffer_format(out, "%lld", (long long)value);
                return;
        }
        while (units[1].suffix != NULL && (uint64_t)value % units->factor != 0)
                units++;
        hart_buffer_format(out, "%llu%s", (unsigned long long)((uint64_t)value / units->factor), units->suffix);
}

static void append_choices(const hart_setting *row, hart_buffer *out)
{
        for (size_t i = 0; row->choices[i] != NULL; i++)
                hart_buffer_format(out, "%s%s", i > 0 ? ", " : "", row->choices[i]);
}

void setting_allowed(const hart_setting *row, hart_buffer *out)
{
        const struct kind *of = &kinds[row->kind];
        bool text = row->kind == HART_SETTING_TEXT;

        if (row->kind == HART_SETTING_CHOICE) {
                append_choices(row, out);
                return;
        }
        if (text && row->max == 0) {
                if (row->min > 0)
                        hart_buffer_format(out, "at least %lld bytes", (long long)row->min);
                else
                        hart_buffer_text(out, "any text");
                return;
        }
        if (row->kind != HART_SETTING_FLAG && !unbounded(row)) {
                append_bound(of->units, row->min, out);
                hart_buffer_text(out, " to ");
                append_bound(of->units, row->max, out);
                hart_buffer_text(out, of->form[0] != '\0' && !text ? ", " : "");
        } else if (of->form[0] == '\0') {
                hart_buffer_text(out, row->kind == HART_SETTING_COUNT ? "any whole number" : "any number");
        }
        hart_buffer_text(out, of->form);
}
