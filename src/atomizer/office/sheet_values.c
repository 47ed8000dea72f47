/* sheet_values: sharedStrings.xml and styles.xml. */
#include "sheet_values.h"

#include <math.h>
#include <string.h>

#include "../iso_time.h"
#include "part.h"

#define STRINGS_SIZE_MAX ((size_t)64 << 20)
#define STRINGS_MAX      ((size_t)4 << 20)
#define STYLES_MAX       65536
#define DAY              86400

/* --- shared strings --- */

static hart_code on_string_end(void *data, struct part *part, hart_error *err)
{
        struct sheet_values *values = data;
        size_t count = values->string_count;
        (void)part, (void)err;
        if (count == STRINGS_MAX) {
                values->too_long = true;
                return HART_OK;
        }
        if ((count & (count + 1)) == 0)
                values->ends = hart_reallocate_array(values->ends, (count + 1) * 2, sizeof *values->ends);
        values->ends[values->string_count++] = values->text.size;
        return HART_OK;
}

static hart_code on_text_begin(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct sheet_values *)data)->in_text = true;
        return HART_OK;
}

static hart_code on_text_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct sheet_values *)data)->in_text = false;
        return HART_OK;
}

static hart_code on_passed_over(void *data, struct part *part, hart_error *err)
{
        (void)data, (void)err;
        part->skip = true;
        return HART_OK;
}

static void on_text(void *data, const char *text, size_t size)
{
        struct sheet_values *values = data;
        if (!values->in_text)
                return;
        if (values->text.size + size > STRINGS_SIZE_MAX)
                values->too_long = true;
        else
                hart_buffer_append(&values->text, text, size);
}

const char *sheet_string(const struct sheet_values *values, uint64_t number, size_t *size)
{
        if (number >= values->string_count)
                return NULL;
        size_t begin = number > 0 ? values->ends[number - 1] : 0;
        *size = values->ends[number] - begin;
        return *size > 0 ? (const char *)values->text.data + begin : "";
}

/* --- number formats --- */

/* Letters of dates and times; "m" is the month, or minutes beside hours and seconds. Text in quotes, brackets and
 * behind a backslash says nothing, nor does what follows the first semicolon (negative numbers). */
enum sheet_time sheet_format_time(const char *format)
{
        bool date = false, time = false, months = false;
        for (; *format != '\0' && *format != ';'; format++) {
                const char *end = NULL;
                if (*format == '"')
                        end = strchr(format + 1, '"');
                else if (*format == '[' && strchr("hHmMsS", format[1]) == NULL)
                        end = strchr(format, ']');
                else if ((*format == '\\' || *format == '_' || *format == '*') && format[1] != '\0')
                        end = format + 1;
                else if (strncmp(format, "General", 7) == 0)
                        end = format + 6;
                if (end != NULL)
                        format = end;
                else if (strchr("yYdD", *format) != NULL)
                        date = true;
                else if (strchr("hHsS", *format) != NULL)
                        time = true;
                else if (*format == 'm' || *format == 'M')
                        months = true;
        }
        date = date || (months && !time);
        if (date)
                return time ? SHEET_DATE_TIME : SHEET_DATE;
        return time ? SHEET_TIME : SHEET_NUMBER;
}

/* Formats that every program knows by number (ECMA-376, part 1, 18.8.30). */
static enum sheet_time built_in(uint64_t id)
{
        if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || (id >= 50 && id <= 58))
                return SHEET_DATE;
        if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47))
                return SHEET_TIME;
        return id == 22 ? SHEET_DATE_TIME : SHEET_NUMBER;
}

static hart_code on_format(void *data, struct part *part, hart_error *err)
{
        struct sheet_values *values = data;
        size_t count = values->format_count;
        HART_CLEANUP(hart_free_p) char *code = part_attribute(part, "formatCode");
        (void)err;
        if (code == NULL || count == STYLES_MAX)
                return HART_OK;
        if ((count & (count + 1)) == 0)
                values->formats = hart_reallocate_array(values->formats, (count + 1) * 2, sizeof *values->formats);
        values->formats[values->format_count++] = (struct sheet_format){
                .id = part_number(part, "numFmtId", UINT32_MAX, UINT64_MAX), .time = sheet_format_time(code)};
        return HART_OK;
}

