/* The kinds of entities, in the order of writing. A new one is a row here, its statements, and a branch of the views
 * hartonomous.graph_entity and graph_reference. */
#include <hartonomous/graph_state.h>

#include <string.h>

#include "graph_state_cypher.h"
#include "graph_state_sql.h"

const hart_graph_kind hart_graph_kinds[] = {
        {.name = "Tenant",
         .own_nodes = true,
         .without_tenant = true,
         .read = &sql_read_tenants,
         .write = {cypher_write_tenants},
         .erase = cypher_erase_tenants,
         .range_graph = cypher_range_tenants,
         .count_graph = cypher_count_tenants},
        {.name = "User",
         .refers = true,
         .read = &sql_read_users,
         .write = {cypher_write_users},
         .erase = cypher_erase_users,
         .range_graph = cypher_range_users,
         .count_graph = cypher_count_users},
        {.name = "Model",
         .refers = true,
         .without_tenant = true,
         .read = &sql_read_models,
         .write = {cypher_write_models, cypher_link_models},
         .erase = cypher_erase_models,
         .range_graph = cypher_range_models,
         .count_graph = cypher_count_models},
        {.name = "Atom",
         .own_nodes = true,
         .read = &sql_read_atoms,
         .write = {cypher_write_atoms},
         .erase = cypher_erase_atoms,
         .range_graph = cypher_range_atoms,
         .count_graph = cypher_count_atoms},
        {.name = "Operation",
         .own_nodes = true,
         .refers = true,
         .read = &sql_read_operations,
         .write = {cypher_write_operations, cypher_link_operations},
         .erase = cypher_erase_operations,
         .range_graph = cypher_range_operations,
         .count_graph = cypher_count_operations},
        {.name = "IngestionJob",
         .located_as = "Atom",
         .refers = true,
         .read = &sql_read_ingestion_jobs,
         .write = {cypher_write_ingestion_jobs},
         .erase = cypher_erase_ingestion_jobs,
         .range_graph = cypher_range_ingestion_jobs,
         .count_graph = cypher_count_ingestion_jobs},
        {.name = "Source",
         .own_nodes = true,
         .refers = true,
         .read = &sql_read_sources,
         .write = {cypher_write_sources, cypher_link_sources},
         .erase = cypher_erase_sources,
         .range_graph = cypher_range_sources,
         .count_graph = cypher_count_sources},
        {.name = "AtomProvenance",
         .located_as = "Atom",
         .read = &sql_read_edges,
         .write = {cypher_unlink_edges, cypher_link_derived_from, cypher_link_superseded_by},
         .erase = cypher_erase_edges,
         .range_graph = cypher_range_edges,
         .count_graph = cypher_count_edges},
        {.name = "Classification",
         .located_as = "Atom",
         .refers = true,
         .read = &sql_read_classifications,
         .write = {cypher_write_classifications},
         .erase = cypher_erase_classifications,
         .range_graph = cypher_range_classifications,
         .count_graph = cypher_count_classifications},
        {.name = "ComplianceRule",
         .read = &sql_read_compliance_rules,
         .write = {cypher_write_compliance_rules},
         .erase = cypher_erase_compliance_rules,
         .range_graph = cypher_range_compliance_rules,
         .count_graph = cypher_count_compliance_rules},
        {.name = "AccessEvent",
         .own_nodes = true,
         .refers = true,
         .read = &sql_read_access_events,
         .write = {cypher_write_access_events, cypher_link_access_events},
         .erase = cypher_erase_access_events,
         .range_graph = cypher_range_access_events,
         .count_graph = cypher_count_access_events},
        {.name = "GenerationStream",
         .own_nodes = true,
         .refers = true,
         .read = &sql_read_generation_streams,
         .write = {cypher_write_generation_streams, cypher_link_generation_streams},
         .erase = cypher_erase_generation_streams,
         .range_graph = cypher_range_generation_streams,
         .count_graph = cypher_count_generation_streams},
        {.name = "Inference",
         .own_nodes = true,
         .refers = true,
         .read = &sql_read_inferences,
         .write = {cypher_write_inferences, cypher_link_inferences},
         .erase = cypher_erase_inferences,
         .range_graph = cypher_range_inferences,
         .count_graph = cypher_count_inferences},
};
const size_t hart_graph_kind_count = sizeof hart_graph_kinds / sizeof *hart_graph_kinds;

const hart_graph_kind *hart_graph_kind_named(const char *name)
{
        for (size_t i = 0; i < hart_graph_kind_count; i++)
                if (strcmp(hart_graph_kinds[i].name, name) == 0)
                        return &hart_graph_kinds[i];
        return NULL;
}

const hart_pg_statement *const hart_graph_locate = &sql_locate;
const hart_pg_statement *const hart_graph_range = &sql_range;
const hart_pg_statement *const hart_graph_count = &sql_count;
const hart_pg_statement *const hart_graph_references = &sql_references;
