/* A file of a model, mapped into memory for reading. */
#ifndef ENCODER_MAPPING_H
#define ENCODER_MAPPING_H

#include <stddef.h>

#include <hartonomous/error.h>

struct mapping {
        const unsigned char *data; /* NULL where the file is empty */
        size_t size;
};

/* HART_CONFIG, naming the file and how to get it. */
hart_code mapping_open(struct mapping *ret, const char *path, hart_error *err);
/* Gives the pages back to the system; they are read again when touched. */
void mapping_release_pages(const struct mapping *mapping);
void mapping_done(struct mapping *mapping);

#endif
