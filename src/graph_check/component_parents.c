#include "component_parents.h"

#include <inttypes.h>
#include <stdio.h>

#include "graph_check_cypher.h"

/* Lines about one parent; components that one statement deletes. */
enum { LINES = 20, ERASED = 10000 };

bool parents_note(const parents_scope *scope, const char *what, int64_t parent, int64_t sequence, int64_t database,
                  int64_t graph, void *data)
{
        check_ids *parents = data;

        (void)scope, (void)what, (void)sequence, (void)database, (void)graph;
        if (parents->count == 0 || parents->item[parents->count - 1] != parent)
                ids_add(parents, parent);
        return true;
}

struct lines {
        size_t count;
};

static void write_atom(int64_t atom, char text[24])
{
        snprintf(text, 24, "%" PRId64, atom);
        if (atom < 0)
                text[0] = '\0';
        else if (atom == 0)
                snprintf(text, 24, "not of the tenant");
}

static bool name_component(const parents_scope *scope, const char *what, int64_t parent, int64_t sequence,
                           int64_t database, int64_t graph, void *data)
{
        struct lines *lines = data;
        char key[24], member[32], one[24], other[24];

        if (lines->count++ >= LINES)
                return true;
        snprintf(key, sizeof key, "%" PRId64, parent);
        snprintf(member, sizeof member, "HAS_COMPONENT[%" PRId64 "]", sequence);
        write_atom(database, one);
        write_atom(graph, other);
        run_found_text(scope->run, what, "Composition", scope->tenant, key, member, one, other);
        return true;
}

/* Of one window of a parent. */
static hart_code compare_piece(const parents_scope *scope, int64_t parent, int64_t from, int64_t until, differ *visit,
                               void *data, hart_error *err)
{
        HART_CLEANUP(window_done)
        component_window window = {.after = parent - 1, .to = parent, .from = from, .until = until};
        const hart_code code = window_read(scope, &window, err);

        if (code == HART_OK)
                window_compare(scope, &window, visit, data);
        return code;
}

hart_code parents_compare(const parents_scope *scope, int64_t parent, int64_t count, differ *visit, void *data,
                          hart_error *err)
{
        hart_code code = HART_OK;
        int64_t from = INT64_MIN;

        for (int64_t until = COMPONENT_WINDOW; code == HART_OK && from < INT64_MAX; until += COMPONENT_WINDOW) {
                const int64_t end = until < count ? until : INT64_MAX;
                code = compare_piece(scope, parent, from, end, visit, data, err);
                from = end;
        }
        return code;
}

static hart_code judge_parent(const parents_scope *scope, parent_atom *parent, bool unsettled, bool *differs,
                              hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids found = {0};
        const hart_code code = parents_compare(scope, parent->id, parent->count, parents_note, &found, err);

        *differs = found.count > 0;
        parent->again = parent->again && *differs && !unsettled;
        return code;
}

static hart_code name_parent(const parents_scope *scope, const parent_atom *parent, check_ids *wrong, hart_error *err)
{
        struct lines lines = {0};
        const hart_code code = parents_compare(scope, parent->id, parent->count, name_component, &lines, err);
        char key[24], more[32];

        if (lines.count)
                ids_add(wrong, parent->id);
        if (lines.count <= LINES)
                return code;
        snprintf(key, sizeof key, "%" PRId64, parent->id);
        snprintf(more, sizeof more, "%zu more", lines.count - LINES);
        run_found_text(scope->run, "differs", "Composition", scope->tenant, key, "HAS_COMPONENT", "", more);
        return code;
}

static hart_code erase_components(const parents_scope *scope, const check_ids *parents, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer;
        hart_code code = HART_OK;
        int64_t deleted = 1;

        range_begin(&writer, &parameters, scope->tenant, 0, NULL, ERASED);
        hart_json_key(&writer, "rows");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < parents->count; i++)
                hart_json_put_integer(&writer, parents->item[i]);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        while (code == HART_OK && deleted > 0) {
                HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
                code = hart_graph_run(scope->run->options->graph, cypher_check_erase_components, &parameters, &result,
                                      err);
                deleted = code == HART_OK ? cell_integer(result, 0, 0) : 0;
                scope->run->result.deleted += (uint64_t)deleted;
        }
        return code;
}

static hart_code remedy(const parents_scope *scope, const check_ids *wrong, hart_error *err)
{
        const hart_graph_remedy remedy = scope->run->options->remedy;
        hart_code code = HART_OK;

        if (wrong->count == 0)
                return HART_OK;
        if (!scope->known)
                scope->run->result.unnamed += wrong->count;
        if (remedy >= HART_GRAPH_REMEDY_REMAKE)
                code = erase_components(scope, wrong, err);
        return code == HART_OK && remedy >= HART_GRAPH_REMEDY_ASK ? run_ask(scope->run, "Composition", wrong, err)
                                                                  : code;
}

/* Twice the same without a message about it in between, or it is in flight. *count becomes the number of those. */
static hart_code settle_round(const parents_scope *scope, parent_atom *parents, size_t *count, check_ids *wrong,
                              hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids ids = {0}, unsettled = {0};
        size_t kept = 0;

        for (size_t i = 0; i < *count; i++)
                ids_add(&ids, parents[i].id);
        hart_code code = run_unsettled(scope->run, "Composition", scope->tenant, &ids, &unsettled, err);
        for (size_t i = 0; code == HART_OK && i < *count; i++) {
                parent_atom parent = parents[i];
                bool differs = false;
                const bool waits = ids_have(&unsettled, parent.id);
                code = judge_parent(scope, &parent, waits, &differs, err);
                if (code != HART_OK || !differs)
                        continue;
                if (parent.again) {
                        code = name_parent(scope, &parent, wrong, err);
                        continue;
                }
                parent.again = !waits;
                parents[kept++] = parent;
        }
        *count = kept;
        return code;
}

hart_code parents_settle(const parents_scope *scope, parent_atom *parents, size_t count, hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids wrong = {0};
        hart_code code = HART_OK;

        for (int round = 0; code == HART_OK && count && round < CHECK_ROUNDS; round++) {
                if (round)
                        run_pause(scope->run, round);
                code = settle_round(scope, parents, &count, &wrong, err);
        }
        scope->run->result.in_flight += count;
        return code == HART_OK ? remedy(scope, &wrong, err) : code;
}
