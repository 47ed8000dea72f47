/* Rows of an answer as those of a table, and as arrows of a picture. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "questions.h"

#define TEXT_WIDTH 80 /* of a text in a table for people */

/* 2026-11-21T10:00:00.123456Z; `text` has room for 48 bytes. */
static void print_time(int64_t microseconds, char *text)
{
        const int64_t below = ((microseconds % 1000000) + 1000000) % 1000000;
        const time_t seconds = (time_t)((microseconds - below) / 1000000);
        struct tm parts = {0};
        gmtime_r(&seconds, &parts);
        snprintf(text, 48, "%04d-%02d-%02dT%02d:%02d:%02d.%06" PRId64 "Z", parts.tm_year + 1900, parts.tm_mon + 1,
                 parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, below);
}

static void add_cell(const hart_provenance_cell *cell, hart_provenance_type type, bool for_people, struct table *into)
{
        char text[48];
        if (cell->null) {
                table_null(into);
                return;
        }
        switch (type) {
        case HART_PROVENANCE_INTEGER:
                table_integer(into, cell->integer);
                return;
        case HART_PROVENANCE_NUMBER:
                table_number(into, cell->number);
                return;
        case HART_PROVENANCE_FLAG:
                table_flag(into, cell->integer != 0);
                return;
        case HART_PROVENANCE_TIME:
                print_time(cell->integer, text);
                table_text(into, text);
                return;
        case HART_PROVENANCE_TEXT:
                break;
        }
        if (!for_people) {
                table_text_n(into, cell->text, strlen(cell->text));
                return;
        }
        HART_CLEANUP(hart_free_p) char *line = one_line(cell->text, strlen(cell->text), TEXT_WIDTH);
        table_text(into, line);
}

/* The cell of a column by its name as text; NULL for no such column and for null. free() */
static char *text_of(const hart_provenance_query *query, const hart_provenance_cell *cells, const char *name)
{
        size_t place = 0;
        while (name && query->columns[place].name && strcmp(query->columns[place].name, name) != 0)
                place++;
        if (!name || !query->columns[place].name || cells[place].null)
                return NULL;
        char text[48];
        switch (query->columns[place].type) {
        case HART_PROVENANCE_TEXT:
                return hart_duplicate(cells[place].text);
        case HART_PROVENANCE_TIME:
                print_time(cells[place].integer, text);
                return hart_duplicate(text);
        case HART_PROVENANCE_NUMBER:
                return hart_format("%.4g", cells[place].number);
        case HART_PROVENANCE_FLAG:
                return hart_duplicate(cells[place].integer ? "yes" : "no");
        case HART_PROVENANCE_INTEGER:
                break;
        }
        return hart_format("%" PRId64, cells[place].integer);
}

/* An end of an arrow: a number is an atom's. SIZE_MAX where it is null. */
static size_t end_of(const hart_provenance_query *query, const hart_provenance_cell *cells, const char *name,
                     struct picture *picture)
{
        HART_CLEANUP(hart_free_p) char *text = text_of(query, cells, name);
        const hart_provenance_column *column = query->columns;
        while (column->name && strcmp(column->name, name) != 0)
                column++;
        if (!text)
                return SIZE_MAX;
        HART_CLEANUP(hart_free_p)
        char *key = hart_format(column->type == HART_PROVENANCE_INTEGER ? "atom %s" : "%s", text);
        return picture_node(picture, key);
}

static void add_arrow(const hart_provenance_query *query, const hart_provenance_cell *cells, struct picture *picture)
{
        const size_t from = end_of(query, cells, query->arrow_from, picture);
        const size_t to = end_of(query, cells, query->arrow_to, picture);
        const bool is_from = query->node && strcmp(query->node, query->arrow_from) == 0;
        const size_t node = is_from ? from : to;
        HART_CLEANUP(hart_free_p) char *label = text_of(query, cells, query->arrow_label);
        HART_CLEANUP(hart_free_p) char *kind = text_of(query, cells, query->node_kind);
        HART_CLEANUP(hart_free_p) char *text = text_of(query, cells, query->node_text);
        if (query->node && node != SIZE_MAX)
                picture_describe(picture, node, kind, text);
        if (from != SIZE_MAX && to != SIZE_MAX)
                picture_arrow(picture, from, to, label);
}

void question_take_row(const hart_provenance_cell *cells, void *data)
{
        const struct question_rows *target = data;
        const hart_provenance_query *query = target->query;
        const bool for_people = target->answer->format == FORMAT_TABLE;
        for (size_t i = 0; query->columns[i].name; i++)
                add_cell(&cells[i], query->columns[i].type, for_people, &target->answer->rows);
        if (query->arrow_from)
                add_arrow(query, cells, &target->answer->picture);
}
