-- The first document that its tenant may not add, and why. $1 tenants (integer[]), $2 bytes of the documents (bigint[]).
-- Columns: number in the arrays from 0, reason. Tenants without a quota, which is to say most, cost a look-up.
SELECT item.n - 1, problem.reason
FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS item (tenant_id, size, n)
JOIN hartonomous.tenant t ON t.tenant_id = item.tenant_id AND (t.max_atoms IS NOT NULL OR t.max_bytes IS NOT NULL)
CROSS JOIN LATERAL (SELECT hartonomous.quota_problem(item.tenant_id, item.size) AS reason) AS problem
WHERE problem.reason IS NOT NULL
ORDER BY item.n LIMIT 1
