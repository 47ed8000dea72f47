/* batch: what a batch owns, and its components. */
#include "batch.h"

#include <string.h>

#include <hartonomous/utf8.h>

#include "children.h"

#define PROBLEM_MAX     2000
#define HASHED_TOGETHER UINT32_C(256)

/* Bytes that wait in the arena, at most; what is stored at once has room in memory several times over. */
#define ARENA_MAX ((size_t)8 << 20)

void batch_done(struct batch *batch)
{
        for (size_t i = 0; i < batch->count; i++) {
                hart_buffer_done(&batch->documents[i].bytes);
                hart_buffer_done(&batch->documents[i].found);
                hart_buffer_done(&batch->documents[i].problem);
                hart_buffer_done(&batch->documents[i].metadata);
                hart_sha256_close(batch->documents[i].digest);
        }
        free(batch->documents);
        hart_pg_result_close(batch->claimed);
        hart_buffer_done(&batch->usage);
        atom_table_done(&batch->roots);
        atom_table_done(&batch->atoms);
        free(batch->components);
        free(batch->stretches);
        free(batch->pieces);
        arena_done(&batch->arena);
        children_close(batch->children);
        hart_buffer_done(&batch->child_sources);
}

hart_code batch_blame(struct batch *batch, const struct document *document, hart_code code)
{
        *batch->blamed = document->message;
        return code;
}

void document_add_problem(struct document *document, const char *text)
{
        if (document->problem.size > PROBLEM_MAX)
                return;
        hart_buffer_format(&document->problem, "%s%s", document->problem.size > 0 ? "; " : "", text);
}

const hart_atomizer *document_content_atomizer(const struct document *document)
{
        switch (document->atomizer->way) {
        case HART_WINDOWS:
                return document->atomizer;
        case HART_EXTRACT:
                return hart_atomizers[hart_atomizer_count - 1];
        case HART_SLICES:
                break;
        }
        return NULL;
}

void batch_find_kinds(struct batch *batch, const hart_atomizer *atomizer)
{
        if (batch->kinds_of == atomizer)
                return;
        batch->kinds_of = atomizer;
        for (unsigned i = 0; i < atomizer->subtype_count; i++) {
                const hart_subtype *subtype = &atomizer->subtypes[i];
                batch->subtype_kinds[i] =
                        atom_kind_of(batch->kinds, batch->kind_count,
                                     subtype->modality != NULL ? subtype->modality : atomizer->modality, subtype->name);
        }
}

void batch_begin_stretch(struct batch *batch, const struct stretch *stretch)
{
        if (batch->stretch_count == batch->stretch_capacity) {
                batch->stretch_capacity = batch->stretch_capacity == 0 ? 64 : 2 * batch->stretch_capacity;
                batch->stretches =
                        hart_reallocate_array(batch->stretches, batch->stretch_capacity, sizeof *batch->stretches);
        }
        struct stretch *added = &batch->stretches[batch->stretch_count++];
        *added = *stretch;
        added->first = batch->component_count;
        added->count = 0;
}

bool batch_has_room(const struct batch *batch)
{
        return batch->component_count < COMPONENTS_MAX && batch->arena.size < ARENA_MAX;
}

static bool is_text(const struct batch *batch, const struct atom *atom)
{
        return strcmp(batch->kinds[atom->kind].modality, "text") == 0 &&
               memchr(atom->content, '\0', (size_t)atom->size) == NULL &&
               hart_utf8_valid(atom->content, (size_t)atom->size);
}

void batch_put_component(struct batch *batch, uint16_t kind, const unsigned char *content, uint32_t size)
{
        batch->components[batch->component_count++] =
                (struct component){.content = content, .kind = kind, .size = size};
        batch->stretches[batch->stretch_count - 1].count++;
}

static void find_atom(struct batch *batch, int32_t tenant, struct component *component,
                      const unsigned char digest[HART_SHA256_SIZE])
{
        struct atom atom = {
                .content = component->content, .size = component->size, .tenant = tenant, .kind = component->kind};
        bool added;
        memcpy(atom.hash, digest, sizeof atom.hash);
        component->atom = atom_table_put(&batch->atoms, &atom, &added);
        if (added)
                batch->atoms.atoms[component->atom].is_text = is_text(batch, &atom);
}

/* Components of one stretch become atoms; they are hashed together, which is much faster than one by one. */
static void find_atoms(struct batch *batch, const struct stretch *stretch)
{
        hart_sha256_input inputs[HASHED_TOGETHER];
        unsigned char digests[HASHED_TOGETHER][HART_SHA256_SIZE];
        const int32_t tenant = batch->documents[stretch->document].tenant;
        for (uint32_t done = 0, count; done < stretch->count; done += count) {
                struct component *next = &batch->components[stretch->first + done];
                count = stretch->count - done < HASHED_TOGETHER ? stretch->count - done : HASHED_TOGETHER;
                for (uint32_t i = 0; i < count; i++)
                        inputs[i] = (hart_sha256_input){next[i].content, next[i].size};
                hart_sha256_many(inputs, count, digests);
                for (uint32_t i = 0; i < count; i++)
                        find_atom(batch, tenant, &next[i], digests[i]);
        }
}

void batch_put_separator(struct batch *batch, const unsigned char *bytes, size_t size)
{
        struct stretch *stretch = &batch->stretches[batch->stretch_count - 1];
        if (size == 0)
                return;
        if (stretch->count == 0) {
                stretch->lead = bytes;
                stretch->lead_size = size;
                return;
        }
        struct component *last = &batch->components[batch->component_count - 1];
        last->separator = bytes;
        last->separator_size = (uint32_t)size;
}

hart_code batch_flush(struct batch *batch, hart_error *err)
{
        for (size_t i = 0; i < batch->stretch_count; i++)
                find_atoms(batch, &batch->stretches[i]);
        hart_code code = batch_resolve(batch, &batch->atoms, err);
        if (code == HART_OK)
                code = batch_store_runs(batch, err);
        if (code == HART_OK)
                code = batch_send_embedding_requests(batch, err);
        uint64_t made = 0;
        for (uint32_t i = 0; i < batch->atoms.count; i++)
                made += batch->atoms.atoms[i].is_new;
        batch->made += made;
        batch->repeated += batch->component_count - made;
        atom_table_clear(&batch->atoms);
        arena_clear(&batch->arena);
        batch->component_count = 0;
        batch->stretch_count = 0;
        return code;
}
