/* What the atomizer knows of a programming language: its grammar, and what the grammar's kinds of syntax nodes are to
 * it. A kind without a rule is code that is left over. */
#ifndef CODE_LANGUAGE_H
#define CODE_LANGUAGE_H

#include <stdbool.h>

#include <tree_sitter/api.h>

/* Media types; no registry has most of them, but these are what programs are called. */
#define CODE_C_TYPES          "text/x-c", "text/x-csrc", "text/x-chdr"
#define CODE_CPP_TYPES        "text/x-c++", "text/x-c++src", "text/x-c++hdr"
#define CODE_C_SHARP_TYPES    "text/x-csharp"
#define CODE_GO_TYPES         "text/x-go"
#define CODE_JAVA_TYPES       "text/x-java", "text/x-java-source"
#define CODE_JAVASCRIPT_TYPES "text/javascript", "application/javascript", "application/x-javascript"
#define CODE_PYTHON_TYPES     "text/x-python", "text/x-script.python", "application/x-python"
#define CODE_RUST_TYPES       "text/x-rust", "text/rust"

enum {
        CODE_REST,
        CODE_COMMENT,
        CODE_IMPORT,
        CODE_FUNCTION,
        CODE_METHOD,
        CODE_HEADER,
        CODE_TYPE,
        CODE_VARIABLE,
        CODE_DECLARATION,
        CODE_MACRO,
        CODE_SUBTYPES
};

enum code_action {
        IS_SLICE,       /* a component of rule->subtype */
        IS_COMMENT,     /* that, and it belongs to what follows on the next line */
        IS_PREFIX,      /* belongs to what follows: an attribute */
        IS_NODE,        /* a component in a node of its own */
        IS_FUNCTION,    /* the same: a method where it lies in a type */
        IS_CONTAINER,   /* a node with a header; what its body holds is taken apart */
        IS_THROUGH,     /* what it holds is taken apart as if it lay outside */
        IS_WRAPPER,     /* a declaration with something around it: "export", decorators, template parameters */
        IS_DECLARATION, /* of C: a variable, a function without body, or a type */
        IS_BINDING,     /* of JavaScript: a variable, or a function by its value */
        IS_ASSIGNMENT,  /* a statement that gives a function its name, in JavaScript; a variable or a text, in Python */
};

struct code_rule {
        const char *syntax; /* the grammar's name of the kind */
        enum code_action action;
        unsigned subtype;
        const char *kind;  /* of the node */
        const char *field; /* where its name is, or what is wrapped */
        bool holds_methods;
};

struct code_language {
        const char *name;                 /* "C++", for people */
        const char *const *content_types; /* NULL-terminated */
        const TSLanguage *(*grammar)(void);
        const struct code_rule *rules; /* ends with one without syntax */
};

extern const struct code_language code_languages[];
extern const size_t code_language_count;

/* By a content type such as "text/x-c; charset=utf-8"; NULL where there is none. */
const struct code_language *code_language_for(const char *content_type);
const struct code_rule *code_rule_for(const struct code_language *language, TSNode node);

#endif
