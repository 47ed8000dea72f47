/* Who is there, and who should be. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "supervisor.h"

static void describe_end(int status, char *text, size_t size)
{
        if (WIFSIGNALED(status))
                snprintf(text, size, "by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
        else
                snprintf(text, size, "with status %d", WEXITSTATUS(status));
}

/* One that was, or that ends as the whole daemon does. Where it was killed for not doing so, that has been told. */
static void part(worker_supervisor *supervisor, const worker_child *child, int status)
{
        static const char *const fields[] = {"EVENT=process-ended", NULL};
        const int daemons = supervisor->context->stopping ? supervisor->context->exit_status : HART_EXIT_OK;
        if (child->hung || status == 0 || (WIFEXITED(status) && WEXITSTATUS(status) == daemons))
                return;
        char how[96];
        describe_end(status, how, sizeof how);
        context_log(supervisor->context, HART_LOG_WARNING, fields, "Process %u (%d) was asked to stop and ended %s",
                    child->number, (int)child->pid, how);
}

/* One that was not asked to. */
static void lose(worker_supervisor *supervisor, const worker_child *child, int status)
{
        static const char *const fields[] = {"EVENT=process-ended", NULL};
        hart_worker_context *context = supervisor->context;
        char how[96];
        describe_end(status, how, sizeof how);
        hart_error error = {0};
        if (supervisor->previous && child->serial == supervisor->current->serial && !child->ready) {
                hart_fail(&error, HART_CONFIG, "process %u ended %s before it was ready: %s", child->number, how,
                          child->status);
                supervisor_refuse(supervisor, &error);
                return;
        }
        if (WIFEXITED(status) && WEXITSTATUS(status) == HART_EXIT_CONFIG) { /* it has said why */
                supervision_status(&context->supervision, hart_now(), child->status, true);
                context->exit_status = HART_EXIT_CONFIG;
                context->stopping = true;
                return;
        }
        atomic_fetch_add(&context->metrics.board->replaced, 1);
        context_log(context, HART_LOG_WARNING, fields, "Process %u (%d) ended %s, another takes its place",
                    child->number, (int)child->pid, how);
        const worker_settings *loop = &context->configuration->loop;
        if (children_died(&supervisor->children, child, loop->retry_base, loop->retry_max, hart_now())) {
                hart_fail(&error, HART_FATAL, "Processes end again and again, at last process %u %s", child->number,
                          how);
                context_end(context, HART_EXIT_FAILURE, "EVENT=fatal", &error);
        }
}

void supervisor_reap(worker_supervisor *supervisor)
{
        int status = 0;
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
                worker_child *child = children_find(&supervisor->children, pid);
                if (!child)
                        continue;
                const worker_child ended = *child;
                children_remove(child);
                if (ended.asked || supervisor->context->stopping)
                        part(supervisor, &ended, status);
                else
                        lose(supervisor, &ended, status);
        }
}

static bool any_starts(worker_supervisor *supervisor)
{
        for (size_t i = 0; i < CHILDREN_MAX; i++) {
                const worker_child *child = &supervisor->children.list[i];
                if (child->pid && !child->asked && !child->ready)
                        return true;
        }
        return false;
}

static bool is_wanted(const worker_supervisor *supervisor, unsigned number)
{
        const hart_worker_context *context = supervisor->context;
        return number ? number <= (unsigned)context->configuration->loop.workers : context->worker->also != NULL;
}

/* Sees to it that the number has one process, of the present settings. Those that have none come at once, those of old
 * settings are replaced one after another: the new one is ready before the old one is asked to stop. Is it done? */
static bool fill_number(worker_supervisor *supervisor, unsigned number, uint64_t now)
{
        worker_children *children = &supervisor->children;
        const unsigned serial = supervisor->current->serial;
        const worker_child *has = children_of_number(children, number, serial, true);
        worker_child *old = children_of_number(children, number, serial, false);
        if (!has) {
                if ((!old || !any_starts(supervisor)) && now >= children->numbers[number].next_start &&
                    !supervisor_fork(supervisor, number))
                        children->numbers[number].next_start = now + HART_SECOND;
                return false;
        }
        if (has->ready && old)
                children_ask_to_stop(old, now);
        return has->ready;
}

bool supervisor_fill(worker_supervisor *supervisor, uint64_t now)
{
        bool all = true;
        for (unsigned number = 0; number < CHILD_NUMBERS; number++)
                if (is_wanted(supervisor, number))
                        all = fill_number(supervisor, number, now) && all;
        for (size_t i = 0; all && i < CHILDREN_MAX; i++) {
                worker_child *child = &supervisor->children.list[i];
                if (child->pid && !is_wanted(supervisor, child->number))
                        children_ask_to_stop(child, now);
                all = !child->pid || !child->asked;
        }
        return all;
}
