/* Family 7, versions: documents that were delivered again under the same URI, and all that something newer took the
 * place of. */
#include "families.h"
#include "provenance_versions.h"

#define TENANT                                                                                                         \
        {                                                                                                              \
                "tenant", HART_PROVENANCE_INTEGER, NULL, 0, INT32_MAX, "whose documents"                               \
        }
#define LIMIT                                                                                                          \
        {                                                                                                              \
                "limit", HART_PROVENANCE_INTEGER, "500", 1, 10000, "rows at most"                                      \
        }

const hart_provenance_query versions_queries[] = {
        {
                .number = "7.1",
                .name = "version-history",
                .summary = "Every delivery of a document, oldest first",
                .parameters = {TENANT, {"uri", HART_PROVENANCE_TEXT, NULL, 0, 0, "where the document is found"}, LIMIT},
                .columns = {{"version", HART_PROVENANCE_INTEGER},
                            {"source", HART_PROVENANCE_INTEGER},
                            {"atom", HART_PROVENANCE_INTEGER},
                            {"hash", HART_PROVENANCE_TEXT},
                            {"changed", HART_PROVENANCE_FLAG},
                            {"size", HART_PROVENANCE_INTEGER},
                            {"content_type", HART_PROVENANCE_TEXT},
                            {"state", HART_PROVENANCE_TEXT},
                            {"problem", HART_PROVENANCE_TEXT},
                            {"delivered_by", HART_PROVENANCE_TEXT},
                            {"created_at", HART_PROVENANCE_TIME},
                            {"completed_at", HART_PROVENANCE_TIME}},
                .cypher = cypher_version_history,
                .sql = &sql_version_history,
        },
        {
                .number = "7.2",
                .name = "version-at",
                .summary = "The version of each document, or of one, that was in force at a time",
                .parameters = {TENANT,
                               {"uri", HART_PROVENANCE_TEXT, "", 0, 0,
                                "where the document is found; all, where it is not given"},
                               {"at", HART_PROVENANCE_TIME, NULL, 0, 0, "the time, in UTC"},
                               LIMIT},
                .columns = {{"uri", HART_PROVENANCE_TEXT},
                            {"version", HART_PROVENANCE_INTEGER},
                            {"newer", HART_PROVENANCE_INTEGER},
                            {"source", HART_PROVENANCE_INTEGER},
                            {"atom", HART_PROVENANCE_INTEGER},
                            {"hash", HART_PROVENANCE_TEXT},
                            {"size", HART_PROVENANCE_INTEGER},
                            {"content_type", HART_PROVENANCE_TEXT},
                            {"created_at", HART_PROVENANCE_TIME},
                            {"completed_at", HART_PROVENANCE_TIME}},
                .cypher = cypher_version_at,
                .sql = &sql_version_at,
        },
        {
                .number = "7.3",
                .name = "version-differences",
                .summary = "Components that only one of two sources' documents has",
                .parameters = {TENANT,
                               {"old", HART_PROVENANCE_INTEGER, NULL, 0, 0, "the older source's number"},
                               {"new", HART_PROVENANCE_INTEGER, NULL, 0, 0, "the newer source's number"},
                               LIMIT},
                .columns = {{"change", HART_PROVENANCE_TEXT},
                            {"sequence", HART_PROVENANCE_INTEGER},
                            {"atom", HART_PROVENANCE_INTEGER},
                            {"times", HART_PROVENANCE_INTEGER},
                            {"kind", HART_PROVENANCE_TEXT},
                            {"size", HART_PROVENANCE_INTEGER},
                            {"text", HART_PROVENANCE_TEXT}},
                .cypher = cypher_version_differences,
                .sql = &sql_version_differences,
        },
        {
                .number = "7.4",
                .name = "version-superseded",
                .summary = "Atoms, models and sources that there is something newer of",
                .parameters = {TENANT, LIMIT},
                .columns = {{"kind", HART_PROVENANCE_TEXT},
                            {"older", HART_PROVENANCE_TEXT},
                            {"newer", HART_PROVENANCE_TEXT},
                            {"name", HART_PROVENANCE_TEXT},
                            {"superseded_at", HART_PROVENANCE_TIME}},
                .arrow_from = "older",
                .arrow_to = "newer",
                .cypher = cypher_version_superseded,
                .sql = &sql_version_superseded,
        },
};
const size_t versions_query_count = sizeof versions_queries / sizeof versions_queries[0];
