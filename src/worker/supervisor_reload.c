/* SIGHUP: settings are read and checked, what follows from them is prepared, and then one process after another is
 * replaced. Until the last has, the old generation is kept: where a new process does not become ready, it comes back.
 */
#include "supervisor.h"

void supervisor_refuse(worker_supervisor *supervisor, const hart_error *why)
{
        hart_worker_context *context = supervisor->context;
        worker_generation *refused = HART_TAKE(supervisor->current);
        supervisor->current = HART_TAKE(supervisor->previous);
        context->configuration = supervisor->current->configuration;
        for (size_t i = 0; i < CHILDREN_MAX; i++) {
                worker_child *child = &supervisor->children.list[i];
                if (child->pid && child->serial == refused->serial && !child->ready)
                        children_ask_to_stop(child, hart_now());
        }
        generation_close(refused);
        reload_ended(context, why);
}

void supervisor_reload(worker_supervisor *supervisor)
{
        hart_worker_context *context = supervisor->context;
        hart_error error = {0};
        worker_configuration *configuration = NULL;
        const pid_t reloader = context->reloader;
        if (supervisor->previous) { /* one is on its way still */
                context->reloader = 0;
                hart_fail(&error, HART_STOPPED, "they were read again before all processes had taken them");
                supervisor_refuse(supervisor, &error);
        }
        context->reload = false;
        context->reloader = reloader;
        supervision_reloading(&context->supervision);
        if (configuration_open(&configuration, context->worker, context->arguments.config_dir,
                               context->arguments.instance, &error) != HART_OK) {
                reload_ended(context, &error);
                return;
        }
        worker_generation *next = generation_open(context->worker, configuration, ++supervisor->serials);
        if (!supervisor->current->prepared) { /* nothing to replace yet: what was wrong may be right now */
                generation_close(supervisor->current);
                supervisor->current = next;
                supervisor->next_prepare = 0;
                context->configuration = configuration;
                reload_ended(context, NULL);
                return;
        }
        if (generation_prepare(next, context->arguments.config_dir, &error) != HART_OK) {
                generation_close(next);
                reload_ended(context, &error);
                return;
        }
        supervisor->previous = supervisor->current;
        supervisor->current = next;
        context->configuration = configuration;
}

void supervisor_reloaded(worker_supervisor *supervisor)
{
        hart_worker_context *context = supervisor->context;
        worker_generation *previous = HART_TAKE(supervisor->previous);
        reload_common(context, &previous->configuration->common);
        generation_close(previous);
        reload_ended(context, NULL);
}
