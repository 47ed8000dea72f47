/* walk: one pass over what a document, its name spaces and its types consist of. The inside of functions is not looked
 * at: a function is one piece. No recursion: a cursor, and a frame for each level it went down.
 *
 * Three things wait until what follows them is seen: code that is left over (it grows to the next blank line), a
 * comment (it goes into the node of what it describes) and an attribute (what it belongs to begins with it). */
#include "walk.h"

#include <string.h>

#include <hartonomous/json.h>

#include "../space.h"

struct span {
        uint32_t begin, end; /* empty: nothing waits */
};

struct frame {
        bool opened;  /* a node, to be closed behind it */
        bool methods; /* functions in it are methods */
        bool broken;  /* it is what the parser made no sense of */
};

struct walk {
        struct code_source source;
        hart_emitter *emitter;
        struct code_counts *counts;
        uint32_t covered; /* bytes that are in slices, up to the last one's end */
        struct span rest, comment;
        uint32_t prefix;
        bool has_prefix;
        hart_buffer frames;
        hart_error *err;
};

static struct frame *top(struct walk *walk)
{
        return (struct frame *)(void *)(walk->frames.data + walk->frames.size) - 1;
}

static void push(struct walk *walk, struct frame frame)
{
        hart_buffer_append(&walk->frames, &frame, sizeof frame);
}

/* Line ends between two places, at most two of them: more is as blank as that. */
static unsigned lines_between(const struct walk *walk, uint32_t begin, uint32_t end)
{
        const unsigned char *data = walk->source.data;
        unsigned lines = 0;
        for (uint32_t i = begin; i < end && lines < 2; i++)
                lines += data[i] == '\n' ? 1 : 0;
        return lines;
}

static uint32_t trimmed(const struct walk *walk, uint32_t begin, uint32_t end)
{
        return begin < end ? begin + (uint32_t)space_trim_end(walk->source.data + begin, end - begin) : begin;
}

static hart_code slice(struct walk *walk, unsigned subtype, uint32_t begin, uint32_t end)
{
        if (begin < walk->covered)
                begin = walk->covered;
        end = trimmed(walk, begin, end);
        if (end <= begin)
                return HART_OK;
        walk->covered = end;
        return emit_slice(walk->emitter, subtype, begin, end - begin, walk->err);
}

static hart_code flush(struct walk *walk, struct span *span, unsigned subtype)
{
        struct span waiting = *span;
        *span = (struct span){0};
        return waiting.end > waiting.begin ? slice(walk, subtype, waiting.begin, waiting.end) : HART_OK;
}

/* Code that no rule knows. A blank line ends a piece of it. */
static hart_code add_rest(struct walk *walk, uint32_t begin, uint32_t end)
{
        hart_code code = flush(walk, &walk->comment, CODE_COMMENT);
        if (walk->has_prefix)
                begin = walk->prefix;
        walk->has_prefix = false;
        if (code == HART_OK && walk->rest.end > 0 && lines_between(walk, walk->rest.end, begin) > 1)
                code = flush(walk, &walk->rest, CODE_REST);
        if (walk->rest.end == 0)
                walk->rest.begin = begin;
        walk->rest.end = trimmed(walk, walk->rest.begin, end);
        return code;
}

/* What is behind code on the same line describes that; comments on lines that follow each other are one. */
static hart_code add_comment(struct walk *walk, uint32_t begin, uint32_t end)
{
        hart_code code = flush(walk, &walk->rest, CODE_REST);
        if (code != HART_OK || walk->has_prefix)
                return code;
        end = trimmed(walk, begin, end);
        if (walk->comment.end > 0 && lines_between(walk, walk->comment.end, begin) <= 1) {
                walk->comment.end = end;
                return HART_OK;
        }
        code = flush(walk, &walk->comment, CODE_COMMENT);
        if (code != HART_OK)
                return code;
        if (walk->covered > 0 && lines_between(walk, walk->covered, begin) == 0)
                return slice(walk, CODE_COMMENT, begin, end);
        walk->comment = (struct span){begin, end};
        return HART_OK;
}

