/* What the broker knows of a queue, as Prometheus text: the same from every daemon of the queue. */
#ifndef HARTONOMOUS_WORKER_QUEUE_FIGURES_H
#define HARTONOMOUS_WORKER_QUEUE_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/memory.h>
#include <hartonomous/postgres.h>

/* Asks; *out is appended to. Outside of a transaction. */
hart_code queue_figures_read(hart_pg *pg, const char *queue, hart_buffer *out, hart_error *err);

/* A label's value, escaped. */
void queue_figures_put_label(hart_buffer *out, const char *text, size_t size);

#endif
