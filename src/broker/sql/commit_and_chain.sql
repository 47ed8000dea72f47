-- And begins the next transaction, of the same kind.
COMMIT AND CHAIN
