/* languages: a table for each. */
#include <string.h>
#include <strings.h>

#include "language.h"

const TSLanguage *tree_sitter_c(void);
const TSLanguage *tree_sitter_c_sharp(void);
const TSLanguage *tree_sitter_cpp(void);
const TSLanguage *tree_sitter_go(void);
const TSLanguage *tree_sitter_java(void);
const TSLanguage *tree_sitter_javascript(void);
const TSLanguage *tree_sitter_python(void);
const TSLanguage *tree_sitter_rust(void);

#define COMMENT(syntax)                                                                                                \
        {                                                                                                              \
                syntax, IS_COMMENT, CODE_COMMENT, NULL, NULL, false                                                    \
        }
#define SLICE(syntax, subtype)                                                                                         \
        {                                                                                                              \
                syntax, IS_SLICE, subtype, NULL, NULL, false                                                           \
        }
#define NAMED(syntax, subtype, kind, field)                                                                            \
        {                                                                                                              \
                syntax, IS_NODE, subtype, kind, field, false                                                           \
        }
#define FUNCTION(syntax, field)                                                                                        \
        {                                                                                                              \
                syntax, IS_FUNCTION, CODE_FUNCTION, "function", field, false                                           \
        }
#define CLASS(syntax, kind, field)                                                                                     \
        {                                                                                                              \
                syntax, IS_CONTAINER, CODE_HEADER, kind, field, true                                                   \
        }
#define SPACE(syntax, kind)                                                                                            \
        {                                                                                                              \
                syntax, IS_CONTAINER, CODE_HEADER, kind, "name", false                                                 \
        }
#define THROUGH(syntax)                                                                                                \
        {                                                                                                              \
                syntax, IS_THROUGH, CODE_REST, NULL, NULL, false                                                       \
        }
#define WRAPPER(syntax, field)                                                                                         \
        {                                                                                                              \
                syntax, IS_WRAPPER, CODE_REST, NULL, field, false                                                      \
        }
#define SPECIAL(syntax, what)                                                                                          \
        {                                                                                                              \
                syntax, what, CODE_VARIABLE, NULL, NULL, false                                                         \
        }
#define END                                                                                                            \
        {                                                                                                              \
                NULL, IS_SLICE, CODE_REST, NULL, NULL, false                                                           \
        }

/* C's preprocessor, for three languages. */
#define CONDITIONS                                                                                                     \
        THROUGH("preproc_if"), THROUGH("preproc_ifdef"), THROUGH("preproc_else"), THROUGH("preproc_elif"),             \
                THROUGH("preproc_elifdef")

#define C_FAMILY                                                                                                       \
        COMMENT("comment"), SLICE("preproc_include", CODE_IMPORT), SLICE("preproc_def", CODE_MACRO),                   \
                SLICE("preproc_function_def", CODE_MACRO), CONDITIONS, FUNCTION("function_definition", "declarator"),  \
                SPECIAL("declaration", IS_DECLARATION), THROUGH("linkage_specification"), THROUGH("declaration_list"), \
                NAMED("type_definition", CODE_TYPE, "type", "declarator")

static const struct code_rule c_rules[] = {
        C_FAMILY,
        NAMED("struct_specifier", CODE_TYPE, "struct", "name"),
        NAMED("union_specifier", CODE_TYPE, "union", "name"),
        NAMED("enum_specifier", CODE_TYPE, "enum", "name"),
        END,
};

static const struct code_rule cpp_rules[] = {
        C_FAMILY,
        CLASS("class_specifier", "class", "name"),
        CLASS("struct_specifier", "struct", "name"),
        CLASS("union_specifier", "union", "name"),
        NAMED("enum_specifier", CODE_TYPE, "enum", "name"),
        NAMED("alias_declaration", CODE_TYPE, "type", "name"),
        NAMED("concept_definition", CODE_TYPE, "concept", "name"),
        SPACE("namespace_definition", "namespace"),
        SLICE("using_declaration", CODE_IMPORT),
        SLICE("namespace_alias_definition", CODE_IMPORT),
        SPECIAL("field_declaration", IS_DECLARATION),
        WRAPPER("template_declaration", NULL),
        THROUGH("field_declaration_list"),
        END,
};

