/* Errors: an action for the caller and a text for a person.
 *
 * Every function that can fail returns a hart_code and takes a hart_error as its last parameter. The error is
 * filled once, where the cause is known; on the way up only context goes in front of it. `ret` parameters are
 * written only on success, the error only on failure. */
#ifndef HARTONOMOUS_ERROR_H
#define HARTONOMOUS_ERROR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* What the caller must do. Zero and above is no failure. */
typedef enum hart_code {
        HART_OK = 0,      /* done */
        HART_EMPTY = 1,   /* nothing to do, nothing found, or time is up; not an error */
        HART_RETRY = -1,  /* a dependency is away: back off, try the same again; costs the message no attempt */
        HART_POISON = -2, /* this message or input can never succeed: dead-letter it, take the next */
        HART_FATAL = -3,  /* this process cannot go on: exit, systemd starts a fresh one */
        HART_FAILED = -4, /* this attempt failed, another may succeed: costs the message an attempt */
        HART_CONFIG = -5, /* only a person can mend it (settings, password, missing database): exit 78 */
        HART_STOPPED = -6 /* asked to stop in mid-work: roll back and leave; costs the message no attempt */
} hart_code;

#define HART_ERROR_TEXT_MAX    1024
#define HART_ERROR_FOREIGN_MAX 96

typedef struct hart_error {
        hart_code code;
        char text[HART_ERROR_TEXT_MAX];       /* one line of UTF-8, no trailing newline, cut to fit */
        char foreign[HART_ERROR_FOREIGN_MAX]; /* the dependency's own code: SQLSTATE, Neo.ClientError…, "HTTP 503" or ""
                                               */
        uint64_t retry_after; /* HART_RETRY: microseconds the dependency wants to be left alone; 0: it did not say */
} hart_error;

/* Fills *err (which may be NULL) and returns `code`. Control characters in the text are replaced by blanks. */
hart_code hart_fail(hart_error *err, hart_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As hart_fail, with ": " and the text of `errnum` (errno) behind. */
hart_code hart_fail_errno(hart_error *err, hart_code code, int errnum, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* Puts "context: " in front of an error that is already filled; returns its code. */
hart_code hart_error_context(hart_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Notes the dependency's own code; returns err->code. */
hart_code hart_error_foreign(hart_error *err, const char *foreign);
/* Notes how long it wants to be left alone; the same. */
hart_code hart_error_retry_after(hart_error *err, uint64_t microseconds);

/* "retry", "poison", … for logs and tests. */
const char *hart_code_name(hart_code code);

#endif
