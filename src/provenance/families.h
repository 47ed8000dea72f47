/* The rows of the eight families; each is the file of its name. */
#ifndef HARTONOMOUS_PROVENANCE_FAMILIES_H
#define HARTONOMOUS_PROVENANCE_FAMILIES_H

#include <hartonomous/provenance.h>

extern const hart_provenance_query lineage_queries[];
extern const size_t lineage_query_count;
extern const hart_provenance_query documents_queries[];
extern const size_t documents_query_count;
extern const hart_provenance_query operations_queries[];
extern const size_t operations_query_count;
extern const hart_provenance_query inference_queries[];
extern const size_t inference_query_count;
extern const hart_provenance_query errors_queries[];
extern const size_t errors_query_count;
extern const hart_provenance_query access_queries[];
extern const size_t access_query_count;
extern const hart_provenance_query versions_queries[];
extern const size_t versions_query_count;
extern const hart_provenance_query tenants_queries[];
extern const size_t tenants_query_count;

#endif
