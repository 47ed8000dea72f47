"""The whole graph as docs/graph.md says it should be, from the tables of PostgreSQL, and as the official driver finds it. Shares no code
with what it judges."""

import collections
import json

# Label, keys, the SQL of its properties (a JSON object; null is no property; names in TIMES are microseconds).
NODES = [
    ("Tenant", "tenantId", """SELECT jsonb_build_object('tenantId', tenant_id, 'name', name, 'createdAt', {created_at}, 'version', version)
                              FROM hartonomous.tenant"""),
    ("User", "userId tenantId", """SELECT jsonb_build_object('userId', user_id, 'tenantId', tenant_id, 'name', name, 'clearance', clearance,
                                          'createdAt', {created_at}, 'version', version) FROM hartonomous.user_account"""),
    ("Source", "sourceId tenantId", """
        SELECT jsonb_build_object('sourceId', source_id, 'tenantId', tenant_id, 'uri', uri, 'fileName', file_name, 'contentType', content_type,
               'size', size, 'contentHash', encode(content_hash, 'hex'), 'state', state, 'relation', relation, 'depth', depth,
               'problem', problem, 'deliveredBy', delivered_by, 'createdAt', {created_at}, 'completedAt', {completed_at}, 'version', version)
        FROM hartonomous.source"""),
    ("Atom", "id tenantId", """
        SELECT jsonb_build_object('id', atom_id, 'tenantId', tenant_id, 'atomType', modality || '/' || subtype,
               'contentHash', encode(content_hash, 'hex'), 'contentType', content_type, 'size', size,
               'preview', left(canonical_text, 100), 'createdAt', {created_at}, 'version', 1) FROM hartonomous.atom"""),
    ("Operation", "operationId", """
        SELECT jsonb_build_object('operationId', operation_id::text, 'tenantId', tenant_id, 'operationType', operation_type, 'name', name,
               'state', state, 'errorType', error_type, 'errorText', error_text, 'metadata', metadata::text, 'createdAt', {created_at},
               'endedAt', {ended_at}, 'durationUs', {ended_at} - {created_at}, 'version', version) FROM hartonomous.operation"""),
    ("IngestionJob:Operation", "operationId", """
        SELECT jsonb_build_object('operationId', 'ingestion:' || root_atom_id, 'tenantId', tenant_id, 'operationType', 'ingestion',
               'name', atomizer, 'state', CASE WHEN completed_at IS NULL THEN 'running' ELSE 'complete' END,
               'atomizerVersion', atomizer_version, 'size', size, 'components', next_sequence, 'nodes', nodes, 'problem', problem,
               'createdAt', {started_at}, 'endedAt', {completed_at}, 'durationUs', {completed_at} - {started_at})
        FROM hartonomous.ingestion_job"""),
    ("Model", "modelId", "SELECT DISTINCT jsonb_build_object('modelId', name, 'name', name) FROM hartonomous.model"),
    ("ModelVersion", "modelId version", """
        SELECT jsonb_build_object('modelId', name, 'version', revision, 'rowId', model_id, 'dimension', dimension, 'engine', engine,
               'createdAt', {created_at}, 'rowVersion', version) FROM hartonomous.model"""),
    ("GenerationStream", "streamId", """
        SELECT jsonb_build_object('streamId', stream_id, 'tenantId', tenant_id, 'name', name, 'state', state, 'errorText', error_text,
               'metadata', metadata::text, 'createdAt', {created_at}, 'endedAt', {ended_at}, 'version', version)
        FROM hartonomous.generation_stream"""),
    ("Inference", "inferenceId", """
        SELECT jsonb_build_object('inferenceId', inference_id, 'tenantId', tenant_id, 'taskType', task_type, 'state', state,
               'confidence', confidence, 'durationUs', duration_us, 'errorType', error_type, 'errorText', error_text,
               'metadata', metadata::text, 'timestamp', {created_at}, 'version', version) FROM hartonomous.inference"""),
    ("Decision", "decisionId", """
        SELECT jsonb_build_object('decisionId', inference_id || ':' || rank, 'tenantId', tenant_id, 'rank', rank, 'description', description,
               'confidence', confidence, 'chosen', chosen, 'reason', reason) FROM hartonomous.inference_alternative"""),
    ("Feedback", "feedbackId", """
        SELECT jsonb_build_object('feedbackId', feedback_id, 'tenantId', tenant_id, 'rating', rating, 'comment', comment,
               'createdAt', {created_at}) FROM hartonomous.inference_feedback"""),
    ("AccessEvent", "accessId", """
        SELECT jsonb_build_object('accessId', access_id, 'tenantId', tenant_id, 'action', action, 'allowed', allowed, 'reason', reason,
               'createdAt', {created_at}, 'version', version) FROM hartonomous.access_event"""),
    ("ComplianceRule", "ruleId", """
        SELECT jsonb_build_object('ruleId', rule_id, 'tenantId', tenant_id, 'name', name, 'description', description,
               'retentionDays', retention_days, 'createdAt', {created_at}, 'version', version) FROM hartonomous.compliance_rule"""),
    ("ReasoningMode", "type", None), ("Context", "domain", None), ("DataClassification", "level", None),
]
KEYS = {label: keys.split() for label, keys, _ in NODES}
TIMES = {"createdAt", "completedAt", "endedAt", "timestamp"}

