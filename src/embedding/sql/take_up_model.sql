-- $1 name, $2 revision, $3 dimension, $4 engine.
SELECT model_id, state FROM hartonomous.take_up_model($1, $2, $3, $4)
