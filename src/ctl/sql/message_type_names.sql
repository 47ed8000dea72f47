-- Names of the message types.
SELECT name FROM broker.message_type
