/* One call of the engine "http": texts are asked for in parts, a few beside one another. A part that fails for a while
 * is asked for again; one that is refused is halved, down to the one text that is to blame, and that text is cut until
 * it is short: a server that does not cut long texts by itself still gets their beginning. */
#include <hartonomous/clock.h>

#include "http_engine.h"
#include "http_engine_parts.h"

#define SHORT_TEXT     512 /* bytes; what is refused although it is no longer is refused for good */
#define TRIES          4   /* of a part, each after a longer pause */
#define DOUBTFUL_TRIES 2
#define PAUSE          (250 * HART_MILLISECOND)
#define LONGEST_PAUSE  (2 * HART_SECOND)
#define PATIENCE       (10 * HART_SECOND) /* with a server that is away; the caller has more */
#define LOOK           (1 * HART_SECOND)  /* the longest between two calls of progress */

struct lane {
        bool busy;
        size_t first; /* of the part: parts move when one is halved */
        uint64_t begun;
        hart_buffer body;
        hart_http_response response;
};

struct run {
        struct http_server *server;
        const hart_encoder_text *texts;
        float *vectors;
        hart_encoder_outcome *outcome;
        hart_encoder_progress progress;
        void *data;

        struct parts parts;
        struct lane lanes[HTTP_LANES];
        size_t busy, allowed; /* lanes: one while the server has trouble */
        uint64_t not_before;  /* hart_now() */
        bool answered;        /* with vectors, once at least */
        size_t refused;       /* the first text that is; SIZE_MAX: none */
        hart_error why;
};

/* --- asking --- */

static void write_part(struct run *run, const struct part *part, hart_buffer *body)
{
        const struct http_server *server = run->server;
        hart_encoder_text text = run->texts[part->first];

        hart_buffer_clear(body);
        if (part->size > 0)
                text.size = part->size;
        http_request_write(server->dialect, server->remote_name, part->size > 0 ? &text : run->texts + part->first,
                           part->count, body);
}

static struct lane *free_lane(struct run *run)
{
        struct lane *lane = run->lanes;

        while (lane->busy)
                lane++;
        return lane;
}

static hart_code ask(struct run *run, hart_error *err)
{
        hart_code code = HART_OK;
        struct part *part;

        while (code == HART_OK && run->busy < run->allowed && hart_now() >= run->not_before &&
               (part = parts_waiting(&run->parts, run->refused)) != NULL) {
                struct lane *lane = free_lane(run);
                write_part(run, part, &lane->body);
                lane->first = part->first;
                lane->begun = hart_now();
                code = hart_http_begin(run->server->http, "POST", run->server->url, "application/json", lane->body.data,
                                       lane->body.size, &lane->response, lane, err);
                if (code != HART_OK)
                        break;
                lane->busy = true;
                run->busy++;
                part->state = PART_ASKED;
        }
        return code;
}

/* --- what becomes of a part --- */

/* Again after a pause, unless there were enough tries, or the server wants to be left alone for longer than a call
 * may last. */
static bool may_try_again(struct run *run, struct part *part, const struct lane *lane, const hart_error *err)
{
        const uint64_t pause = hart_backoff_delay(++part->failures, PAUSE, LONGEST_PAUSE, hart_random());
        const uint64_t wait = err->retry_after > pause ? err->retry_after : pause, now = hart_now();

        run->allowed = 1;
        if (part->failures >= (part->is_doubtful ? DOUBTFUL_TRIES : TRIES) || now - lane->begun + wait > PATIENCE)
                return false;
        if (now + wait > run->not_before)
                run->not_before = now + wait;
        part->state = PART_WAITS;
        return true;
}

/* The texts are at fault, or are said to be. A server that refuses whatever it is asked is set up wrong. */
static hart_code refuse(struct run *run, struct part *part, hart_error *err)
{
        const hart_encoder_text *text = &run->texts[part->first];
        hart_error of_probe = {0};

        if (part->count > 1) {
                parts_halve(&run->parts, part);
                return HART_OK;
        }
        if ((part->size > 0 ? part->size : text->size) > SHORT_TEXT) {
                parts_cut(&run->parts, part, text);
                return HART_OK;
        }
        if (!run->answered) {
                size_t dimension = run->server->dimension;
                const enum http_outcome outcome = http_probe(run->server, run->server->http, &dimension, &of_probe);
                if (outcome == HTTP_REFUSED)
                        (void)hart_fail(&of_probe, HART_CONFIG, "%s, whatever the text", err->text);
                if (outcome != HTTP_ANSWERED) {
                        *err = of_probe;
                        return err->code = outcome == HTTP_UNUSABLE ? HART_RETRY : err->code;
                }
        }
        run->answered = true;
        run->refused = part->first;
        run->why = *err;
        part->state = PART_WAITS; /* and is never asked for again */
        return HART_OK;
}

