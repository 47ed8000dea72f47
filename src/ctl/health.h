/* Private to `status`: what the daemons on this host say of themselves over their telemetry sockets. */
#ifndef CTL_HEALTH_H
#define CTL_HEALTH_H

#include <hartonomous/settings.h>

#include "table.h"

/* One row per daemon or, where they listen on host:port, one for what answers there. */
void health_read(const hart_common_settings *settings, struct table *into);

#endif
