// $rows: states as read_classifications.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MATCH (a:Atom {id: row.atom, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
CALL {
    WITH a, row
    MATCH (a)-[old:CLASSIFIED_AS]->(d) WHERE NOT (d:DataClassification AND d.level = row.level) AND coalesce(old.version, -1) <= row.version
    DELETE old
}
MATCH (d:DataClassification {level: row.level})
WHERE NOT EXISTS { MATCH (a)-[newer:CLASSIFIED_AS]->() WHERE newer.version > row.version }
MERGE (a)-[c:CLASSIFIED_AS]->(d)
SET c.reason = row.reason, c.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000), c.version = row.version
