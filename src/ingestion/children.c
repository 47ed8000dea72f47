/* children: sources, staged chunks and their compression. */
#include "children.h"

#include <string.h>

#include <hartonomous/compression.h>

#include "ingestion_sql.h"

#define CHUNK     ((size_t)1 << 20)
#define MANY      256
#define MANY_SIZE ((size_t)4 << 20)
#define LEVEL     1   /* of Zstandard: the bytes are read once more and go */
#define COMPRESS  256 /* bytes that are worth it */

enum { NAME, URI, TYPE, RELATION, PROBLEM, DATA, TEXTS };

/* One that waits. */
struct child {
        int32_t tenant, depth;
        int64_t parent, size;
        unsigned char hash[HART_SHA256_SIZE];
        hart_pg_bytes texts[TEXTS]; /* in the arena; .data NULL for nothing */
        bool compressed;
};

struct children {
        struct child waiting[MANY];
        size_t count;
        struct arena arena;
        /* the one in hand */
        struct child current;
        hart_buffer chunk, packed;
        hart_sha256_stream *digest;
        int64_t source; /* 0: no row yet */
        int32_t chunks;
};

void children_close(struct children *children)
{
        if (children == NULL)
                return;
        arena_done(&children->arena);
        hart_buffer_done(&children->chunk);
        hart_buffer_done(&children->packed);
        hart_sha256_close(children->digest);
        free(children);
}

static struct children *need_children(struct batch *batch)
{
        if (batch->children == NULL) {
                batch->children = hart_allocate(sizeof *batch->children);
                batch->children->digest = hart_sha256_open();
        }
        return batch->children;
}

static hart_pg_bytes keep(struct children *children, const char *text, size_t size)
{
        return text != NULL ? (hart_pg_bytes){arena_copy(&children->arena, text, size), size} : (hart_pg_bytes){0};
}

/* "docs/a.txt" of an archive is named "a.txt"; where it lay is in its URI. */
static const char *file_name(const char *path)
{
        const char *name = strrchr(path, '/');
        return name != NULL && name[1] != '\0' ? name + 1 : path;
}

void children_begin(struct batch *batch, const struct document *document, const atomize_event *event)
{
        struct children *children = need_children(batch);
        const char *path = event->texts[0].data != NULL && event->texts[0].size > 0 ? event->texts[0].data : "unnamed";
        const char *name = file_name(path);
        children->current =
                (struct child){.tenant = document->tenant, .depth = document->depth + 1, .parent = document->source};
        hart_pg_bytes *texts = children->current.texts;
        texts[NAME] = keep(children, name, strlen(name));
        texts[TYPE] = keep(children, event->texts[1].data, event->texts[1].size);
        texts[RELATION] = keep(children, event->texts[2].data, event->texts[2].size);
        if (document->uri != NULL) {
                HART_CLEANUP(hart_free_p) char *uri = hart_format("%s#%s", document->uri, path);
                texts[URI] = keep(children, uri, strlen(uri));
        }
        hart_buffer_clear(&children->chunk);
        children->source = 0;
        children->chunks = 0;
}

/* The chunk as it is staged; in the child's own buffer or, where that is smaller, compressed. */
static hart_code pack(struct children *children, hart_pg_bytes *ret, bool *compressed, hart_error *err)
{
        *ret = (hart_pg_bytes){children->chunk.data, children->chunk.size};
        *compressed = false;
        if (children->chunk.size < COMPRESS)
                return HART_OK;
        hart_buffer_clear(&children->packed);
        hart_code code = hart_compress(children->chunk.data, children->chunk.size, LEVEL, &children->packed, err);
        if (code != HART_OK || children->packed.size >= children->chunk.size)
                return code;
        *ret = (hart_pg_bytes){children->packed.data, children->packed.size};
        *compressed = true;
        return HART_OK;
}

static void add_text(hart_pg_parameters *p, const hart_pg_bytes *text)
{
        if (text->data != NULL)
                hart_pg_add_text_n(p, text->data, text->size);
        else
                hart_pg_add_text(p, NULL);
}

/* The row of a child that is too big to wait. */
static hart_code begin_row(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        struct children *children = batch->children;
        const struct child *child = &children->current;
        hart_pg_add_int4(&p, child->tenant);
        hart_pg_add_int8(&p, child->parent);
        hart_pg_add_int4(&p, child->depth);
        for (int i = NAME; i <= RELATION; i++)
                add_text(&p, &child->texts[i]);
        hart_code code = hart_pg_run(batch->pg, &sql_begin_child, &p, &rows, err);
        if (code == HART_OK)
                children->source = hart_pg_integer(rows, 0, 0);
        return code;
}

