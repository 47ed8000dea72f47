/* Family 3, operations: recorded ones and ingestion jobs together, what they read and made, how they went. */
#include "families.h"
#include "provenance_operations.h"

#define TENANT                                                                                                         \
        {                                                                                                              \
                "tenant", HART_PROVENANCE_INTEGER, NULL, 0, INT32_MAX, "whose operations"                              \
        }
#define LIMIT                                                                                                          \
        {                                                                                                              \
                "limit", HART_PROVENANCE_INTEGER, "500", 1, 10000, "rows at most"                                      \
        }

const hart_provenance_query operations_queries[] = {
        {
                .number = "3.1",
                .name = "operation-atoms",
                .summary = "What an operation read and what it made",
                .parameters = {TENANT,
                               {"operation", HART_PROVENANCE_TEXT, NULL, 0, 0,
                                "its number, or ingestion: and the number of a document's atom"},
                               LIMIT},
                .columns = {{"operation", HART_PROVENANCE_TEXT},
                            {"how", HART_PROVENANCE_TEXT},
                            {"atom", HART_PROVENANCE_INTEGER},
                            {"type", HART_PROVENANCE_TEXT},
                            {"size", HART_PROVENANCE_INTEGER},
                            {"text", HART_PROVENANCE_TEXT}},
                .arrow_from = "operation",
                .arrow_to = "atom",
                .arrow_label = "how",
                .node = "atom",
                .node_kind = "type",
                .node_text = "text",
                .cypher = cypher_operation_atoms,
                .sql = &sql_operation_atoms,
        },
        {
                .number = "3.2",
                .name = "operation-failures",
                .summary = "Operations that failed, and why, the latest first",
                .parameters = {TENANT,
                               {"type", HART_PROVENANCE_TEXT, "", 0, 0, "type of operation; all where it is not given"},
                               {"since", HART_PROVENANCE_TIME, "", 0, 0, "ended from then on"},
                               LIMIT},
                .columns = {{"operation", HART_PROVENANCE_TEXT},
                            {"type", HART_PROVENANCE_TEXT},
                            {"name", HART_PROVENANCE_TEXT},
                            {"error", HART_PROVENANCE_TEXT},
                            {"text", HART_PROVENANCE_TEXT},
                            {"user", HART_PROVENANCE_TEXT},
                            {"began", HART_PROVENANCE_TIME},
                            {"ended", HART_PROVENANCE_TIME},
                            {"duration_us", HART_PROVENANCE_INTEGER}},
                .cypher = cypher_operation_failures,
                .sql = &sql_operation_failures,
        },
        {
                .number = "3.3",
                .name = "operation-performance",
                .summary = "How long operations took, by type, in microseconds",
                .parameters = {TENANT, {"since", HART_PROVENANCE_TIME, "", 0, 0, "began from then on"}, LIMIT},
                .columns = {{"type", HART_PROVENANCE_TEXT},
                            {"operations", HART_PROVENANCE_INTEGER},
                            {"mean_us", HART_PROVENANCE_NUMBER},
                            {"p50_us", HART_PROVENANCE_INTEGER},
                            {"p95_us", HART_PROVENANCE_INTEGER},
                            {"max_us", HART_PROVENANCE_INTEGER},
                            {"total_us", HART_PROVENANCE_INTEGER}},
                .cypher = cypher_operation_performance,
                .sql = &sql_operation_performance,
        },
        {
                .number = "3.4",
                .name = "operations-by-time",
                .summary = "Operations that began in a stretch of time, in its order",
                .parameters = {TENANT,
                               {"since", HART_PROVENANCE_TIME, "", 0, 0, "began from then on"},
                               {"until", HART_PROVENANCE_TIME, "", 0, 0, "began before then"},
                               LIMIT},
                .columns = {{"operation", HART_PROVENANCE_TEXT},
                            {"type", HART_PROVENANCE_TEXT},
                            {"name", HART_PROVENANCE_TEXT},
                            {"state", HART_PROVENANCE_TEXT},
                            {"user", HART_PROVENANCE_TEXT},
                            {"began", HART_PROVENANCE_TIME},
                            {"ended", HART_PROVENANCE_TIME},
                            {"duration_us", HART_PROVENANCE_INTEGER}},
                .cypher = cypher_operations_by_time,
                .sql = &sql_operations_by_time,
        },
        {
                .number = "3.5",
                .name = "operation-types",
                .summary = "Types of operations: how many, in which states, their share of all",
                .parameters = {TENANT, LIMIT},
                .columns = {{"type", HART_PROVENANCE_TEXT},
                            {"operations", HART_PROVENANCE_INTEGER},
                            {"running", HART_PROVENANCE_INTEGER},
                            {"complete", HART_PROVENANCE_INTEGER},
                            {"failed", HART_PROVENANCE_INTEGER},
                            {"share", HART_PROVENANCE_NUMBER},
                            {"first", HART_PROVENANCE_TIME},
                            {"last", HART_PROVENANCE_TIME}},
                .cypher = cypher_operation_types,
                .sql = &sql_operation_types,
        },
};
const size_t operations_query_count = sizeof operations_queries / sizeof operations_queries[0];
