/* Standard input, output and error of a program.
 *
 * Started without one of them (`>&-`), a program gets its number for the first thing it opens: what is printed would
 * then go to PostgreSQL. And what is printed is in a buffer: only its last write says whether it arrived. */
#ifndef HARTONOMOUS_STANDARD_STREAMS_H
#define HARTONOMOUS_STANDARD_STREAMS_H

#include <hartonomous/error.h>

/* First of all in main(): occupies the numbers of those that are closed. They stay unusable: reading and writing
 * fails. */
void hart_standard_streams_open(void);

/* Last of all: HART_OK where all that was printed has arrived, or where its reader went away as `head` does, who has
 * what it wanted; HART_FAILED where it was lost. */
hart_code hart_standard_output_finish(hart_error *err);

#endif
