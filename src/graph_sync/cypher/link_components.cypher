// $groups: [{tenantId, parent, degree, rows: [[component, sequenceIndex]]}]. Adds components to a parent that has exactly
// `degree` of them, and tells how many it added. So a repeat adds nothing, and nothing is searched: a MERGE would look
// through all relationships between the two for each of them. The SET takes the parent's lock first, so that an
// earlier request whose sender has died is over when the components are counted. Each MATCH of this folder names its
// index: planned while the graph was empty, and kept for a while, it could go by the tenant, through all its atoms.
UNWIND $groups AS g
MATCH (p:Atom {id: g.parent, tenantId: g.tenantId}) USING INDEX SEEK p:Atom(id, tenantId)
SET p.version = p.version
WITH p, g
WHERE COUNT { (p)-[:HAS_COMPONENT]->() } = g.degree
UNWIND g.rows AS row
MATCH (c:Atom {id: row[0], tenantId: g.tenantId}) USING INDEX SEEK c:Atom(id, tenantId)
CREATE (p)-[:HAS_COMPONENT {sequenceIndex: row[1]}]->(c)
RETURN g.parent AS parent, g.degree AS degree, count(*) AS created
