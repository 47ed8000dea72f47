SELECT 0::bigint, 0::bigint WHERE $1::text IS NOT NULL
