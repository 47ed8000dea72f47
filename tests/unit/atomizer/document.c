#include "document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static hart_code on_lead(void *data, const unsigned char *bytes, size_t size, hart_error *err)
{
        struct document *document = data;
        (void)err;
        document->leads++;
        document->late_leads += document->components > 0;
        hart_buffer_append(&document->bytes, bytes, size);
        hart_buffer_format(&document->trace, "lead %zu\n", size);
        return HART_OK;
}

static hart_code on_component(void *data, const hart_component *component, hart_error *err)
{
        struct document *document = data;
        (void)err;
        document->components++;
        if (component->subtype >= document->atomizer->subtype_count || component->size == 0 ||
            component->size > HART_COMPONENT_MAX || component->separator != component->content + component->size)
                document->bad++;
        if (component->size > document->longest)
                document->longest = component->size;
        hart_buffer_append(&document->bytes, component->content, component->size);
        hart_buffer_append(&document->bytes, component->separator, component->separator_size);
        hart_buffer_format(&document->trace, "%s %zu %zu\n", document->atomizer->subtypes[component->subtype].name,
                           component->size, component->separator_size);
        return HART_OK;
}

void document_run(struct document *document, const hart_atomizer *atomizer, const unsigned char *data, size_t size,
                  size_t (*next_window)(void *state), void *state)
{
        const hart_atom_sink sink = {.lead = on_lead, .component = on_component, .data = document};
        hart_error err = {0};
        *document = (struct document){.atomizer = atomizer};
        assert_int_equal(hart_atomizers_open(&err), HART_OK);
        for (size_t position = 0; position < size;) {
                size_t length = next_window(state), consumed = 0;
                for (;; length *= 2) {
                        size_t left = size - position, used = length < left ? length : left;
                        /* A copy of its own, so that a read behind the window is found by the sanitizer. */
                        unsigned char *copy = malloc(used);
                        assert_non_null(copy);
                        memcpy(copy, data + position, used);
                        const hart_window window = {copy, used, position == 0, used == left};
                        assert_int_equal(atomizer->run(&window, &sink, &consumed, &err), HART_OK);
                        free(copy);
                        assert_true(consumed <= used);
                        assert_true(!window.last || consumed == used);
                        if (consumed > 0)
                                break;
                        assert_true(used < HART_WINDOW_MAX);
                }
                position += consumed;
        }
}

static size_t everything(void *state)
{
        (void)state;
        return HART_WINDOW_MAX;
}

void document_run_whole(struct document *document, const hart_atomizer *atomizer, const void *data, size_t size)
{
        document_run(document, atomizer, data, size, everything, NULL);
}

void document_done(struct document *document)
{
        hart_buffer_done(&document->bytes);
        hart_buffer_done(&document->trace);
}

struct list {
        const hart_atomizer *atomizer;
        hart_buffer *out;
};

static hart_code list_lead(void *data, const unsigned char *bytes, size_t size, hart_error *err)
{
        struct list *list = data;
        (void)err;
        hart_buffer_text(list->out, "lead|");
        hart_buffer_append(list->out, bytes, size);
        hart_buffer_text(list->out, "|\n");
        return HART_OK;
}

static hart_code list_component(void *data, const hart_component *component, hart_error *err)
{
        struct list *list = data;
        (void)err;
        hart_buffer_format(list->out, "%s|", list->atomizer->subtypes[component->subtype].name);
        hart_buffer_append(list->out, component->content, component->size);
        hart_buffer_text(list->out, "|\n");
        return HART_OK;
}

void document_list(const char *atomizer, const void *data, size_t size, hart_buffer *out)
{
        struct list list = {hart_atomizer_find(atomizer), out};
        const hart_atom_sink sink = {list_lead, list_component, &list};
        const hart_window window = {data, size, true, true};
        hart_error err = {0};
        size_t consumed;
        assert_non_null(list.atomizer);
        assert_int_equal(hart_atomizers_open(&err), HART_OK);
        assert_int_equal(list.atomizer->run(&window, &sink, &consumed, &err), HART_OK);
        assert_int_equal(consumed, size);
        hart_buffer_text(out, "");
}
