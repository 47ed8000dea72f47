/* Private to `ingest`: what was handed in, and how. */
#ifndef CTL_INGEST_H
#define CTL_INGEST_H

#include "command.h"
#include "progress.h"

typedef enum document_state {
        DOCUMENT_STAGED,    /* handed in now */
        DOCUMENT_UNCHANGED, /* was there before */
        DOCUMENT_COMPLETE,  /* is atoms; known only after waiting */
        DOCUMENT_FAILED     /* could not be read or, after waiting, not be ingested */
} document_state;

struct document {
        char *path;
        document_state state;
        int64_t source; /* 0: none */
        int64_t size;
        char *failure; /* NULL unless failed */
};

/* Small documents that travel together: their contents are kept until the batch is sent. */
typedef struct batched {
        size_t document; /* index into documents */
        char *file_name, *uri;
        hart_buffer data; /* as encoded */
        bool compressed;
        int32_t raw_size;
        unsigned char hash[HART_SHA256_SIZE];
} batched;

#define BATCH_DOCUMENTS 256
#define BATCH_BYTES     ((size_t)8 << 20)
#define CHUNK_BYTES     ((size_t)1 << 20)

struct ingest {
        struct ctl *ctl;
        int32_t tenant;
        struct document *documents;
        size_t count, capacity;
        batched batch[BATCH_DOCUMENTS];
        size_t batch_count, batch_bytes;
        unsigned char *chunk; /* CHUNK_BYTES */
        uint64_t bytes, total_documents;
        struct progress progress;
        hart_error error; /* what ended the whole: PostgreSQL is away, interrupted */
};

/* What `ingest` and `watch` begin and end with; NULL may be closed. */
struct ingest *ingest_open(struct ctl *ctl);
void ingest_close(struct ingest *ingest);
/* Forgets the documents, and what ended the last round. */
void ingest_clear(struct ingest *ingest);
struct document *ingest_add(struct ingest *ingest, const char *path);
/* The document could not be handed in; says so. */
void ingest_failed(struct ingest *ingest, struct document *document, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
void ingest_draw(struct ingest *ingest);

/* A file: small ones are batched, others sent at once. False where the whole has to end (ingest->error). */
bool ingest_file(struct ingest *ingest, const char *path);
bool ingest_standard_input(struct ingest *ingest);
/* The same, `fd` at its beginning; name and URI may be taken over. */
struct stat;
bool ingest_opened(struct ingest *ingest, struct document *document, int fd, const struct stat *status,
                   char **file_name, char **uri);
/* One that travels alone. */
bool ingest_big(struct ingest *ingest, struct document *document, int fd, const struct stat *status,
                const char *file_name, const char *uri);
/* Fills the chunk as far as there are bytes; fewer than CHUNK_BYTES means the end, or that a stop is asked for. */
bool ingest_read_chunk(struct ingest *ingest, int fd, size_t *size);
/* Has nobody written to the file since? */
bool ingest_is_unaltered(const struct stat *before, int fd);
/* Notes why the whole has to end; false. */
bool ingest_end(struct ingest *ingest, const hart_error *err);
/* Sends what is batched. */
bool ingest_flush(struct ingest *ingest);
void batch_done(struct ingest *ingest);

/* Waits until the sources are complete or failed, and with CTL_WAIT_ALL until the pipeline's queues are empty. */
bool ingest_wait(struct ingest *ingest, int wait);

/* "file:///usr/share/doc/a%20b" of an absolute path; free() */
char *file_uri(const char *path);
/* The part behind the last slash as valid UTF-8; free() */
char *file_name_of(const char *path);
/* Encodes a chunk: compressed where that is worth it. */
hart_code chunk_encode(const void *data, size_t size, hart_buffer *out, bool *compressed, hart_error *err);

#endif
