#include "commands.h"

const ctl_command ctl_commands[] = {
        {"ingest", NULL, "PATH...|-", 1, -1,
         TAKES_TENANT | TAKES_CONTENT_TYPE | TAKES_NAME | TAKES_WAIT | TAKES_DATABASE | TAKES_GIT | TAKES_JSON,
         ctl_ingest,
         "Hand in documents: files, folders with all that is in them, Git repositories, - for standard input",
         "  hartonomousctl ingest --wait ~/Documents\n"
         "  hartonomousctl ingest --tenant 7 report.md notes/\n"
         "  hartonomousctl ingest --git ~/src/project ~/src/other@v1.0\n"
         "  hartonomousctl ingest --database 'host=db.example.org dbname=shop user=reader' --table 'public.*'\n"
         "  curl -s https://example.org/ | hartonomousctl ingest --name example.html --content-type text/html -\n"},
        {"watch", NULL, "FOLDER...", 1, -1, TAKES_TENANT | TAKES_CONTENT_TYPE | TAKES_WATCH | TAKES_JSON, ctl_watch,
         "Hand in what is in folders and what comes into them, until it is stopped",
         "  hartonomousctl watch ~/Documents\n"
         "  hartonomousctl watch --tenant 7 --include '*.pdf' --exclude drafts /srv/incoming\n"
         "  systemctl enable --now hartonomous-watch@$(systemd-escape --path /srv/incoming)\n"},
        {"fetch", NULL, "URL...", 1, -1, TAKES_TENANT | TAKES_CONTENT_TYPE | TAKES_JSON, ctl_fetch,
         "Ask for documents of web servers, which hartonomous-fetch must be allowed",
         "  hartonomousctl fetch https://www.gnu.org/licenses/gpl-3.0.txt\n"},
        {"status", NULL, "", 0, 0, TAKES_JSON, ctl_status,
         "Show queues, sources, counts, daemons and the servers they depend on",
         "  hartonomousctl status\n"
         "  hartonomousctl status --json | jq '.queues[] | select(.dead_letters > 0)'\n"},
        {"search", NULL, "TEXT", 1, 1, TAKES_COUNT | TAKES_TENANT | TAKES_MODEL | TAKES_JSON, ctl_search,
         "Find atoms by meaning, with their scores",
         "  hartonomousctl search -k 5 'may I sell copies of the program?'\n"
         "  hartonomousctl search --model bge-small-en-v1.5 'may I sell copies?'\n"},
        {"model", "list", "", 0, 0, TAKES_JSON, ctl_model_list,
         "List the models that make vectors: state, vectors, atoms without one", "  hartonomousctl model list\n"},
        {"model", "add", "NAME", 1, 1, TAKES_DRY_RUN | TAKES_JSON, ctl_model_add,
         "Take up a model of embedding.conf beside the active one: new atoms get its vectors too",
         "  hartonomousctl model add bge-small-en-v1.5 --dry-run\n"
         "  hartonomousctl model add bge-small-en-v1.5\n"},
        {"model", "backfill", "NAME", 1, 1, TAKES_TENANT | TAKES_DRY_RUN | TAKES_VECTORS | TAKES_JSON,
         ctl_model_backfill, "Ask for a model's vectors of the atoms that have none; goes on where it was stopped",
         "  hartonomousctl model backfill bge-small-en-v1.5 --dry-run\n"
         "  hartonomousctl model backfill bge-small-en-v1.5 --wait\n"},
        {"model", "activate", "NAME", 1, 1, TAKES_FORCE | TAKES_JSON, ctl_model_activate,
         "Let searches use a model; the one before is retired", "  hartonomousctl model activate bge-small-en-v1.5\n"},
        {"model", "retire", "NAME", 1, 1, TAKES_JSON, ctl_model_retire,
         "Give new atoms no more vectors of a model; those there are stay",
         "  hartonomousctl model retire all-MiniLM-L6-v2\n"},
        {"model", "remove", "NAME", 1, 1, TAKES_DRY_RUN | TAKES_YES | TAKES_JSON, ctl_model_remove,
         "Remove a model with all its vectors",
         "  hartonomousctl model remove all-MiniLM-L6-v2 --dry-run\n"
         "  hartonomousctl model remove all-MiniLM-L6-v2@53aa51172d14 --yes\n"},
        {"model", "check", "[NAME]", 0, 1, TAKES_WRITE | TAKES_JSON, ctl_model_check,
         "Compute a model's reference vectors in each precision, and say how near and how fast this machine is",
         "  hartonomousctl model check\n"
         "  hartonomousctl model check bge-small-en-v1.5 --write\n"},
        {"embed", NULL, "TEXT...", 1, -1, TAKES_MODEL | TAKES_JSON, ctl_embed,
         "Print the vectors of texts, which the daemon computes; - reads a text from each line of standard input",
         "  hartonomousctl embed 'may I sell copies of the program?'\n"
         "  hartonomousctl embed --json - < questions.txt\n"},
        {"source", "list", "", 0, 0, TAKES_TENANT | TAKES_LIMIT | TAKES_STATE | TAKES_PARENT | TAKES_JSON,
         ctl_source_list, "List the documents that came in, newest first",
         "  hartonomousctl source list --state failed\n"
         "  hartonomousctl source list --problem\n"
         "  hartonomousctl source list --parent 12\n"
         "  hartonomousctl source list --tenant 7 --limit 0 --json\n"},
        {"source", "show", "SOURCE", 1, 1, TAKES_TENANT | TAKES_JSON, ctl_source_show,
         "Show one document: type, size, hash, atomizer, components", "  hartonomousctl source show 1\n"},
        {"source", "tree", "SOURCE", 1, 1, TAKES_TENANT | TAKES_TREE | TAKES_JSON, ctl_source_tree,
         "Show what one document is made of: nodes, components, documents in it",
         "  hartonomousctl source tree 1 --depth 2\n"
         "  hartonomousctl source tree 1 --metadata --limit 0\n"
         "  hartonomousctl source tree 1 --limit 0 --json | jq '.tree[] | select(.kind == \"page\")'\n"},
        {"source", "delete", "[SOURCE]...", 0, -1, TAKES_TENANT | TAKES_CHOICE | TAKES_DRY_RUN | TAKES_YES | TAKES_JSON,
         ctl_source_delete, "Remove documents with all that only they used: atoms, vectors, their part of the graph",
         "  hartonomousctl source delete 12 13\n"
         "  hartonomousctl source delete --uri file:///srv/old/ --dry-run\n"
         "  hartonomousctl source delete --tenant 7 --older-than '90 days' --yes\n"},
        {"tenant", "list", "", 0, 0, TAKES_TENANT | TAKES_JSON, ctl_tenant_list,
         "List tenants with what they have and what they may have", "  hartonomousctl tenant list\n"},
        {"tenant", "set-quota", "TENANT", 1, 1, TAKES_QUOTA | TAKES_JSON, ctl_tenant_set_quota,
         "Limit how much a tenant may have",
         "  hartonomousctl tenant set-quota 7 --atoms 1000000 --bytes 500M\n"
         "  hartonomousctl tenant set-quota 7 --atoms none\n"},
        {"reconstruct", NULL, "SOURCE", 1, 1, TAKES_TENANT | TAKES_OUTPUT, ctl_reconstruct,
         "Give a document back, byte for byte, checked against its hash",
         "  hartonomousctl reconstruct 1 >copy.txt\n"
         "  hartonomousctl reconstruct 1 -o copy.txt\n"},
        {"atom", "show", "ID|HASH", 1, 1, TAKES_TENANT | TAKES_JSON, ctl_atom_show,
         "Show one atom by its number, or those with a SHA-256",
         "  hartonomousctl atom show 42\n"
         "  hartonomousctl atom show $(printf Hello | sha256sum | cut -c -64)\n"},
        {"lineage", NULL, "ATOM", 1, 1, TAKES_TENANT | TAKES_DEPTH | TAKES_FROM | TAKES_FORMAT | TAKES_JSON,
         ctl_lineage, "Show what an atom came from",
         "  hartonomousctl lineage 42\n"
         "  hartonomousctl lineage 42 --depth 3 --format dot | dot -Tsvg >lineage.svg\n"},
        {"impact", NULL, "ATOM", 1, 1, TAKES_TENANT | TAKES_DEPTH | TAKES_FROM | TAKES_FORMAT | TAKES_JSON, ctl_impact,
         "Show what would be touched if an atom went",
         "  hartonomousctl impact 42\n"
         "  hartonomousctl impact 42 --limit 10000 --json | jq .counts\n"},
        {"provenance", NULL, "[NAME [KEY=VALUE]...]", 0, -1, TAKES_TENANT | TAKES_FROM | TAKES_FORMAT | TAKES_JSON,
         ctl_provenance, "Ask one of the provenance questions; without a name: list them",
         "  hartonomousctl provenance\n"
         "  hartonomousctl provenance help lineage-up\n"
         "  hartonomousctl provenance lineage-up atom=42 depth=3\n"
         "  hartonomousctl provenance 1.1 atom=42 --format mermaid\n"},
        {"queue", "list", "", 0, 0, TAKES_JSON, ctl_queue_list, "List the broker's queues",
         "  hartonomousctl queue list\n"},
        {"queue", "show", "QUEUE", 1, 1, TAKES_JSON, ctl_queue_show,
         "Show one queue: limits, depth, counters, rates, dead letters, services, rights",
         "  hartonomousctl queue show IngestionQueue\n"
         "  hartonomousctl queue show IngestionQueue --json | jq '.rates'\n"},
        {"queue", "enable", "QUEUE", 1, 1, TAKES_JSON, ctl_queue_enable, "Give the messages of a queue out again",
         "  hartonomousctl queue enable Neo4jSyncQueue\n"},
        {"queue", "disable", "QUEUE", 1, 1, TAKES_JSON, ctl_queue_disable,
         "Keep the messages of a queue back; what is being handled is finished",
         "  hartonomousctl queue disable Neo4jSyncQueue\n"},
        {"queue", "peek", "QUEUE", 1, 1, TAKES_NEXT | TAKES_JSON, ctl_queue_peek,
         "Show the next messages of a queue without taking them",
         "  hartonomousctl queue peek IngestionQueue --limit 10\n"
         "  hartonomousctl queue peek IngestionQueue --json | jq '.[].body'\n"},
        {"queue", "purge", "QUEUE", 1, 1, TAKES_TYPE | TAKES_YES | TAKES_JSON, ctl_queue_purge,
         "Throw away what waits in a queue, for good",
         "  hartonomousctl queue purge EmbeddingQueue\n"
         "  hartonomousctl queue purge Neo4jSyncQueue --type AtomsCreated --yes\n"},
        {"queue", "audit", "", 0, 0, TAKES_QUEUE | TAKES_LIMIT | TAKES_JSON, ctl_queue_audit,
         "List what was done to queues, conversations and dead letters by hand, and by whom",
         "  hartonomousctl queue audit --limit 20\n"
         "  hartonomousctl queue audit --queue IngestionQueue --json\n"},
        {"conversation", "list", "", 0, 0, TAKES_SERVICE | TAKES_CONVERSATION_STATE | TAKES_LIMIT | TAKES_JSON,
         ctl_conversation_list, "List the ends of conversations, newest first",
         "  hartonomousctl conversation list --service InferenceService\n"
         "  hartonomousctl conversation list --state ERROR\n"},
        {"conversation", "show", "HANDLE", 1, 1, TAKES_NEXT | TAKES_JSON, ctl_conversation_show,
         "Show one conversation: both ends, timer, lifetime, what waits", "  hartonomousctl conversation show 4711\n"},
        {"conversation", "end", "HANDLE", 1, 1, TAKES_END | TAKES_JSON, ctl_conversation_end,
         "End one end of a conversation; what waits for it is dropped, the other end is told",
         "  hartonomousctl conversation end 4711\n"
         "  hartonomousctl conversation end 4711 --error 17 --description 'withdrawn by the operator'\n"
         "  hartonomousctl conversation end 4711 --cleanup\n"},
        {"dead-letter", "list", "", 0, 0, TAKES_QUEUE | TAKES_REASON | TAKES_TYPE | TAKES_LIMIT | TAKES_JSON,
         ctl_dead_letter_list, "List the messages that could not be handled, and why",
         "  hartonomousctl dead-letter list --queue IngestionQueue\n"
         "  hartonomousctl dead-letter list --reason 'Exceeded maximum'\n"},
        {"dead-letter", "summary", "", 0, 0, TAKES_QUEUE | TAKES_JSON, ctl_dead_letter_summary,
         "Count them by queue, reason and type", "  hartonomousctl dead-letter summary\n"},
        {"dead-letter", "show", "ID", 1, 1, TAKES_JSON, ctl_dead_letter_show, "Show one of them, with its body",
         "  hartonomousctl dead-letter show 3\n"},
        {"dead-letter", "replay", "[ID]...", 0, -1, TAKES_QUEUE | TAKES_REASON | TAKES_TYPE | TAKES_ALL | TAKES_JSON,
         ctl_dead_letter_replay, "Put them back into their queues, with no attempts counted",
         "  hartonomousctl dead-letter replay 3 4\n"
         "  hartonomousctl dead-letter replay --queue EmbeddingQueue\n"
         "  hartonomousctl dead-letter replay --reason 'Exceeded maximum'\n"},
        {"dead-letter", "discard", "[ID]...", 0, -1,
         TAKES_QUEUE | TAKES_REASON | TAKES_TYPE | TAKES_ALL | TAKES_YES | TAKES_JSON, ctl_dead_letter_discard,
         "Remove them for good",
         "  hartonomousctl dead-letter discard 3\n"
         "  hartonomousctl dead-letter discard --queue EmbeddingQueue\n"
         "  hartonomousctl dead-letter discard --all --yes\n"},
        {"config", "check", "", 0, 0, TAKES_JSON, ctl_config_check, "Have every program check its settings",
         "  hartonomousctl config check\n"
         "  hartonomousctl config check --config-dir ./new-settings\n"},
        {"schema", "apply", "", 0, 0, TAKES_DRY_RUN | TAKES_JSON, ctl_schema_apply,
         "Bring the database to the version this program needs",
         "  sudo -u hartonomous hartonomousctl schema apply --dry-run\n"
         "  sudo -u hartonomous hartonomousctl schema apply\n"},
        {"schema", "status", "", 0, 0, TAKES_JSON, ctl_schema_status, "List the migrations and which are applied",
         "  hartonomousctl schema status\n"},
        {"schema", "verify", "", 0, 0, TAKES_JSON, ctl_schema_verify,
         "Compare the database with what the migrations make, and name each difference",
         "  sudo -u hartonomous hartonomousctl schema verify\n"},
        {"graph", "apply", "", 0, 0, TAKES_OUTPUT | TAKES_JSON, ctl_graph_apply,
         "Make Neo4j's constraints, indexes and reference nodes",
         "  hartonomousctl graph apply\n"
         "  hartonomousctl graph apply -o former-schema.cypher\n"},
        {"graph", "verify", "", 0, 0, TAKES_JSON, ctl_graph_verify, "Compare them with what is there",
         "  hartonomousctl graph verify\n"},
        {"graph", "check", "", 0, 0, TAKES_TENANT | TAKES_CHECK | TAKES_YES | TAKES_JSON, ctl_graph_check,
         "Compare the graph with PostgreSQL and name each difference, or have them mended",
         "  hartonomousctl graph check\n"
         "  hartonomousctl graph check --quick\n"
         "  hartonomousctl graph check --tenant 7 --kind Source --json\n"
         "  hartonomousctl graph check --repair --yes\n"},
        {"graph", "rebuild", "", 0, 0, TAKES_REBUILD | TAKES_YES | TAKES_JSON, ctl_graph_rebuild,
         "Have everything written to the graph again; goes on where it was interrupted",
         "  hartonomousctl graph rebuild\n"
         "  hartonomousctl graph rebuild --empty --yes\n"},
        {"graph", "drop", "", 0, 0, TAKES_OUTPUT | TAKES_DATA | TAKES_YES | TAKES_JSON, ctl_graph_drop,
         "Take away Neo4j's constraints, indexes and reference nodes that apply made",
         "  hartonomousctl graph drop -o former-schema.cypher\n"
         "  hartonomousctl graph drop --data\n"},
};
const size_t ctl_command_count = sizeof ctl_commands / sizeof ctl_commands[0];
