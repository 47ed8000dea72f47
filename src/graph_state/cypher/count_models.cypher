// $tenant
MATCH (v:ModelVersion)
RETURN count(v)
