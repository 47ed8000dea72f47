#include "supervision.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include <hartonomous/clock.h>

#define START_EXTENSION (30 * HART_SECOND)

void supervision_open(worker_supervision *supervision)
{
        *supervision = (worker_supervision){0};
        uint64_t watchdog = 0;
        if (sd_watchdog_enabled(0, &watchdog) > 0)
                supervision->watchdog = watchdog;
}

void supervision_progress(worker_supervision *supervision, uint64_t now)
{
        if (!supervision->ready) {
                if (supervision->extended && now - supervision->extended < START_EXTENSION / 4)
                        return;
                supervision->extended = now;
                sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%" PRIu64, START_EXTENSION);
        } else if (supervision->watchdog && now - supervision->patted >= supervision->watchdog / 4) {
                supervision->patted = now;
                sd_notify(0, "WATCHDOG=1");
        }
}

void supervision_ready(worker_supervision *supervision, uint64_t now)
{
        supervision->ready = true;
        supervision->patted = now;
        sd_notify(0, "READY=1");
}

bool supervision_status(worker_supervision *supervision, uint64_t now, const char *text, bool at_once)
{
        if (strncmp(text, supervision->status, sizeof supervision->status - 1) == 0)
                return true;
        if (!at_once && supervision->said && now - supervision->said < HART_SECOND)
                return false;
        supervision->said = now;
        snprintf(supervision->status, sizeof supervision->status, "%s", text);
        sd_notifyf(0, "STATUS=%s", supervision->status);
        return true;
}

void supervision_reloading(const worker_supervision *supervision)
{
        (void)supervision;
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, hart_now());
}

void supervision_reloaded(const worker_supervision *supervision)
{
        if (supervision->ready)
                sd_notify(0, "READY=1");
}

void supervision_stopping(worker_supervision *supervision, uint64_t now)
{
        sd_notify(0, "STOPPING=1");
        supervision_status(supervision, now, "Stopping: ending the step in hand", true);
}

uint64_t supervision_longest_sleep(const worker_supervision *supervision)
{
        if (!supervision->ready)
                return START_EXTENSION / 3;
        return supervision->watchdog ? supervision->watchdog / 3 : UINT64_MAX;
}
