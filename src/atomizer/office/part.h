/* A part of a package as XML: elements by their local names, each with what to do at its begin and end. */
#ifndef ATOMIZER_OFFICE_PART_H
#define ATOMIZER_OFFICE_PART_H

#include "package.h"

struct part {
        const char *name; /* of the part */
        bool skip;        /* set by a rule's begin: nothing in the element is looked at, nor its end */
        void *reader;     /* private */
};

struct part_rule {
        const char *element; /* local name; NULL ends the table */
        hart_code (*begin)(void *data, struct part *part, hart_error *err);
        hart_code (*end)(void *data, struct part *part, hart_error *err);
};

typedef void (*part_text)(void *data, const char *text, size_t size);

enum part_need { PART_OPTIONAL, PART_NEEDED };

/* Reads it from begin to end. A part that is missing (where it is needed) or broken is told; the answer is HART_OK
 * then. */
hart_code part_walk(struct package *package, const char *name, enum part_need need, const struct part_rule *rules,
                    part_text text, void *data, hart_error *err);

/* The local name of the element in hand. */
const char *part_element(struct part *part);
/* Of the element that begins; free(); NULL where it has none. */
char *part_attribute(struct part *part, const char *local_name);
/* The same for r:id, r:embed and the like, whose namespace is that of relations. */
char *part_relation_attribute(struct part *part, const char *local_name);
/* The element's attribute as a number in 0 … most; `otherwise` where it is none. */
uint64_t part_number(struct part *part, const char *local_name, uint64_t most, uint64_t otherwise);
/* Is the attribute there and "1", "true" or "on"? */
bool part_flag(struct part *part, const char *local_name);

/* Loads what libxml2 needs, before the first part. */
void part_open_library(void);

#endif
