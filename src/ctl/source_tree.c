/* source tree: what a document is made of, printed as it is read: a document may have millions of components. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "table.h"

#define TEXT_COLUMNS 60
#define INDENT       2

struct tree {
        const ctl_options *options;
        int64_t shown;
        hart_buffer json; /* what is not yet written */
        hart_json_writer writer;
        int32_t tenant; /* of the source, as was found */
        int64_t source, root;
        bool found;
};

static void flush_json(struct tree *tree)
{
        fwrite(tree->json.data, 1, tree->json.size, stdout);
        hart_buffer_clear(&tree->json);
}

static void put_text(hart_json_writer *writer, const char *key, const char *text)
{
        hart_json_key(writer, key);
        hart_json_put_text(writer, *text ? text : NULL);
}

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        if (value < 0)
                hart_json_put_null(writer);
        else
                hart_json_put_integer(writer, value);
}

/* --- the document itself --- */

static void write_source(struct tree *tree, const hart_source *source)
{
        put_integer(&tree->writer, "source", source->id);
        put_integer(&tree->writer, "tenant", source->tenant);
        put_integer(&tree->writer, "root_atom", source->root_atom);
        put_text(&tree->writer, "file_name", source->file_name);
        put_text(&tree->writer, "content_type", source->content_type);
        put_text(&tree->writer, "state", source->state);
        put_text(&tree->writer, "problem", source->problem);
        hart_json_key(&tree->writer, "metadata");
        if (*source->metadata)
                hart_json_put_raw(&tree->writer, source->metadata, strlen(source->metadata));
        else
                hart_json_put_null(&tree->writer);
}

static void print_source(const hart_source *source)
{
        char size[32];
        HART_CLEANUP(hart_free_p) char *name = one_line(source->file_name, strlen(source->file_name), 0);
        printf("%s  %s%s%s  %s\n", name, source->content_type, *source->content_type ? "  " : "",
               human_size(source->size < 0 ? 0 : source->size, size), source->state);
        if (!*source->problem)
                return;
        HART_CLEANUP(hart_free_p) char *problem = one_line(source->problem, strlen(source->problem), 0);
        printf("problem: %s\n", problem);
}

static void take_source(const hart_source *source, void *data)
{
        struct tree *tree = data;
        tree->found = true;
        tree->tenant = source->tenant;
        tree->source = source->id;
        tree->root = source->root_atom;
        if (tree->options->json)
                write_source(tree, source);
        else
                print_source(source);
}

/* --- nodes and components --- */

static void write_item(struct tree *tree, const hart_tree_item *item)
{
        hart_json_writer *writer = &tree->writer;
        hart_json_begin_object(writer);
        put_integer(writer, "level", item->level);
        put_integer(writer, item->is_node ? "parent" : "in_node", item->parent);
        if (item->is_node) {
                put_integer(writer, "node", item->node);
                put_text(writer, "kind", item->kind);
                put_text(writer, "label", item->label);
                put_integer(writer, "first_sequence", item->first);
                put_integer(writer, "end_sequence", item->end);
                hart_json_key(writer, "metadata");
                if (*item->metadata)
                        hart_json_put_raw(writer, item->metadata, strlen(item->metadata));
                else
                        hart_json_put_null(writer);
        } else {
                put_integer(writer, "sequence", item->first);
                put_integer(writer, "layer", item->layer);
                put_integer(writer, "position", item->position);
                put_integer(writer, "size", item->size);
                put_integer(writer, "atom", item->atom);
                put_text(writer, "modality", item->modality);
                put_text(writer, "subtype", item->subtype);
                hart_json_key(writer, "text");
                hart_json_put_text_n(writer, item->text, item->text_size);
        }
        hart_json_end_object(writer);
        if (tree->json.size > 65536)
                flush_json(tree);
}

static void print_node(const struct tree *tree, const hart_tree_item *item)
{
        HART_CLEANUP(hart_free_p) char *label = one_line(item->label, strlen(item->label), TEXT_COLUMNS);
        HART_CLEANUP(hart_free_p) char *metadata = one_line(item->metadata, strlen(item->metadata), 0);
        const bool with = tree->options->metadata && *item->metadata;
        printf("%*s%s%s%s%s%s\n", INDENT * (item->level + 1), "", item->kind, *label ? " " : "", label,
               with ? "  " : "", with ? metadata : "");
}

