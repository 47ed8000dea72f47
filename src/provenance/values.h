/* Private to the library: a word of the command line as a value. */
#ifndef HARTONOMOUS_PROVENANCE_VALUES_H
#define HARTONOMOUS_PROVENANCE_VALUES_H

#include <hartonomous/provenance.h>

/* ISO 8601 in UTC: 2026-11-21, 2026-11-21T10:00Z, 2026-11-21T10:00:00.123456Z, also with +00:00 for Z; now.
 * Microseconds since 1970; false where it is none of these. */
bool provenance_read_time(const char *text, int64_t *ret);

#endif
