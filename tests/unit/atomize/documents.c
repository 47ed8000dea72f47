/* documents: runs one and digests its events. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "documents.h"

int make_file(const void *bytes, size_t size)
{
        const char *next = bytes;
        int fd = memfd_create("document", MFD_CLOEXEC);
        assert_true(fd >= 0);
        for (size_t left = size; left > 0;) {
                ssize_t written = write(fd, next, left);
                assert_true(written > 0);
                next += written;
                left -= (size_t)written;
        }
        return fd;
}

static void digest(hart_sha256_stream *stream, const atomize_event *event)
{
        const uint32_t numbers[] = {(uint32_t)event->kind, event->subtype, event->gap, event->size};
        hart_sha256_update(stream, numbers, sizeof numbers);
        for (unsigned i = 0; i < 4; i++) {
                const uint64_t size = event->texts[i].data != NULL ? event->texts[i].size + 1 : 0;
                hart_sha256_update(stream, &size, sizeof size);
                if (size > 0)
                        hart_sha256_update(stream, event->texts[i].data, event->texts[i].size);
        }
}

static hart_code read_events(atomize_client *client, hart_sha256_stream *stream, struct outcome *ret)
{
        atomize_event event = {0};
        hart_code code = HART_OK;
        while (code == HART_OK && event.kind != EVENT_END) {
                code = atomize_client_next(client, &event, &ret->err);
                if (code != HART_OK)
                        return code;
                digest(stream, &event);
                ret->events++;
                ret->problems += event.kind == EVENT_PROBLEM;
        }
        return code;
}

void run_document(atomize_client *client, const hart_atomizer *atomizer, const char *type, const void *bytes,
                  size_t size, bool by_file, struct outcome *ret)
{
        const hart_limits limits = {
                .depth = 1000, .children = 1000, .expanded = 64 << 20, .ratio = 200, .pixels = 4000000};
        int fd = by_file ? make_file(bytes, size) : -1;
        const atomize_document document = {.atomizer = atomizer,
                                           .limits = &limits,
                                           .name = "sample",
                                           .content_type = type,
                                           .data = by_file ? NULL : bytes,
                                           .fd = fd,
                                           .size = size,
                                           .tenant = 1,
                                           .source = 12};
        hart_sha256_stream *stream = hart_sha256_open();
        *ret = (struct outcome){0};
        ret->code = atomize_client_begin(client, &document, &ret->err);
        if (ret->code == HART_OK)
                ret->code = read_events(client, stream, ret);
        hart_sha256_finish(stream, ret->digest);
        hart_sha256_close(stream);
        if (by_file)
                close(fd);
}