static const struct code_rule c_sharp_rules[] = {
        COMMENT("comment"),
        CONDITIONS,
        SLICE("using_directive", CODE_IMPORT),
        SLICE("extern_alias_directive", CODE_IMPORT),
        SPACE("namespace_declaration", "namespace"),
        CLASS("class_declaration", "class", "name"),
        CLASS("struct_declaration", "struct", "name"),
        CLASS("interface_declaration", "interface", "name"),
        CLASS("record_declaration", "record", "name"),
        CLASS("record_struct_declaration", "record", "name"),
        NAMED("enum_declaration", CODE_TYPE, "enum", "name"),
        NAMED("delegate_declaration", CODE_TYPE, "delegate", "name"),
        FUNCTION("method_declaration", "name"),
        FUNCTION("constructor_declaration", "name"),
        FUNCTION("destructor_declaration", "name"),
        FUNCTION("operator_declaration", "operator"),
        FUNCTION("conversion_operator_declaration", "type"),
        FUNCTION("local_function_statement", "name"),
        SLICE("field_declaration", CODE_VARIABLE),
        SLICE("event_field_declaration", CODE_VARIABLE),
        SLICE("property_declaration", CODE_VARIABLE),
        SLICE("event_declaration", CODE_VARIABLE),
        SLICE("indexer_declaration", CODE_VARIABLE),
        WRAPPER("global_statement", NULL),
        THROUGH("declaration_list"),
        END,
};

static const struct code_rule go_rules[] = {
        COMMENT("comment"),
        SLICE("import_declaration", CODE_IMPORT),
        FUNCTION("function_declaration", "name"),
        {"method_declaration", IS_NODE, CODE_METHOD, "method", "name", false},
        NAMED("type_declaration", CODE_TYPE, "type", NULL),
        SLICE("const_declaration", CODE_VARIABLE),
        SLICE("var_declaration", CODE_VARIABLE),
        END,
};

static const struct code_rule java_rules[] = {
        COMMENT("line_comment"),
        COMMENT("block_comment"),
        SLICE("import_declaration", CODE_IMPORT),
        CLASS("class_declaration", "class", "name"),
        CLASS("interface_declaration", "interface", "name"),
        CLASS("enum_declaration", "enum", "name"),
        CLASS("record_declaration", "record", "name"),
        CLASS("annotation_type_declaration", "annotation", "name"),
        FUNCTION("method_declaration", "name"),
        FUNCTION("constructor_declaration", "name"),
        FUNCTION("compact_constructor_declaration", "name"),
        SLICE("field_declaration", CODE_VARIABLE),
        SLICE("constant_declaration", CODE_VARIABLE),
        SLICE("annotation_type_element_declaration", CODE_DECLARATION),
        THROUGH("enum_body_declarations"),
        THROUGH("class_body"),
        THROUGH("interface_body"),
        THROUGH("enum_body"),
        END,
};

static const struct code_rule javascript_rules[] = {
        COMMENT("comment"),
        COMMENT("html_comment"),
        SLICE("hash_bang_line", CODE_COMMENT),
        SLICE("import_statement", CODE_IMPORT),
        CLASS("class_declaration", "class", "name"),
        CLASS("class", "class", "name"),
        FUNCTION("function_declaration", "name"),
        FUNCTION("generator_function_declaration", "name"),
        FUNCTION("function_expression", "name"),
        FUNCTION("generator_function", "name"),
        FUNCTION("arrow_function", NULL),
        FUNCTION("method_definition", "name"),
        SPECIAL("lexical_declaration", IS_BINDING),
        SPECIAL("variable_declaration", IS_BINDING),
        SPECIAL("field_definition", IS_BINDING),
        SPECIAL("expression_statement", IS_ASSIGNMENT),
        WRAPPER("export_statement", "declaration"),
        THROUGH("class_body"),
        END,
};

