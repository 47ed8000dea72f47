/* The key/value pairs at a GGUF file's beginning. */
#ifndef MODEL_GGUF_METADATA_H
#define MODEL_GGUF_METADATA_H

#include <hartonomous/json.h>

#include "reader.h"

struct gguf_metadata {
        uint64_t alignment; /* general.alignment, 32 where it is not said */
        uint64_t omitted;   /* pairs that are not in the description */
};

/* Reads `count` pairs and writes them into an object that is open. False: a pair is cut off or of no known type. */
bool gguf_metadata_read(struct reader *reader, uint64_t count, hart_json_writer *writer, struct gguf_metadata *ret);

#endif
