#include "http_engine_parts.h"

#include <string.h>

#include <hartonomous/memory.h>
#include <hartonomous/utf8.h>

#define REQUEST_BYTES ((size_t)1 << 20) /* of texts in a part: servers limit the size of a request */

void parts_open(struct parts *parts, const hart_encoder_text *texts, size_t count, size_t texts_per_request)
{
        *parts = (struct parts){.list = hart_allocate_array(count + 1, sizeof *parts->list)};
        for (size_t first = 0, taken; first < count; first += taken) {
                size_t bytes = texts[first].size;
                for (taken = 1; first + taken < count && taken < texts_per_request; taken++) {
                        bytes += texts[first + taken].size;
                        if (bytes > REQUEST_BYTES)
                                break;
                }
                parts->list[parts->count++] = (struct part){.first = first, .count = taken};
        }
}

void parts_done(struct parts *parts)
{
        free(parts->list);
        *parts = (struct parts){0};
}

struct part *parts_find(const struct parts *parts, size_t first)
{
        struct part *part = parts->list;

        while (part->first != first)
                part++;
        return part;
}

struct part *parts_waiting(const struct parts *parts, size_t end)
{
        for (size_t i = 0; i < parts->count && parts->list[i].first < end; i++)
                if (parts->list[i].state == PART_WAITS)
                        return &parts->list[i];
        return NULL;
}

size_t parts_finished(const struct parts *parts)
{
        size_t done = 0;

        for (size_t i = 0; i < parts->count && parts->list[i].state == PART_DONE; i++)
                done = parts->list[i].first + parts->list[i].count;
        return done;
}

void parts_finish(struct parts *parts, struct part *part)
{
        part->state = PART_DONE;
        if (part->is_piece && part->count > parts->largest_piece)
                parts->largest_piece = part->count;
}

void parts_halve(struct parts *parts, struct part *part)
{
        const size_t behind = parts->count - (size_t)(part - parts->list) - 1, half = part->count / 2;
        const struct part piece = {
                .first = part->first, .count = half, .is_piece = true, .is_doubtful = part->is_doubtful};

        memmove(part + 2, part + 1, behind * sizeof *part);
        part[1] = piece;
        part[1].first = part->first + half;
        part[1].count = part->count - half;
        part[0] = piece;
        parts->count++;
        parts->halved = true;
}

void parts_cut(struct parts *parts, struct part *part, const hart_encoder_text *text)
{
        const size_t half = (part->size > 0 ? part->size : text->size) / 2;

        part->size = half - hart_utf8_incomplete_tail((const unsigned char *)text->text, half);
        part->failures = 0;
        part->state = PART_WAITS;
        parts->cut = true;
}
