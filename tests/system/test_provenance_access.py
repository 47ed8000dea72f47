"""The provenance questions about access and compliance (6.1 to 6.7): a graph made by hand, and the rows each question has to
give, of Neo4j and of PostgreSQL. A second tenant has the same things and must never be seen."""

import datetime

import pytest

from graph_state import add_tenant, sha256
from provenance_shared import Case, announce

TENANT, OTHER, EMPTY = 1, 2, 3
NASTY = "O'Hara \"the\" `1` \\u0041 😀"


def at(minute, microsecond=0, days=0):
    """A time long ago, as questions and answers have it."""
    moment = datetime.datetime(2020, 1, 1) + datetime.timedelta(days=days, minutes=minute, microseconds=microsecond)
    return moment.isoformat(timespec="microseconds") + "Z"


@pytest.fixture(scope="module")
def case(cluster, neo4j):
    with Case(cluster, neo4j) as made:
        with made.connect() as connection, connection.transaction():
            made.worlds = {tenant: World(connection, tenant) for tenant in (TENANT, OTHER)}
            add_tenant(connection, EMPTY)
        made.settle()
        yield made


class World:
    """What one tenant has. Times are minutes, see at()."""

    def __init__(self, connection, tenant):
        self.connection, self.tenant = connection, tenant
        add_tenant(connection, tenant)
        self.ann, self.bob, self.eve, self.root = (self.user(name, clearance) for name, clearance in (
            ("ann", "internal"), (NASTY, "public"), ("eve", "internal"), ("root", "restricted")))
        self.add_atoms()
        self.add_provenance()
        self.add_inferences()
        self.add_access()
        self.add_rules()
        del self.connection

    def one(self, statement, *parameters):
        return self.connection.execute(statement, parameters).fetchone()[0]

    def user(self, name, clearance):
        return self.one("INSERT INTO hartonomous.user_account (tenant_id, name, clearance) VALUES (%s, %s, %s) RETURNING user_id",
                        self.tenant, name, clearance)

    def atom(self, subtype, content, minute):
        return self.one(
            """INSERT INTO hartonomous.atom (tenant_id, modality, subtype, content_hash, size, atomic_value, canonical_text, created_at)
               VALUES (%s, 'text', %s, %s, %s, %s, %s, %s) RETURNING atom_id""",
            self.tenant, subtype, sha256(content.encode()), len(content.encode()), sha256(content.encode()),
            content if subtype == "sentence" else None, at(minute))

    def classify(self, atom, level, minute, reason=None):
        self.connection.execute(
            """INSERT INTO hartonomous.classification (tenant_id, atom_id, level, reason, created_at)
               VALUES (%s, %s, %s, %s, %s)""", (self.tenant, atom, level, reason, at(minute)))

    def add_atoms(self):
        self.secret, self.newer = self.atom("document", "secret", 0), self.atom("document", "newer", 4)
        self.memo = self.atom("sentence", "Memo " + NASTY, 4)
        self.plain, self.leaflet = self.atom("sentence", "Plain.", 4), self.atom("sentence", "Leaflet.", 4)
        self.classify(self.secret, "restricted", 3, NASTY)
        self.classify(self.newer, "restricted", 8)
        self.classify(self.memo, "internal", 9, "has names")
        self.classify(self.leaflet, "public", 9)
        self.source = self.one(
            """INSERT INTO hartonomous.source (tenant_id, file_name, content_type, size, content_hash, state, root_atom_id, delivered_by,
                                               created_at, completed_at)
               SELECT %s, %s, 'text/plain', size, content_hash, 'complete', atom_id, 'ann', %s::timestamptz, now()
               FROM hartonomous.atom WHERE atom_id = %s RETURNING source_id""", self.tenant, NASTY, at(1), self.secret)
        self.connection.execute(
            """INSERT INTO hartonomous.ingestion_job (tenant_id, root_atom_id, atomizer, atomizer_version, unicode_version, size, problem,
                                                      started_at, completed_at)
               VALUES (%s, %s, 'text', 1, '15.0', 6, 'page 2 is torn', %s, now())""",
            (self.tenant, self.secret, at(2)))
        announce(self.connection, "Source", self.source)

    def operation(self, kind, minute, name=None, failed=None):
        return self.one(
            """INSERT INTO hartonomous.operation (tenant_id, operation_type, name, user_id, state, error_text, created_at, ended_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, now()) RETURNING operation_id""",
            self.tenant, kind, name, self.ann, "failed" if failed else "complete", failed, at(minute))

    def add_provenance(self):
        self.summary, self.failure = self.operation("summarize", 5, NASTY), self.operation("translate", 5, None, "no words")
        for child, parent, kind, how, operation, minute in ((self.memo, self.secret, "DERIVED_FROM", "summary", self.summary, 6),
                                                            (self.newer, self.secret, "SUPERSEDED_BY", "edit", None, 7)):
            self.connection.execute(
                """INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, type, derivation, operation_id, created_at)
                   VALUES (%s, %s, %s, %s, %s, %s, %s)""",
                (self.tenant, child, parent, kind, how, operation, at(minute)))
        self.stream = self.one(
            """INSERT INTO hartonomous.generation_stream (tenant_id, name, state, created_at, ended_at)
               VALUES (%s, 'stream', 'complete', %s, now()) RETURNING stream_id""", self.tenant, at(6))
        for ordinal in (0, 1):
            self.connection.execute("INSERT INTO hartonomous.generated_atom (tenant_id, stream_id, ordinal, atom_id) VALUES (%s, %s, %s, %s)",
                                    (self.tenant, self.stream, ordinal, self.memo))

    def add_inferences(self):
        self.answer, self.anonymous = (self.one(
            """INSERT INTO hartonomous.inference (tenant_id, task_type, user_id, context, created_at)
               VALUES (%s, 'answer', %s, %s, %s) RETURNING inference_id""", self.tenant, user, context, at(minute))
            for user, context, minute in ((self.ann, "semantic_search", 10), (None, None, 15)))
        for inference, role, ordinal, atom in ((self.answer, "used", 0, self.memo), (self.answer, "used", 1, self.memo),
                                               (self.anonymous, "input", 0, self.memo), (self.anonymous, "output", 0, self.plain)):
            self.connection.execute(
                "INSERT INTO hartonomous.inference_atom (tenant_id, inference_id, role, ordinal, atom_id) VALUES (%s, %s, %s, %s, %s)",
                (self.tenant, inference, role, ordinal, atom))
        self.praise = self.one(
            """INSERT INTO hartonomous.inference_feedback (tenant_id, inference_id, user_id, rating, comment, created_at)
               VALUES (%s, %s, %s, 0.5, %s, %s) RETURNING feedback_id""",
            self.tenant, self.answer, self.ann, NASTY, at(16))

    def add_access(self):
        rows = ((self.ann, self.memo, "read", True, None, 10), (self.ann, self.secret, "read", False, NASTY, 11),
                (self.ann, self.secret, "export", True, "by mistake", 12), (self.root, self.secret, "read", True, None, 12),
                (self.bob, self.plain, "read", True, None, 13), (self.bob, self.plain, "delete", False, None, 13),
                (self.bob, self.memo, "search", True, None, 14), (self.bob, self.leaflet, "read", True, None, 14))
        self.access = [self.one(
            """INSERT INTO hartonomous.access_event (tenant_id, user_id, atom_id, action, allowed, reason, created_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING access_id""", self.tenant, *row[:5], at(row[5]))
            for row in rows]

    def add_rules(self):
        rows = (("\ufb01les", "restricted", 30, "a month"), ("😀", "internal", 0, None), (NASTY, "internal", 0, NASTY),
                ("longer than time", "public", 2147483647, None), ("keep", "restricted", None, "for ever"), ("Nothing has it", "confidential", 1, None))
        self.rules = [self.one(
            """INSERT INTO hartonomous.compliance_rule (tenant_id, name, level, retention_days, description, created_at)
               VALUES (%s, %s, %s, %s, %s, %s) RETURNING rule_id""", self.tenant, *row, at(20))
            for row in rows]


