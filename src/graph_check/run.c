#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <hartonomous/clock.h>

#include "graph_check_sql.h"

/* Bytes of a value in a difference. */
enum { VALUE_SIZE = 120, IDS_OF_A_MESSAGE = 1000 };

void ids_add(check_ids *ids, int64_t id)
{
        if (ids->count == ids->capacity) {
                ids->capacity = ids->capacity ? ids->capacity * 2 : 64;
                ids->item = hart_reallocate_array(ids->item, ids->capacity, sizeof *ids->item);
        }
        ids->item[ids->count++] = id;
}

void ids_done(check_ids *ids)
{
        free(ids->item);
        *ids = (check_ids){0};
}

static int by_value(const void *left, const void *right)
{
        const int64_t *a = left, *b = right;

        return (*a > *b) - (*a < *b);
}

bool ids_have(const check_ids *ids, int64_t id)
{
        return ids->count && bsearch(&id, ids->item, ids->count, sizeof id, by_value) != NULL;
}

void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

void range_begin(hart_json_writer *writer, hart_buffer *out, int64_t tenant, int64_t after, const int64_t *to,
                 int64_t limit)
{
        hart_buffer_clear(out);
        *writer = (hart_json_writer){.out = out};
        hart_json_begin_object(writer);
        put_integer(writer, "tenant", tenant);
        put_integer(writer, "after", after);
        put_integer(writer, "limit", limit);
        hart_json_key(writer, "to");
        if (to)
                hart_json_put_integer(writer, *to);
        else
                hart_json_put_null(writer);
}

int64_t cell_integer(const hart_graph_result *result, size_t row, size_t column)
{
        const hart_json *value = hart_graph_value(result, row, column);
        int64_t whole = 0;
        double number = 0;

        if (hart_json_integer(value, &whole))
                return whole;
        return hart_json_number(value, &number) && number > -9e15 && number < 9e15 ? (int64_t)number : 0;
}

