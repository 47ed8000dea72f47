// $tenant, $after, $to (null: no end), $limit. id and state as read_inferences.sql has it; ascending, after < id <= to.
MATCH (i:Inference) WHERE i.tenantId = $tenant AND i.inferenceId > $after AND i.inferenceId <= coalesce($to, 9223372036854775807)
WITH i ORDER BY i.inferenceId LIMIT $limit
RETURN i.inferenceId AS id, i {.*, 
    timestamp: CASE WHEN i.timestamp IS :: ZONED DATETIME THEN i.timestamp.epochSeconds * 1000000 + i.timestamp.microsecond ELSE i.timestamp END, 
    modelId: head([(i)-[:USED_MODEL]->(m:Model) | m.modelId]), 
    modelVersion: head([(i)-[:USED_VERSION]->(m:ModelVersion) | m.version]), 
    requestedBy: head([(i)-[:REQUESTED_BY]->(u:User) | u.userId]), 
    context: head([(i)-[:IN_CONTEXT]->(c:Context) | c.domain]), 
    reasoning: COLLECT { MATCH (i)-[:USED_REASONING]->(m:ReasoningMode) RETURN m.type ORDER BY m.type }, 
    inputs: COLLECT { MATCH (i)-[r:HAD_INPUT]->(a:Atom) RETURN {ordinal: r.ordinal, atom: a.id} ORDER BY r.ordinal, a.id }, 
    used: COLLECT { MATCH (i)-[r:USED_ATOM]->(a:Atom) RETURN {ordinal: r.ordinal, atom: a.id, influence: r.influence} ORDER BY r.ordinal, a.id }, 
    outputs: COLLECT { MATCH (i)-[r:GENERATED]->(a:Atom) RETURN {ordinal: r.ordinal, atom: a.id} ORDER BY r.ordinal, a.id }, 
    decisions: COLLECT { MATCH (i)-[:CONSIDERED]->(d) RETURN d {.*, tenantId: null} ORDER BY d.rank }, 
    feedback: COLLECT { MATCH (i)-[:HAS_FEEDBACK]->(f) RETURN f {.*, tenantId: null, createdAt: CASE WHEN f.createdAt IS :: ZONED DATETIME THEN f.createdAt.epochSeconds * 1000000 + f.createdAt.microsecond ELSE f.createdAt END, givenBy: head([(f)-[:GIVEN_BY]->(u:User) | u.userId])} ORDER BY f.feedbackId }} AS state
ORDER BY id
