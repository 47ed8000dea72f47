/* Whole documents through the real client: what comes back is one digest. */
#ifndef TEST_DOCUMENTS_H
#define TEST_DOCUMENTS_H

#include <hartonomous/digest.h>

#include "client.h"

struct outcome {
        hart_code code;
        hart_error err;
        size_t events, problems;
        unsigned char digest[32]; /* of all events */
};

/* A file with these bytes that has no name. */
int make_file(const void *bytes, size_t size);
/* `by_file`: as a descriptor instead of inline. */
void run_document(atomize_client *client, const hart_atomizer *atomizer, const char *type, const void *bytes,
                  size_t size, bool by_file, struct outcome *ret);

#endif
