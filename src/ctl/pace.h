/* Private to `status`: how much graph sync writes, by its counters. */
#ifndef CTL_PACE_H
#define CTL_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include <hartonomous/settings.h>

/* Since the daemons on this host started, all together. */
struct pace {
        bool known;  /* does one answer? */
        uint64_t at; /* when they were read */
        double rows, requests, retries;
};
void pace_read(const hart_common_settings *settings, struct pace *ret);

#endif
