/* Events to bytes and back; and what the daemon refuses, whatever bytes come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "event_layout.h"

static const hart_subtype subtypes[] = {{"raw", false, NULL}, {"sentence", true, "text"}};
static const hart_atomizer slicer = {.name = "slicer", .way = HART_SLICES, .subtypes = subtypes, .subtype_count = 2},
                           extractor = {
                                   .name = "extractor", .way = HART_EXTRACT, .subtypes = subtypes, .subtype_count = 2};

static event_reader reader_of(const hart_atomizer *atomizer, uint64_t size)
{
        return (event_reader){
                .atomizer = atomizer, .size = size, .limits = {.depth = 2, .children = 1, .expanded = 10, .ratio = 1}};
}

#define TEXT(bytes)                                                                                                    \
        {                                                                                                              \
                bytes, sizeof(bytes) - 1                                                                               \
        }
#define SLICE(...)                                                                                                     \
        {                                                                                                              \
                .kind = EVENT_SLICE, __VA_ARGS__                                                                       \
        }
#define OPEN(...)                                                                                                      \
        {                                                                                                              \
                .kind = EVENT_OPEN, .texts = { __VA_ARGS__ }                                                           \
        }
#define CHILD(...)                                                                                                     \
        {                                                                                                              \
                .kind = EVENT_CHILD_BEGIN, .texts = { __VA_ARGS__ }                                                    \
        }
#define BYTES(text)                                                                                                    \
        {                                                                                                              \
                .kind = EVENT_CHILD_BYTES, .texts = { TEXT(text) }                                                     \
        }
#define CONTENT(...)                                                                                                   \
        {                                                                                                              \
                .kind = EVENT_CONTENT, __VA_ARGS__                                                                     \
        }
#define END(bytes)                                                                                                     \
        {                                                                                                              \
                .kind = EVENT_END, .gap = (bytes)                                                                      \
        }

/* As a child without any scruples would: nothing is looked at. Counts events up to one of kind 0. */
static size_t encode(const atomize_event *events, size_t most, unsigned char *out)
{
        unsigned char *next = out;
        for (size_t i = 0; i < most && events[i].kind != 0; i++) {
                const event_layout *layout = event_layout_of(events[i].kind);
                frame_put_u32(next, (uint32_t)events[i].kind | (uint32_t)events[i].subtype << 8);
                next += 4;
                if (layout != NULL && layout->numbers) {
                        frame_put_u32(next, events[i].gap);
                        frame_put_u32(next + 4, events[i].size);
                        next += 8;
                }
                for (unsigned text = 0; layout != NULL && text < layout->text_count; text++)
                        next = frame_put_text(next, events[i].texts[text].data, events[i].texts[text].size);
        }
        return (size_t)(next - out);
}

