UPDATE hartonomous.graph_rebuild SET emptying = false, changed_at = now()
