-- $1 tenant, $2 old, $3 new: sources, $4 limit. Components of the documents of two sources that only one of them has: those removed from the
-- old and those added in the new, in their order there; times: how often.
WITH document AS (
    SELECT b.root_atom_id AS atom_id, 1 AS of_old FROM hartonomous.source b WHERE b.tenant_id = $1 AND b.source_id = $2
    UNION ALL
    SELECT a.root_atom_id, 0 FROM hartonomous.source a WHERE a.tenant_id = $1 AND a.source_id = $3
), component AS (
    SELECT item.id, count(*) AS times, sum(document.of_old) AS of_old, min(run.first_sequence + item.n - 1) AS sequence
    FROM document
    JOIN hartonomous.composition_run run ON run.tenant_id = $1 AND run.parent_atom_id = document.atom_id
    CROSS JOIN LATERAL unnest(run.components) WITH ORDINALITY AS item (id, n)
    WHERE (SELECT count(d.atom_id) FROM document d) = 2
    GROUP BY item.id
)
SELECT CASE c.of_old WHEN 0 THEN 'added' ELSE 'removed' END AS change, c.sequence, c.id AS atom, c.times, a.modality || '/' || a.subtype AS kind, a.size, left(a.canonical_text, 100) AS text
FROM component c JOIN hartonomous.atom a ON a.tenant_id = $1 AND a.atom_id = c.id
WHERE c.of_old IN (0, c.times)
ORDER BY CASE c.of_old WHEN 0 THEN 'added' ELSE 'removed' END COLLATE "C", c.sequence, c.id
LIMIT $4