enum { MOST = 5 };
static const struct {
        const char *name;
        const hart_atomizer *atomizer;
        uint64_t size;
        atomize_event events[MOST];
        const char *error; /* NULL: all is well */
} rows[] = {
        {"slices", &slicer, 9, {SLICE(.size = 4), SLICE(.subtype = 1, .gap = 1, .size = 2), END(2)}, NULL},
        {"nothing", &slicer, 0, {END(0)}, NULL},
        {"empty slice", &slicer, 9, {SLICE(.gap = 2)}, "not in the document of 9"},
        {"slice outside", &slicer, 9, {SLICE(.size = 4), SLICE(.gap = 1, .size = 5)}, "at byte 4, which is not in"},
        {"wrap", &slicer, 9, {SLICE(.size = 1), SLICE(.gap = 4000, .size = UINT32_MAX)}, "not in the document"},
        {"long slice", &slicer, 1 << 20, {SLICE(.size = HART_COMPONENT_MAX + 1)}, "not in the document"},
        {"long gap", &slicer, 1 << 20, {SLICE(.gap = 1 << 16, .size = 1)}, "not in the document"},
        {"slice of an extractor", &extractor, 9, {SLICE(.size = 4)}, "its atomizer names no slices"},
        {"short end", &slicer, 9, {SLICE(.size = 4), END(4)}, "ended with 4 bytes where 5 of 9 are left"},
        {"end too soon", &slicer, 1 << 20, {END(1 << 20)}, "are left"},
        {"subtype", &slicer, 9, {SLICE(.subtype = 2, .size = 4)}, "subtype 2, which atomizer slicer has not"},
        {"subtype of a node", &slicer, 9, {{.kind = EVENT_CLOSE, .subtype = 1}}, "subtype 1"},
        {"kind 0", &slicer, 9, {{.kind = 200}}, "unknown kind 200"},
        {"behind the end", &slicer, 1, {SLICE(.size = 1), END(0), END(0)}, "with more behind it"},
        {"nodes",
         &slicer,
         0,
         {OPEN(TEXT("page-1"), TEXT("é\t"), TEXT("{\"a\":[1]}")),
          OPEN(TEXT("p")),
          {.kind = EVENT_CLOSE},
          {.kind = EVENT_CLOSE},
          END(0)},
         NULL},
        {"open at the end", &slicer, 0, {OPEN(TEXT("p")), END(0)}, "with open nodes"},
        {"closed twice", &slicer, 0, {OPEN(TEXT("p")), {.kind = EVENT_CLOSE}, {.kind = EVENT_CLOSE}}, "no beginning"},
        {"deep", &slicer, 0, {OPEN(TEXT("a")), OPEN(TEXT("a")), OPEN(TEXT("a"))}, "limit of depth"},
        {"no word", &slicer, 0, {OPEN(TEXT("Page"))}, "part 1, of 4 bytes"},
        {"no kind", &slicer, 0, {OPEN(TEXT(""))}, "part 1, of 0 bytes"},
        {"kind NULL", &slicer, 0, {OPEN({NULL, 0})}, "part 1"},
        {"long kind", &slicer, 0, {OPEN(TEXT("a-very-long-kind-that-is-longer-than-32"))}, "part 1, of 39"},
        {"label not UTF-8", &slicer, 0, {OPEN(TEXT("p"), TEXT("\xC3"))}, "part 2, of 1 bytes"},
        {"label with NUL", &slicer, 0, {OPEN(TEXT("p"), TEXT("a\0b"))}, "part 2, of 3 bytes"},
        {"metadata no object", &slicer, 0, {OPEN(TEXT("p"), {NULL, 0}, TEXT("[1]"))}, "part 3"},
        {"metadata broken", &slicer, 0, {OPEN(TEXT("p"), {NULL, 0}, TEXT("{\"a\":}"))}, "part 3"},
        {"metadata with NUL", &slicer, 0, {OPEN(TEXT("p"), {NULL, 0}, TEXT("{}\0"))}, "part 3"},
        {"metadata not UTF-8", &slicer, 0, {OPEN(TEXT("p"), {NULL, 0}, TEXT("{\"a\":\"\xFF\"}"))}, "part 3"},
        {"half a surrogate", &slicer, 0, {OPEN(TEXT("p"), {NULL, 0}, TEXT("{\"a\":\"\\ud800\"}"))}, "part 3"},
        {"described", &slicer, 0, {{.kind = EVENT_DESCRIBE, .texts = {TEXT("{}")}}, END(0)}, NULL},
        {"not described", &slicer, 0, {{.kind = EVENT_DESCRIBE}}, "description whose part 1"},
        {"content",
         &extractor,
         3,
         {CONTENT(.texts = {{NULL, 0}, TEXT("a")}), CONTENT(.subtype = 1, .texts = {TEXT("\n\0"), TEXT("\0\xFF")}),
          END(0)},
         NULL},
        {"content of a slicer", &slicer, 9, {CONTENT(.texts = {{NULL, 0}, TEXT("a")})}, "its atomizer has none"},
        {"empty content", &extractor, 9, {CONTENT(.texts = {{NULL, 0}, TEXT("")})}, "part 2, of 0 bytes"},
        {"tail of an extract", &extractor, 9, {END(9)}, "ended with 9 bytes where 0"},
        {"child",
         &extractor,
         9,
         {CHILD(TEXT("a/b"), {NULL, 0}, TEXT("archive-entry"), TEXT("{}")),
          BYTES("01234"),
          BYTES("56789"),
          {.kind = EVENT_CHILD_END},
          END(0)},
         NULL},
        {"problem in a child",
         &extractor,
         9,
         {CHILD(TEXT("a"), TEXT("text/plain"), TEXT("part")),
          {.kind = EVENT_PROBLEM, .texts = {TEXT("so")}},
          {.kind = EVENT_CHILD_END, .texts = {TEXT("so")}},
          END(0)},
         NULL},
        {"child of a slicer", &slicer, 9, {CHILD(TEXT("a"), {NULL, 0}, TEXT("x"))}, "takes no documents out"},
        {"no relation", &extractor, 9, {CHILD(TEXT("a"))}, "part 3"},
        {"bytes of no child", &extractor, 9, {BYTES("a")}, "no beginning"},
        {"end of no child", &extractor, 9, {{.kind = EVENT_CHILD_END}}, "no beginning"},
        {"child in a child",
         &extractor,
         9,
         {CHILD(TEXT("a"), {NULL, 0}, TEXT("x")), CHILD(TEXT("a"), {NULL, 0}, TEXT("x"))},
         "in another"},
        {"node in a child", &extractor, 9, {CHILD(TEXT("a"), {NULL, 0}, TEXT("x")), OPEN(TEXT("p"))}, "in a child"},
        {"end in a child", &extractor, 9, {CHILD(TEXT("a"), {NULL, 0}, TEXT("x")), END(0)}, "in a child"},
        {"many children",
         &extractor,
         9,
         {CHILD(TEXT("a"), {NULL, 0}, TEXT("x")), {.kind = EVENT_CHILD_END}, CHILD(TEXT("a"), {NULL, 0}, TEXT("x"))},
         "limit of their number"},
        {"much of children",
         &extractor,
         9,
         {CHILD(TEXT("a"), {NULL, 0}, TEXT("x")), BYTES("01234567890")},
         "limit of their bytes"},
        {"problem not UTF-8", &slicer, 0, {{.kind = EVENT_PROBLEM, .texts = {TEXT("\x80")}}}, "problem whose part 1"},
};

