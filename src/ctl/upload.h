/* Private to `ingest`: one document that is staged in a transaction of its own, chunk by chunk. */
#ifndef CTL_UPLOAD_H
#define CTL_UPLOAD_H

#include <hartonomous/digest.h>

#include "ingest.h"

struct upload {
        struct ingest *ingest;
        struct document *document;
        const char *file_name, *uri;
        const char *content_type; /* NULL: as the options say */
        int fd;
        int64_t source, size;
        int32_t chunks;
        hart_sha256_stream *digest;
        unsigned char hash[HART_SHA256_SIZE];
};

/* Begins the transaction and the source. */
hart_code upload_begin(struct upload *upload, hart_error *err);
/* The first bytes of ingest->chunk. */
hart_code upload_send_chunk(struct upload *upload, size_t size, hart_error *err);
/* HART_EMPTY where the document with this URI and hash is there already: it is noted as unchanged. */
hart_code upload_find_unchanged(struct upload *upload, hart_error *err);
/* Asks for ingestion and commits. */
hart_code upload_commit(struct upload *upload, hart_error *err);
/* Notes in the document what became of it; false where the whole has to end. */
bool upload_judge(struct ingest *ingest, struct document *document, hart_code code, const hart_error *err);

/* Each table of a PostgreSQL database becomes a document. False where the whole has to end. */
bool ingest_database(struct ingest *ingest, const char *conninfo);

#endif
