/* Names that were typed: what is not there finds nothing, and whoever misspelt it must not take that for good news. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "ctl_sql.h"
#include "options.h"

#define LIST_QUEUES "`hartonomousctl queue list` shows what there is"

static int check_name(struct ctl *ctl, const char *what, const char *name, const hart_pg_statement *statement,
                      const char *otherwise)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_error err = {0};
        if (!name)
                return CTL_OK;
        if (hart_pg_run(ctl->pg, statement, NULL, &rows, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        const size_t count = hart_pg_rows(rows);
        HART_CLEANUP(hart_free_p) const char **names = hart_allocate_array(count + 1, sizeof *names);
        for (size_t row = 0; row < count; row++) {
                names[row] = hart_pg_text(rows, row, 0, NULL);
                if (strcmp(names[row], name) == 0)
                        return CTL_OK;
        }
        const char *meant = ctl_suggest(name, names, count, sizeof names[0]);
        if (meant)
                return ctl_not_found("%s %s: there is none; did you mean %s?", what, name, meant);
        return ctl_not_found("%s %s: there is none; %s", what, name, otherwise);
}

int ctl_check_queue(struct ctl *ctl, const char *name)
{
        return check_name(ctl, "queue", name, &sql_queue_names, LIST_QUEUES);
}

int ctl_check_queue_of_letters(struct ctl *ctl, const char *name)
{
        return check_name(ctl, "queue", name, &sql_dead_letter_queue_names, LIST_QUEUES);
}

int ctl_check_queue_of_audit(struct ctl *ctl, const char *name)
{
        return check_name(ctl, "queue", name, &sql_audit_queue_names, LIST_QUEUES);
}

int ctl_check_service(struct ctl *ctl, const char *name)
{
        return check_name(ctl, "service", name, &sql_service_names,
                          "`hartonomousctl queue show` names those of a queue");
}

int ctl_check_type(struct ctl *ctl, const char *name)
{
        return check_name(ctl, "message type", name, &sql_message_type_names, "table broker.message_type has them");
}