static hart_code read_all(event_reader *reader, hart_error *err)
{
        atomize_event event;
        hart_code code = HART_OK;
        while (code == HART_OK && !reader->done) {
                code = events_next(reader, &event, err);
                for (unsigned i = 0; code == HART_OK && i < 4; i++)
                        assert_true(event.texts[i].data == NULL || event.texts[i].data[event.texts[i].size] == '\0');
        }
        return code;
}

static void test_rows(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                unsigned char frame[4096];
                event_reader reader = reader_of(rows[i].atomizer, rows[i].size);
                hart_error err = {0};
                events_take_frame(&reader, frame, encode(rows[i].events, MOST, frame));
                hart_code code = read_all(&reader, &err);
                if (rows[i].error == NULL ? code != HART_OK
                                          : code != HART_FAILED || strstr(err.text, rows[i].error) == NULL)
                        fail_msg("%s: %s: %s", rows[i].name, hart_code_name(code), err.text);
        }
}

/* Wherever a frame is cut off, that is an error or the end of an event, and no byte behind it is read. */
static void test_every_cut(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                unsigned char frame[4096];
                size_t size = encode(rows[i].events, MOST, frame);
                for (size_t cut = 0; cut < size; cut++) {
                        unsigned char *copy = hart_reallocate_array(NULL, cut + 1, 1);
                        event_reader reader = reader_of(rows[i].atomizer, rows[i].size);
                        hart_error err;
                        memcpy(copy, frame, cut);
                        events_take_frame(&reader, copy, cut);
                        hart_code code = read_all(&reader, &err);
                        assert_true(code == HART_FAILED || code == HART_EMPTY || reader.done);
                        free(copy);
                }
        }
}

static const struct {
        const char *text, *mended; /* NULL: no object */
} metadata[] = {
        {"{\"a\":\"\\u0000\"}", "{\"a\":\"\\ufffd\"}"},
        {"{\"\\u0000\":\"\\u0000\\u0000\"}", "{\"\\ufffd\":\"\\ufffd\\ufffd\"}"},
        {"{\"a\":\"\\\\u0000\"}", "{\"a\":\"\\\\u0000\"}"},
        {"{\"a\":\"\\\\\\u0000\"}", "{\"a\":\"\\\\\\ufffd\"}"},
        {"{\"a\":\"\\u00001\"}", "{\"a\":\"\\ufffd1\"}"},
        {"{\"a\":1,\"a\":2}", NULL},
        {"{\"a\":\"\\u000", NULL},
        {"{\"a\":\"\\", NULL},
        {"null", NULL},
};