EDGE = """jsonb_build_object('derivationType', derivation, 'operationId', operation_id::text, 'weight', weight, 'confidence', confidence,
                             'timestamp', {created_at}, 'version', version)"""
# Type, label and key of where it begins, label and key of where it ends, the SQL of (keys there, keys here, properties).
RELATIONSHIPS = [
    ("BELONGS_TO_TENANT", "Source", "Tenant", "SELECT array[source_id, tenant_id], array[tenant_id], '{}' FROM hartonomous.source"),
    ("BELONGS_TO_TENANT", "User", "Tenant", "SELECT array[user_id, tenant_id], array[tenant_id], '{}' FROM hartonomous.user_account"),
    ("INGESTED_FROM", "Atom", "Source", """SELECT array[root_atom_id, tenant_id], array[source_id, tenant_id], '{}' FROM hartonomous.source
                                           WHERE root_atom_id IS NOT NULL"""),
    ("LAY_IN", "Source", "Source", """SELECT array[source_id, tenant_id], array[parent_source_id, tenant_id], '{}' FROM hartonomous.source
                                      WHERE parent_source_id IS NOT NULL"""),
    ("HAS_COMPONENT", "Atom", "Atom", """SELECT array[parent_atom_id, tenant_id], array[component_atom_id, tenant_id],
                                                jsonb_build_object('sequenceIndex', sequence_index) FROM hartonomous.composition"""),
    ("DERIVED_FROM", "Atom", "Atom", """SELECT array[child_atom_id, tenant_id], array[parent_atom_id, tenant_id], {edge}
                                        FROM hartonomous.provenance_edge WHERE type = 'DERIVED_FROM'"""),
    ("SUPERSEDED_BY", "Atom", "Atom", """SELECT array[parent_atom_id, tenant_id], array[child_atom_id, tenant_id], {edge}
                                         FROM hartonomous.provenance_edge WHERE type = 'SUPERSEDED_BY'"""),
    ("SUPERSEDED_BY", "ModelVersion", "ModelVersion", """
        SELECT array[name, before], array[name, revision], '{}'
        FROM (SELECT name, revision, lag(revision) OVER (PARTITION BY name ORDER BY created_at, model_id) AS before FROM hartonomous.model) AS m
        WHERE before IS NOT NULL"""),
    ("HAS_VERSION", "Model", "ModelVersion", "SELECT array[name], array[name, revision], '{}' FROM hartonomous.model"),
    ("HAD_INPUT", "Operation", "Atom", """SELECT DISTINCT array[operation_id::text], array[parent_atom_id, tenant_id], '{}'
                                          FROM hartonomous.provenance_edge WHERE operation_id IS NOT NULL"""),
    ("GENERATED", "Operation", "Atom", """SELECT DISTINCT array[operation_id::text], array[child_atom_id, tenant_id], '{}'
                                          FROM hartonomous.provenance_edge WHERE operation_id IS NOT NULL"""),
    ("GENERATED", "IngestionJob:Operation", "Atom", """SELECT array['ingestion:' || root_atom_id], array[root_atom_id, tenant_id], '{}'
                                                       FROM hartonomous.ingestion_job"""),
    ("REQUESTED_BY", "Operation", "User", """SELECT array[operation_id::text], array[user_id, tenant_id], '{}' FROM hartonomous.operation
                                             WHERE user_id IS NOT NULL"""),
    ("REQUESTED_BY", "Inference", "User", """SELECT array[inference_id], array[user_id, tenant_id], '{}' FROM hartonomous.inference
                                             WHERE user_id IS NOT NULL"""),
    ("GENERATED", "GenerationStream", "Atom", """SELECT array[stream_id], array[atom_id, tenant_id], jsonb_build_object('ordinal', ordinal)
                                                 FROM hartonomous.generated_atom"""),
    *[(type, label, far, f"SELECT array[{key}], {keys}, '{{}}' FROM hartonomous.{table} JOIN hartonomous.model m USING (model_id)")
      for label, key, table in (("GenerationStream", "stream_id", "generation_stream"), ("Inference", "inference_id", "inference"))
      for type, far, keys in (("USED_MODEL", "Model", "array[m.name]"), ("USED_VERSION", "ModelVersion", "array[m.name, m.revision]"))],
    *[(type, "Inference", "Atom", f"""SELECT array[inference_id], array[atom_id, tenant_id],
                                             jsonb_build_object('ordinal', ordinal, 'influence', influence)
                                      FROM hartonomous.inference_atom WHERE role = '{role}'""")
      for type, role in (("HAD_INPUT", "input"), ("USED_ATOM", "used"), ("GENERATED", "output"))],
    ("USED_REASONING", "Inference", "ReasoningMode", """SELECT DISTINCT array[inference_id], array[mode], '{}'
                                                        FROM hartonomous.inference, unnest(reasoning) AS mode"""),
    ("IN_CONTEXT", "Inference", "Context", "SELECT array[inference_id], array[context], '{}' FROM hartonomous.inference WHERE context IS NOT NULL"),
    ("CONSIDERED", "Inference", "Decision", """SELECT array[inference_id], array[inference_id || ':' || rank], '{}'
                                               FROM hartonomous.inference_alternative"""),
    ("HAS_FEEDBACK", "Inference", "Feedback", "SELECT array[inference_id], array[feedback_id], '{}' FROM hartonomous.inference_feedback"),
    ("GIVEN_BY", "Feedback", "User", """SELECT array[feedback_id], array[user_id, tenant_id], '{}' FROM hartonomous.inference_feedback
                                        WHERE user_id IS NOT NULL"""),
    ("PERFORMED", "User", "AccessEvent", "SELECT array[user_id, tenant_id], array[access_id], '{}' FROM hartonomous.access_event"),
    ("ACCESSED", "AccessEvent", "Atom", "SELECT array[access_id], array[atom_id, tenant_id], '{}' FROM hartonomous.access_event"),
    ("CLASSIFIED_AS", "Atom", "DataClassification", """
        SELECT array[atom_id, tenant_id], array[level], jsonb_build_object('reason', reason, 'createdAt', {created_at}, 'version', version)
        FROM hartonomous.classification"""),
    ("APPLIES_TO", "ComplianceRule", "DataClassification", "SELECT array[rule_id], array[level], '{}' FROM hartonomous.compliance_rule"),
]
REFERENCE = {"ReasoningMode", "Context", "DataClassification"}


