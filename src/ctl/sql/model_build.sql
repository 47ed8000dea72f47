-- $1 model (integer). Its state.
SELECT hartonomous.build_model($1::integer)