@pytest.fixture(params=[TENANT, OTHER])
def world(request, case):
    return case.worlds[request.param]


# --- 6.1 and 6.2 who did what -----------------------------------------------------------------------------------------

def test_access_to_an_atom(case, world):
    assert case.ask("atom-access", tenant=world.tenant, atom=world.secret) == [
        (at(12), world.access[3], world.root, "root", "restricted", "read", True, None),
        (at(12), world.access[2], world.ann, "ann", "internal", "export", True, "by mistake"),
        (at(11), world.access[1], world.ann, "ann", "internal", "read", False, NASTY)]
    assert case.ask("atom-access", tenant=world.tenant, atom=world.newer) == []


def activity(world):
    return [(at(5), "operation", world.summary, "summarize", "complete", None, None, None, NASTY),
            (at(5), "operation", world.failure, "translate", "failed", None, None, None, None),
            (at(10), "access", world.access[0], "read", "allowed", world.memo, None, None, None),
            (at(10), "inference", world.answer, "answer", "complete", None, world.answer, None, None),
            (at(11), "access", world.access[1], "read", "refused", world.secret, None, None, NASTY),
            (at(12), "access", world.access[2], "export", "allowed", world.secret, None, None, "by mistake"),
            (at(16), "feedback", world.praise, "answer", None, None, world.answer, 0.5, NASTY)]


