/* The wire format of Protocol Buffers: the fields of a message, one after another. Groups, which nobody has written
 * since 2008, are no fields here. */
#ifndef MODEL_PROTOBUF_H
#define MODEL_PROTOBUF_H

#include "reader.h"

struct protobuf_field {
        uint32_t number;
        bool has_bytes;    /* length-delimited: a text, a message, packed numbers */
        uint64_t value;    /* where it has none: the number */
        uint64_t at, size; /* where it has: in the document; never behind the message's end */
        uint64_t begin;    /* of the tag */
        bool cut;          /* it claims to be longer */
};

/* A reader of the message that lies in `at` … `at + size` of the document. */
struct reader protobuf_message(const unsigned char *document, uint64_t at, uint64_t size);
/* False at the message's end, and at what is no field: reader->failed. */
bool protobuf_next(struct reader *reader, struct protobuf_field *ret);
/* Base 128, as numbers in packed fields. */
uint64_t protobuf_number(struct reader *reader);

#endif
