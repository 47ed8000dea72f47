// $rows: states as read_inferences.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (i:Inference {inferenceId: row.inferenceId})
WITH i, row WHERE coalesce(i.version, -1) <= row.version
SET i.tenantId = row.tenantId, i.taskType = row.taskType, i.state = row.state, i.confidence = toFloat(row.confidence),
    i.durationUs = row.durationUs, i.errorType = row.errorType, i.errorText = row.errorText, i.metadata = row.metadata,
    i.timestamp = datetime.fromEpoch(row.timestamp / 1000000, row.timestamp % 1000000 * 1000), i.version = row.version
