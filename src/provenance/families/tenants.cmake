hartonomous_provenance_family(tenants
    tenant_statistics bottlenecks quality_score hot_atoms transformation_statistics orphans cross_tenant_edges
    model_success)
