-- Names of the services, with those that do not exist yet but have conversations.
SELECT name FROM broker.service UNION SELECT service FROM broker.conversation
