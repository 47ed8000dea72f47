// Whose is it? $kind: atom, source, operation or inference; $id: its number. No row where there is none.
CALL {
  MATCH (n:Atom) USING INDEX SEEK n:Atom(id, tenantId)
  WHERE $kind = 'atom' AND n.id = $id AND n.tenantId IS NOT NULL
  RETURN n.tenantId AS tenant
UNION ALL
  MATCH (n:Source) USING INDEX SEEK n:Source(sourceId, tenantId)
  WHERE $kind = 'source' AND n.sourceId = $id AND n.tenantId IS NOT NULL
  RETURN n.tenantId AS tenant
UNION ALL
  MATCH (n:Operation {operationId: toString($id)}) USING INDEX SEEK n:Operation(operationId)
  WHERE $kind = 'operation'
  RETURN n.tenantId AS tenant
UNION ALL
  MATCH (n:Inference {inferenceId: $id}) USING INDEX SEEK n:Inference(inferenceId)
  WHERE $kind = 'inference'
  RETURN n.tenantId AS tenant
}
RETURN tenant LIMIT 1