/* Where the next item begins, with its attributes; what does not belong to it is emitted. */
static hart_code before_item(struct walk *walk, uint32_t *begin, bool takes_comment)
{
        if (walk->has_prefix)
                *begin = walk->prefix;
        walk->has_prefix = false;
        hart_code code = flush(walk, &walk->rest, CODE_REST);
        bool its_own = takes_comment && walk->comment.end > 0 && lines_between(walk, walk->comment.end, *begin) <= 1;
        return code == HART_OK && !its_own ? flush(walk, &walk->comment, CODE_COMMENT) : code;
}

static uint32_t last_line(TSNode node)
{
        TSPoint end = ts_node_end_point(node), start = ts_node_start_point(node);
        return end.column == 0 && end.row > start.row ? end.row : end.row + 1;
}

static hart_code open_node(struct walk *walk, const struct code_item *item, TSNode outer, const char *kind,
                           uint32_t begin)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer name = {0};
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        hart_json_writer writer = {.out = &metadata};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "line");
        hart_json_put_integer(&writer, (int64_t)ts_node_start_point(outer).row + 1);
        hart_json_key(&writer, "end_line");
        hart_json_put_integer(&writer, last_line(outer));
        hart_json_end_object(&writer);
        code_item_name(&walk->source, item, &name);
        const hart_node node = {kind, name.size > 0 ? (const char *)name.data : NULL, (const char *)metadata.data};
        hart_code code = emit_until(walk->emitter, walk->comment.end > 0 ? walk->comment.begin : begin, walk->err);
        if (code == HART_OK)
                code = emit_open(walk->emitter, &node, walk->err);
        return code == HART_OK ? flush(walk, &walk->comment, CODE_COMMENT) : code;
}

static hart_code put_node(struct walk *walk, const struct code_item *item, TSNode outer)
{
        uint32_t begin = ts_node_start_byte(outer), end = ts_node_end_byte(outer);
        const char *kind = item->rule->kind;
        unsigned subtype = item->subtype;
        if (item->action == IS_FUNCTION && top(walk)->methods) {
                kind = "method";
                subtype = CODE_METHOD;
        }
        if (subtype == CODE_FUNCTION || subtype == CODE_METHOD)
                walk->counts->functions++;
        hart_code code = before_item(walk, &begin, true);
        if (code == HART_OK)
                code = open_node(walk, item, outer, kind, begin);
        if (code == HART_OK)
                code = slice(walk, subtype, begin, end);
        return code == HART_OK ? emit_close(walk->emitter, walk->err) : code;
}

/* Its header reaches up to the body; of a body in braces, the opening one is in it. The cursor goes down from here, and
 * passes over what the header covers. */
static hart_code open_container(struct walk *walk, const struct code_item *item, TSNode outer)
{
        uint32_t begin = ts_node_start_byte(outer);
        uint32_t body = ts_node_start_byte(code_field(item->node, "body"));
        if (body < ts_node_end_byte(outer) && walk->source.data[body] == '{')
                body++;
        if (item->rule->holds_methods)
                walk->counts->classes++;
        hart_code code = before_item(walk, &begin, true);
        if (code == HART_OK)
                code = open_node(walk, item, outer, item->rule->kind, begin);
        push(walk, (struct frame){.opened = code == HART_OK, .methods = item->rule->holds_methods});
        return code == HART_OK ? slice(walk, item->subtype, begin, body) : code;
}

static hart_code put_slice(struct walk *walk, const struct code_item *item, TSNode outer)
{
        uint32_t begin = ts_node_start_byte(outer), end = ts_node_end_byte(outer);
        if (item->subtype == CODE_IMPORT)
                walk->counts->imports++;
        hart_code code = before_item(walk, &begin, false);
        return code == HART_OK ? slice(walk, item->subtype, begin, end) : code;
}

/* Braces and semicolons between items are no code; words are (#endif), and all that broken code consists of. */
static hart_code put_rest(struct walk *walk, TSNode node)
{
        uint32_t begin = ts_node_start_byte(node), end = ts_node_end_byte(node);
        unsigned char first = walk->source.data[begin];
        bool word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '#' || first >= 0x80;
        bool goes_on = walk->rest.end > 0 && lines_between(walk, walk->rest.end, begin) == 0;
        if (ts_node_is_named(node) || top(walk)->broken || word || goes_on)
                return add_rest(walk, begin, end);
        return HART_OK;
}

