/* A batch: the messages of one delivery, the documents they ask for, and what becomes of each. One transaction; every
 * statement is about all documents at once.
 *
 * Locks are taken in one order, so that readers cannot wait for each other in a ring: sources, the jobs of documents
 * that are known, document atoms, component atoms, each sorted by key. The jobs of documents that are new to this
 * delivery come behind their atoms, and are taken only where nobody holds them. */
#ifndef INGESTION_BATCH_H
#define INGESTION_BATCH_H

#include <hartonomous/memory.h>
#include <hartonomous/worker.h>

#include "arena.h"
#include "atom_table.h"
#include "ingestion.h"

/* Components of all documents of a batch, at most; keeps memory and statements bounded. */
#define COMPONENTS_MAX UINT32_C(65536)
/* Components of one row of hartonomous.composition_run. */
#define RUN_COMPONENTS UINT32_C(1024)

typedef enum document_fate {
        FATE_WORK,     /* a step is to be done */
        FATE_NOTHING,  /* was complete before: a message delivered twice */
        FATE_LATER,    /* its message is sent again */
        FATE_COMPLETE, /* all of it is atoms now */
        FATE_FOLLOW    /* as another document of the batch with the same content */
} document_fate;

struct document {
        int32_t tenant;
        int64_t source;
        size_t message; /* number of the message that asks for it */
        document_fate fate;
        size_t leader; /* FATE_FOLLOW: number of the other document */

        uint64_t size;
        unsigned char hash[HART_SHA256_SIZE];
        const char *file_name, *declared; /* of the source row; declared may be NULL */
        hart_buffer found;
        const char *content_type; /* found in this delivery, else NULL */
        const char *known_type;   /* found in an earlier one */
        const hart_atomizer *atomizer;
        int64_t root;         /* document atom; 0: not known yet */
        uint32_t root_number; /* of a fresh document, in the batch's roots */
        bool fresh;           /* seen for the first time: its bytes are verified, its type is found */
        bool verified;        /* so they are */
        bool has_job;         /* the job's row is locked and says offset and sequence */
        bool changed;         /* the source's row must be written */

        int64_t parent; /* the source it lay in; 0 for none */
        int32_t depth;  /* in how many documents it lay */
        const char *uri;

        uint64_t offset;            /* bytes that are atoms */
        uint64_t from;              /* where the window begins: offset, or 0 for a whole document */
        int64_t sequence;           /* components that are atoms */
        int64_t events, nodes;      /* of a whole-document atomizer: what is stored */
        hart_buffer problem;        /* found in this delivery */
        hart_buffer metadata;       /* JSON objects it said of itself, by comma */
        hart_buffer bytes;          /* the window */
        size_t want;                /* its size */
        uint64_t seen;              /* bytes verified */
        hart_sha256_stream *digest; /* of a document that is longer than its window */

        bool stepped;  /* this delivery made some of it atoms */
        bool unread;   /* its structure is not read yet: the atomizer wants the whole document */
        uint64_t done; /* bytes this delivery made atoms */
        int64_t made;  /* components this delivery made */
};

/* A component in its place. */
struct component {
        const unsigned char *content; /* borrowed; hashed when the batch is flushed */
        uint16_t kind;
        uint32_t atom; /* number in the batch's atoms, from then on */
        uint32_t size, separator_size;
        const unsigned char *separator; /* the bytes behind it */
};

/* Consecutive components of a document in one layer that wait to be stored. */
struct stretch {
        size_t document;
        int16_t layer;         /* 0: the document's bytes; 1: what was extracted from it */
        uint32_t first, count; /* in the batch's components */
        int64_t sequence;      /* of the first of them */
        uint64_t position;     /* of the lead, else of the first of them */
        const unsigned char *lead;
        size_t lead_size;
};

struct batch {
        ingestion *state;
        hart_worker_context *context;
        hart_pg *pg;
        const ingestion_settings *settings;
        uint64_t started; /* hart_now() */
        size_t *blamed;

