/* libarchive over a document: formats and filters one by one, none of which starts a program or a thread. */
#ifndef ARCHIVE_READER_H
#define ARCHIVE_READER_H

#include <archive.h>
#include <archive_entry.h>

#include "../document.h"

struct archive_reader {
        const hart_document *document;
        struct archive *archive;
        uint64_t position;
        unsigned char *block;
};

/* Once a process: checks that the library reads all of them by itself. */
hart_code archive_reader_load(hart_error *err);

/* With `as_one_file`, what a compressed file holds is taken as it is, archive or not. Answers libarchive's code; the
 * reader is to be closed in any case. */
int archive_reader_open(struct archive_reader *reader, const hart_document *document, bool as_one_file);
void archive_reader_close(struct archive_reader *reader);

/* Short names: "tar", "zip"; "gzip". NULL for what has none. */
const char *archive_reader_format(const struct archive_reader *reader);
const char *archive_reader_filter(int filter);

#endif
