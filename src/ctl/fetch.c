/* fetch: asks hartonomous-fetch for documents of web servers. */
#include <stdio.h>

#include "commands.h"
#include "ctl_sql.h"
#include "table.h"

static const table_column columns[] = {
        {"conversation", "CONVERSATION", TABLE_INTEGER},
        {"uri", "URI", TABLE_TEXT},
};

static hart_code enqueue(struct ctl *ctl, const char *url, int64_t *handle, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_add_text(&parameters, url);
        hart_pg_add_int4(&parameters, ctl->options.tenant == HART_ANY_TENANT ? 0 : (int32_t)ctl->options.tenant);
        hart_pg_add_text(&parameters, ctl->options.content_type);
        const hart_code code = hart_pg_run(ctl->pg, &sql_enqueue_fetch, &parameters, &rows, err);
        if (code == HART_OK)
                *handle = hart_pg_integer(rows, 0, 0);
        return code;
}

int ctl_fetch(struct ctl *ctl, int count, char *arguments[])
{
        HART_CLEANUP(table_done)
        struct table asked = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
        int status = ctl_connect(ctl), failed = CTL_OK;
        for (int i = 0; i < count && status == CTL_OK; i++) {
                hart_error err = {0};
                int64_t handle = 0;
                const hart_code code = enqueue(ctl, arguments[i], &handle, &err);
                if (code == HART_POISON) /* this URL's fault alone */
                        failed = ctl_fail(ctl, &err);
                else if (code != HART_OK)
                        status = ctl_fail(ctl, &err);
                if (code != HART_OK)
                        continue;
                table_integer(&asked, handle);
                table_text(&asked, arguments[i]);
        }
        if (status == CTL_OK || table_rows(&asked) > 0)
                table_show(&asked, ctl->options.json);
        return status == CTL_OK ? failed : status;
}
