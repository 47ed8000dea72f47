/* What a model file consists of: tensors, operators, and what lies around them. A format's reader says where the parts
 * lie, in any order, as the file claims it; parts_emit() makes slices of the whole file of that, whatever the claims
 * are worth. All slices are blocks of at most HART_COMPONENT_MAX that are counted from their part's first byte, so that
 * equal weights are equal atoms wherever they lie. */
#ifndef MODEL_PARTS_H
#define MODEL_PARTS_H

#include <hartonomous/json.h>

#include "../emitter.h"

/* The same for all three formats. Subtype 0 is what nothing is known of. */
enum { MODEL_RAW, MODEL_HEADER, MODEL_WEIGHTS, MODEL_OPERATOR, MODEL_SUBTYPES };
extern const hart_subtype model_subtypes[MODEL_SUBTYPES];

/* Two bytes of a file can claim a part, so their number is limited by itself. The largest models have some 100,000. */
#define PARTS_MAX       ((size_t)1 << 18)
#define PARTS_TEXTS_MAX ((size_t)64 << 20)

#define PART_END_UNKNOWN UINT64_MAX /* up to where the next part begins */

struct part {
        const char *kind; /* of its node: "tensor", "operator" */
        unsigned subtype;
        uint64_t begin, end;
        size_t label, metadata; /* where they lie in parts.texts, with a NUL behind */
        size_t order;           /* as named in the file */
};

struct parts {
        struct part *rows;
        size_t count, capacity;
        hart_buffer texts;
        size_t refused;      /* beyond PARTS_MAX or PARTS_TEXTS_MAX */
        uint64_t header_end; /* up to here, what is no part is header; behind it, raw */
};

/* `label` is any bytes; `metadata` a JSON object. Both are copied. Too many are told by
 * parts_emit(). */
void parts_add(struct parts *parts, const struct part *part, const void *label, size_t label_size,
               const hart_buffer *metadata);
void parts_done(struct parts *parts);

/* Sorts the parts and emits the document. Overlaps and ends behind the file's are told as problems. */
hart_code parts_emit(struct parts *parts, hart_document *document, hart_emitter *emitter, hart_error *err);

/* The bytes as a JSON text without control characters, cut to `limit` bytes. */
void model_put_text(hart_json_writer *writer, const void *text, size_t size, size_t limit);

#endif
