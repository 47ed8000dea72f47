/* The functions behind the rows of ctl_commands; each is in the file of its sub-command. */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "command.h"

int ctl_schema_apply(struct ctl *ctl, int count, char *arguments[]);
int ctl_schema_status(struct ctl *ctl, int count, char *arguments[]);
int ctl_schema_verify(struct ctl *ctl, int count, char *arguments[]);
int ctl_graph_apply(struct ctl *ctl, int count, char *arguments[]);
int ctl_graph_verify(struct ctl *ctl, int count, char *arguments[]);
int ctl_graph_check(struct ctl *ctl, int count, char *arguments[]);
int ctl_graph_rebuild(struct ctl *ctl, int count, char *arguments[]);
int ctl_graph_drop(struct ctl *ctl, int count, char *arguments[]);
int ctl_ingest(struct ctl *ctl, int count, char *arguments[]);
int ctl_watch(struct ctl *ctl, int count, char *arguments[]);
int ctl_fetch(struct ctl *ctl, int count, char *arguments[]);
int ctl_status(struct ctl *ctl, int count, char *arguments[]);
int ctl_queue_list(struct ctl *ctl, int count, char *arguments[]);
int ctl_queue_show(struct ctl *ctl, int count, char *arguments[]);
int ctl_queue_enable(struct ctl *ctl, int count, char *arguments[]);
int ctl_queue_disable(struct ctl *ctl, int count, char *arguments[]);
int ctl_queue_peek(struct ctl *ctl, int count, char *arguments[]);
int ctl_queue_purge(struct ctl *ctl, int count, char *arguments[]);
int ctl_queue_audit(struct ctl *ctl, int count, char *arguments[]);
int ctl_conversation_list(struct ctl *ctl, int count, char *arguments[]);
int ctl_conversation_show(struct ctl *ctl, int count, char *arguments[]);
int ctl_conversation_end(struct ctl *ctl, int count, char *arguments[]);
int ctl_source_list(struct ctl *ctl, int count, char *arguments[]);
int ctl_source_tree(struct ctl *ctl, int count, char *arguments[]);
int ctl_source_delete(struct ctl *ctl, int count, char *arguments[]);
int ctl_tenant_list(struct ctl *ctl, int count, char *arguments[]);
int ctl_tenant_set_quota(struct ctl *ctl, int count, char *arguments[]);
int ctl_source_show(struct ctl *ctl, int count, char *arguments[]);
int ctl_atom_show(struct ctl *ctl, int count, char *arguments[]);
int ctl_reconstruct(struct ctl *ctl, int count, char *arguments[]);
int ctl_lineage(struct ctl *ctl, int count, char *arguments[]);
int ctl_impact(struct ctl *ctl, int count, char *arguments[]);
int ctl_provenance(struct ctl *ctl, int count, char *arguments[]);
int ctl_embed(struct ctl *ctl, int count, char *arguments[]);
int ctl_search(struct ctl *ctl, int count, char *arguments[]);
int ctl_model_list(struct ctl *ctl, int count, char *arguments[]);
int ctl_model_add(struct ctl *ctl, int count, char *arguments[]);
int ctl_model_backfill(struct ctl *ctl, int count, char *arguments[]);
int ctl_model_activate(struct ctl *ctl, int count, char *arguments[]);
int ctl_model_retire(struct ctl *ctl, int count, char *arguments[]);
int ctl_model_remove(struct ctl *ctl, int count, char *arguments[]);
int ctl_model_check(struct ctl *ctl, int count, char *arguments[]);
int ctl_dead_letter_list(struct ctl *ctl, int count, char *arguments[]);
int ctl_dead_letter_summary(struct ctl *ctl, int count, char *arguments[]);
int ctl_dead_letter_show(struct ctl *ctl, int count, char *arguments[]);
int ctl_dead_letter_replay(struct ctl *ctl, int count, char *arguments[]);
int ctl_dead_letter_discard(struct ctl *ctl, int count, char *arguments[]);
int ctl_config_check(struct ctl *ctl, int count, char *arguments[]);

#endif
