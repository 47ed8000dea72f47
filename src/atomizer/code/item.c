/* item: which of the few things a syntax node is. */
#include "item.h"

#include <string.h>

#define WRAPPERS_MAX    16
#define DECLARATORS_MAX 64

static const TSNode nothing = {.id = NULL};

TSNode code_field(TSNode node, const char *field)
{
        return ts_node_child_by_field_name(node, field, (uint32_t)strlen(field));
}

bool code_is(TSNode node, const char *syntax)
{
        return !ts_node_is_null(node) && strcmp(ts_node_type(node), syntax) == 0;
}

static bool plain(struct code_item *ret, unsigned subtype)
{
        ret->action = IS_SLICE;
        ret->subtype = subtype;
        return true;
}

/* The item that a value makes of the name in front of it: a function, a class. */
static bool named_value(const struct code_source *source, TSNode name, TSNode value, struct code_item *ret)
{
        const struct code_rule *rule = ts_node_is_null(value) ? NULL : code_rule_for(source->language, value);
        if (rule == NULL || (rule->action != IS_FUNCTION && rule->action != IS_CONTAINER))
                return false;
        *ret = (struct code_item){rule->action, rule->subtype, rule, value, name};
        return true;
}

/* const f = () => 1; const fs = require("fs"); and a class's fields. */
static bool binding(const struct code_source *source, TSNode node, struct code_item *ret)
{
        TSNode declarator = code_is(node, "field_definition") ? node : ts_node_named_child(node, 0);
        TSNode value = ts_node_is_null(declarator) ? declarator : code_field(declarator, "value");
        if (ts_node_is_null(value))
                return plain(ret, CODE_VARIABLE);
        TSNode name = code_field(declarator, code_is(node, "field_definition") ? "property" : "name");
        if (named_value(source, name, value, ret))
                return true;
        TSNode called = code_is(value, "call_expression") ? code_field(value, "function") : nothing;
        static const char require[] = "require";
        uint32_t begin = ts_node_is_null(called) ? 0 : ts_node_start_byte(called);
        bool import = !ts_node_is_null(called) && ts_node_end_byte(called) - begin == sizeof require - 1 &&
                      memcmp(source->data + begin, require, sizeof require - 1) == 0;
        return plain(ret, import ? CODE_IMPORT : CODE_VARIABLE);
}

/* x = 1 and a text by itself, in Python; a.b = function () {}, in JavaScript. */
static bool assignment(const struct code_source *source, TSNode node, struct code_item *ret)
{
        TSNode inner = ts_node_named_child(node, 0);
        if (code_is(inner, "assignment"))
                return plain(ret, CODE_VARIABLE);
        if (code_is(inner, "string") && code_is(ts_node_child(inner, 0), "string_start") &&
            ts_node_named_child_count(node) == 1)
                return plain(ret, CODE_COMMENT);
        return code_is(inner, "assignment_expression") &&
               named_value(source, code_field(inner, "left"), code_field(inner, "right"), ret);
}

/* One step from a declarator to what is declared in it. */
static TSNode next_declarator(TSNode node)
{
        TSNode inner = code_field(node, "declarator");
        bool around = code_is(node, "reference_declarator") || code_is(node, "parenthesized_declarator") ||
                      code_is(node, "attributed_declarator");
        return ts_node_is_null(inner) && around ? ts_node_named_child(node, 0) : inner;
}

TSNode code_declared(TSNode node)
{
        TSNode found = next_declarator(node);
        for (unsigned i = 0; i < DECLARATORS_MAX && !ts_node_is_null(found); i++) {
                TSNode inner = next_declarator(found);
                if (ts_node_is_null(inner))
                        break;
                found = inner;
        }
        return found;
}

/* int f(void); declares a function, int (*f)(void); and int x; a variable, struct s { … }; a type. */
static bool declaration(const struct code_source *source, TSNode node, struct code_item *ret)
{
        TSNode declarator = code_field(node, "declarator");
        TSNode type = code_field(node, "type");
        if (ts_node_is_null(declarator) && !ts_node_is_null(type)) {
                const struct code_rule *rule = code_rule_for(source->language, type);
                if (rule == NULL || ts_node_is_null(code_field(type, "body")))
                        return plain(ret, CODE_VARIABLE);
                *ret = (struct code_item){rule->action, rule->subtype, rule, type, nothing};
                return true;
        }
        for (unsigned i = 0; i < DECLARATORS_MAX && !ts_node_is_null(declarator); i++) {
                if (code_is(declarator, "init_declarator"))
                        break;
                if (code_is(declarator, "function_declarator"))
                        return plain(ret, code_is(code_field(declarator, "declarator"), "parenthesized_declarator")
                                                  ? CODE_VARIABLE
                                                  : CODE_DECLARATION);
                declarator = next_declarator(declarator);
        }
        return plain(ret, CODE_VARIABLE);
}

/* What is wrapped; null where nothing is that has a rule. */
static TSNode unwrap(const struct code_source *source, TSNode node)
{
        for (unsigned i = 0; i < WRAPPERS_MAX; i++) {
                const struct code_rule *rule = code_rule_for(source->language, node);
                if (rule == NULL)
                        return nothing;
                if (rule->action != IS_WRAPPER)
                        return node;
                uint32_t count = rule->field == NULL ? ts_node_named_child_count(node) : 0;
                TSNode inner = rule->field != NULL ? code_field(node, rule->field)
                               : count > 0         ? ts_node_named_child(node, count - 1)
                                                   : nothing;
                if (ts_node_is_null(inner) && rule->field != NULL)
                        inner = code_field(node, "value"); /* export default function () {} */
                if (ts_node_is_null(inner))
                        return inner;
                node = inner;
        }
        return nothing;
}

bool code_item_of(const struct code_source *source, TSNode node, struct code_item *ret)
{
        TSNode inner = unwrap(source, node);
        if (ts_node_is_null(inner)) /* export * from "x" brings something in */
                return code_is(node, "export_statement") && !ts_node_is_null(code_field(node, "source")) &&
                       plain(ret, CODE_IMPORT);
        const struct code_rule *rule = code_rule_for(source->language, inner);
        *ret = (struct code_item){rule->action, rule->subtype, rule, inner, nothing};
        if (rule->action == IS_DECLARATION && !declaration(source, inner, ret))
                return false;
        if (rule->action == IS_BINDING && !binding(source, inner, ret))
                return false;
        if (rule->action == IS_ASSIGNMENT && !assignment(source, inner, ret))
                return false;
        if (ret->action != IS_CONTAINER || !ts_node_is_null(code_field(ret->node, "body")))
                return true;
        if (strcmp(ret->rule->kind, "record") != 0)
                return plain(ret, CODE_DECLARATION); /* class a; */
        ret->action = IS_NODE;                       /* record a(int b); */
        ret->subtype = CODE_TYPE;
        return true;
}