static hart_code store_chunk(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        struct children *children = batch->children;
        hart_pg_bytes packed;
        bool compressed;
        hart_code code = pack(children, &packed, &compressed, err);
        if (code != HART_OK)
                return code;
        hart_pg_add_int4(&p, children->current.tenant);
        hart_pg_add_int8(&p, children->source);
        hart_pg_add_int4(&p, children->chunks++);
        hart_pg_add_text(&p, compressed ? "zstd" : "plain");
        hart_pg_add_int4(&p, (int32_t)children->chunk.size);
        hart_pg_add_bytes(&p, packed.data, packed.size);
        hart_buffer_clear(&children->chunk);
        return hart_pg_run(batch->pg, &sql_insert_chunk, &p, NULL, err);
}

hart_code children_bytes(struct batch *batch, const void *bytes, size_t size, hart_error *err)
{
        struct children *children = batch->children;
        const unsigned char *next = bytes;
        hart_code code = HART_OK;
        hart_sha256_update(children->digest, bytes, size);
        children->current.size += (int64_t)size;
        while (code == HART_OK && size > 0) {
                size_t room = CHUNK - children->chunk.size, part = size < room ? size : room;
                if (part == 0) {
                        if (children->source == 0)
                                code = begin_row(batch, err);
                        if (code == HART_OK)
                                code = store_chunk(batch, err);
                        continue;
                }
                hart_buffer_append(&children->chunk, next, part);
                next += part;
                size -= part;
        }
        return code;
}

static hart_code finish_row(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        struct children *children = batch->children;
        const struct child_source asked = {children->source, children->current.tenant};
        hart_code code = children->chunk.size > 0 ? store_chunk(batch, err) : HART_OK;
        if (code != HART_OK)
                return code;
        hart_pg_add_int4(&p, children->current.tenant);
        hart_pg_add_int8(&p, children->source);
        hart_pg_add_int8(&p, children->current.size);
        hart_pg_add_bytes(&p, children->current.hash, HART_SHA256_SIZE);
        add_text(&p, &children->current.texts[PROBLEM]);
        hart_buffer_append(&batch->child_sources, &asked, sizeof asked);
        return hart_pg_run(batch->pg, &sql_finish_child, &p, NULL, err);
}

hart_code children_end(struct batch *batch, const char *failure, hart_error *err)
{
        struct children *children = batch->children;
        struct child *child = &children->current;
        hart_pg_bytes packed;
        hart_sha256_finish(children->digest, child->hash);
        if (failure != NULL)
                child->texts[PROBLEM] = keep(children, failure, strlen(failure));
        if (children->source != 0)
                return finish_row(batch, err);
        hart_code code = pack(children, &packed, &child->compressed, err);
        if (code != HART_OK)
                return code;
        child->texts[DATA] = (hart_pg_bytes){arena_copy(&children->arena, packed.data, packed.size), packed.size};
        children->waiting[children->count++] = *child;
        return children->count == MANY || children->arena.size >= MANY_SIZE ? children_flush(batch, err) : HART_OK;
}

static void add_column(hart_pg_parameters *p, const struct children *children, int column)
{
        hart_pg_bytes values[MANY];
        for (size_t i = 0; i < children->count; i++)
                values[i] = children->waiting[i].texts[column];
        if (column == DATA)
                hart_pg_add_bytes_array(p, values, children->count);
        else
                hart_pg_add_text_array(p, values, children->count);
}

static void add_numbers(hart_pg_parameters *p, const struct children *children)
{
        int32_t tenants[MANY], depths[MANY], compressed[MANY];
        int64_t parents[MANY], sizes[MANY];
        hart_pg_bytes hashes[MANY];
        for (size_t i = 0; i < children->count; i++) {
                const struct child *child = &children->waiting[i];
                tenants[i] = child->tenant;
                depths[i] = child->depth;
                compressed[i] = child->compressed;
                parents[i] = child->parent;
                sizes[i] = child->size;
                hashes[i] = (hart_pg_bytes){child->hash, sizeof child->hash};
        }
        hart_pg_add_int4_array(p, tenants, children->count);
        hart_pg_add_int8_array(p, parents, children->count);
        hart_pg_add_int4_array(p, depths, children->count);
        hart_pg_add_int8_array(p, sizes, children->count);
        hart_pg_add_bytes_array(p, hashes, children->count);
        hart_pg_add_int4_array(p, compressed, children->count);
}

hart_code children_flush(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        struct children *children = batch->children;
        if (children == NULL || children->count == 0)
                return HART_OK;
        add_numbers(&p, children);
        for (int i = NAME; i < TEXTS; i++)
                add_column(&p, children, i);
        hart_code code = hart_pg_run(batch->pg, &sql_insert_children, &p, &rows, err);
        if (code != HART_OK)
                return code;
        for (size_t row = 0; row < hart_pg_rows(rows); row++) {
                const struct child_source asked = {hart_pg_integer(rows, row, 1),
                                                   (int32_t)hart_pg_integer(rows, row, 0)};
                hart_buffer_append(&batch->child_sources, &asked, sizeof asked);
        }
        children->count = 0;
        arena_clear(&children->arena);
        return HART_OK;
}
