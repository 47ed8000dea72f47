/* liar_document: replies to whole documents that nobody may believe. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "events.h"
#include "liar.h"

/* An event of nothing but its kind. */
static void put_event(atomize_event_kind kind)
{
        unsigned char event[4] = {(unsigned char)kind};
        put(FRAME_EVENTS, 0, 0, event, sizeof event);
}

static void put_end(void)
{
        unsigned char event[12] = {EVENT_END};
        put(FRAME_EVENTS, 0, 0, event, sizeof event);
}

static void put_node(void)
{
        unsigned char event[4 + 3 * FRAME_TEXT_ROOM] = {EVENT_OPEN}, *next = frame_put_text(event + 4, "p", 1);
        next = frame_put_text(next, NULL, 0);
        next = frame_put_text(next, NULL, 0);
        put(FRAME_EVENTS, 0, 0, event, (uint32_t)(next - event));
}

static void unknown_frame(void)
{
        put(77, 0, 0, NULL, 0);
}

static void empty_frame(void)
{
        put(FRAME_EVENTS, 0, 0, NULL, 0);
}

static void long_frame(void)
{
        unsigned char head[FRAME_HEADER_SIZE];
        frame_put_header(head, &(frame_header){.size = EVENTS_FRAME_MAX + 1, .kind = FRAME_EVENTS});
        if (write(ATOMIZE_FD, head, sizeof head) < 0)
                exit(1);
}

static void pieces(void)
{
        unsigned char piece[PIECE_SIZE] = {1};
        put(FRAME_PIECES, 0, 0, piece, sizeof piece);
}

static void close_nothing(void)
{
        put_event(EVENT_CLOSE);
}

static void open_only(void)
{
        put_node();
        put_end();
}

static void crash(void)
{
        put_node();
        signal(SIGSEGV, SIG_DFL); /* not the sanitizer's */
        raise(SIGSEGV);
}

static void leave(void)
{
        put_node();
        exit(3);
}

static void hang(void)
{
        put_node();
        pause();
}

/* A byte now and then of a frame without end. */
static void drip(void)
{
        unsigned char head[FRAME_HEADER_SIZE];
        frame_put_header(head, &(frame_header){.size = EVENTS_FRAME_MAX, .kind = FRAME_EVENTS});
        for (ssize_t sent = write(ATOMIZE_FD, head, sizeof head); sent > 0; sent = write(ATOMIZE_FD, "", 1))
                (void)poll(NULL, 0, 10);
        exit(1);
}

/* An event now and then, and no end. */
static void dawdle(void)
{
        for (;;) {
                put_node();
                put_event(EVENT_CLOSE);
                (void)poll(NULL, 0, 50);
        }
}

/* Events as fast as it can, and no end. */
static void flood(void)
{
        for (;;) {
                put_node();
                put_event(EVENT_CLOSE);
        }
}

static void burn(void)
{
        put_node();
        for (volatile unsigned spins = 0;; spins++)
                ;
}

static void refuse(void)
{
        put_node();
        put(FRAME_FAILED, 0, -HART_POISON, "not\na document", 14);
}

static void give_up(void)
{
        put(FRAME_FAILED, 0, -HART_FAILED, "no room", 7);
}

static const struct {
        const char *name;
        void (*lie)(void);
} lies[] = {
        {"unknown", unknown_frame},
        {"empty", empty_frame},
        {"long", long_frame},
        {"pieces", pieces},
        {"close", close_nothing},
        {"open", open_only},
        {"crash", crash},
        {"leave", leave},
        {"hang", hang},
        {"drip", drip},
        {"dawdle", dawdle},
        {"flood", flood},
        {"burn", burn},
        {"refuse", refuse},
        {"give up", give_up},
        {"truth", put_end},
};

void lie_about_document(const atomize_request *request)
{
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
                if (strlen(lies[i].name) == request->size && memcmp(lies[i].name, request->data, request->size) == 0)
                        lies[i].lie();
        }
}
