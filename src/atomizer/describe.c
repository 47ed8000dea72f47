/* describe: a program of the build. It writes what the atomizers are, without what they do, as C: so the daemon knows
 * their names, versions and kinds, and only the child that runs them is linked to their libraries. */
#include <stdio.h>

#include <hartonomous/atomizer.h>

static void put_text(const char *text)
{
        if (text != NULL)
                printf("\"%s\"", text);
        else
                printf("NULL");
}

static void put_types(const hart_atomizer *row, size_t number)
{
        if (row->content_types == NULL)
                return;
        printf("static const char *const types_%zu[] = {", number);
        for (const char *const *type = row->content_types; *type != NULL; type++)
                printf("\"%s\", ", *type);
        printf("NULL};\n");
}

static void put_subtypes(const hart_atomizer *row, size_t number)
{
        printf("static const hart_subtype subtypes_%zu[] = {\n", number);
        for (unsigned i = 0; i < row->subtype_count; i++) {
                printf("        {\"%s\", %s, ", row->subtypes[i].name, row->subtypes[i].embeddable ? "true" : "false");
                put_text(row->subtypes[i].modality);
                printf("},\n");
        }
        printf("};\n");
}

static void put_row(const hart_atomizer *row, size_t number)
{
        static const char *const ways[] = {"HART_WINDOWS", "HART_SLICES", "HART_EXTRACT"};
        put_types(row, number);
        put_subtypes(row, number);
        printf("static const hart_atomizer row_%zu = {\n        .name = \"%s\", .version = %d, .way = %s, .modality = "
               "\"%s\",\n"
               "        .document_subtype = \"%s\", .subtypes = subtypes_%zu, .subtype_count = %u,\n        "
               ".content_types = ",
               number, row->name, row->version, ways[row->way], row->modality, row->document_subtype, number,
               row->subtype_count);
        if (row->content_types != NULL)
                printf("types_%zu,\n};\n", number);
        else
                printf("NULL,\n};\n");
}

int main(void)
{
        printf("/* Made at build time. */\n#include <hartonomous/atomizer.h>\n\n");
        for (size_t i = 0; i < hart_atomizer_count; i++)
                put_row(hart_atomizers[i], i);
        printf("const hart_atomizer *const hart_atomizers[] = {\n");
        for (size_t i = 0; i < hart_atomizer_count; i++)
                printf("        &row_%zu,\n", i);
        printf("};\nconst size_t hart_atomizer_count = %zu;\n", hart_atomizer_count);
        printf("\nconst char *hart_unicode_version(void)\n{\n        return \"%s\";\n}\n", hart_unicode_version());
        return ferror(stdout) != 0;
}
