/* Family 5, errors: failed operations, inferences and generation streams, and problems of ingestion jobs and sources.
 */
#include "families.h"
#include "provenance_errors.h"

#define TENANT                                                                                                         \
        {                                                                                                              \
                "tenant", HART_PROVENANCE_INTEGER, NULL, 0, INT32_MAX, "whose errors"                                  \
        }
#define SINCE                                                                                                          \
        {                                                                                                              \
                "since", HART_PROVENANCE_TIME, "", 0, 0, "from then on"                                                \
        }
#define LIMIT                                                                                                          \
        {                                                                                                              \
                "limit", HART_PROVENANCE_INTEGER, "500", 1, 10000, "rows at most"                                      \
        }

const hart_provenance_query errors_queries[] = {
        {
                .number = "5.1",
                .name = "errors-recent",
                .summary = "What failed or has a problem, the latest first",
                .parameters = {TENANT, SINCE, LIMIT},
                .columns = {{"at", HART_PROVENANCE_TIME},
                            {"kind", HART_PROVENANCE_TEXT},
                            {"id", HART_PROVENANCE_TEXT},
                            {"operation", HART_PROVENANCE_TEXT},
                            {"error", HART_PROVENANCE_TEXT},
                            {"text", HART_PROVENANCE_TEXT}},
                .cypher = cypher_errors_recent,
                .sql = &sql_errors_recent,
        },
        {
                .number = "5.2",
                .name = "errors-by-type",
                .summary = "Errors by type, the most frequent first",
                .parameters = {TENANT, SINCE, LIMIT},
                .columns = {{"error", HART_PROVENANCE_TEXT},
                            {"errors", HART_PROVENANCE_INTEGER},
                            {"operations", HART_PROVENANCE_INTEGER},
                            {"first", HART_PROVENANCE_TIME},
                            {"last", HART_PROVENANCE_TIME},
                            {"example", HART_PROVENANCE_TEXT}},
                .cypher = cypher_errors_by_type,
                .sql = &sql_errors_by_type,
        },
        {
                .number = "5.3",
                .name = "error-atoms",
                .summary = "Atoms that went into or came out of what failed or has a problem",
                .parameters = {TENANT, SINCE, LIMIT},
                .columns = {{"cause", HART_PROVENANCE_TEXT},
                            {"how", HART_PROVENANCE_TEXT},
                            {"atom", HART_PROVENANCE_INTEGER},
                            {"type", HART_PROVENANCE_TEXT},
                            {"preview", HART_PROVENANCE_TEXT},
                            {"error", HART_PROVENANCE_TEXT},
                            {"text", HART_PROVENANCE_TEXT},
                            {"at", HART_PROVENANCE_TIME}},
                .arrow_from = "cause",
                .arrow_to = "atom",
                .arrow_label = "how",
                .node = "atom",
                .node_kind = "type",
                .node_text = "preview",
                .cypher = cypher_error_atoms,
                .sql = &sql_error_atoms,
        },
        {
                .number = "5.4",
                .name = "errors-by-operation",
                .summary = "Which types of operations fail, and how often of how many times",
                .parameters = {TENANT, SINCE, LIMIT},
                .columns = {{"kind", HART_PROVENANCE_TEXT},
                            {"operation", HART_PROVENANCE_TEXT},
                            {"runs", HART_PROVENANCE_INTEGER},
                            {"errors", HART_PROVENANCE_INTEGER},
                            {"share", HART_PROVENANCE_NUMBER},
                            {"types", HART_PROVENANCE_INTEGER},
                            {"last", HART_PROVENANCE_TIME}},
                .cypher = cypher_errors_by_operation,
                .sql = &sql_errors_by_operation,
        },
        {
                .number = "5.5",
                .name = "errors-repeated",
                .summary = "Errors that came again with the same type and text",
                .parameters = {TENANT,
                               SINCE,
                               {"times", HART_PROVENANCE_INTEGER, "2", 2, INT32_MAX, "that often at least"},
                               LIMIT},
                .columns = {{"error", HART_PROVENANCE_TEXT},
                            {"text", HART_PROVENANCE_TEXT},
                            {"times", HART_PROVENANCE_INTEGER},
                            {"operations", HART_PROVENANCE_INTEGER},
                            {"first", HART_PROVENANCE_TIME},
                            {"last", HART_PROVENANCE_TIME}},
                .cypher = cypher_errors_repeated,
                .sql = &sql_errors_repeated,
        },
};
const size_t errors_query_count = sizeof errors_queries / sizeof errors_queries[0];
