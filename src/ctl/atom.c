/* atom show. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/digest.h>

#include "commands.h"
#include "table.h"

static const table_column columns[] = {
        {"atom", "atom", TABLE_INTEGER},
        {"tenant", "tenant", TABLE_INTEGER},
        {"modality", "modality", TABLE_TEXT},
        {"subtype", "subtype", TABLE_TEXT},
        {"content_type", "type", TABLE_TEXT},
        {"size", "bytes", TABLE_INTEGER},
        {"sha256", "sha256", TABLE_TEXT},
        {"atomic_value", "atomic value", TABLE_TEXT},
        {"components", "components", TABLE_INTEGER},
        {"sources", "document of sources", TABLE_INTEGER},
        {"embedded_by", "embedded by", TABLE_TEXT},
        {"created_at", "created", TABLE_TEXT},
        {"metadata", "metadata", TABLE_TEXT},
        {"text", "text", TABLE_TEXT},
};

static void add_atom(const hart_atom *atom, void *data)
{
        struct table *into = data;
        char value[2 * 64 + 1];
        hart_hex(atom->value, atom->value_size < 64 ? atom->value_size : 64, value);
        table_integer(into, atom->id);
        table_integer(into, atom->tenant);
        table_text(into, atom->modality);
        table_text(into, atom->subtype);
        table_text(into, atom->content_type);
        table_integer(into, atom->size);
        table_text(into, atom->hash);
        table_text(into, value);
        table_integer(into, atom->components);
        table_integer(into, atom->sources);
        table_text(into, atom->models);
        table_text(into, atom->created_at);
        table_text(into, atom->metadata);
        if (atom->text)
                table_text_n(into, atom->text, atom->text_size);
        else
                table_null(into);
}

static bool is_hash(const char *text)
{
        const size_t digits = HART_SHA256_HEX_SIZE - 1;
        return strlen(text) == digits && strspn(text, "0123456789abcdefABCDEF") == digits;
}

static int show_by_hash(struct ctl *ctl, const char *text)
{
        unsigned char hash[HART_SHA256_SIZE];
        hart_error err = {0};
        HART_CLEANUP(table_done)
        struct table atoms = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
        hart_code code = hart_unhex(text, hash, sizeof hash, &err);
        if (code == HART_OK)
                code = hart_catalog_atoms_by_hash(ctl->pg, (int32_t)ctl->options.tenant, hash, add_atom, &atoms, &err);
        if (code < 0)
                return ctl_fail(ctl, &err);
        if (code == HART_EMPTY)
                return ctl_not_found("atom %s: there is none with this SHA-256", text);
        if (ctl->options.json) {
                table_show(&atoms, true);
                return CTL_OK;
        }
        for (size_t row = 0; row < table_rows(&atoms); row++) {
                if (row > 0)
                        putchar('\n');
                table_print_record(&atoms, row, stdout);
        }
        return CTL_OK;
}

static int show_by_number(struct ctl *ctl, int64_t id)
{
        hart_error err = {0};
        HART_CLEANUP(table_done)
        struct table atoms = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
        hart_code code = hart_catalog_atom(ctl->pg, (int32_t)ctl->options.tenant, id, add_atom, &atoms, &err);
        if (code < 0)
                return ctl_fail(ctl, &err);
        if (code == HART_EMPTY)
                return ctl_not_found("atom %lld: there is none", (long long)id);
        table_show_record(&atoms, ctl->options.json);
        return CTL_OK;
}

int ctl_atom_show(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int64_t id = 0;
        bool hash = is_hash(arguments[0]);
        int status = hash ? CTL_OK : ctl_number("atom", arguments[0], &id);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        return hash ? show_by_hash(ctl, arguments[0]) : show_by_number(ctl, id);
}
