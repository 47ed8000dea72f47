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
        const hart_atomizer *atomizer;
        int64_t root;         /* document atom; 0: not known yet */
        uint32_t root_number; /* of a fresh document, in the batch's roots */
        bool fresh;           /* seen for the first time: its bytes are verified, its type is found */
        bool verified;        /* so they are */
        bool has_job;         /* the job's row is locked and says offset and sequence */
        bool changed;         /* the source's row must be written */

        uint64_t offset;            /* bytes that are atoms */
        int64_t sequence;           /* components that are atoms */
        hart_buffer bytes;          /* the window, from offset on */
        size_t want;                /* its size */
        uint64_t seen;              /* bytes verified */
        hart_sha256_stream *digest; /* of a document that is longer than its window */

        uint16_t kinds[HART_SUBTYPES_MAX]; /* of the atomizer's subtypes */
        bool stepped;                      /* this delivery made some of it atoms */
        uint32_t lead_size;
        uint32_t first_component, component_count; /* in the batch's components */
        size_t consumed;
};

/* A component in its place; its bytes follow those of the one before in the document's window. */
struct component {
        uint32_t atom; /* number in the batch's atoms */
        uint32_t size, separator_size;
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
        struct atom_table roots; /* document atoms */
        struct atom_table atoms; /* components */
        struct component *components;
        uint32_t component_count;
        atomize_piece *pieces; /* COMPONENTS_MAX */
        uint64_t duplicates, bytes_done;
};

void batch_done(struct batch *batch);
/* Names the document's message as the one that failed. Returns `code`. */
hart_code batch_blame(struct batch *batch, const struct document *document, hart_code code);

/* Reads the messages: fills documents; documents that came inside a message are staged. */
hart_code batch_read_requests(struct batch *batch, const hart_message *messages, size_t count, hart_error *err);
/* Locks sources and known jobs, and decides which documents are worked on now. */
hart_code batch_claim(struct batch *batch, hart_error *err);
hart_code batch_lock_jobs(struct batch *batch, bool fresh, hart_error *err);
/* Reads windows of documents `first` up to `end` and verifies fresh documents. */
hart_code batch_load(struct batch *batch, size_t first, size_t end, hart_error *err);
/* Types, atomizers, document atoms and jobs of fresh documents. */
hart_code batch_identify(struct batch *batch, hart_error *err);
/* Runs the atomizers: fills components and atoms. */
hart_code batch_atomize(struct batch *batch, hart_error *err);
/* Finds or makes the atoms of a table: all ids are known then. */
hart_code batch_resolve(struct batch *batch, struct atom_table *table, hart_error *err);
/* Compositions, jobs, sources, staged bytes. */
hart_code batch_store(struct batch *batch, hart_error *err);
/* AtomsCreated, EmbeddingRequest, and IngestionRequest for what is left. */
hart_code batch_send(struct batch *batch, hart_error *err);

#endif
