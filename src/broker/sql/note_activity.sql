-- $1 queue number, $2 messages consumed.
SELECT broker.note_activity($1, $2)
