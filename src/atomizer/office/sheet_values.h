/* What cells of a workbook refer to: shared strings, and number formats that make a number a date. */
#ifndef ATOMIZER_OFFICE_SHEET_VALUES_H
#define ATOMIZER_OFFICE_SHEET_VALUES_H

#include "package.h"

enum sheet_time { SHEET_NUMBER, SHEET_DATE, SHEET_TIME, SHEET_DATE_TIME };

struct sheet_values {
        hart_buffer text; /* of all shared strings, one behind the other */
        size_t *ends;     /* where each ends */
        size_t string_count;
        unsigned char *styles; /* enum sheet_time of each cell style */
        size_t style_count;
        bool from_1904; /* days count from 1904-01-01 */
        /* private, while it is read */
        struct sheet_format {
                uint64_t id;
                enum sheet_time time;
        } * formats;
        size_t format_count;
        bool in_text, in_cell_styles, too_long;
};

/* Parts may be NULL. */
hart_code sheet_values_read(struct package *package, const char *strings, const char *styles,
                            struct sheet_values *values, hart_error *err);
void sheet_values_done(struct sheet_values *values);

/* NULL where there is none of that number. */
const char *sheet_string(const struct sheet_values *values, uint64_t number, size_t *size);
/* Is a format such as "dd/mm/yy hh:mm" that of a date, a time of day or both? */
enum sheet_time sheet_format_time(const char *format);
/* A number as the style shows it, where that is a date or a time: "2024-02-29", "12:30:00"; else as it is written. */
void sheet_put_number(const struct sheet_values *values, uint64_t style, const char *number, hart_buffer *out);

#endif
