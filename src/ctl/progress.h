/* Private to `ingest`: a bar on the terminal, where stderr is one; else nothing. */
#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
        bool shown; /* is stderr a terminal? */
        uint64_t drawn_at;
};

void progress_open(struct progress *progress);
/* At most ten times a second; `text` says what is counted. total 0: unknown. */
void progress_draw(struct progress *progress, const char *text, uint64_t done, uint64_t total, const char *detail);
/* Removes it, so that a line can be written; it comes back with the next draw. */
void progress_clear(struct progress *progress);

#endif
