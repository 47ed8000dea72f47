/* A request: asked of the server, redirects followed one by one, the answer staged, put off or given up. */
#include <inttypes.h>
#include <string.h>

#include <hartonomous/clock.h>
#include <hartonomous/json.h>

#include "fetch.h"
#include "fetch_sql.h"

#define PAUSE_MOST (3600 * HART_SECOND)

const hart_metric fetch_metrics[FETCH_METRICS] = {
        [METRIC_FETCHED] = {"hartonomous_documents_fetched_total", HART_METRIC_COUNTER, "Documents staged"},
        [METRIC_UNCHANGED] = {"hartonomous_documents_unchanged_total", HART_METRIC_COUNTER,
                              "Documents that were there already, unchanged"},
        [METRIC_AGAIN] = {"hartonomous_fetches_put_off_total", HART_METRIC_COUNTER,
                          "Requests put off since a server was busy or away"},
        [METRIC_BYTES] = {"hartonomous_bytes_fetched_total", HART_METRIC_COUNTER, "Bytes of documents that came"},
};

struct fetching {
        hart_worker_context *context;
        hart_pg *pg;
        const fetch_settings *settings;
        fetch_request request;
        char *url; /* where the next answer is asked for */
        char *etag, *modified;
        hart_download download;
        fetch_stage stage;
};

static void fetching_done(struct fetching *fetching)
{
        hart_download_done(&fetching->download);
        fetch_stage_done(&fetching->stage);
        fetch_request_done(&fetching->request);
        free(fetching->url);
        free(fetching->etag);
        free(fetching->modified);
}

static hart_code progress(void *context)
{
        return hart_worker_progress(context); /* a peer's silence is bounded by time-outs */
}

static hart_code check_host(const struct fetching *fetching, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *host = NULL;
        int port = 0;
        const hart_code code = hart_url_host(fetching->url, &host, &port, err);
        if (code != HART_OK || fetch_is_allowed(fetching->settings->allow, host, port))
                return code;
        return hart_fail(err, HART_POISON,
                         "%.200s: host %s (port %d) is not allowed; add it to [fetch] allow in fetch.conf",
                         fetching->url, host, port);
}

/* What the server said last time lets it answer that nothing has changed. */
static hart_code recall(struct fetching *fetching, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_add_int4(&p, fetching->request.tenant);
        hart_pg_add_text(&p, fetching->request.uri);
        const hart_code code = hart_pg_run(fetching->pg, &sql_find_fetched, &p, &rows, err);
        if (code != HART_OK || hart_pg_rows(rows) == 0)
                return code;
        fetching->etag = hart_duplicate(hart_pg_text(rows, 0, 0, NULL));
        fetching->modified = hart_duplicate(hart_pg_text(rows, 0, 1, NULL));
        return HART_OK;
}

static hart_code ask(struct fetching *fetching, hart_error *err)
{
        const fetch_settings *settings = fetching->settings;
        hart_download_done(&fetching->download);
        fetching->stage.uri = fetching->url;
        fetching->download = (hart_download){
                .url = fetching->url,
                .user_agent = settings->user_agent,
                .etag = fetching->etag,
                .modified = fetching->modified,
                .private_addresses = settings->private_addresses,
                .connect_timeout = settings->connect_timeout,
                .total_timeout = settings->timeout,
                .stall_timeout = settings->stall_timeout,
                .limit = settings->max_size,
                .take = fetch_stage_take,
                .data = &fetching->stage,
                .waiting = progress,
                .waiting_data = fetching->context,
        };
        return hart_download_run(&fetching->download, err);
}