static hart_code on_cell_styles(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct sheet_values *)data)->in_cell_styles = true;
        return HART_OK;
}

static hart_code on_cell_styles_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct sheet_values *)data)->in_cell_styles = false;
        return HART_OK;
}

static hart_code on_style(void *data, struct part *part, hart_error *err)
{
        struct sheet_values *values = data;
        size_t count = values->style_count;
        uint64_t id = part_number(part, "numFmtId", UINT32_MAX, 0);
        (void)err;
        if (!values->in_cell_styles || count == STYLES_MAX)
                return HART_OK;
        enum sheet_time time = built_in(id);
        for (size_t i = 0; i < values->format_count; i++) {
                if (values->formats[i].id == id)
                        time = values->formats[i].time;
        }
        if ((count & (count + 1)) == 0)
                values->styles = hart_reallocate_array(values->styles, (count + 1) * 2, 1);
        values->styles[values->style_count++] = (unsigned char)time;
        return HART_OK;
}

hart_code sheet_values_read(struct package *package, const char *strings, const char *styles,
                            struct sheet_values *values, hart_error *err)
{
        static const struct part_rule string_rules[] = {
                {"si", NULL, on_string_end},
                {"t", on_text_begin, on_text_end},
                {"rPh", on_passed_over, NULL}, /* how it is pronounced */
                {0},
        };
        static const struct part_rule style_rules[] = {
                {"numFmt", on_format, NULL},
                {"cellXfs", on_cell_styles, on_cell_styles_end},
                {"xf", on_style, NULL},
                {0},
        };
        hart_code code = HART_OK;
        if (strings != NULL)
                code = part_walk(package, strings, PART_NEEDED, string_rules, on_text, values, err);
        if (code == HART_OK && styles != NULL)
                code = part_walk(package, styles, PART_OPTIONAL, style_rules, NULL, values, err);
        if (code == HART_OK && values->too_long)
                code = emit_problem(package->emitter, err, "%s: over %zu strings or %zu MiB: the rest is not read",
                                    strings, STRINGS_MAX, STRINGS_SIZE_MAX >> 20);
        return code;
}

void sheet_values_done(struct sheet_values *values)
{
        hart_buffer_done(&values->text);
        free(values->ends);
        free(values->styles);
        free(values->formats);
        *values = (struct sheet_values){0};
}

/* Day 60 of 1900, its 29th of February, never was; programs keep it as others had it. */
static int64_t seconds_of(const struct sheet_values *values, double days)
{
        int64_t first = values->from_1904 ? iso_time_of_date(1904, 1, 1) : iso_time_of_date(1899, 12, 30);
        if (!values->from_1904 && days >= 1 && days < 60)
                first += DAY;
        return first + (int64_t)floor(days * DAY + 0.5);
}

void sheet_put_number(const struct sheet_values *values, uint64_t style, const char *number, hart_buffer *out)
{
        enum sheet_time time = style < values->style_count ? (enum sheet_time)values->styles[style] : SHEET_NUMBER;
        char *end = NULL, text[ISO_TIME_SIZE];
        double days = time != SHEET_NUMBER ? strtod(number, &end) : 0;
        bool sound = end != NULL && end != number && *end == '\0' && days >= 0 && days < 2958466; /* year 10000 */
        const char *written = sound ? iso_time(seconds_of(values, days), text) : NULL;
        if (time == SHEET_TIME && days >= 1) /* a span of time, not one of a day */
                written = NULL;
        if (written == NULL || strlen(written) != ISO_TIME_SIZE - 1)
                hart_buffer_text(out, number);
        else if (time == SHEET_DATE)
                hart_buffer_append(out, written, 10);
        else if (time == SHEET_TIME)
                hart_buffer_append(out, written + 11, 8);
        else
                hart_buffer_append(out, written, 19);
}
