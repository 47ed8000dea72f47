-- $1 model (integer). How many vectors it has, and their numbers' bytes.
SELECT s.vectors, s.bytes FROM hartonomous.model_status s WHERE s.model_id = $1::integer