def test_activity_of_a_user(case, world):
    assert case.ask("user-activity", tenant=world.tenant, user=world.ann) == activity(world)
    assert [row[2] for row in case.ask("user-activity", tenant=world.tenant, user=world.bob)] == world.access[4:]
    assert case.ask("user-activity", tenant=world.tenant, user=world.eve) == []


def test_activity_from_a_time_on(case, world):
    assert case.ask("user-activity", tenant=world.tenant, user=world.ann, since=at(11)) == activity(world)[4:]
    assert case.ask("user-activity", tenant=world.tenant, user=world.ann, since=at(11, 1)) == activity(world)[5:]
    assert case.ask("user-activity", tenant=world.tenant, user=world.ann, since=at(17)) == []


# --- 6.3 classification -----------------------------------------------------------------------------------------------

def classified(world):
    return [(world.secret, "restricted", 3, NASTY, "text/document", None, at(3)),
            (world.newer, "restricted", 3, None, "text/document", None, at(8)),
            (world.memo, "internal", 1, "has names", "text/sentence", "Memo " + NASTY, at(9)),
            (world.leaflet, "public", 0, None, "text/sentence", "Leaflet.", at(9))]


def test_classification(case, world):
    assert case.ask("classification", tenant=world.tenant) == classified(world)
    assert case.ask("classification", tenant=world.tenant, level="restricted") == classified(world)[:2]
    assert case.ask("classification", tenant=world.tenant, level="secret") == []
    assert case.ask("classification", tenant=world.tenant, atom=world.memo) == classified(world)[2:3]
    assert case.ask("classification", tenant=world.tenant, atom=world.memo, level="internal") == classified(world)[2:3]
    assert case.ask("classification", tenant=world.tenant, atom=world.memo, level="public") == []
    assert case.ask("classification", tenant=world.tenant, atom=world.plain) == []


# --- 6.4 and 6.5 rules ------------------------------------------------------------------------------------------------

def test_rules(case, world):
    files, smile, nasty, longer, keep, nothing = world.rules
    assert case.ask("compliance-rules", tenant=world.tenant) == [
        (nothing, "Nothing has it", "confidential", 1, 0, None, at(20)),
        (nasty, NASTY, "internal", 0, 1, NASTY, at(20)),
        (keep, "keep", "restricted", None, 2, "for ever", at(20)),
        (longer, "longer than time", "public", 2147483647, 1, None, at(20)),
        (files, "\ufb01les", "restricted", 30, 2, "a month", at(20)),
        (smile, "😀", "internal", 0, 1, None, at(20))], "by code point, where UTF-16 would have the emoji before the ligature"


