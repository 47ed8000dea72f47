-- $1 queue number. After ROLLBACK of a look that failed.
SELECT broker.forgive_deliveries($1)
