/* What each of Neo4j's codes means for the caller. The codes are those of org.neo4j.kernel.api.exceptions.Status; an
 * answer without one counts as "HTTP 503". */
#include <string.h>

#include "client.h"

enum { AGAIN = 1, MEMORY = 2, DEADLOCK = 4 };

typedef struct verdict {
        const char *prefix;  /* of the code */
        const char *message; /* a part of Neo4j's words, NULL where any will do */
        hart_code code;
        unsigned flags;
        const char *advice;
} verdict;

#define LOGIN   " (check [neo4j] user in graph-sync.conf and the credential neo4j-password)"
#define ADDRESS " (check [neo4j] url in graph-sync.conf)"

/* The first that fits. */
static const verdict verdicts[] = {
        /* Transient: other transactions are in the way, or the server is busy with itself. */
        {"Neo.TransientError.Transaction.DeadlockDetected", NULL, HART_RETRY, AGAIN | DEADLOCK, ""},
        {"Neo.TransientError.Transaction.BookmarkTimeout", NULL, HART_RETRY, 0, ""},
        {"Neo.TransientError.Transaction.", "Memory", HART_RETRY, MEMORY, ""},
        {"Neo.TransientError.Transaction.", NULL, HART_RETRY, AGAIN, ""},
        {"Neo.TransientError.Security.ModifiedConcurrently", NULL, HART_RETRY, AGAIN, ""},
        {"Neo.TransientError.General.MemoryPoolOutOfMemoryError", NULL, HART_RETRY, MEMORY, ""},
        {"Neo.TransientError.General.OutOfMemoryError", NULL, HART_RETRY, MEMORY, ""},
        {"Neo.TransientError.General.TransactionMemoryLimit", NULL, HART_RETRY, MEMORY, ""},
        {"Neo.TransientError.General.StackOverFlowError", NULL, HART_FAILED, 0, ""},
        {"Neo.TransientError.", NULL, HART_RETRY, 0, ""},

        /* The database's own: damaged, full, stopping. Or a value that it chokes on, which it would do for ever. */
        {"Neo.DatabaseError.Statement.", "too large to index", HART_POISON, 0, ""},
        {"Neo.DatabaseError.Statement.", "Unsupported type of Number", HART_POISON, 0, ""},
        {"Neo.DatabaseError.Statement.", NULL, HART_FAILED, 0, ""},
        {"Neo.DatabaseError.Schema.", NULL, HART_FAILED, 0, ""}, /* a constraint that the data contradicts */
        {"Neo.DatabaseError.General.UnknownError", NULL, HART_FAILED, 0, ""},
        {"Neo.DatabaseError.", NULL, HART_RETRY, 0, ""},

        {"Neo.ClientError.Security.AuthenticationRateLimit", NULL, HART_RETRY, 0, ""},
        {"Neo.ClientError.Security.AuthProvider", NULL, HART_RETRY, 0, ""},
        {"Neo.ClientError.Security.AuthorizationExpired", NULL, HART_RETRY, 0, ""},
        {"Neo.ClientError.Security.", NULL, HART_CONFIG, 0, LOGIN},
        {"Neo.ClientError.Database.", NULL, HART_CONFIG, 0, " (check [neo4j] database in graph-sync.conf)"},
        {"Neo.ClientError.Cluster.", NULL, HART_RETRY, 0, ""},

        /* Broken off by somebody, or what a bookmark stands for is gone. */
        {"Neo.ClientError.Transaction.LockClientStopped", NULL, HART_RETRY, AGAIN, ""},
        {"Neo.ClientError.Transaction.Terminated", NULL, HART_RETRY, 0, ""},
        {"Neo.ClientError.Transaction.TransactionNotFound", NULL, HART_RETRY, 0, ""},
        {"Neo.ClientError.Transaction.InvalidBookmark", NULL, HART_RETRY, 0, ""},
        /* Too long for the server's patience: less at once may do. */
        {"Neo.ClientError.Transaction.TransactionTimedOut", NULL, HART_FAILED, 0, ""},
        /* Another's trigger refused it, or a transaction is not what its user thinks. */
        {"Neo.ClientError.Transaction.TransactionHookFailed", NULL, HART_FAILED, 0, ""},
        {"Neo.ClientError.Transaction.TransactionMarkedAsFailed", NULL, HART_FAILED, 0, ""},
        {"Neo.ClientError.Transaction.TransactionAccessedConcurrently", NULL, HART_FAILED, 0, ""},

        {"Neo.ClientError.General.TransactionOutOfMemoryError", NULL, HART_RETRY, MEMORY, ""},
        {"Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", NULL, HART_RETRY, 0, ""},
        {"Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", NULL, HART_RETRY, 0, ""},
        {"Neo.ClientError.General.UpgradeRequired", NULL, HART_CONFIG, 0, ""},
        {"Neo.ClientError.", NULL, HART_POISON, 0, ""},

        /* What the driver inside the Query API says on its own. */
        {"N/A", "Unable to convert", HART_POISON, 0, ""},
        {"N/A", NULL, HART_FAILED, 0, ""},

        /* Somebody before Neo4j, or none of Neo4j's at all. */
        {"HTTP 2", NULL, HART_RETRY, 0, ": the answer breaks off, the outcome is unknown"},
        {"HTTP 401", NULL, HART_CONFIG, 0, ", which Neo4j itself did not say" ADDRESS},
        {"HTTP 403", NULL, HART_CONFIG, 0, ", which Neo4j itself did not say" ADDRESS},
        {"HTTP 408", NULL, HART_RETRY, 0, ""},
        {"HTTP 413", NULL, HART_FAILED, MEMORY, ": the request is too large"},
        {"HTTP 429", NULL, HART_RETRY, 0, ""},
        {"HTTP 5", NULL, HART_RETRY, 0, ""},
        {"HTTP ", NULL, HART_CONFIG, 0, ", and no word of Neo4j's" ADDRESS},

        {"", NULL, HART_FAILED, 0, ""},
};

static const verdict *verdict_of(const char *neo4j_code, const char *message)
{
        const verdict *row = verdicts;

        while (strncmp(neo4j_code, row->prefix, strlen(row->prefix)) != 0 ||
               (row->message && !strstr(message, row->message) && !strstr(neo4j_code, row->message)))
                row++;
        return row;
}

hart_code graph_refuse(const char *neo4j_code, const char *message, hart_error *err)
{
        const verdict *row = verdict_of(neo4j_code, message);

        (void)hart_fail(err, row->code, "Neo4j: %s: %s%s", neo4j_code, message, row->advice);
        return hart_error_foreign(err, neo4j_code), row->code;
}

hart_code graph_refuse_status(long status, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *foreign = hart_format("HTTP %ld", status);
        const verdict *row = verdict_of(foreign, "");

        (void)hart_fail(err, row->code, "Neo4j answers %s%s", foreign, row->advice);
        return hart_error_foreign(err, foreign), row->code;
}

static bool has(const hart_error *err, unsigned flag)
{
        return (verdict_of(err->foreign, err->text)->flags & flag) != 0;
}

bool graph_is_tried_again(const hart_error *err)
{
        return has(err, AGAIN);
}

bool hart_graph_is_memory(const hart_error *err)
{
        return has(err, MEMORY);
}

bool hart_graph_is_deadlock(const hart_error *err)
{
        return has(err, DEADLOCK);
}
