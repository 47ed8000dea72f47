/* The texts of a call in parts, each of which is asked for by one request; a part may become two. */
#ifndef ENCODER_HTTP_ENGINE_PARTS_H
#define ENCODER_HTTP_ENGINE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/encoder.h>

enum part_state { PART_WAITS, PART_ASKED, PART_DONE };

struct part {
        size_t first, count; /* of the texts */
        size_t size;         /* bytes of a single text that are sent, 0: all */
        unsigned failures;
        bool is_piece;    /* of a part that was refused */
        bool is_doubtful; /* of a part that failed often enough while the server did well */
        enum part_state state;
};

struct parts {
        struct part *list; /* in the order of the texts, all of them; room for as many as there are texts */
        size_t count;
        bool halved, cut;     /* was any? */
        size_t largest_piece; /* texts, of those pieces that are done */
};

/* As many texts in each as a request may have, and as their bytes allow. */
void parts_open(struct parts *parts, const hart_encoder_text *texts, size_t count, size_t texts_per_request);
void parts_done(struct parts *parts);

struct part *parts_find(const struct parts *parts, size_t first);
/* The first that waits, of texts before number `end`; NULL where none does. */
struct part *parts_waiting(const struct parts *parts, size_t end);
/* Texts from the first on that have their vectors, up to the first that has none. */
size_t parts_finished(const struct parts *parts);

void parts_finish(struct parts *parts, struct part *part);
/* Parts move by this. */
void parts_halve(struct parts *parts, struct part *part);
/* Of the one text of a part half of what was sent, without a piece of a character at its end. */
void parts_cut(struct parts *parts, struct part *part, const hart_encoder_text *text);

#endif
