#include "picture.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a. */
static size_t hash(const char *text)
{
        uint64_t value = UINT64_C(14695981039346656037);
        for (; *text; text++)
                value = (value ^ (unsigned char)*text) * UINT64_C(1099511628211);
        return (size_t)value;
}

/* Where the key is, or belongs. */
static size_t slot_of(const struct picture *picture, const char *key)
{
        size_t at = hash(key) & (picture->slot_count - 1);
        while (picture->slots[at] && strcmp(picture->nodes[picture->slots[at] - 1].key, key) != 0)
                at = (at + 1) & (picture->slot_count - 1);
        return at;
}

static void widen(struct picture *picture)
{
        free(picture->slots);
        picture->slot_count = picture->slot_count ? picture->slot_count * 2 : 64;
        picture->slots = hart_allocate_array(picture->slot_count, sizeof picture->slots[0]);
        for (size_t i = 0; i < picture->node_count; i++)
                picture->slots[slot_of(picture, picture->nodes[i].key)] = i + 1;
}

size_t picture_node(struct picture *picture, const char *key)
{
        if (picture->node_count * 2 >= picture->slot_count)
                widen(picture);
        const size_t slot = slot_of(picture, key);
        if (picture->slots[slot])
                return picture->slots[slot] - 1;
        if (picture->node_count == picture->node_capacity) {
                picture->node_capacity = picture->node_capacity ? picture->node_capacity * 2 : 64;
                picture->nodes =
                        hart_reallocate_array(picture->nodes, picture->node_capacity, sizeof picture->nodes[0]);
        }
        picture->nodes[picture->node_count++] = (struct picture_node){.key = hart_duplicate(key)};
        picture->slots[slot] = picture->node_count;
        return picture->node_count - 1;
}

void picture_describe(struct picture *picture, size_t node, const char *kind, const char *text)
{
        struct picture_node *known = &picture->nodes[node];
        if (!known->kind && kind && *kind)
                known->kind = hart_duplicate(kind);
        if (!known->text && text && *text)
                known->text = hart_duplicate(text);
}

void picture_arrow(struct picture *picture, size_t from, size_t to, const char *label)
{
        if (picture->arrow_count == picture->arrow_capacity) {
                picture->arrow_capacity = picture->arrow_capacity ? picture->arrow_capacity * 2 : 64;
                picture->arrows =
                        hart_reallocate_array(picture->arrows, picture->arrow_capacity, sizeof picture->arrows[0]);
        }
        picture->arrows[picture->arrow_count++] =
                (struct picture_arrow){from, to, label && *label ? hart_duplicate(label) : NULL};
}

void picture_done(struct picture *picture)
{
        for (size_t i = 0; i < picture->node_count; i++) {
                free(picture->nodes[i].key);
                free(picture->nodes[i].kind);
                free(picture->nodes[i].text);
        }
        for (size_t i = 0; i < picture->arrow_count; i++)
                free(picture->arrows[i].label);
        free(picture->nodes);
        free(picture->arrows);
        free(picture->slots);
        *picture = (struct picture){0};
}
