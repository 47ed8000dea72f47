"""The queue of the workers that do what their messages say (tests/unit/worker/echo.c)."""

import json

QUEUE = "InferenceQueue"


class Echo:
    """The queue of hartonomous-echo, and its effects."""

    def __init__(self, database):
        self.database = database
        database.query("CREATE SCHEMA test")
        database.query("CREATE TABLE test.effect (id bigint GENERATED ALWAYS AS IDENTITY, conversation bigint, greeting text)")

    def send(self, *behaviours):
        """One message per behaviour; their conversation handles."""
        return [self.database.value("SELECT broker.send_one('ClientService', 'InferenceService', 'InferenceJobContract', "
                                    "'InferenceJobRequest', %s)", [json.dumps({"Do": name, "TenantId": 7, "SourceId": 99})])
                for name in behaviours]

    def effects(self):
        return [row[0] for row in self.database.query("SELECT conversation FROM test.effect ORDER BY id")]

    def greetings(self):
        return [row[0] for row in self.database.query("SELECT greeting FROM test.effect ORDER BY id")]

    def depth(self):
        return self.database.value("SELECT count(*) FROM broker.message m JOIN broker.queue q USING (queue_id) WHERE q.name = %s", [QUEUE])

    def dead(self):
        return self.database.query("SELECT conversation_handle, attempt_count FROM broker.dead_letter WHERE queue = %s ORDER BY 1", [QUEUE])


def metric(daemon, line):
    """Value of the sample that begins with `line`."""
    status, text = daemon.get("/metrics")
    assert status == 200
    return next((float(row[len(line):]) for row in text.splitlines() if row.startswith(line + " ")), None)
