// $tenant, $after, $to (null: no end). Relationships that there may be one of, where the graph has another number: id, what, number.
MATCH (v:ModelVersion) WHERE v.rowId > $after AND v.rowId <= coalesce($to, 9223372036854775807)
UNWIND [
    ['HAS_VERSION', COUNT { ()-[:HAS_VERSION]->(v) }, true],
    ['SUPERSEDED_BY', COUNT { ()-[:SUPERSEDED_BY]->(v) }, false]
] AS item
WITH v.rowId AS id, item WHERE item[1] > 1 OR (item[2] AND item[1] = 0)
RETURN id, item[0] AS what, item[1] AS number
ORDER BY id