def due(world, days):
    """All that is due when the restricted documents are, so many days later."""
    memo = (world.memo, at(4), 30 + days, "internal")
    return [(*memo, world.rules[1], "😀", 0, at(4), "text/sentence", "Memo " + NASTY),
            (*memo, world.rules[2], NASTY, 0, at(4), "text/sentence", "Memo " + NASTY),
            (world.secret, at(0, days=30), days, "restricted", world.rules[0], "\ufb01les", 30, at(0), "text/document", None),
            (world.newer, at(4, days=30), days, "restricted", world.rules[0], "\ufb01les", 30, at(4), "text/document", None)]


def test_retention_is_due_to_the_microsecond(case, world):
    def ask(moment):
        return case.ask("retention-due", tenant=world.tenant, at=moment)

    assert ask(at(4, -1)) == []
    assert [row[:3] for row in ask(at(4))] == [(world.memo, at(4), 0)] * 2
    assert [row[0] for row in ask(at(0, -1, days=30))] == [world.memo, world.memo]
    assert [row[:3] for row in ask(at(0, days=30))] == [(world.memo, at(4), 29)] * 2 + [(world.secret, at(0, days=30), 0)]
    assert ask(at(4, days=30)) == due(world, 0)
    assert ask(at(4, days=32)) == due(world, 2)


def test_retention_is_due_now_where_no_time_is_given(case, world):
    before = (datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(at(4, days=30).replace("Z", "+00:00"))).days
    rows = case.ask("retention-due", tenant=world.tenant)
    assert rows in (due(world, before), due(world, before + 1)), "the clock may have passed a day in between"


# --- 6.6 audit trail --------------------------------------------------------------------------------------------------

def trail_of_secret(world):
    return [(at(0), "made", world.secret, None, None, "text/document", None, None),
            (at(1), "delivered", world.source, None, "ann", "text/plain", "complete", NASTY),
            (at(2), "atomized", world.secret, None, None, "text", "complete", "page 2 is torn"),
            (at(3), "classified", world.secret, None, None, "restricted", None, NASTY),
            (at(5), "operation-input", world.summary, world.ann, "ann", "summarize", "complete", NASTY),
            (at(6), "derived-into", world.memo, None, None, "summary", None, "Memo " + NASTY),
            (at(7), "superseded-by", world.newer, None, None, "edit", None, None),
            (at(11), "access", world.access[1], world.ann, "ann", "read", "refused", NASTY),
            (at(12), "access", world.access[2], world.ann, "ann", "export", "allowed", "by mistake"),
            (at(12), "access", world.access[3], world.root, "root", "read", "allowed", None)]


def test_audit_trail_of_a_document(case, world):
    assert case.ask("audit-trail", tenant=world.tenant, atom=world.secret) == trail_of_secret(world)
    assert case.ask("audit-trail", tenant=world.tenant, atom=world.secret, since=at(7)) == trail_of_secret(world)[6:]
    assert case.ask("audit-trail", tenant=world.tenant, atom=world.newer) == [
        (at(4), "made", world.newer, None, None, "text/document", None, None),
        (at(7), "supersedes", world.secret, None, None, "edit", None, None),
        (at(8), "classified", world.newer, None, None, "restricted", None, None)]


def test_audit_trail_of_what_was_generated(case, world):
    """Each thing that happened once, however often the atom was in it."""
    assert case.ask("audit-trail", tenant=world.tenant, atom=world.memo) == [
        (at(4), "made", world.memo, None, None, "text/sentence", None, None),
        (at(5), "operation-output", world.summary, world.ann, "ann", "summarize", "complete", NASTY),
        (at(6), "derived-from", world.secret, None, None, "summary", None, None),
        (at(6), "generated", world.stream, None, None, None, "complete", "stream"),
        (at(9), "classified", world.memo, None, None, "internal", None, "has names"),
        (at(10), "access", world.access[0], world.ann, "ann", "read", "allowed", None),
        (at(10), "inference-used", world.answer, world.ann, "ann", "answer", "complete", "semantic_search"),
        (at(14), "access", world.access[6], world.bob, NASTY, "search", "allowed", None),
        (at(15), "inference-input", world.anonymous, None, None, "answer", "complete", None)]
    assert [row[1] for row in case.ask("audit-trail", tenant=world.tenant, atom=world.plain)] == ["made", "access", "access", "inference-output"]


