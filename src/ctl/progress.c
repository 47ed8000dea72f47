#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include <hartonomous/clock.h>

#define BAR_WIDTH 30

void progress_open(struct progress *progress)
{
        progress->shown = isatty(STDERR_FILENO) == 1;
        progress->drawn_at = 0;
}

void progress_draw(struct progress *progress, const char *text, uint64_t done, uint64_t total, const char *detail)
{
        uint64_t now = hart_now();
        if (!progress->shown || (progress->drawn_at && now - progress->drawn_at < HART_SECOND / 10))
                return;
        char bar[BAR_WIDTH + 1] = "";
        uint64_t filled = total ? done * BAR_WIDTH / total : 0;
        for (unsigned i = 0; total && i < BAR_WIDTH; i++)
                bar[i] = i < filled ? '#' : '.';
        fprintf(stderr, "\r\033[K%s%s%s%s %llu", total ? "[" : "", bar, total ? "] " : "", text,
                (unsigned long long)done);
        if (total)
                fprintf(stderr, " of %llu", (unsigned long long)total);
        fprintf(stderr, "%s%s", *detail ? ", " : "", detail);
        fflush(stderr);
        progress->drawn_at = now;
}

void progress_clear(struct progress *progress)
{
        if (progress->shown && progress->drawn_at)
                fputs("\r\033[K", stderr);
        progress->drawn_at = 0;
}