static bool is_redirect(const hart_download *download)
{
        const long status = download->status;
        return download->location &&
               (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

static hart_code follow(struct fetching *fetching, hart_error *err)
{
        hart_code code = HART_OK;
        for (int64_t steps = 0;; steps++) {
                code = check_host(fetching, err);
                if (code == HART_OK)
                        code = ask(fetching, err);
                if (code != HART_OK || !is_redirect(&fetching->download))
                        return code;
                if (steps == fetching->settings->redirects)
                        return hart_fail(err, HART_POISON, "%.200s: is redirected more than %" PRId64 " times",
                                         fetching->request.uri, fetching->settings->redirects);
                char *next = NULL;
                code = hart_url_resolve(fetching->url, fetching->download.location, &next, err);
                if (code != HART_OK)
                        return code;
                free(fetching->url);
                fetching->url = next;
        }
}

/* --- what becomes of it --- */

static uint64_t pause_of(const struct fetching *fetching)
{
        uint64_t pause = fetching->settings->retry_first;
        for (int64_t i = 0; i < fetching->request.tries && pause < PAUSE_MOST; i++)
                pause *= 2;
        if (fetching->download.retry_after > pause)
                pause = fetching->download.retry_after;
        return pause < PAUSE_MOST ? pause : PAUSE_MOST;
}

/* A message of its own that comes later: other servers' documents do not wait for this one. */
static hart_code put_off(struct fetching *fetching, const hart_error *why, hart_error *err)
{
        const fetch_request *request = &fetching->request;
        if (request->tries + 1 >= fetching->settings->tries)
                return hart_fail(err, HART_POISON, "given up after %" PRId64 " tries: %s", request->tries + 1,
                                 why->text);
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        hart_json_writer writer = {.out = &body};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "TenantId");
        hart_json_put_integer(&writer, request->tenant);
        hart_json_key(&writer, "Uri");
        hart_json_put_text(&writer, request->uri);
        hart_json_key(&writer, "ContentType");
        hart_json_put_text(&writer, request->content_type);
        hart_json_key(&writer, "Tries");
        hart_json_put_integer(&writer, request->tries + 1);
        hart_json_end_object(&writer);
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        const uint64_t pause = pause_of(fetching);
        hart_code code =
                fetching->stage.source ? hart_pg_script(fetching->pg, "ROLLBACK TO SAVEPOINT fetched", err) : HART_OK;
        hart_pg_add_jsonb(&p, (const char *)body.data, body.size);
        hart_pg_add_float8(&p, (double)pause / (double)HART_SECOND);
        if (code == HART_OK)
                code = hart_pg_run(fetching->pg, &sql_send_later, &p, NULL, err);
        if (code != HART_OK)
                return code;
        hart_worker_count_done(fetching->context, METRIC_AGAIN, 1);
        hart_worker_log_done(fetching->context, HART_LOG_WARNING, (const char *const[]){"EVENT=fetch-put-off", NULL},
                             "put off for %.0f s: %s", (double)pause / (double)HART_SECOND, why->text);
        return HART_OK;
}

static hart_code note_fetched(struct fetching *fetching, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        hart_pg_add_int4(&p, fetching->request.tenant);
        hart_pg_add_text(&p, fetching->request.uri);
        hart_pg_add_int8(&p, fetching->stage.source);
        hart_pg_add_text(&p, fetching->download.new_etag);
        hart_pg_add_text(&p, fetching->download.new_modified);
        return hart_pg_run(fetching->pg, &sql_note_fetched, &p, NULL, err);
}

static hart_code unchanged(const struct fetching *fetching)
{
        hart_worker_count_done(fetching->context, METRIC_UNCHANGED, 1);
        hart_worker_log_done(fetching->context, HART_LOG_INFO, (const char *const[]){"EVENT=document-unchanged", NULL},
                             "%.200s has not changed", fetching->request.uri);
        return HART_OK;
}

static hart_code keep(struct fetching *fetching, hart_error *err)
{
        const hart_code staged = fetch_stage_end(&fetching->stage, err);
        hart_code code = staged < 0 ? staged : note_fetched(fetching, err);
        if (code != HART_OK || staged == HART_EMPTY)
                return code == HART_OK ? unchanged(fetching) : code;
        hart_worker_count_done(fetching->context, METRIC_FETCHED, 1);
        hart_worker_count_done(fetching->context, METRIC_BYTES, fetching->download.size);
        hart_worker_log_done(fetching->context, HART_LOG_INFO, (const char *const[]){"EVENT=document-fetched", NULL},
                             "%.200s, %" PRIu64 " bytes, is source %" PRId64, fetching->request.uri,
                             fetching->download.size, fetching->stage.source);
        return HART_OK;
}

static hart_code judge(struct fetching *fetching, hart_code code, hart_error *err)
{
        const long status = fetching->download.status;
        hart_error why = *err;
        if (code == HART_RETRY && !fetching->stage.failed)
                return put_off(fetching, &why, err);
        if (code != HART_OK)
                return code;
        if (status == 200)
                return keep(fetching, err);
        if (status == 304)
                return unchanged(fetching);
        const bool passing = status == 408 || status == 425 || status == 429 || status >= 500;
        hart_fail(&why, HART_POISON, "%.200s: the server answers %ld", fetching->url, status);
        if (passing)
                return put_off(fetching, &why, err);
        *err = why;
        return HART_POISON;
}

static hart_code fetch_one(hart_worker_context *context, const hart_message *message, hart_error *err)
{
        HART_CLEANUP(fetching_done)
        struct fetching fetching = {
                .context = context, .pg = hart_worker_pg(context), .settings = hart_worker_settings(context)};
        hart_error error = {0};
        hart_code code = fetch_request_read(message, &fetching.request, err);
        if (code != HART_OK)
                return code;
        fetching.url = hart_duplicate(fetching.request.uri);
        fetching.stage = (fetch_stage){
                .pg = fetching.pg, .request = &fetching.request, .context = context, .download = &fetching.download};
        hart_worker_status(context, "fetching %.100s", fetching.url);
        code = recall(&fetching, &error);
        if (code == HART_OK) {
                code = follow(&fetching, &error);
                code = judge(&fetching, code, &error);
        }
        hart_worker_status(context, "idle");
        if (code != HART_OK)
                *err = error;
        return code;
}

hart_code fetch_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                       size_t *blamed, hart_error *err)
{
        (void)state;
        for (size_t i = 0; i < count; i++) {
                const hart_code code = fetch_one(context, &messages[i], err);
                if (code != HART_OK) {
                        *blamed = i;
                        return code;
                }
        }
        return HART_OK;
}
