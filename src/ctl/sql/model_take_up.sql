-- $1 name, $2 revision (text), $3 dimension (integer), $4 engine (text). The model's number and state.
SELECT t.model_id, t.state FROM hartonomous.take_up_model($1::text, $2::text, $3::integer, $4::text) t
