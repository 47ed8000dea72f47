/* whole_children: documents in a document, on their way to be sources, and the nodes that tell where they lay. */
#include <hartonomous/json.h>

#include "children.h"
#include "whole_state.h"

void whole_begin_child(struct whole *whole, struct batch *batch, const struct document *document,
                       const atomize_event *event, bool stored)
{
        atomize_event node = {.kind = EVENT_OPEN};
        node.texts[0] = event->texts[2];
        node.texts[1] = event->texts[0];
        nodes_open(&whole->nodes, stored, &node, whole_sequence(document));
        whole->in_child = true;
        whole->child_bytes = 0;
        whole->too_nested = document->depth >= batch->settings->nesting;
        if (stored)
                return;
        hart_buffer_clear(&whole->child_metadata);
        if (event->texts[3].data != NULL)
                hart_buffer_append(&whole->child_metadata, event->texts[3].data, event->texts[3].size);
        if (whole->digest == NULL)
                whole->digest = hart_sha256_open();
        if (!whole->too_nested)
                children_begin(batch, document, event);
}

hart_code whole_add_child_bytes(struct whole *whole, struct batch *batch, const atomize_event *event, hart_error *err)
{
        whole->child_bytes += event->texts[0].size;
        whole->staged += event->texts[0].size;
        hart_sha256_update(whole->digest, event->texts[0].data, event->texts[0].size);
        return whole->too_nested ? HART_OK : children_bytes(batch, event->texts[0].data, event->texts[0].size, err);
}

/* What its parent said of it, and what it turned out to be: size, hash, and why it is not whole. */
static void describe_child(struct whole *whole, const char *failure)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        unsigned char hash[HART_SHA256_SIZE];
        char hex[HART_SHA256_HEX_SIZE];
        hart_json_writer writer = {.out = &text};
        hart_sha256_finish(whole->digest, hash);
        hart_hex(hash, sizeof hash, hex);
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "size");
        hart_json_put_integer(&writer, (int64_t)whole->child_bytes);
        hart_json_key(&writer, "sha256");
        hart_json_put_text(&writer, hex);
        if (failure != NULL) {
                hart_json_key(&writer, "problem");
                hart_json_put_text(&writer, failure);
        }
        hart_json_end_object(&writer);
        /* Two objects become one: "{…" of the first, its closing brace a comma, "…}" of the second. */
        hart_buffer *known = &whole->child_metadata;
        while (known->size > 0 && known->data[known->size - 1] != '}')
                known->size--;
        bool empty = known->size < 3;
        if (!empty)
                known->data[known->size - 1] = ',';
        else
                hart_buffer_clear(known);
        hart_buffer_append(known, text.data + (empty ? 0 : 1), text.size - (empty ? 0 : 1));
        nodes_set_metadata(&whole->nodes, (const char *)known->data, known->size);
}

hart_code whole_end_child(struct whole *whole, struct batch *batch, struct document *document,
                          const atomize_event *event, hart_error *err)
{
        static const char nested[] = "it lies in too many documents to be taken out";
        const char *failure = whole->too_nested ? nested : event->texts[0].data;
        describe_child(whole, failure);
        nodes_close(&whole->nodes, whole_sequence(document));
        whole->children++;
        if (!whole->too_nested)
                return children_end(batch, failure, err);
        if (document->problem.size == 0)
                document_add_problem(document, "documents in it are not taken out: they lie in too many documents");
        return HART_OK;
}
