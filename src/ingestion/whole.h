/* A whole document on its way through its atomizer. A long one takes several steps, each a transaction: between them it
 * is parked with the child that reads it, so that the next step goes on where this one stopped. Where it is lost (a
 * crash, a restart, another reader) the next step reads the document again from the start and passes over what is
 * stored. */
#ifndef INGESTION_WHOLE_H
#define INGESTION_WHOLE_H

#include "batch.h"

struct whole;
void whole_close(struct whole *whole); /* NULL is fine */

#endif
