/* Private to the reading of options: a row for each. */
#ifndef CTL_OPTION_ROWS_H
#define CTL_OPTION_ROWS_H

#include "options.h"

typedef enum option_kind {
        OPTION_FLAG,
        OPTION_NUMBER,
        OPTION_LIMIT, /* a number, with K, M, G or T for multiples of 1024 where it is of bytes; or "none" */
        OPTION_TEXT,
        OPTION_LIST, /* texts, one each time */
        OPTION_OPTIONAL_TEXT,
        OPTION_MEDIA_TYPE,
        OPTION_FILE_NAME
} option_kind;

typedef struct option_row {
        const char *name;
        char letter; /* 0 for none */
        option_kind kind;
        uint64_t takes; /* 0: every command has it */
        size_t offset;
        int64_t least, most;
        const char *argument;
        const char *help;
} option_row;

/* Rows of one name are one option; which of them a command takes says what it is told about it in --help. */
#define OPTION_ROWS_MAX 64
extern const option_row option_rows[];
extern const size_t option_row_count;

/* Puts the value where the row says. CTL_OK, or CTL_USAGE after saying why; `value` is NULL for none. */
int option_take(const option_row *row, const char *value, ctl_options *options);

#endif