        struct document *documents; /* sorted by tenant and source */
        size_t count;
        hart_pg_result *claimed; /* the documents' names live here */
        struct atom_kind kinds[KINDS_MAX];
        size_t kind_count;
        const hart_atomizer *kinds_of; /* whose subtypes the next are */
        uint16_t subtype_kinds[HART_SUBTYPES_MAX];
        hart_buffer usage;            /* of quota.c */
        struct atom_table roots;      /* document atoms */
        struct atom_table atoms;      /* components */
        struct component *components; /* COMPONENTS_MAX */
        uint32_t component_count;
        struct stretch *stretches;
        size_t stretch_count, stretch_capacity;
        struct children *children; /* documents in documents that wait to be stored; NULL for none */
        hart_buffer child_sources; /* struct child_source of those that are stored and not asked for yet */
        struct arena arena;        /* bytes that atoms and separators borrow until they are stored */
        atomize_piece *pieces;     /* COMPONENTS_MAX */
        uint64_t made, repeated;   /* atoms that were not there; components whose atom was */
};

void batch_done(struct batch *batch);
/* quota.c: HART_POISON, and the message blamed, where a document's tenant may not add it; asked before its first step.
 */
hart_code batch_check_quotas(struct batch *batch, hart_error *err);
/* Notes which atoms of a resolved table are new; batch_count_usage, the last statement of the delivery, stores the sum.
 */
void batch_add_usage(struct batch *batch, const struct atom_table *table);
hart_code batch_count_usage(struct batch *batch, hart_error *err);
/* Names the document's message as the one that failed. Returns `code`. */
hart_code batch_blame(struct batch *batch, const struct document *document, hart_code code);

/* Reads the messages: fills documents; documents that came inside a message are staged. */
hart_code batch_read_requests(struct batch *batch, const hart_message *messages, size_t count, hart_error *err);
/* Locks sources and known jobs, and decides which documents are worked on now. */
hart_code batch_claim(struct batch *batch, hart_error *err);
hart_code batch_lock_jobs(struct batch *batch, bool fresh, hart_error *err);
/* Reads windows of documents `first` up to `end` and verifies fresh documents. */
hart_code batch_load(struct batch *batch, size_t first, size_t end, hart_error *err);
/* Writes all of a document to a file. */
hart_code batch_spool(struct batch *batch, struct document *document, int fd, hart_error *err);
/* Sets the kinds of the atomizer's subtypes. */
void batch_find_kinds(struct batch *batch, const hart_atomizer *atomizer);
/* One line behind what is known of a document already. */
void document_add_problem(struct document *document, const char *text);
/* The atomizer of a document's bytes; NULL where it is one of slices, which wants the whole document. */
const hart_atomizer *document_content_atomizer(const struct document *document);
/* Types, atomizers, document atoms and jobs of fresh documents. */
hart_code batch_identify(struct batch *batch, hart_error *err);
/* Runs the atomizers: fills components, stretches and atoms, and stores them whenever there is no more room. */
hart_code batch_atomize(struct batch *batch, hart_error *err);
/* A whole document through its atomizer, as far as a step goes; inline where all of it is in document->bytes. */
hart_code batch_read_whole(struct batch *batch, struct document *document, hart_error *err);
/* Components are put into the stretch that was begun last; their bytes, and those of separators, are borrowed until
 * batch_flush(). A separator follows the component put last, or is the stretch's lead where there is none yet. */
void batch_begin_stretch(struct batch *batch, const struct stretch *stretch);
void batch_put_component(struct batch *batch, uint16_t kind, const unsigned char *content, uint32_t size);
void batch_put_separator(struct batch *batch, const unsigned char *bytes, size_t size);
/* For another component? Else batch_flush() comes first, and a stretch is begun anew. */
bool batch_has_room(const struct batch *batch);
/* Stores what has come together so far, within the same transaction: atoms, composition runs, requests for embeddings.
 */
hart_code batch_flush(struct batch *batch, hart_error *err);
hart_code batch_store_runs(struct batch *batch, hart_error *err);
hart_code batch_send_embedding_requests(struct batch *batch, hart_error *err);
/* Finds or makes the atoms of a table: all ids are known then. */
hart_code batch_resolve(struct batch *batch, struct atom_table *table, hart_error *err);
/* Jobs, sources, staged bytes, and lineage of documents that lay in others. */
hart_code batch_store(struct batch *batch, hart_error *err);
/* AtomsCreated, and IngestionRequest for what is left. */
hart_code batch_send(struct batch *batch, hart_error *err);

#endif