size_t cell_find(const hart_graph_result *result, int64_t id)
{
        size_t low = 0, high = result ? hart_graph_rows(result) : 0;

        while (low < high) {
                const size_t middle = low + (high - low) / 2;
                if (cell_integer(result, middle, 0) < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

void run_found_text(check_run *run, const char *what, const char *kind, int64_t tenant, const char *key,
                    const char *member, const char *database, const char *graph)
{
        const hart_graph_difference difference = {what, kind, tenant, key, member, database, graph};

        run->result.differences++;
        if (run->options->found)
                run->options->found(&difference, run->options->data);
}

/* Cut between characters. */
static void print_value(const hart_json *value, hart_buffer *out)
{
        hart_buffer_text(out, "");
        if (!value)
                return;
        hart_json_print(value, out);
        if (out->size <= VALUE_SIZE)
                return;
        size_t size = VALUE_SIZE;
        while (size > 0 && (out->data[size] & 0xc0) == 0x80)
                size--;
        out->size = size;
        hart_buffer_text(out, "…");
}

void run_found(check_run *run, const char *what, const char *kind, int64_t tenant, const char *key, const char *member,
               const hart_json *database, const hart_json *graph)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer one = {0}, other = {0};

        print_value(database, &one);
        print_value(graph, &other);
        run_found_text(run, what, kind, tenant, key, member, one.data ? (const char *)one.data : "",
                       other.data ? (const char *)other.data : "");
}

bool run_leaves_out(const check_run *run, const char *modality, size_t size)
{
        const char *word = run->options->leave_out;

        if (strcmp(word, "*") == 0)
                return true;
        for (; *word; word += strspn(word, " ")) {
                const size_t length = strcspn(word, " ");
                if (length == size && memcmp(word, modality, size) == 0)
                        return true;
                word += length;
        }
        return false;
}

void run_pause(check_run *run, int round)
{
        const uint64_t wanted = (uint64_t)50 * HART_MILLISECOND << round;
        const uint64_t pause = wanted < run->patience ? wanted : run->patience;
        const struct timespec time = {.tv_sec = (time_t)(pause / HART_SECOND),
                                      .tv_nsec = (long)(pause % HART_SECOND * 1000)};

        run->patience -= pause;
        if (pause)
                nanosleep(&time, NULL);
}

hart_code run_unsettled(check_run *run, const char *kind, int64_t tenant, const check_ids *ids, check_ids *ret,
                        hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        hart_pg_add_text(&parameters, kind);
        hart_pg_add_int4(&parameters, (int32_t)tenant);
        hart_pg_add_int8_array(&parameters, ids->item, ids->count);
        const hart_code code = hart_pg_run(run->options->pg, &sql_check_unsettled, &parameters, &rows, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                ids_add(ret, hart_pg_integer(rows, row, 0));
        if (ret->count)
                qsort(ret->item, ret->count, sizeof *ret->item, by_value);
        return code;
}

static void write_body(hart_buffer *out, const char *entity_type, const int64_t *ids, size_t count)
{
        hart_json_writer writer = {.out = out};

        hart_json_begin_object(&writer);
        hart_json_key(&writer, "EntityType");
        hart_json_put_text(&writer, entity_type);
        hart_json_key(&writer, "EntityIds");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < count; i++)
                hart_json_put_integer(&writer, ids[i]);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
}

hart_code run_ask(check_run *run, const char *entity_type, const check_ids *ids, hart_error *err)
{
        hart_code code = HART_OK;

        for (size_t first = 0; code == HART_OK && first < ids->count; first += IDS_OF_A_MESSAGE) {
                HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
                HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
                const size_t left = ids->count - first;
                const size_t count = left < IDS_OF_A_MESSAGE ? left : IDS_OF_A_MESSAGE;
                write_body(&body, entity_type, ids->item + first, count);
                const hart_pg_bytes bytes = {body.data, body.size};
                hart_pg_add_jsonb_array(&parameters, &bytes, 1);
                hart_pg_add_int4(&parameters, HART_GRAPH_REPAIR_PRIORITY);
                code = hart_pg_run(run->options->pg, &sql_check_ask, &parameters, NULL, err);
                run->result.asked += count;
        }
        return code;
}

hart_code run_erase(check_run *run, const char *statement, const check_ids *ids, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};

        if (ids->count == 0)
                return HART_OK;
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "rows");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < ids->count; i++)
                hart_json_put_integer(&writer, ids->item[i]);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        run->result.deleted += ids->count;
        return hart_graph_run(run->options->graph, statement, &parameters, NULL, err);
}

hart_code count_graph(check_run *run, const char *statement, int64_t tenant, int64_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
        hart_json_writer writer = {.out = &parameters};

        hart_json_begin_object(&writer);
        put_integer(&writer, "tenant", tenant);
        hart_json_end_object(&writer);
        const hart_code code = hart_graph_run(run->options->graph, statement, &parameters, &result, err);
        if (code == HART_OK)
                *ret = hart_graph_rows(result) ? cell_integer(result, 0, 0) : 0;
        return code;
}

hart_code count_database(check_run *run, const hart_graph_kind *kind, int32_t tenant, int64_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        hart_pg_add_text(&parameters, kind->name);
        hart_pg_add_int4(&parameters, tenant);
        const hart_code code = hart_pg_run(run->options->pg, hart_graph_count, &parameters, &rows, err);
        if (code == HART_OK)
                *ret = hart_pg_integer(rows, 0, 0);
        return code;
}

hart_code hart_graph_waiting(hart_pg *pg, int priority, int64_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        hart_pg_add_int4(&parameters, priority);
        const hart_code code = hart_pg_run(pg, &sql_check_waiting, &parameters, &rows, err);
        if (code == HART_OK)
                *ret = hart_pg_integer(rows, 0, 0);
        return code;
}
