/* One query, asked of Neo4j or of PostgreSQL, and its rows as typed cells. What comes back is compared with what the
 * query says of its columns: a wrong type would be shown as something it is not. */
#include <string.h>

#include <hartonomous/json.h>
#include <hartonomous/provenance.h>

static const char *const type_names[] = {
        [HART_PROVENANCE_INTEGER] = "an integer", [HART_PROVENANCE_NUMBER] = "a number",
        [HART_PROVENANCE_TEXT] = "a text",        [HART_PROVENANCE_TIME] = "a time in microseconds",
        [HART_PROVENANCE_FLAG] = "a flag",
};

static size_t columns_of(const hart_provenance_query *query)
{
        size_t count = 0;
        while (query->columns[count].name)
                count++;
        return count;
}

static hart_code refuse_cell(const hart_provenance_query *query, size_t column, const char *asked, hart_error *err)
{
        return hart_fail(err, HART_FATAL, "%s: column %s of %s's answer is not %s", query->name,
                         query->columns[column].name, asked, type_names[query->columns[column].type]);
}

static hart_code refuse_count(const hart_provenance_query *query, const char *asked, hart_error *err)
{
        return hart_fail(err, HART_FATAL, "%s: %s's answer has not %zu columns", query->name, asked, columns_of(query));
}

/* --- Neo4j --- */

static void put_value(hart_json_writer *writer, hart_provenance_type type, const hart_provenance_value *value)
{
        if (value->null || !value->given)
                hart_json_put_null(writer);
        else if (type == HART_PROVENANCE_TEXT)
                hart_json_put_text(writer, value->text);
        else if (type == HART_PROVENANCE_NUMBER)
                hart_json_put_number(writer, value->number);
        else
                hart_json_put_integer(writer, value->integer);
}

static void write_parameters(const hart_provenance_query *query, const hart_provenance_values *values, hart_buffer *out)
{
        hart_json_writer writer = {.out = out};
        hart_json_begin_object(&writer);
        for (size_t i = 0; query->parameters[i].name; i++) {
                hart_json_key(&writer, query->parameters[i].name);
                put_value(&writer, query->parameters[i].type, &values->value[i]);
        }
        hart_json_end_object(&writer);
}

/* False where it is of another type. */
static bool read_json(const hart_json *value, hart_provenance_type type, hart_provenance_cell *ret)
{
        const hart_json_kind kind = hart_json_kind_of(value);
        *ret = (hart_provenance_cell){.null = kind == HART_JSON_NULL};
        if (ret->null)
                return true;
        switch (type) {
        case HART_PROVENANCE_INTEGER:
        case HART_PROVENANCE_TIME:
                return hart_json_integer(value, &ret->integer);
        case HART_PROVENANCE_NUMBER:
                return hart_json_number(value, &ret->number);
        case HART_PROVENANCE_TEXT:
                ret->text = hart_json_text(value, NULL);
                return ret->text != NULL;
        case HART_PROVENANCE_FLAG:
                ret->integer = kind == HART_JSON_TRUE;
                return kind == HART_JSON_TRUE || kind == HART_JSON_FALSE;
        }
        return false;
}

hart_code hart_provenance_ask_graph(hart_graph *graph, const hart_provenance_query *query,
                                    const hart_provenance_values *values, hart_provenance_visit *visit, void *data,
                                    hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        const size_t count = columns_of(query);
        hart_provenance_cell cells[HART_PROVENANCE_COLUMNS_MAX];

        write_parameters(query, values, &parameters);
        const hart_code code = hart_graph_run(graph, query->cypher, &parameters, &result, err);
        if (code != HART_OK)
                return hart_error_context(err, "%s", query->name);
        for (size_t row = 0; row < hart_graph_rows(result); row++) {
                if (!hart_graph_value(result, row, count - 1) || hart_graph_value(result, row, count))
                        return refuse_count(query, "Neo4j", err);
                for (size_t i = 0; i < count; i++)
                        if (!read_json(hart_graph_value(result, row, i), query->columns[i].type, &cells[i]))
                                return refuse_cell(query, i, "Neo4j", err);
                visit(cells, data);
        }
        return HART_OK;
}

/* --- PostgreSQL --- */

static void add_value(hart_pg_parameters *parameters, const hart_provenance_parameter *parameter,
                      const hart_provenance_value *value)
{
        if (value->null || !value->given)
                hart_pg_add_null(parameters);
        else if (parameter->type == HART_PROVENANCE_TEXT)
                hart_pg_add_text(parameters, value->text);
        else if (parameter->type == HART_PROVENANCE_NUMBER)
                hart_pg_add_float8(parameters, value->number);
        else if (strcmp(parameter->name, "tenant") == 0)
                hart_pg_add_int4(parameters, (int32_t)value->integer);
        else
                hart_pg_add_int8(parameters, value->integer);
}

static hart_code check_columns(const hart_provenance_query *query, const hart_pg_result *rows, hart_error *err)
{
        static const hart_pg_kind kinds[] = {
                [HART_PROVENANCE_INTEGER] = HART_PG_INTEGER, [HART_PROVENANCE_NUMBER] = HART_PG_NUMBER,
                [HART_PROVENANCE_TEXT] = HART_PG_TEXT,       [HART_PROVENANCE_TIME] = HART_PG_INTEGER,
                [HART_PROVENANCE_FLAG] = HART_PG_FLAG,
        };
        const size_t count = columns_of(query);
        if (hart_pg_columns(rows) != (int)count)
                return refuse_count(query, "PostgreSQL", err);
        for (size_t i = 0; i < count; i++)
                if (hart_pg_column_kind(rows, (int)i) != kinds[query->columns[i].type])
                        return refuse_cell(query, i, "PostgreSQL", err);
        return HART_OK;
}

static hart_provenance_cell cell_at(const hart_pg_result *rows, size_t row, int column, hart_provenance_type type)
{
        hart_provenance_cell cell = {.null = hart_pg_is_null(rows, row, column)};
        if (cell.null)
                return cell;
        switch (type) {
        case HART_PROVENANCE_INTEGER:
        case HART_PROVENANCE_TIME:
                cell.integer = hart_pg_integer(rows, row, column);
                break;
        case HART_PROVENANCE_NUMBER:
                cell.number = hart_pg_number(rows, row, column);
                break;
        case HART_PROVENANCE_TEXT:
                cell.text = hart_pg_text(rows, row, column, NULL);
                break;
        case HART_PROVENANCE_FLAG:
                cell.integer = hart_pg_flag(rows, row, column);
                break;
        }
        return cell;
}

hart_code hart_provenance_ask_database(hart_pg *pg, const hart_provenance_query *query,
                                       const hart_provenance_values *values, hart_provenance_visit *visit, void *data,
                                       hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_provenance_cell cells[HART_PROVENANCE_COLUMNS_MAX];

        if (!query->sql)
                return hart_fail(err, HART_CONFIG, "%s: only the graph can tell: %s", query->name, query->no_sql);
        for (size_t i = 0; query->parameters[i].name; i++)
                add_value(&parameters, &query->parameters[i], &values->value[i]);
        hart_code code = hart_pg_run(pg, query->sql, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code == HART_OK)
                code = check_columns(query, rows, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++) {
                for (size_t i = 0; query->columns[i].name; i++)
                        cells[i] = cell_at(rows, row, (int)i, query->columns[i].type);
                visit(cells, data);
        }
        return code;
}
