/* What systemd is told: READY, STATUS, WATCHDOG, RELOADING, STOPPING, EXTEND_TIMEOUT_USEC. Each is rate-limited here,
 * since sd_notify waits when the manager is slow to read. Without $NOTIFY_SOCKET all of it does nothing. */
#ifndef HARTONOMOUS_WORKER_SUPERVISION_H
#define HARTONOMOUS_WORKER_SUPERVISION_H

#include <stdbool.h>
#include <stdint.h>

#define SUPERVISION_STATUS_MAX 320

typedef struct worker_supervision {
        uint64_t watchdog;               /* WATCHDOG_USEC, 0 where nobody watches */
        uint64_t patted, extended, said; /* hart_now() of the last of each */
        bool ready;
        char status[SUPERVISION_STATUS_MAX]; /* as last said */
} worker_supervision;

void supervision_open(worker_supervision *supervision);
/* There was progress. Pats the watchdog at most every quarter of its time; before READY it asks for more time to
 * start instead. */
void supervision_progress(worker_supervision *supervision, uint64_t now);
void supervision_ready(worker_supervision *supervision, uint64_t now);
/* Says `text` where it differs from what was said, at most once a second unless `at_once`. Was it said (or said
 * before)? */
bool supervision_status(worker_supervision *supervision, uint64_t now, const char *text, bool at_once);
void supervision_reloading(const worker_supervision *supervision);
void supervision_reloaded(const worker_supervision *supervision);
void supervision_stopping(worker_supervision *supervision, uint64_t now);
/* The longest the daemon may sleep and still pat in time. */
uint64_t supervision_longest_sleep(const worker_supervision *supervision);

#endif
