/* Bookmarks of the Query API, chained. */
#include <string.h>

#include "client.h"

void graph_bookmarks_done(graph_bookmarks *bookmarks)
{
        for (size_t i = 0; i < bookmarks->count; i++)
                free(bookmarks->texts[i]);
        free(bookmarks->texts);
        *bookmarks = (graph_bookmarks){0};
}

static bool holds(const graph_bookmarks *bookmarks, const char *text)
{
        for (size_t i = 0; i < bookmarks->count; i++)
                if (strcmp(bookmarks->texts[i], text) == 0)
                        return true;
        return false;
}

static void add(graph_bookmarks *bookmarks, const char *text)
{
        if (!text || holds(bookmarks, text))
                return;
        bookmarks->texts = hart_reallocate_array(bookmarks->texts, bookmarks->count + 1, sizeof *bookmarks->texts);
        bookmarks->texts[bookmarks->count++] = hart_duplicate(text);
}

void graph_bookmarks_copy(const graph_bookmarks *from, graph_bookmarks *to)
{
        graph_bookmarks_done(to);
        for (size_t i = 0; i < from->count; i++)
                add(to, from->texts[i]);
}

void graph_bookmarks_replace(graph_bookmarks *bookmarks, const graph_bookmarks *used, const hart_json *now)
{
        graph_bookmarks kept = {0};

        if (hart_json_count(now) == 0)
                return;
        for (size_t i = 0; i < bookmarks->count; i++)
                if (!holds(used, bookmarks->texts[i]))
                        add(&kept, bookmarks->texts[i]);
        for (size_t i = 0; i < hart_json_count(now); i++)
                add(&kept, hart_json_text(hart_json_item(now, i), NULL));
        graph_bookmarks_done(bookmarks);
        *bookmarks = kept;
}
