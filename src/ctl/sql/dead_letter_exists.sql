-- Is there such a dead letter? $1 its number (bigint).
SELECT EXISTS (SELECT FROM broker.dead_letter WHERE dead_letter_id = $1::bigint)
