-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'inferenceId', i.inference_id,
           'tenantId', i.tenant_id,
           'taskType', i.task_type,
           'state', i.state,
           'confidence', i.confidence,
           'durationUs', i.duration_us,
           'errorType', i.error_type,
           'errorText', i.error_text,
           'metadata', i.metadata::text,
           'timestamp', hartonomous.microseconds(i.created_at),
           'version', i.version,
           'modelId', m.name,
           'modelVersion', m.revision,
           'requestedBy', i.user_id,
           'context', i.context,
           'reasoning', (SELECT coalesce(jsonb_agg(DISTINCT mode COLLATE "C" ORDER BY mode COLLATE "C"), '[]') FROM unnest(i.reasoning) AS mode),
           'inputs', (SELECT coalesce(json_agg(json_build_object('ordinal', a.ordinal, 'atom', a.atom_id) ORDER BY a.ordinal), '[]')
                      FROM hartonomous.inference_atom a WHERE a.tenant_id = i.tenant_id AND a.inference_id = i.inference_id AND a.role = 'input'),
           'used', (SELECT coalesce(json_agg(json_build_object('ordinal', a.ordinal, 'atom', a.atom_id, 'influence', a.influence) ORDER BY a.ordinal), '[]')
                      FROM hartonomous.inference_atom a WHERE a.tenant_id = i.tenant_id AND a.inference_id = i.inference_id AND a.role = 'used'),
           'outputs', (SELECT coalesce(json_agg(json_build_object('ordinal', a.ordinal, 'atom', a.atom_id) ORDER BY a.ordinal), '[]')
                      FROM hartonomous.inference_atom a WHERE a.tenant_id = i.tenant_id AND a.inference_id = i.inference_id AND a.role = 'output'),
           'decisions', (SELECT coalesce(json_agg(json_build_object('decisionId', d.inference_id || ':' || d.rank, 'rank', d.rank, 'description', d.description,
                            'confidence', d.confidence, 'chosen', d.chosen, 'reason', d.reason) ORDER BY d.rank), '[]')
                         FROM hartonomous.inference_alternative d WHERE d.tenant_id = i.tenant_id AND d.inference_id = i.inference_id),
           'feedback', (SELECT coalesce(json_agg(json_build_object('feedbackId', f.feedback_id, 'rating', f.rating, 'comment', f.comment,
                           'createdAt', hartonomous.microseconds(f.created_at), 'givenBy', f.user_id) ORDER BY f.feedback_id), '[]')
                        FROM hartonomous.inference_feedback f WHERE f.tenant_id = i.tenant_id AND f.inference_id = i.inference_id))::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.inference i ON i.tenant_id = wanted.tenant_id AND i.inference_id = wanted.id
LEFT JOIN hartonomous.model m ON m.model_id = i.model_id
ORDER BY wanted.tenant_id, wanted.id
