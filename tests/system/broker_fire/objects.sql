-- What test_broker_fire.py keeps its books in. No index but those needed: the books are not to be what is measured.
CREATE SCHEMA fire;

-- Conversations that last for the whole test.
CREATE TABLE fire.dialog (handle bigint NOT NULL, far_handle bigint NOT NULL);

-- Written by senders in the transaction of the send. turn: inside a conversation the order of sending.
CREATE TABLE fire.sent (
    n            bigint      NOT NULL,
    kind         text        NOT NULL,
    conversation bigint,
    due_at       timestamptz,
    turn         bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    sent_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Written by readers in the transaction of the delivery. turn: inside a conversation the order of handling.
CREATE TABLE fire.effect (
    n            bigint      NOT NULL,
    message_id   bigint      NOT NULL,
    conversation bigint      NOT NULL,
    attempts     bigint      NOT NULL,
    reader       text        NOT NULL,
    turn         bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    handled_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A promise that is looked at when COMMIT comes, and never kept.
CREATE TABLE fire.ledger (n bigint PRIMARY KEY);
CREATE TABLE fire.entry (n bigint REFERENCES fire.ledger DEFERRABLE INITIALLY DEFERRED);
