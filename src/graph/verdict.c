/* What each of Neo4j's codes means for the caller: org.neo4j.kernel.api.exceptions.Status. */
#include <string.h>

#include "client.h"

typedef struct verdict {
        const char *prefix; /* of Neo4j's code */
        hart_code code;
        const char *advice;
        bool again; /* tried again by the client itself */
} verdict;

/* The first that fits. */
static const verdict verdicts[] = {
        {"Neo.TransientError.Transaction.", HART_RETRY, "", true},
        {"Neo.TransientError.", HART_RETRY, "", false},
        {"Neo.DatabaseError.Schema.", HART_FAILED, "", false}, /* a constraint that the data contradicts */
        {"Neo.DatabaseError.", HART_RETRY, "", false},
        {"Neo.ClientError.Security.AuthenticationRateLimit", HART_RETRY, "", false},
        {"Neo.ClientError.Security.", HART_CONFIG,
         " (check [neo4j] user in graph-sync.conf and the credential neo4j-password)", false},
        {"Neo.ClientError.Database.", HART_CONFIG, " (check [neo4j] database in graph-sync.conf)", false},
        {"Neo.ClientError.Cluster.", HART_RETRY, "", false},
        {"Neo.ClientError.Transaction.", HART_RETRY, "", false},
        {"Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", HART_RETRY, "", false},
        {"Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", HART_RETRY, "", false},
        {"Neo.ClientError.", HART_POISON, "", false},
        {"", HART_RETRY, "", false},
};

static const verdict *verdict_of(const char *neo4j_code)
{
        const verdict *row = verdicts;

        while (strncmp(neo4j_code, row->prefix, strlen(row->prefix)) != 0)
                row++;
        return row;
}

hart_code graph_refuse(const char *neo4j_code, const char *message, hart_error *err)
{
        const verdict *row = verdict_of(neo4j_code);

        (void)hart_fail(err, row->code, "Neo4j: %s: %s%s", neo4j_code, message, row->advice);
        return hart_error_foreign(err, neo4j_code), row->code;
}

bool graph_is_tried_again(const hart_error *err)
{
        return verdict_of(err->foreign)->again;
}
