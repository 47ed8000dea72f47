/* Family 2, documents: what they are made of, who delivered them, how far they are. */
#include "families.h"
#include "provenance_documents.h"

#define TENANT                                                                                                         \
        {                                                                                                              \
                "tenant", HART_PROVENANCE_INTEGER, NULL, 0, INT32_MAX, "whose documents"                               \
        }
#define LIMIT                                                                                                          \
        {                                                                                                              \
                "limit", HART_PROVENANCE_INTEGER, "500", 1, 10000, "rows at most"                                      \
        }

const hart_provenance_query documents_queries[] = {
        {
                .number = "2.1",
                .name = "document-chunks",
                .summary = "The components of a source's document, in their order",
                .parameters = {TENANT,
                               {"source", HART_PROVENANCE_INTEGER, NULL, 0, 0, "the source's number"},
                               {"from", HART_PROVENANCE_INTEGER, "0", 0, 0, "first sequence index wanted"},
                               LIMIT},
                .columns = {{"document", HART_PROVENANCE_INTEGER},
                            {"sequence", HART_PROVENANCE_INTEGER},
                            {"atom", HART_PROVENANCE_INTEGER},
                            {"type", HART_PROVENANCE_TEXT},
                            {"size", HART_PROVENANCE_INTEGER},
                            {"text", HART_PROVENANCE_TEXT}},
                .arrow_from = "document",
                .arrow_to = "atom",
                .arrow_label = "sequence",
                .node = "atom",
                .node_kind = "type",
                .node_text = "text",
                .cypher = cypher_document_chunks,
                .sql = &sql_document_chunks,
        },
        {
                .number = "2.2",
                .name = "document-statistics",
                .summary = "A source's document and those in it: components, how many differ, bytes, documents inside",
                .parameters = {TENANT, {"source", HART_PROVENANCE_INTEGER, NULL, 0, 0, "the source's number"}, LIMIT},
                .columns = {{"depth", HART_PROVENANCE_INTEGER},
                            {"source", HART_PROVENANCE_INTEGER},
                            {"name", HART_PROVENANCE_TEXT},
                            {"type", HART_PROVENANCE_TEXT},
                            {"size", HART_PROVENANCE_INTEGER},
                            {"document", HART_PROVENANCE_INTEGER},
                            {"components", HART_PROVENANCE_INTEGER},
                            {"different", HART_PROVENANCE_INTEGER},
                            {"bytes", HART_PROVENANCE_INTEGER},
                            {"inside", HART_PROVENANCE_INTEGER}},
                .cypher = cypher_document_statistics,
                .sql = &sql_document_statistics,
        },
        {
                .number = "2.3",
                .name = "documents-by-user",
                .summary = "What a user delivered, newest first",
                .parameters = {TENANT,
                               {"user", HART_PROVENANCE_TEXT, "", 0, 0,
                                "who delivered; everybody where it is not given"},
                               LIMIT},
                .columns = {{"user", HART_PROVENANCE_TEXT},
                            {"source", HART_PROVENANCE_INTEGER},
                            {"name", HART_PROVENANCE_TEXT},
                            {"uri", HART_PROVENANCE_TEXT},
                            {"type", HART_PROVENANCE_TEXT},
                            {"size", HART_PROVENANCE_INTEGER},
                            {"state", HART_PROVENANCE_TEXT},
                            {"problem", HART_PROVENANCE_TEXT},
                            {"document", HART_PROVENANCE_INTEGER},
                            {"delivered", HART_PROVENANCE_TIME},
                            {"completed", HART_PROVENANCE_TIME}},
                .cypher = cypher_documents_by_user,
                .sql = &sql_documents_by_user,
        },
        {
                .number = "2.4",
                .name = "documents-by-status",
                .summary =
                        "How far documents are: for each state how many, their bytes and problems, oldest and newest",
                .parameters = {TENANT, LIMIT},
                .columns = {{"state", HART_PROVENANCE_TEXT},
                            {"documents", HART_PROVENANCE_INTEGER},
                            {"bytes", HART_PROVENANCE_INTEGER},
                            {"problems", HART_PROVENANCE_INTEGER},
                            {"oldest", HART_PROVENANCE_TIME},
                            {"newest", HART_PROVENANCE_TIME}},
                .cypher = cypher_documents_by_status,
                .sql = &sql_documents_by_status,
        },
};
const size_t documents_query_count = sizeof documents_queries / sizeof documents_queries[0];
