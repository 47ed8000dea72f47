// $limit. Deletes so many relationships between atoms and their components first: one atom may have millions, more than
// fit into a transaction. How many it were.
MATCH (:Atom)-[h:HAS_COMPONENT]->()
WITH h LIMIT $limit
DELETE h
RETURN count(*)
