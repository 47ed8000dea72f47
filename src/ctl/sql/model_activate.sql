-- $1 model (integer), $2 although vectors are missing (boolean). The name of the one before, null where there is none.
SELECT m.name FROM (SELECT hartonomous.activate_model($1::integer, $2::boolean) AS model_id OFFSET 0) AS before
LEFT JOIN hartonomous.model m USING (model_id)
