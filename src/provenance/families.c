#include "families.h"

#include <string.h>

const hart_provenance_family hart_provenance_families[] = {
        {"Lineage", lineage_queries, &lineage_query_count},
        {"Documents", documents_queries, &documents_query_count},
        {"Operations", operations_queries, &operations_query_count},
        {"Inference", inference_queries, &inference_query_count},
        {"Errors", errors_queries, &errors_query_count},
        {"Access and compliance", access_queries, &access_query_count},
        {"Versions", versions_queries, &versions_query_count},
        {"Tenants and health", tenants_queries, &tenants_query_count},
};
const size_t hart_provenance_family_count = sizeof hart_provenance_families / sizeof hart_provenance_families[0];

const hart_provenance_query *hart_provenance_named(const char *name)
{
        for (size_t i = 0; i < hart_provenance_family_count; i++) {
                const hart_provenance_family *family = &hart_provenance_families[i];
                for (size_t k = 0; k < *family->count; k++)
                        if (strcmp(family->queries[k].name, name) == 0 || strcmp(family->queries[k].number, name) == 0)
                                return &family->queries[k];
        }
        return NULL;
}