static const struct code_rule python_rules[] = {
        COMMENT("comment"),
        SLICE("import_statement", CODE_IMPORT),
        SLICE("import_from_statement", CODE_IMPORT),
        SLICE("future_import_statement", CODE_IMPORT),
        CLASS("class_definition", "class", "name"),
        FUNCTION("function_definition", "name"),
        SPECIAL("expression_statement", IS_ASSIGNMENT),
        WRAPPER("decorated_definition", "definition"),
        THROUGH("block"),
        END,
};

static const struct code_rule rust_rules[] = {
        COMMENT("line_comment"),
        COMMENT("block_comment"),
        {"attribute_item", IS_PREFIX, CODE_REST, NULL, NULL, false},
        SLICE("use_declaration", CODE_IMPORT),
        SLICE("extern_crate_declaration", CODE_IMPORT),
        FUNCTION("function_item", "name"),
        SLICE("function_signature_item", CODE_DECLARATION),
        NAMED("struct_item", CODE_TYPE, "struct", "name"),
        NAMED("enum_item", CODE_TYPE, "enum", "name"),
        NAMED("union_item", CODE_TYPE, "union", "name"),
        NAMED("type_item", CODE_TYPE, "type", "name"),
        NAMED("macro_definition", CODE_MACRO, "macro", "name"),
        CLASS("trait_item", "trait", "name"),
        CLASS("impl_item", "impl", "type"),
        SPACE("mod_item", "module"),
        SLICE("const_item", CODE_VARIABLE),
        SLICE("static_item", CODE_VARIABLE),
        THROUGH("foreign_mod_item"),
        THROUGH("declaration_list"),
        END,
};

#define TYPES(...)                                                                                                     \
        (const char *const[])                                                                                          \
        {                                                                                                              \
                __VA_ARGS__, NULL                                                                                      \
        }

const struct code_language code_languages[] = {
        {"C", TYPES(CODE_C_TYPES), tree_sitter_c, c_rules},
        {"C++", TYPES(CODE_CPP_TYPES), tree_sitter_cpp, cpp_rules},
        {"C#", TYPES(CODE_C_SHARP_TYPES), tree_sitter_c_sharp, c_sharp_rules},
        {"Go", TYPES(CODE_GO_TYPES), tree_sitter_go, go_rules},
        {"Java", TYPES(CODE_JAVA_TYPES), tree_sitter_java, java_rules},
        {"JavaScript", TYPES(CODE_JAVASCRIPT_TYPES), tree_sitter_javascript, javascript_rules},
        {"Python", TYPES(CODE_PYTHON_TYPES), tree_sitter_python, python_rules},
        {"Rust", TYPES(CODE_RUST_TYPES), tree_sitter_rust, rust_rules},
};
const size_t code_language_count = sizeof code_languages / sizeof *code_languages;

const struct code_language *code_language_for(const char *content_type)
{
        size_t size = content_type != NULL ? strcspn(content_type, "; \t") : 0;
        for (size_t i = 0; i < code_language_count; i++) {
                for (const char *const *type = code_languages[i].content_types; *type != NULL; type++) {
                        if (strlen(*type) == size && strncasecmp(*type, content_type, size) == 0)
                                return &code_languages[i];
                }
        }
        return NULL;
}

const struct code_rule *code_rule_for(const struct code_language *language, TSNode node)
{
        const char *syntax = ts_node_type(node);
        const struct code_rule *rule = language->rules;
        while (rule->syntax != NULL && strcmp(rule->syntax, syntax) != 0)
                rule++;
        return rule->syntax != NULL && ts_node_is_named(node) ? rule : NULL;
}
