-- $1 tenant id (integer), $2 after (bigint), $3 at most so many (bigint). Atoms that are made of others and no source's
-- document, ascending: sources bring their documents' components along.
SELECT DISTINCT run.parent_atom_id
FROM hartonomous.composition_run run
WHERE run.tenant_id = $1::integer AND run.parent_atom_id > $2::bigint
  AND NOT EXISTS (SELECT FROM hartonomous.source s WHERE s.root_atom_id = run.parent_atom_id AND s.tenant_id = run.tenant_id)
ORDER BY run.parent_atom_id
LIMIT $3::bigint