static void test_metadata(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof metadata / sizeof *metadata; i++) {
                char *text = hart_duplicate(metadata[i].text);
                bool sound = event_mend_metadata(text, strlen(text));
                if (sound != (metadata[i].mended != NULL) || (sound && strcmp(text, metadata[i].mended) != 0))
                        fail_msg("%s: %s", metadata[i].text, text);
                free(text);
        }
}

struct frames {
        event_reader *reader;
        size_t count, events;
};

static hart_code on_frame(void *data, const unsigned char *frame, size_t size, hart_error *err)
{
        struct frames *frames = data;
        atomize_event event;
        frame_header header = frame_get_header(frame);
        assert_true(header.kind == FRAME_EVENTS && header.size + FRAME_HEADER_SIZE == size && header.size > 0);
        assert_true(header.size <= EVENTS_FRAME_MAX);
        unsigned char *copy = hart_reallocate_array(NULL, header.size, 1);
        memcpy(copy, frame + FRAME_HEADER_SIZE, header.size);
        events_take_frame(frames->reader, copy, header.size);
        hart_code code;
        while ((code = events_next(frames->reader, &event, err)) == HART_OK)
                frames->events++;
        free(copy);
        frames->count++;
        return code == HART_EMPTY ? HART_OK : code;
}

/* The child's writer and the daemon's reader agree about what is the most an event can have. */
static void test_frames_are_filled(void **unused)
{
        (void)unused;
        static unsigned char frame[FRAME_HEADER_SIZE + EVENTS_FRAME_MAX];
        static char bytes[HART_COMPONENT_MAX];
        hart_error err = {0};
        event_reader reader = reader_of(&extractor, 1);
        struct frames frames = {.reader = &reader};
        event_writer writer = {.send = on_frame, .data = &frames, .frame = frame};
        const atomize_event big = CONTENT(.texts = {{bytes, HART_SEPARATOR_MAX}, {bytes, HART_COMPONENT_MAX}}),
                            small = CONTENT(.texts = {{NULL, 0}, {bytes, 64}}), end = END(0);
        for (size_t i = 0; i < 30; i++) {
                assert_int_equal(events_put(&writer, &big, &err), HART_OK);
                assert_int_equal(events_put(&writer, &small, &err), HART_OK);
        }
        assert_int_equal(events_put(&writer, &end, &err), HART_OK);
        assert_int_equal(events_flush(&writer, &err), HART_OK);
        assert_int_equal(events_flush(&writer, &err), HART_OK);
        assert_true(reader.done && frames.events == 61 && frames.count == 10);
}

/* What an honest atomizer takes out of a bad document must not look like a lie. */
static void test_unsound_metadata_is_left_out(void **unused)
{
        (void)unused;
        static unsigned char frame[FRAME_HEADER_SIZE + EVENTS_FRAME_MAX];
        hart_error err = {0};
        event_reader reader = reader_of(&extractor, 1);
        struct frames frames = {.reader = &reader};
        event_writer writer = {.send = on_frame, .data = &frames, .frame = frame};
        const atomize_event events[] = {
                OPEN(TEXT("p"), TEXT("label"), TEXT("{\"a\":1,\"a\":2}")),
                {.kind = EVENT_CLOSE},
                {.kind = EVENT_DESCRIBE, .texts = {TEXT("{\"a\":1,\"a\":2}")}},
                {.kind = EVENT_DESCRIBE, .texts = {TEXT("{\"a\":\"\\u0000\"}")}},
                END(0),
        };
        for (size_t i = 0; i < sizeof events / sizeof *events; i++)
                assert_int_equal(events_put(&writer, &events[i], &err), HART_OK);
        assert_int_equal(events_flush(&writer, &err), HART_OK);
        assert_true(reader.done && frames.events == 4 && writer.dropped == 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_every_cut),
                cmocka_unit_test(test_metadata),
                cmocka_unit_test(test_frames_are_filled),
                cmocka_unit_test(test_unsound_metadata_is_left_out),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
