#include "queue_figures.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "worker_sql.h"

/* So many reasons have a sample of their own: each is a time series for ever, and handlers write them freely. */
#define REASONS_MAX 20

/* A row for each column of queue_figures.sql. */
static const struct figure {
        const char *name, *label, *kind, *help;
        bool fraction; /* float8; otherwise int8 */
} figures[] = {
        {"hartonomous_queue_depth", "", "gauge", "Messages that wait in the queue or are being handled.", false},
        {"hartonomous_queue_deferred", "", "gauge", "Messages that are due later.", false},
        {"hartonomous_queue_oldest_age_seconds", "", "gauge", "Age of the oldest message, 0 where there is none.",
         true},
        {"hartonomous_queue_readers", ",state=\"active\"", "gauge", "Readers of the queue by what they do.", false},
        {"hartonomous_queue_readers", ",state=\"sleeping\"", "gauge", "Readers of the queue by what they do.", false},
        {"hartonomous_queue_consumed_total", "", "counter", "Messages consumed, by whatever reader.", false},
        {"hartonomous_queue_failed_total", "", "counter", "Attempts that failed, by whatever reader.", false},
        {"hartonomous_queue_rolled_back_total", "", "counter", "Deliveries that ended without a word.", false},
        {"hartonomous_queue_buried_total", "", "counter", "Messages given up.", false},
        {"hartonomous_dead_letters", "", "gauge", "Dead letters of the queue.", false},
};

static void put_head(hart_buffer *out, const char *name, const char *kind, const char *help)
{
        hart_buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void put_figures(const hart_pg_result *row, const char *queue, hart_buffer *out)
{
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
                const struct figure *figure = &figures[i];
                if (i == 0 || strcmp(figure[-1].name, figure->name) != 0)
                        put_head(out, figure->name, figure->kind, figure->help);
                hart_buffer_format(out, "%s{queue=\"%s\"%s} ", figure->name, queue, figure->label);
                if (figure->fraction)
                        hart_buffer_format(out, "%.6f\n", hart_pg_number(row, 0, (int)i));
                else
                        hart_buffer_format(out, "%" PRId64 "\n", hart_pg_integer(row, 0, (int)i));
        }
}

void queue_figures_put_label(hart_buffer *out, const char *text, size_t size)
{
        for (size_t i = 0; i < size; i++) {
                if (text[i] == '\\' || text[i] == '"')
                        hart_buffer_byte(out, '\\');
                if (text[i] == '\n')
                        hart_buffer_text(out, "\\n");
                else
                        hart_buffer_byte(out, (unsigned char)text[i]);
        }
}

static void put_reasons(const hart_pg_result *rows, const char *queue, hart_buffer *out)
{
        const char *name = "hartonomous_dead_letters_by_reason";
        put_head(out, name, "gauge", "Dead letters of the queue by reason; those of rare reasons are \"other\".");
        for (size_t i = 0; i < hart_pg_rows(rows); i++) {
                size_t size = 0;
                const char *reason = hart_pg_text(rows, i, 0, &size);
                hart_buffer_format(out, "%s{queue=\"%s\",reason=\"", name, queue);
                queue_figures_put_label(out, reason, size);
                hart_buffer_format(out, "\"} %" PRId64 "\n", hart_pg_integer(rows, i, 1));
        }
}

hart_code queue_figures_read(hart_pg *pg, const char *queue, hart_buffer *out, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters of_queue = {0}, of_letters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *row = NULL, *reasons = NULL;
        hart_pg_add_text(&of_queue, queue);
        hart_pg_add_text(&of_letters, queue);
        hart_pg_add_int4(&of_letters, REASONS_MAX);
        hart_code code = hart_pg_run(pg, &sql_queue_figures, &of_queue, &row, err);
        if (code == HART_OK)
                code = hart_pg_run(pg, &sql_dead_letter_reasons, &of_letters, &reasons, err);
        if (code != HART_OK)
                return code;
        if (hart_pg_rows(row) == 1) {
                put_figures(row, queue, out);
                put_reasons(reasons, queue, out);
        }
        return HART_OK;
}
