-- The numbers of the atoms with a hash. $1 tenant (integer) or null, $2 SHA-256 (bytea). The unique index is led by
-- tenant, modality and subtype, of which there are few: they are found by skipping through it.
WITH RECURSIVE kind AS (
    (SELECT t.tenant_id, k.modality, k.subtype
     FROM hartonomous.tenant t
     CROSS JOIN LATERAL (SELECT a.modality, a.subtype FROM hartonomous.atom a WHERE a.tenant_id = t.tenant_id
                         ORDER BY a.modality, a.subtype LIMIT 1) AS k
     WHERE $1::integer IS NULL OR t.tenant_id = $1)
    UNION ALL
    SELECT kind.tenant_id, k.modality, k.subtype
    FROM kind
    CROSS JOIN LATERAL (SELECT a.modality, a.subtype FROM hartonomous.atom a
                        WHERE a.tenant_id = kind.tenant_id AND (a.modality, a.subtype) > (kind.modality, kind.subtype)
                        ORDER BY a.modality, a.subtype LIMIT 1) AS k
)
SELECT a.tenant_id, a.atom_id
FROM kind
JOIN hartonomous.atom a ON a.tenant_id = kind.tenant_id AND a.modality = kind.modality AND a.subtype = kind.subtype
                       AND a.content_hash = $2::bytea
ORDER BY a.tenant_id, a.atom_id
