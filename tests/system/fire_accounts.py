"""What must be true after the storm: every message exactly once, in order, and every attempt accounted for.

Readers say what they hold before they can die of it (fire.h), so that for each message it is known how often a delivery of it
ended without a word:
  certain   its reader was killed, or lost its backend to pg_terminate_backend, while it handled the message; or a COMMIT of
            several failed. Such a delivery counts exactly once, unless the server stopped before the message came to its end.
  possible  the same while the delivery was being ended: it counts once, or it had come to its end.
  unnoted   a reader died in the middle of receiving: up to a batch of messages had been given to it that it could not note.
A delivery that a stop of the server ended counts never. Attempts must lie between the certain ones and all of them; in the quiet
phase, where nothing is uncertain, both are the same."""

import collections

from fire_processes import ENDING, HANDLING, IDLE, RECEIVING

ALWAYS_FAIL = ("fail", "late", "error", "kill")
ONCE = ("fail-once", "error-once")
# A dead letter has the time at which its transaction began, which may have been just before the death that it counted.
SLACK = 0.2
# The server process of a reader that was killed in the middle of receiving ends its statement first, and may be given messages
# that were sent after the death. When it went stands in the server's log, unless the server was stopped: then so long after it.
LINGER = 2.0


class Ledger:
    """What may have cost each message an attempt."""

    def __init__(self, events, terminated, stops, gone):
        """terminated, gone: connection: just before pg_terminate_backend, and when its server process had ended."""
        self.stops = sorted(stops)
        self.gone = gone
        self.certain = collections.defaultdict(list)  # n: when the delivery began
        self.possible = collections.Counter()
        self.failed = collections.Counter()
        self.perhaps_failed = collections.Counter()
        self.unnoted = []  # (from, to, batch)
        self.kinds = collections.Counter()
        told = set()
        for event in sorted(events, key=lambda event: (event.what == "killed", event.at)):
            delivery = (event.connection, event.received_at)
            # A reader that is killed just after it wrote how its delivery ended has said so already.
            if event.what == "killed" and event.numbers and delivery in told:
                continue
            if event.what != "failed-perhaps" and event.numbers:
                told.add(delivery)
            self._add(event, event.connection in terminated)

    def _add(self, event, was_terminated):
        self.kinds[event.what] += 1
        if event.what == "failed":
            self.failed.update(event.numbers)
        elif event.what == "failed-perhaps":
            self.perhaps_failed.update(event.numbers)
        elif event.what == "refused":
            self._certain(event)
        elif event.what == "unsettled":
            self.possible.update(event.numbers)
        elif event.what == "lost" and not was_terminated:
            self.kinds["lost to a stop"] += 1
        elif event.phase == HANDLING:
            self._certain(event)
        elif event.phase in (RECEIVING, ENDING):
            self.possible.update(event.numbers)
            self.perhaps_failed.update(event.numbers)
            if event.phase == RECEIVING:
                self.unnoted.append((event.since, self.gone.get(event.connection, event.at + LINGER), event.batch))
        else:
            assert event.phase == IDLE

    def _certain(self, event):
        for n in event.numbers:
            self.certain[n].append(event.received_at)

    def silent(self, n, sent_at, ended_at):
        """Deliveries that ended without a word: (at least, at most by what was noted, at most)."""
        begun = self.certain.get(n, ())
        # Which of them came before a stop, and so may not have been counted any more?
        sure = sum(not any(begin <= ended_at and end >= at for begin, end in self.stops) for at in begun)
        noted = len(begun) + self.possible[n]
        unnoted = sum(begin <= ended_at + SLACK and end >= sent_at for begin, end, _ in self.unnoted)
        return sure, noted, noted + unnoted


SENT = """SELECT s.n, s.kind, s.conversation, s.turn, extract(epoch FROM s.sent_at)::float8, extract(epoch FROM s.due_at)::float8 FROM fire.sent s"""
EFFECTS = """SELECT e.n, e.conversation, e.turn, e.attempts, extract(epoch FROM e.handled_at)::float8 FROM fire.effect e"""
DEAD = """SELECT (d.body ->> 'n')::bigint, d.attempt_count, (d.metadata ->> 'rollbacks')::integer, d.reason, extract(epoch FROM d.created_at)::float8,
                 d.message_type
          FROM broker.dead_letter d"""


