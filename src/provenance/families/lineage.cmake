hartonomous_provenance_family(lineage
    lineage_up lineage_down lineage_roots lineage_leaves lineage_tree lineage_merges lineage_operations
    lineage_by_hash lineage_depths lineage_cycles)
