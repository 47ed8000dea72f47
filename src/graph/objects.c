#include "objects.h"

#include "graph_schema.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

const graph_object graph_constraints[] = {
        {"atom_unique", "Atom", {"id", "tenantId"}, GRAPH_UNIQUE, false, true, cypher_atom_unique},
        {"atom_id_exists", "Atom", {"id"}, GRAPH_EXISTS, true, false, cypher_atom_id_exists},
        {"tenant_id_unique", "Tenant", {"tenantId"}, GRAPH_UNIQUE, false, true, cypher_tenant_id_unique},
        {"user_id_unique", "User", {"userId", "tenantId"}, GRAPH_UNIQUE, false, true, cypher_user_id_unique},
        {"model_id_unique", "Model", {"modelId"}, GRAPH_UNIQUE, false, true, cypher_model_id_unique},
        {"model_version_unique",
         "ModelVersion",
         {"modelId", "version"},
         GRAPH_UNIQUE,
         false,
         true,
         cypher_model_version_unique},
        {"inference_id_unique", "Inference", {"inferenceId"}, GRAPH_UNIQUE, false, true, cypher_inference_id_unique},
        {"operation_id_unique", "Operation", {"operationId"}, GRAPH_UNIQUE, false, true, cypher_operation_id_unique},
        {"generation_stream_unique",
         "GenerationStream",
         {"streamId"},
         GRAPH_UNIQUE,
         false,
         true,
         cypher_generation_stream_unique},
        {"source_id_unique", "Source", {"sourceId", "tenantId"}, GRAPH_UNIQUE, false, true, cypher_source_id_unique},
        {"access_id_unique", "AccessEvent", {"accessId"}, GRAPH_UNIQUE, false, true, cypher_access_id_unique},
        {"rule_id_unique", "ComplianceRule", {"ruleId"}, GRAPH_UNIQUE, false, true, cypher_rule_id_unique},
};
const size_t graph_constraint_count = COUNT(graph_constraints);

const graph_object graph_indexes[] = {
        {"atom_created", "Atom", {"createdAt"}, GRAPH_RANGE, false, false, cypher_atom_created},
        {"atom_tenant", "Atom", {"tenantId"}, GRAPH_RANGE, false, false, cypher_atom_tenant},
        {"atom_type", "Atom", {"atomType"}, GRAPH_RANGE, false, false, cypher_atom_type},
        {"atom_hash", "Atom", {"contentHash"}, GRAPH_RANGE, false, false, cypher_atom_hash},
        {"operation_created", "Operation", {"createdAt"}, GRAPH_RANGE, false, false, cypher_operation_created},
        {"operation_type", "Operation", {"operationType"}, GRAPH_RANGE, false, false, cypher_operation_type},
        {"operation_tenant", "Operation", {"tenantId"}, GRAPH_RANGE, false, false, cypher_operation_tenant},
        {"inference_timestamp", "Inference", {"timestamp"}, GRAPH_RANGE, false, false, cypher_inference_timestamp},
        {"inference_task", "Inference", {"taskType"}, GRAPH_RANGE, false, false, cypher_inference_task},
        {"inference_tenant", "Inference", {"tenantId"}, GRAPH_RANGE, false, false, cypher_inference_tenant},
        {"model_name", "Model", {"name"}, GRAPH_RANGE, false, false, cypher_model_name},
        {"user_tenant", "User", {"tenantId"}, GRAPH_RANGE, false, false, cypher_user_tenant},
        {"decision_confidence", "Decision", {"confidence"}, GRAPH_RANGE, false, false, cypher_decision_confidence},
};
const size_t graph_index_count = COUNT(graph_indexes);

static const graph_reference reasoning_modes[] = {
        {"vector_similarity", "Nearest neighbours among embedding vectors", 0},
        {"spatial_query", "Nearest neighbours among points in space", 0},
        {"graph_traversal", "Following relationships of the graph", 0},
        {"hybrid", "Several ways together", 0},
        {"symbolic_logic", "Rules applied to facts", 0},
};
static const graph_reference contexts[] = {
        {"text_generation", NULL, 0}, {"image_generation", NULL, 0},     {"audio_generation", NULL, 0},
        {"multimodal", NULL, 0},      {"embedding_generation", NULL, 0}, {"semantic_search", NULL, 0},
};
static const graph_reference data_classifications[] = {
        {"public", NULL, 0},
        {"internal", NULL, 1},
        {"confidential", NULL, 2},
        {"restricted", NULL, 3},
};

const graph_reference_set graph_references[] = {
        {"ReasoningMode", "type", "description", NULL, reasoning_modes, COUNT(reasoning_modes), cypher_reasoning_modes,
         cypher_count_reasoning_modes, cypher_drop_reasoning_modes},
        {"Context", "domain", NULL, NULL, contexts, COUNT(contexts), cypher_contexts, cypher_count_contexts,
         cypher_drop_contexts},
        {"DataClassification", "level", NULL, "sensitivity", data_classifications, COUNT(data_classifications),
         cypher_data_classifications, cypher_count_data_classifications, cypher_drop_data_classifications},
};
const size_t graph_reference_set_count = COUNT(graph_references);
