/* Level by level, whoever answers. What bounds it is the rows: no level is asked for more than are left and one, so
 * that a chain of any length, a cycle and a very dense graph end alike. */
#include "walk.h"

#include <string.h>

struct search {
        const walk_side *side;
        const hart_provenance_walk *walk;
        hart_provenance_visit_step *visit;
        void *data;
        int depth;
        size_t found;
        int64_t *seen; /* atoms in the order of finding them; those of the level in hand from `first` on */
        size_t seen_count;
        bool more;
};

/* There are at most as many as rows: looking through them costs less than asking for them. */
static void remember(struct search *search, int64_t atom)
{
        for (size_t i = 0; i < search->seen_count; i++)
                if (search->seen[i] == atom)
                        return;
        search->seen[search->seen_count++] = atom;
}

static void take_step(const hart_provenance_step *step, void *data)
{
        struct search *search = data;
        hart_provenance_step found = *step;

        if (search->found == search->walk->rows) {
                search->more = true;
                return;
        }
        found.depth = search->depth;
        search->visit(&found, search->data);
        search->found++;
        if (strcmp(step->node, "Atom") == 0)
                remember(search, step->id);
}

static void note_more(const hart_provenance_step *step, void *data)
{
        struct search *search = data;
        (void)step;
        search->more = true;
}

static hart_code ask(struct search *search, size_t first, size_t limit, hart_provenance_visit_step *take,
                     hart_error *err)
{
        /* The request is complete before the first row is taken, which may add to seen. */
        return search->side->step(search->side->connection, search->walk, search->seen + first,
                                  search->seen_count - first, limit, take, search, err);
}

static hart_code walk_on(struct search *search, hart_error *err)
{
        size_t first = 0;

        for (search->depth = 1; search->depth <= search->walk->depth; search->depth++) {
                const size_t next = search->seen_count;
                const hart_code code = ask(search, first, search->walk->rows - search->found + 1, take_step, err);
                if (code != HART_OK)
                        return code;
                first = next;
                if (first == search->seen_count || search->more)
                        return HART_OK;
        }
        /* The depth ended it: is there anything behind? */
        return ask(search, first, 1, note_more, err);
}

hart_code walk_levels(const walk_side *side, const hart_provenance_walk *walk, hart_provenance_visit_step *visit,
                      void *data, bool *more, hart_error *err)
{
        struct search search = {.side = side, .walk = walk, .visit = visit, .data = data};

        if (walk->depth < 1 || walk->depth > HART_PROVENANCE_DEPTH_MAX || walk->rows < 1 ||
            walk->rows > HART_PROVENANCE_ROWS_MAX)
                return hart_fail(err, HART_CONFIG, "a walk goes 1 to %d deep and gives 1 to %d rows",
                                 HART_PROVENANCE_DEPTH_MAX, HART_PROVENANCE_ROWS_MAX);
        hart_code code = side->find(side->connection, walk->tenant, walk->atom, err);
        if (code != HART_OK)
                return code;
        HART_CLEANUP(hart_free_p) int64_t *seen = hart_allocate_array(walk->rows + 1, sizeof *seen);
        search.seen = seen;
        search.seen[search.seen_count++] = walk->atom;
        code = walk_on(&search, err);
        if (code == HART_OK)
                *more = search.more;
        return code;
}