def _sql(statement):
    statement = statement.replace("{edge}", EDGE)
    for column in ("created_at", "completed_at", "ended_at", "started_at"):
        statement = statement.replace("{" + column + "}", f"(extract(epoch FROM {column}) * 1000000)::bigint")
    return statement


def _frozen(properties):
    return tuple(sorted((name, json.dumps(value) if isinstance(value, float) else value) for name, value in properties.items() if value is not None))


def _same_numbers(properties):
    """A floating point number that is whole comes as an integer through JSON; Cypher holds both for equal."""
    return {name: float(value) if name in ("weight", "confidence", "influence", "rating") and value is not None else value
            for name, value in properties.items()}


def expected(database):
    """(nodes, relationships), each a Counter of tuples."""
    nodes, relationships = collections.Counter(), collections.Counter()
    for label, _, statement in NODES:
        for (properties,) in database.query(_sql(statement)) if statement else []:
            nodes[(label, _frozen(_same_numbers(properties)))] += 1
    for type, label, far, statement in RELATIONSHIPS:
        for keys, far_keys, properties in database.query(_sql(statement)):
            properties = json.loads(properties) if isinstance(properties, str) else properties
            relationships[(type, label, tuple(keys), far, tuple(far_keys), _frozen(_same_numbers(properties)))] += 1
    return nodes, relationships


def _found(properties):
    return _same_numbers({name: _microseconds(value) if name in TIMES else value for name, value in properties.items()})


def _microseconds(value):
    assert value.utc_offset().total_seconds() == 0, f"{value} is not in UTC"
    return round(value.to_native().replace(microsecond=0).timestamp()) * 1000000 + value.nanosecond // 1000


def _end(labels, properties):
    label = ":".join(sorted(labels))
    return label, tuple(properties.get(key) for key in KEYS[label])


def actual(neo4j):
    """The same, of everything the official driver finds but nodes of reference, which the schema makes."""
    nodes, relationships = collections.Counter(), collections.Counter()
    with neo4j.driver() as driver:
        for labels, properties in driver.execute_query("MATCH (n) RETURN labels(n), properties(n)").records:
            if not REFERENCE & set(labels):
                nodes[(":".join(sorted(labels)), _frozen(_found(properties)))] += 1
        for type, labels, node, far_labels, far, properties in driver.execute_query(
                "MATCH (a)-[r]->(b) RETURN type(r), labels(a), properties(a), labels(b), properties(b), properties(r)").records:
            relationships[(type, *_end(labels, node), *_end(far_labels, far), _frozen(_found(properties)))] += 1
    return nodes, relationships


def assert_graph_is_as_documented(database, neo4j):
    for want, have, what in zip(expected(database), actual(neo4j), ("nodes", "relationships")):
        missing, surplus = want - have, have - want
        assert not missing and not surplus, (f"{what}: {sum(missing.values())} missing, {sum(surplus.values())} too many;"
                                             f" missing {str(_short(missing))[:3000]}; too many {str(_short(surplus))[:3000]}")


def _short(counter):
    return sorted(counter, key=str)[:4]