# --- 6.7 what should not be -------------------------------------------------------------------------------------------

def unauthorised(world):
    low = "clearance too low"
    return [(at(14), world.access[6], low, world.bob, NASTY, "public", world.memo, "internal", "search", True, None),
            (at(13), world.access[5], "refused", world.bob, NASTY, "public", world.plain, None, "delete", False, None),
            (at(12), world.access[2], low, world.ann, "ann", "internal", world.secret, "restricted", "export", True, "by mistake"),
            (at(11), world.access[1], "refused", world.ann, "ann", "internal", world.secret, "restricted", "read", False, NASTY)]


def test_unauthorised_access(case, world):
    assert case.ask("unauthorised-access", tenant=world.tenant) == unauthorised(world)
    assert case.ask("unauthorised-access", tenant=world.tenant, since=at(13)) == unauthorised(world)[:2]
    assert case.ask("unauthorised-access", tenant=world.tenant, since=at(14, 1)) == []


# --- all of them ------------------------------------------------------------------------------------------------------

ABOUT_ONE = {"atom-access": ("atom", "secret"), "user-activity": ("user", "ann"), "audit-trail": ("atom", "secret"),
             "classification": ("atom", "secret")}
ABOUT_ALL = ("classification", "compliance-rules", "retention-due", "unauthorised-access")


@pytest.mark.parametrize("name", ABOUT_ONE)
def test_what_another_tenant_has_is_not_there(case, name):
    parameter, what = ABOUT_ONE[name]
    theirs = {parameter: getattr(case.worlds[OTHER], what)}
    assert case.ask(name, tenant=OTHER, **theirs)
    assert case.ask(name, tenant=TENANT, **theirs) == []


@pytest.mark.parametrize("name", ABOUT_ONE)
@pytest.mark.parametrize("number", [0, 9223372036854775807])
def test_what_is_unknown_has_no_rows(case, name, number):
    assert case.ask(name, tenant=TENANT, **{ABOUT_ONE[name][0]: number}) == []


@pytest.mark.parametrize("name", ABOUT_ALL)
@pytest.mark.parametrize("tenant", [EMPTY, 2147483647])
def test_a_tenant_without_any_has_no_rows(case, name, tenant):
    assert case.ask(name, tenant=tenant) == []


@pytest.mark.parametrize("name", ["atom-access", "user-activity", "audit-trail", *ABOUT_ALL])
def test_a_limit_cuts_the_end_off(case, name):
    given = {}
    if name not in ABOUT_ALL:
        given = {ABOUT_ONE[name][0]: getattr(case.worlds[TENANT], ABOUT_ONE[name][1])}
    whole = case.ask(name, tenant=TENANT, **given)
    assert len(whole) > 2
    for limit in (1, 2, len(whole)):
        assert case.ask(name, tenant=TENANT, limit=limit, **given) == whole[:limit]


def test_what_leads_to_another_tenant_is_not_followed(case):
    case.mix(TENANT, OTHER)
    for world in case.worlds.values():
        for name in ABOUT_ALL:
            assert case.ask(name, tenant=world.tenant), "as PostgreSQL has it, where tenants cannot be mixed"
        for name, (parameter, what) in ABOUT_ONE.items():
            assert case.ask(name, tenant=world.tenant, **{parameter: getattr(world, what)})
        for atom in (world.memo, world.newer, world.plain, world.leaflet):
            assert case.ask("audit-trail", tenant=world.tenant, atom=atom)