static void print_component(const hart_tree_item *item)
{
        printf("%*s#%" PRId64 " @%" PRId64 "%s %s, %" PRId64 " byte%s, atom %" PRId64, INDENT * (item->level + 1), "",
               item->first, item->position, item->layer ? " extracted" : "",
               *item->subtype ? item->subtype : "missing atom", item->size, item->size == 1 ? "" : "s", item->atom);
        if (item->text) {
                HART_CLEANUP(hart_free_p) char *text = one_line(item->text, item->text_size, TEXT_COLUMNS);
                printf("  %s", text);
        }
        putchar('\n');
}

static hart_code show_item(const hart_tree_item *item, void *data)
{
        struct tree *tree = data;
        if (tree->options->limit > 0 && tree->shown == tree->options->limit)
                return HART_EMPTY;
        tree->shown++;
        if (tree->options->json)
                write_item(tree, item);
        else if (item->is_node)
                print_node(tree, item);
        else
                print_component(item);
        return ferror(stdout) ? HART_STOPPED : ctl_interrupted(NULL);
}

/* --- documents in it --- */

static void show_child(const hart_child *child, void *data)
{
        struct tree *tree = data;
        if (tree->options->json) {
                hart_json_begin_object(&tree->writer);
                put_integer(&tree->writer, "source", child->source);
                put_text(&tree->writer, "relation", child->relation);
                put_text(&tree->writer, "file_name", child->file_name);
                put_text(&tree->writer, "content_type", child->content_type);
                put_integer(&tree->writer, "size", child->size);
                put_text(&tree->writer, "state", child->state);
                put_text(&tree->writer, "problem", child->problem);
                hart_json_end_object(&tree->writer);
                if (tree->json.size > 65536)
                        flush_json(tree);
                return;
        }
        char size[32];
        HART_CLEANUP(hart_free_p) char *name = one_line(child->file_name, strlen(child->file_name), 0);
        HART_CLEANUP(hart_free_p) char *problem = one_line(child->problem, strlen(child->problem), 0);
        printf("%s %s  source %" PRId64 "  %s%s%s  %s%s%s\n", child->relation, name, child->source, child->content_type,
               *child->content_type ? "  " : "", human_size(child->size < 0 ? 0 : child->size, size), child->state,
               *problem ? "  problem: " : "", problem);
}

static hart_code show_rest(struct ctl *ctl, struct tree *tree, bool *more, hart_error *err)
{
        hart_code code = HART_OK;
        if (tree->options->json) {
                hart_json_key(&tree->writer, "tree");
                hart_json_begin_array(&tree->writer);
        }
        if (tree->root >= 0)
                code = hart_catalog_tree(ctl->pg, tree->tenant, tree->root, (int)tree->options->depth, show_item, tree,
                                         err);
        *more = code == HART_EMPTY;
        if (code < 0)
                return code;
        if (tree->options->json) {
                hart_json_end_array(&tree->writer);
                hart_json_key(&tree->writer, "more");
                hart_json_put_flag(&tree->writer, *more);
                hart_json_key(&tree->writer, "sources");
                hart_json_begin_array(&tree->writer);
        }
        code = hart_catalog_children(ctl->pg, tree->tenant, tree->source, show_child, tree, err);
        if (code < 0)
                return code;
        if (tree->options->json) {
                hart_json_end_array(&tree->writer);
                hart_json_end_object(&tree->writer);
                flush_json(tree);
                putchar('\n');
        }
        return HART_OK;
}

static int show(struct ctl *ctl, struct tree *tree, const hart_source_filter *filter, const char *word)
{
        hart_error err = {0};
        bool more = false;
        tree->writer.out = &tree->json;
        if (tree->options->json)
                hart_json_begin_object(&tree->writer);
        hart_code code = hart_catalog_sources(ctl->pg, filter, take_source, tree, &err);
        if (code == HART_EMPTY)
                return ctl_not_found("source %s: there is none; `hartonomousctl source list` shows what there is",
                                     word);
        if (code == HART_OK)
                code = show_rest(ctl, tree, &more, &err);
        if (code < 0)
                return ctl_fail(ctl, &err);
        if (more && !tree->options->json)
                ctl_say("there is more than %" PRId64 " lines: --limit 0 shows all, --depth 1 an overview",
                        tree->options->limit);
        return CTL_OK;
}

int ctl_source_tree(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        hart_source_filter filter = {.tenant = (int32_t)ctl->options.tenant};
        int status = ctl_number("source", arguments[0], &filter.id);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        struct tree tree = {.options = &ctl->options};
        status = show(ctl, &tree, &filter, arguments[0]);
        hart_buffer_done(&tree.json);
        return status;
}
