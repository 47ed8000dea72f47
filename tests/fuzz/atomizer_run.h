/* One atomizer over any bytes: the first byte chooses the window. Aborts where atomizer.h's promises are broken. */
#ifndef FUZZ_ATOMIZER_RUN_H
#define FUZZ_ATOMIZER_RUN_H

#include <stdlib.h>
#include <string.h>

#include <hartonomous/atomizer.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_document {
        const hart_atomizer *atomizer;
        const unsigned char *next; /* where the next byte of the document must be */
        size_t components;
};

static inline void fuzz_require(bool holds)
{
        if (!holds)
                abort();
}

static inline hart_code fuzz_lead(void *data, const unsigned char *bytes, size_t size, hart_error *err)
{
        struct fuzz_document *document = data;
        (void)err;
        fuzz_require(document->components == 0 && bytes == document->next);
        document->next += size;
        return HART_OK;
}

static inline hart_code fuzz_component(void *data, const hart_component *component, hart_error *err)
{
        struct fuzz_document *document = data;
        (void)err;
        fuzz_require(component->content == document->next && component->size > 0 &&
                     component->size <= HART_COMPONENT_MAX);
        fuzz_require(component->separator == component->content + component->size);
        fuzz_require(component->subtype < document->atomizer->subtype_count);
        document->next += component->size + component->separator_size;
        document->components++;
        return HART_OK;
}

static inline int fuzz_atomizer(const char *name, const uint8_t *data, size_t size)
{
        struct fuzz_document document = {.atomizer = hart_atomizer_find(name)};
        const hart_atom_sink sink = {.lead = fuzz_lead, .component = fuzz_component, .data = &document};
        hart_error err;
        if (size < 1 || hart_atomizers_open(&err) != HART_OK)
                return 0;
        size_t step = (size_t)1 << (data[0] % 24), position = 0;
        data++;
        for (size--; position < size;) {
                size_t consumed, used;
                for (size_t length = step;; length *= 2) {
                        used = length < size - position ? length : size - position;
                        const hart_window window = {data + position, used, position == 0, used == size - position};
                        document.next = window.data;
                        fuzz_require(document.atomizer->run(&window, &sink, &consumed, &err) == HART_OK);
                        fuzz_require(document.next == window.data + consumed && (!window.last || consumed == used));
                        if (consumed > 0)
                                break;
                        fuzz_require(used < HART_WINDOW_MAX);
                }
                position += consumed;
        }
        return 0;
}

#endif
