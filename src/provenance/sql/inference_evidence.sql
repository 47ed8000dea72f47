-- 4.2 What an inference rests on: the atoms it used, the documents they are part of, and where those came from. An atom of
-- no known source is a row without one. Components know no parent: each step up reads the tenant's compositions once, for
-- all atoms together, and there is none behind the last that found something.
-- $1 tenant (integer), $2 inference (bigint), $3 at most so many steps up (bigint), $4 at most so many rows (bigint).
WITH RECURSIVE used AS (
    SELECT u.ordinal, u.atom_id, u.influence
    FROM hartonomous.inference_atom u
    WHERE u.tenant_id = $1::integer AND u.inference_id = $2::bigint AND u.role = 'used'
), up AS (
    SELECT DISTINCT used.atom_id, used.atom_id AS document_id, 0::bigint AS distance FROM used
    UNION
    SELECT up.atom_id, part.parent_atom_id, up.distance + 1
    FROM (SELECT run.parent_atom_id, unnest(run.components) AS atom_id
          FROM hartonomous.composition_run run WHERE run.tenant_id = $1::integer) AS part
    JOIN up ON up.document_id = part.atom_id
    WHERE up.distance < least($3::bigint, 10)
), nearest AS (
    SELECT up.atom_id, up.document_id, min(up.distance) AS distance FROM up GROUP BY up.atom_id, up.document_id
), origin AS (
    SELECT nearest.atom_id, nearest.document_id, nearest.distance, s.source_id, s.file_name, s.uri, s.created_at
    FROM nearest
    JOIN hartonomous.source s ON s.root_atom_id = nearest.document_id AND s.tenant_id = $1::integer
), found AS (
    SELECT used.ordinal, used.atom_id, used.influence, origin.document_id, origin.distance, origin.source_id, origin.file_name,
           origin.uri, origin.created_at
    FROM used
    LEFT JOIN origin USING (atom_id)
    ORDER BY coalesce(used.influence, -1) DESC, used.ordinal, origin.distance, origin.document_id, origin.source_id
    LIMIT $4::bigint
)
SELECT found.atom_id, a.modality || '/' || a.subtype, found.ordinal, found.influence, left(a.canonical_text, 100),
       found.document_id, found.distance, 'source ' || found.source_id, found.file_name, found.uri,
       hartonomous.microseconds(found.created_at)
FROM found
JOIN hartonomous.atom a ON a.tenant_id = $1::integer AND a.atom_id = found.atom_id
ORDER BY coalesce(found.influence, -1) DESC, found.ordinal, found.distance, found.document_id, found.source_id
