/* One entry of an archive. */
#ifndef ARCHIVE_ENTRY_H
#define ARCHIVE_ENTRY_H

#include <archive.h>
#include <archive_entry.h>

#include "../emitter.h"

#define ENTRY_RELATION "archive-entry"

/* Has it bytes of its own? Folders, links, devices have none. */
bool entry_is_file(struct archive_entry *entry);
/* Its path as the archive has it, NUL-terminated: text only, nobody writes a file there. */
void entry_name(struct archive_entry *entry, hart_buffer *ret);
/* What "data.csv.gz" holds: "data.csv", NUL-terminated. */
void entry_name_unpacked(const char *name, hart_buffer *ret);

/* "usr/lib/", "usr/bin/sh -> bash", "b link to a". */
hart_code entry_put_line(hart_emitter *emitter, struct archive_entry *entry, const char *name, hart_error *err);
/* *failed: the archive cannot be read on; archive_error_string() says why. */
hart_code entry_put_child(hart_emitter *emitter, struct archive *archive, struct archive_entry *entry, const char *name,
                          bool *failed, hart_error *err);

#endif
