-- $1 handle of one end of a conversation. That of the other.
SELECT c.far_handle FROM broker.conversation c WHERE c.handle = $1