class Books:
    """Everything that was sent and what became of it."""

    def __init__(self, database):
        self.sent = {row[0]: row for row in database.query(SENT)}
        effects, dead = database.query(EFFECTS), database.query(DEAD)
        assert len(self.sent) == database.value("SELECT count(*) FROM fire.sent")
        self.effects = {row[0]: row for row in effects}
        self.dead = {row[0]: row for row in dead}
        assert not [row for row in dead if row[0] is None], "a message of the broker itself became a dead letter"
        twice = [n for n, times in collections.Counter(row[0] for row in effects).items() if times > 1]
        assert not twice, f"effects twice: {twice[:10]}"
        assert len(dead) == len(self.dead), "a message has two dead letters"

    def exactly_once(self):
        both = self.effects.keys() & self.dead.keys()
        ends = self.effects.keys() | self.dead.keys()
        assert not both, f"effect and dead letter: {sorted(both)[:10]}"
        assert not ends - self.sent.keys(), f"was rolled back by its sender, and appears: {sorted(ends - self.sent.keys())[:10]}"
        assert not self.sent.keys() - ends, f"lost: {sorted(self.sent.keys() - ends)[:10]}"

    def in_order(self):
        """Deferred messages come when they are due; all others of a conversation as they were sent."""
        turns = collections.defaultdict(list)
        for n, conversation, turn, _, handled_at in self.effects.values():
            _, _, sent_to, sent_turn, _, due_at = self.sent[n]
            assert sent_to is None or sent_to == conversation
            if due_at is not None:
                assert handled_at >= due_at, f"message {n} came {due_at - handled_at} s too early"
            elif sent_to is not None:
                turns[conversation].append((turn, sent_turn, n))
        for conversation, handled in turns.items():
            handled.sort()
            wrong = [(one, two) for one, two in zip(handled, handled[1:]) if one[1] > two[1]]
            assert not wrong, f"conversation {conversation}: {wrong[0]}"
        return len(turns)

    def kinds(self):
        """What always fails has no effect, what fails once has one after an attempt more."""
        for n, (_, kind, *_) in self.sent.items():
            if kind in ALWAYS_FAIL:
                assert n in self.dead, f"{kind} {n} has an effect"
            elif kind in ONCE and n in self.effects:
                assert self.effects[n][3] >= 1, f"{kind} {n} came through at once"

    def attempts(self, ledger, max_attempts, max_rollbacks, only=None):
        """Every attempt is accounted for. Returns how many messages had attempts, and of how many the number was known exactly."""
        counted = exact = beyond = 0
        for n, (_, kind, _, _, sent_at, _) in self.sent.items():
            if only and not only(n):
                continue
            dead = self.dead.get(n)
            attempts, ended_at = (dead[1], dead[4]) if dead else self.effects[n][3:5]
            if not attempts and n not in ledger.certain and not ledger.failed[n]:
                continue  # nothing happened to it, and nothing should have
            sure, noted, most = ledger.silent(n, sent_at, ended_at)
            blames, more = ledger.failed[n], ledger.perhaps_failed[n]
            shown = (n, kind, "attempts", attempts, "silent", (sure, noted, most), "blamed", (blames, more), dead)
            if dead:
                rollbacks, failures = dead[2], attempts - dead[2]
                assert sure <= rollbacks <= most and blames <= failures <= blames + more, shown
                assert (rollbacks == max_rollbacks) != (failures == max_attempts), shown
                assert rollbacks <= max_rollbacks and failures <= max_attempts, shown
                # A sound message is given up only where its readers did die so often.
                assert rollbacks == max_rollbacks or kind in ("fail", "late", "error"), shown
                beyond += max(0, rollbacks - noted)
            else:
                assert sure + blames <= attempts <= most + blames + more, shown
                beyond += max(0, attempts - noted - blames - more)
            counted += attempts > 0
            exact += attempts > 0 and sure == most and more == 0
        assert beyond <= sum(batch for _, _, batch in ledger.unnoted), "more attempts than messages that a dead reader can have held"
        return counted, exact