/* *down: a frame was pushed, and what the node holds comes next. */
static hart_code visit(struct walk *walk, TSNode node, bool *down)
{
        uint32_t begin = ts_node_start_byte(node), end = ts_node_end_byte(node);
        struct code_item item;
        *down = false;
        if (end <= walk->covered || end == begin)
                return HART_OK;
        bool error = ts_node_is_error(node);
        *down = error || begin < walk->covered;
        if (error)
                walk->counts->errors++;
        if (error && ts_node_child_count(node) == 0) { /* bytes that are no token */
                *down = false;
                return add_rest(walk, begin, end);
        }
        if (*down) {
                push(walk, (struct frame){.methods = top(walk)->methods, .broken = error});
                return HART_OK;
        }
        if (!code_item_of(&walk->source, node, &item))
                return put_rest(walk, node);
        switch (item.action) {
        case IS_COMMENT:
                return add_comment(walk, begin, end);
        case IS_PREFIX:
                if (!walk->has_prefix)
                        walk->prefix = begin;
                walk->has_prefix = true;
                return HART_OK;
        case IS_THROUGH:
                *down = true;
                push(walk, (struct frame){.methods = top(walk)->methods});
                return HART_OK;
        case IS_CONTAINER:
                *down = true;
                return open_container(walk, &item, node);
        case IS_NODE:
        case IS_FUNCTION:
                return put_node(walk, &item, node);
        case IS_SLICE:
        case IS_WRAPPER:
        case IS_DECLARATION:
        case IS_BINDING:
        case IS_ASSIGNMENT:
                break;
        }
        return put_slice(walk, &item, node);
}

/* Nothing that waits goes over the end of a level. */
static hart_code leave(struct walk *walk, TSNode node)
{
        struct frame frame = *top(walk);
        walk->frames.size -= sizeof frame;
        hart_code code = HART_OK;
        if (walk->has_prefix)
                code = add_rest(walk, walk->prefix, ts_node_end_byte(node));
        if (code == HART_OK)
                code = flush(walk, &walk->rest, CODE_REST);
        if (code == HART_OK && frame.opened)
                code = flush(walk, &walk->comment, CODE_COMMENT);
        if (code != HART_OK || !frame.opened)
                return code;
        code = emit_until(walk->emitter, ts_node_end_byte(node), walk->err);
        return code == HART_OK ? emit_close(walk->emitter, walk->err) : code;
}

/* To the next node that was not seen, out of levels that end. False: there is none. */
static bool advance(struct walk *walk, TSTreeCursor *cursor, hart_code *code)
{
        while (*code == HART_OK && !ts_tree_cursor_goto_next_sibling(cursor)) {
                if (!ts_tree_cursor_goto_parent(cursor))
                        return false;
                *code = leave(walk, ts_tree_cursor_current_node(cursor));
        }
        return *code == HART_OK;
}

hart_code code_walk(const struct code_source *source, TSTree *tree, hart_emitter *emitter, struct code_counts *ret,
                    hart_error *err)
{
        struct walk walk = {.source = *source, .emitter = emitter, .counts = ret, .err = err};
        TSNode root = ts_tree_root_node(tree);
        TSTreeCursor cursor = ts_tree_cursor_new(root);
        bool broken = ts_node_is_error(root);
        hart_code code = HART_OK;
        push(&walk, (struct frame){.broken = broken});
        ret->errors += broken ? 1 : 0;
        if (ts_tree_cursor_goto_first_child(&cursor)) {
                do {
                        bool down;
                        code = visit(&walk, ts_tree_cursor_current_node(&cursor), &down);
                        if (code == HART_OK && down && ts_tree_cursor_goto_first_child(&cursor))
                                continue;
                        if (code == HART_OK && down)
                                code = leave(&walk, ts_tree_cursor_current_node(&cursor));
                        if (code != HART_OK || !advance(&walk, &cursor, &code))
                                break;
                } while (true);
        }
        if (code == HART_OK)
                code = flush(&walk, &walk.comment, CODE_COMMENT);
        ts_tree_cursor_delete(&cursor);
        hart_buffer_done(&walk.frames);
        return code;
}
