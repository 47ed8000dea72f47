/* lineage: what an atom came from. */
#include <stdio.h>

#include "commands.h"
#include "steps.h"

static void show_json(const struct answer *answer, int64_t atom)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        walk_write_head(answer, atom, &writer);
        hart_json_key(&writer, "lineage");
        table_write_json(&answer->rows, &writer);
        hart_json_end_object(&writer);
        json_show(&out);
}

static void show_people(const struct answer *answer, int64_t atom)
{
        table_print(&answer->rows, stdout);
        if (table_rows(&answer->rows) == 0)
                printf("atom %lld came from nothing else\n", (long long)atom);
}

int ctl_lineage(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        HART_CLEANUP(answer_done) struct answer answer = {0};
        int64_t atom = 0;
        const int status = walk_ask(ctl, HART_PROVENANCE_LINEAGE, arguments[0], &atom, &answer);
        if (status != CTL_OK)
                return status;
        if (answer.format == FORMAT_TABLE)
                show_people(&answer, atom);
        else if (answer.format == FORMAT_JSON)
                show_json(&answer, atom);
        else
                answer_print(&answer);
        if (answer.more && answer.format != FORMAT_JSON)
                walk_say_more(ctl, &answer);
        return CTL_OK;
}
