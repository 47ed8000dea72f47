-- $1 model (integer). Its state before.
SELECT hartonomous.retire_model($1::integer)
