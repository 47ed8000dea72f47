/* How many rows go into one statement. Neo4j gains by many rows, up to some thousands; but what it does in one
 * transaction it keeps in memory, and everything else waits meanwhile. */
#include "graph_sync.h"

enum { FEWEST = 100, FAST = 400000, SLOW = 2000000 /* microseconds */ };

void graph_sync_adapt_batch(struct graph_sync *sync, size_t rows, uint64_t duration, size_t most)
{
        if (duration < FAST && rows >= sync->batch)
                sync->batch = sync->batch * 2 < most ? sync->batch * 2 : most;
        else if (duration > SLOW && rows <= sync->batch)
                graph_sync_smaller_batch(sync);
}

void graph_sync_smaller_batch(struct graph_sync *sync)
{
        if (sync->batch / 2 >= FEWEST)
                sync->batch /= 2;
}
