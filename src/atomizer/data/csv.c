/* csv: a table's rows as they stand there, quoted line ends included; what stands between rows is a separator. */
#include <string.h>

#include <hartonomous/json.h>

#include "../strategies.h"
#include "csv_scan.h"
#include "place.h"

/* Of the table's names so many bytes are told. */
#define NAMES_MAX ((size_t)16 << 10)

enum { RAW, ROW, HEADER, SUBTYPES };

static const hart_subtype subtypes[SUBTYPES] = {
        [RAW] = {"raw", false, NULL},
        [ROW] = {"row", true, NULL},
        [HEADER] = {"header", true, NULL},
};

struct table {
        hart_emitter *emitter;
        const unsigned char *data;
        size_t size, position;
        char delimiter;
        bool header;
        size_t columns, rows, uneven;
        struct place place;
};

/* A field without its quotes. */
static void put_name(hart_json_writer *writer, const unsigned char *text, size_t size)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer name = {0};
        bool quoted = size >= 2 && text[0] == '"' && text[size - 1] == '"';
        size_t end = quoted ? size - 1 : size;
        for (size_t i = quoted ? 1 : 0; i < end; i++) {
                hart_buffer_byte(&name, text[i]);
                if (quoted && text[i] == '"' && i + 1 < end && text[i + 1] == '"')
                        i++;
        }
        hart_json_put_text_n(writer, name.data != NULL ? (const char *)name.data : "", name.size);
}

/* A number, a date or nothing is no name. */
static bool is_name(const unsigned char *text, size_t size)
{
        size_t letters = 0;
        for (size_t i = 0; i < size; i++) {
                if ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z') || text[i] >= 0x80 ||
                    text[i] == '_' || text[i] == '#')
                        letters++;
        }
        /* "1.5e3" and "2024-01-31T00:00" are not made of letters. */
        return letters > 0 && (text[0] < '0' || text[0] > '9') && text[0] != '-' && text[0] != '+';
}

/* Fields of the first row: written as a list where all are names. */
static bool read_names(const struct table *table, hart_json_writer *writer, size_t *count)
{
        size_t position = table->position, begin = table->position;
        struct csv_field field;
        bool names = true;
        *count = 0;
        hart_json_begin_array(writer);
        do {
                field = csv_field_at(table->data, table->size, position, table->delimiter);
                const unsigned char *text = table->data + field.begin;
                bool quoted = field.size > 1 && text[0] == '"';
                names = names && is_name(text + (quoted ? 1 : 0), field.size - (quoted ? 1 : 0));
                if (names && field.begin + field.size - begin <= NAMES_MAX)
                        put_name(writer, text, field.size);
                position = field.begin + field.size + 1;
                (*count)++;
        } while (!field.last);
        hart_json_end_array(writer);
        return names;
}

static void put_delimiter(hart_json_writer *writer, char delimiter)
{
        hart_json_key(writer, "delimiter");
        hart_json_put_text_n(writer, &delimiter, 1);
}

static hart_code open_table(struct table *table, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer names = {0}, text = {0};
        hart_json_writer list = {.out = &names}, writer = {.out = &text};
        table->header = read_names(table, &list, &table->columns);
        hart_json_begin_object(&writer);
        if (table->header) {
                hart_json_key(&writer, "columns");
                hart_json_put_raw(&writer, (const char *)names.data, names.size);
        }
        put_delimiter(&writer, table->delimiter);
        hart_json_end_object(&writer);
        return emit_open(table->emitter, &(hart_node){.kind = "table", .metadata = (const char *)text.data}, err);
}

/* A row up to its line end. */
static hart_code take_row(struct table *table, hart_error *err)
{
        size_t begin = table->position, fields = 0;
        struct csv_field field;
        hart_code code = HART_OK;
        do {
                field = csv_field_at(table->data, table->size, table->position, table->delimiter);
                if (field.open && code == HART_OK)
                        code = place_problem(&table->place, table->emitter, field.begin, "a quote without an end", err);
                table->position = field.begin + field.size + (field.last ? 0 : 1);
                fields++;
        } while (!field.last);
        if (code == HART_OK && fields != table->columns && table->uneven++ == 0) {
                HART_CLEANUP(hart_free_p)
                char *why = hart_format("a row of %zu instead of %zu fields", fields, table->columns);
                code = place_problem(&table->place, table->emitter, begin, why, err);
        }
        bool header = table->header && table->rows == 0;
        table->rows++;
        return code != HART_OK ? code
                               : emit_slice(table->emitter, header ? HEADER : ROW, begin, table->position - begin, err);
}

static hart_code describe(const struct table *table, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "rows");
        hart_json_put_integer(&writer, (int64_t)(table->rows - (table->header ? 1 : 0)));
        hart_json_key(&writer, "columns");
        hart_json_put_integer(&writer, (int64_t)table->columns);
        if (table->uneven > 0) {
                hart_json_key(&writer, "uneven_rows");
                hart_json_put_integer(&writer, (int64_t)table->uneven);
        }
        put_delimiter(&writer, table->delimiter);
        hart_json_end_object(&writer);
        return emit_describe(table->emitter, (const char *)text.data, err);
}

static void skip_line_ends(struct table *table)
{
        size_t size;
        while ((size = csv_line_end(table->data + table->position, table->size - table->position)) > 0)
                table->position += size;
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct table table = {.emitter = emitter, .size = (size_t)document->size};
        hart_code code = document_map(document, &table.data, err);
        if (code != HART_OK)
                return code;
        table.place = (struct place){.data = table.data, .size = table.size};
        if (table.size >= 3 && memcmp(table.data, "\xEF\xBB\xBF", 3) == 0)
                table.position = 3;
        skip_line_ends(&table);
        table.delimiter = strstr(document->content_type, "tab-separated") != NULL
                                  ? '\t'
                                  : csv_delimiter(table.data + table.position, table.size - table.position);
        if (table.position == table.size)
                return HART_OK;
        code = open_table(&table, err);
        while (code == HART_OK && table.position < table.size) {
                code = take_row(&table, err);
                skip_line_ends(&table);
        }
        if (code == HART_OK)
                code = emit_close(emitter, err);
        return code == HART_OK ? describe(&table, err) : code;
}

static const char *const content_types[] = {"text/csv", "application/csv", "text/x-csv", "text/tab-separated-values",
                                            NULL};

const hart_atomizer csv_atomizer = {
        .name = "csv",
        .version = 1,
        .way = HART_SLICES,
        .modality = "text",
        .document_subtype = "table-document",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = SUBTYPES,
        .run_document = run,
        .marks_separate = true, /* a byte order mark is no row */
};