/* Tried often enough. Where the server answers something else well, it is this that it cannot do. */
static hart_code give_up_part(struct run *run, struct part *part, hart_error *err)
{
        hart_error of_probe = {0};
        size_t dimension = run->server->dimension;
        const enum http_outcome outcome = http_probe(run->server, run->server->http, &dimension, &of_probe);

        if (outcome == HTTP_ENDED) {
                *err = of_probe;
                return err->code;
        }
        if (outcome != HTTP_ANSWERED)
                return err->code = HART_RETRY;
        run->answered = true;
        part->is_doubtful = true;
        return refuse(run, part, err);
}

static hart_code take_vectors(struct run *run, struct part *part, size_t tokens)
{
        parts_finish(&run->parts, part);
        run->answered = true;
        run->outcome->tokens += tokens;
        run->allowed += run->allowed < HTTP_LANES;
        return run->progress != NULL ? run->progress(run->data) : HART_OK;
}

static hart_code settle(struct run *run, struct lane *lane, hart_code transport, hart_error *err)
{
        struct part *part = parts_find(&run->parts, lane->first);
        struct http_reading reading = {.count = part->count,
                                       .dimension = &run->server->dimension,
                                       .vectors = run->vectors + part->first * run->server->dimension};

        lane->busy = false;
        run->busy--;
        const enum http_outcome outcome = http_judge(run->server, transport, &lane->response, &reading, err);
        if (part->first > run->refused && outcome != HTTP_ENDED) {
                part->state = PART_WAITS; /* behind what is refused already: this call does not get there */
                return HART_OK;
        }
        switch (outcome) {
        case HTTP_ANSWERED:
                return take_vectors(run, part, reading.tokens);
        case HTTP_REFUSED:
                return refuse(run, part, err);
        case HTTP_UNUSABLE:
                return may_try_again(run, part, lane, err) ? HART_OK : give_up_part(run, part, err);
        case HTTP_AWAY:
                return may_try_again(run, part, lane, err) ? HART_OK : HART_RETRY;
        case HTTP_ENDED:
        default:
                return err->code;
        }
}

/* --- the call --- */

static hart_code waiting(void *data)
{
        const struct run *run = data;

        return run->progress != NULL ? run->progress(run->data) : HART_OK;
}

/* Until something is over, or it is time to ask again. */
static hart_code hear(struct run *run, hart_error *err)
{
        const uint64_t now = hart_now();
        uint64_t wait = LOOK;
        void *tag;

        if (run->busy < run->allowed && run->not_before > now && run->not_before - now < wait)
                wait = run->not_before - now;
        const hart_code code = hart_http_next(run->server->http, wait, &tag, err);
        if (tag != NULL)
                return settle(run, tag, code, err);
        if (code < 0)
                return code;
        return waiting(run);
}

/* A server that takes fewer texts at once than it was given is given fewer from now on. */
static void learn(const struct run *run)
{
        const struct parts *parts = &run->parts;

        if (parts->halved && !parts->cut && run->refused == SIZE_MAX && parts->largest_piece > 0)
                run->server->texts_per_request = parts->largest_piece;
}

static void end(struct run *run)
{
        hart_http_abandon(run->server->http);
        hart_http_on_waiting(run->server->http, NULL, NULL);
        for (size_t i = 0; i < HTTP_LANES; i++) {
                hart_buffer_done(&run->lanes[i].body);
                hart_http_response_done(&run->lanes[i].response);
        }
        parts_done(&run->parts);
}

hart_code http_run(void *state, const hart_encoder_text *texts, size_t count, float *vectors,
                   hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data, hart_error *err)
{
        hart_error own = {0};
        hart_code code = HART_OK;
        struct run run = {
                .server = state,
                .texts = texts,
                .vectors = vectors,
                .outcome = outcome,
                .progress = progress,
                .data = data,
                .allowed = HTTP_LANES,
                .refused = SIZE_MAX,
        };

        err = err != NULL ? err : &own;
        hart_http_on_waiting(run.server->http, waiting, &run);
        parts_open(&run.parts, texts, count, run.server->texts_per_request);
        while (code == HART_OK &&
               (outcome->done = parts_finished(&run.parts)) < (run.refused < count ? run.refused : count)) {
                code = ask(&run, err);
                if (code == HART_OK)
                        code = hear(&run, err);
        }
        outcome->done = parts_finished(&run.parts);
        learn(&run);
        end(&run);
        if (code != HART_OK || run.refused == SIZE_MAX)
                return code;
        *err = run.why;
        return err->code = HART_POISON;
}
