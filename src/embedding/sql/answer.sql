-- $1 handle of the conversation, $2 bodies of the answer, in order. False where nobody waits for it any more.
SELECT hartonomous.answer_texts($1::bigint, $2::jsonb[])
