/* Two states of one entity, member by member. */
#include <hartonomous/graph_check.h>

#include <string.h>

typedef struct state_comparison {
        hart_buffer path; /* of what is being compared */
        hart_graph_member_visit *visit;
        void *data;
        size_t found;
} state_comparison;

static void compare(state_comparison *comparison, const hart_json *database, const hart_json *graph);

static bool is_nothing(const hart_json *value)
{
        return !value || hart_json_kind_of(value) == HART_JSON_NULL;
}

static bool is_number(const hart_json *value)
{
        const hart_json_kind kind = hart_json_kind_of(value);

        return kind == HART_JSON_INTEGER || kind == HART_JSON_REAL;
}

/* 2 and 2.0 are equal; numbers that only look equal because a double cannot hold them are not. */
static bool numbers_equal(const hart_json *left, const hart_json *right)
{
        int64_t one = 0, other = 0;
        double first = 0, second = 0;
        const bool whole = hart_json_integer(left, &one), also_whole = hart_json_integer(right, &other);

        if (whole && also_whole)
                return one == other;
        (void)hart_json_number(left, &first);
        (void)hart_json_number(right, &second);
        if (!(first >= second && first <= second))
                return false;
        const bool exact = first > -9007199254740992.0 && first < 9007199254740992.0;
        return exact || !(whole || also_whole);
}

static bool texts_equal(const hart_json *left, const hart_json *right)
{
        size_t size = 0, other = 0;
        const char *one = hart_json_text(left, &size), *two = hart_json_text(right, &other);

        return size == other && memcmp(one, two, size) == 0;
}

/* Of two values that are neither lists nor objects. */
static bool scalars_equal(const hart_json *left, const hart_json *right)
{
        if (is_nothing(left) || is_nothing(right))
                return is_nothing(left) && is_nothing(right);
        if (is_number(left) && is_number(right))
                return numbers_equal(left, right);
        if (hart_json_kind_of(left) != hart_json_kind_of(right))
                return false;
        return hart_json_kind_of(left) != HART_JSON_TEXT || texts_equal(left, right);
}

static void report(state_comparison *comparison, const hart_json *database, const hart_json *graph)
{
        comparison->found++;
        if (comparison->visit)
                comparison->visit(comparison->path.size ? (const char *)comparison->path.data : "", database, graph,
                                  comparison->data);
}

static void shorten(hart_buffer *path, size_t size)
{
        path->size = size;
        if (path->data)
                path->data[size] = '\0';
}

static void compare_member(state_comparison *comparison, const char *key, const hart_json *database,
                           const hart_json *graph)
{
        const size_t size = comparison->path.size;

        hart_buffer_format(&comparison->path, "%s%s", size ? "." : "", key);
        compare(comparison, database, graph);
        shorten(&comparison->path, size);
}

struct sides {
        state_comparison *comparison;
        const hart_json *other;
};

static bool visit_database(const char *key, const hart_json *value, void *data)
{
        const struct sides *sides = data;

        compare_member(sides->comparison, key, value, hart_json_member(sides->other, key));
        return true;
}

/* What the database has was compared already. */
static bool visit_graph(const char *key, const hart_json *value, void *data)
{
        const struct sides *sides = data;

        if (!hart_json_member(sides->other, key))
                compare_member(sides->comparison, key, NULL, value);
        return true;
}

static void compare_objects(state_comparison *comparison, const hart_json *database, const hart_json *graph)
{
        struct sides sides = {comparison, graph};

        hart_json_each(database, visit_database, &sides);
        sides.other = database;
        hart_json_each(graph, visit_graph, &sides);
}

/* With one item more or less everything behind it has moved: then only the first that differs says something. */
static void compare_arrays(state_comparison *comparison, const hart_json *database, const hart_json *graph)
{
        const size_t ours = hart_json_count(database), theirs = hart_json_count(graph);
        const size_t most = ours > theirs ? ours : theirs, size = comparison->path.size;

        for (size_t i = 0; i < most; i++) {
                const hart_json *one = hart_json_item(database, i), *other = hart_json_item(graph, i);
                hart_buffer_format(&comparison->path, "[%zu]", i);
                if (ours == theirs)
                        compare(comparison, one, other);
                const bool moved = ours != theirs && hart_graph_compare_states(one, other, NULL, NULL) > 0;
                if (moved)
                        report(comparison, one, other);
                shorten(&comparison->path, size);
                if (moved)
                        return;
        }
        if (ours != theirs)
                report(comparison, database, graph);
}

static void compare(state_comparison *comparison, const hart_json *database, const hart_json *graph)
{
        const hart_json_kind kind = is_nothing(database) ? HART_JSON_NULL : hart_json_kind_of(database);

        if (is_nothing(graph) || kind != hart_json_kind_of(graph) ||
            (kind != HART_JSON_ARRAY && kind != HART_JSON_OBJECT)) {
                if (!scalars_equal(database, graph))
                        report(comparison, database, graph);
        } else if (kind == HART_JSON_ARRAY) {
                compare_arrays(comparison, database, graph);
        } else {
                compare_objects(comparison, database, graph);
        }
}

size_t hart_graph_compare_states(const hart_json *database, const hart_json *graph, hart_graph_member_visit *visit,
                                 void *data)
{
        state_comparison comparison = {.visit = visit, .data = data};

        compare(&comparison, database, graph);
        hart_buffer_done(&comparison.path);
        return comparison.found;
}
