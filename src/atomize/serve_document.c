/* serve_document: what a document is, and what is in it. Events leave in frames, many in one. */
#include "serve_document.h"

#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include <hartonomous/document.h>

#include "events.h"
#include "wire.h"

/* Free memory that is given back to the system when a document is done. */
#define SPARE_MEMORY ((size_t)8 << 20)

struct stream {
        int fd;
        event_writer writer;
        time_t sent; /* when, in seconds */
};

static time_t seconds(void)
{
        struct timespec now;
        (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
        return now.tv_sec;
}

static hart_code on_frame(void *data, const unsigned char *frame, size_t size, hart_error *err)
{
        struct stream *stream = data;
        hart_code code = wire_write(stream->fd, frame, size, err);
        stream->sent = seconds();
        return code;
}

/* A slow document shows that it is alive: its events do not wait until they fill a frame. */
static hart_code put(void *data, const atomize_event *event, hart_error *err)
{
        struct stream *stream = data;
        hart_code code = events_put(&stream->writer, event, err);
        if (code == HART_OK && seconds() > stream->sent + 1)
                code = events_flush(&stream->writer, err);
        return code;
}

static size_t length(const char *text)
{
        return text != NULL ? strlen(text) : 0;
}

static hart_code on_slice(void *data, unsigned subtype, uint32_t gap, uint32_t size, hart_error *err)
{
        return put(data, &(atomize_event){.kind = EVENT_SLICE, .subtype = subtype, .gap = gap, .size = size}, err);
}

static hart_code on_content(void *data, unsigned subtype, const hart_buffer *gap, const void *bytes, size_t size,
                            hart_error *err)
{
        const char *before = gap->size > 0 ? (const char *)gap->data : NULL;
        return put(data,
                   &(atomize_event){
                           .kind = EVENT_CONTENT, .subtype = subtype, .texts = {{before, gap->size}, {bytes, size}}},
                   err);
}

static hart_code on_open(void *data, const hart_node *node, hart_error *err)
{
        return put(data,
                   &(atomize_event){.kind = EVENT_OPEN,
                                    .texts = {{node->kind, length(node->kind)},
                                              {node->label, length(node->label)},
                                              {node->metadata, length(node->metadata)}}},
                   err);
}

static hart_code on_close(void *data, hart_error *err)
{
        return put(data, &(atomize_event){.kind = EVENT_CLOSE}, err);
}

static hart_code on_describe(void *data, const char *metadata, hart_error *err)
{
        return put(data, &(atomize_event){.kind = EVENT_DESCRIBE, .texts = {{metadata, length(metadata)}}}, err);
}

static hart_code on_child_begin(void *data, const hart_child *child, hart_error *err)
{
        return put(data,
                   &(atomize_event){.kind = EVENT_CHILD_BEGIN,
                                    .texts = {{child->name, length(child->name)},
                                              {child->content_type, length(child->content_type)},
                                              {child->relation, length(child->relation)},
                                              {child->metadata, length(child->metadata)}}},
                   err);
}

static hart_code on_child_bytes(void *data, const void *bytes, size_t size, hart_error *err)
{
        hart_code code = HART_OK;
        for (const char *next = bytes; code == HART_OK && size > 0;) {
                size_t part = size < EVENT_BYTES_MAX ? size : EVENT_BYTES_MAX;
                code = put(data, &(atomize_event){.kind = EVENT_CHILD_BYTES, .texts = {{next, part}}}, err);
                next += part;
                size -= part;
        }
        return code;
}

static hart_code on_child_end(void *data, const char *failure, hart_error *err)
{
        return put(data, &(atomize_event){.kind = EVENT_CHILD_END, .texts = {{failure, length(failure)}}}, err);
}

static hart_code on_problem(void *data, const char *text, hart_error *err)
{
        return put(data, &(atomize_event){.kind = EVENT_PROBLEM, .texts = {{text, length(text)}}}, err);
}

static hart_code finish(struct stream *stream, uint32_t tail, hart_error *err)
{
        static const char told[] = "some of what is known of its parts could not be written down";
        hart_code code = stream->writer.dropped > 0 ? on_problem(stream, told, err) : HART_OK;
        if (code == HART_OK)
                code = put(stream, &(atomize_event){.kind = EVENT_END, .gap = tail}, err);
        return code == HART_OK ? events_flush(&stream->writer, err) : code;
}

static hart_code run(int fd, const atomize_request *request, hart_document *document, hart_error *err)
{
        HART_CLEANUP(hart_free_p)
        unsigned char *frame = hart_reallocate_array(NULL, FRAME_HEADER_SIZE + EVENTS_FRAME_MAX, 1);
        struct stream stream = {.fd = fd, .sent = seconds()};
        stream.writer = (event_writer){.send = on_frame, .data = &stream, .frame = frame};
        const hart_event_sink sink = {
                .slice = on_slice,
                .content = on_content,
                .open = on_open,
                .close = on_close,
                .describe = on_describe,
                .child_begin = on_child_begin,
                .child_bytes = on_child_bytes,
                .child_end = on_child_end,
                .problem = on_problem,
                .data = &stream,
        };
        hart_error failure = {0};
        uint32_t tail = 0;
        hart_code code = hart_atomizer_run_document(request->atomizer, document, &sink, &tail, &failure);
        if (code == HART_FATAL) /* the peer is gone */
                return hart_fail(err, HART_FATAL, "%s", failure.text);
        return code < 0 ? wire_send_failure(fd, code, &failure, err) : finish(&stream, tail, err);
}

/* One document leaves nothing behind for the next but what libraries keep. */
static void tidy(void)
{
        if (mallinfo2().fordblks > SPARE_MEMORY)
                (void)malloc_trim(0);
}

hart_code serve_document(int fd, const atomize_request *request, hart_error *err)
{
        hart_document document;
        if (request->is_file) {
                hart_code code = wire_receive_document(fd, err);
                if (code != HART_OK)
                        return code;
                document_open_file(&document, ATOMIZE_DOCUMENT_FD, request->size);
        } else {
                document_open_memory(&document, request->data, (size_t)request->size);
        }
        document.name = request->name != NULL ? request->name : "";
        document.content_type = request->content_type;
        document.limits = &request->limits;
        hart_code code = run(fd, request, &document, err);
        document_close(&document);
        if (request->is_file)
                (void)close(ATOMIZE_DOCUMENT_FD);
        tidy();
        return code;
}

hart_code serve_identify(int fd, const atomize_request *request, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer type = {0};
        size_t size = (size_t)request->size;
        hart_content_type(request->data, size, request->content_type, request->name, &type);
        const hart_atomizer *atomizer = hart_atomizer_for((const char *)type.data, request->data, size);
        return wire_send(
                fd,
                &(frame_header){.size = (uint32_t)type.size, .kind = FRAME_TYPE, .number = atomize_number_of(atomizer)},
                type.data, err);
}
