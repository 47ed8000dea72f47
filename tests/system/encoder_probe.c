/* An encoder on a line: opened with the options of its argument, it reads an array of texts from each line of standard
 * input and answers with a line of JSON, behind which the vectors follow as `done` · `dimension` floats.
 *
 * usage: encoder_probe '{"engine": "native", "model_dir": "…", …}'
 * The members are those of hart_encoder_options, and "do": "open" (the default), "check" (nothing is read then), or
 * "fork": open, and compute in a child that is forked behind it. The first line says what opened; where nothing did,
 * {"code", "error"}, and the exit status is 1. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hartonomous/clock.h>
#include <hartonomous/encoder.h>
#include <hartonomous/json.h>
#include <hartonomous/memory.h>

enum kind { TEXT, SIZE, TIME, COUNT, LONG };

struct member {
        const char *name;
        enum kind kind;
        size_t offset;
};

#define MEMBER(name, kind)                                                                                             \
        {                                                                                                              \
#name, kind, offsetof(hart_encoder_options, name)                                                      \
        }
static const struct member members[] = {
        MEMBER(model_dir, TEXT),
        MEMBER(engine, TEXT),
        MEMBER(precision, TEXT),
        MEMBER(threads, COUNT),
        MEMBER(token_budget, SIZE),
        MEMBER(long_texts, LONG),
        MEMBER(window_overlap, SIZE),
        MEMBER(library, TEXT),
        MEMBER(url, TEXT),
        MEMBER(api, TEXT),
        MEMBER(remote_name, TEXT),
        MEMBER(key, TEXT),
        MEMBER(ca_file, TEXT),
        MEMBER(dimension, SIZE),
        MEMBER(texts_per_request, SIZE),
        MEMBER(connect_timeout, TIME),
        MEMBER(timeout, TIME),
};

static void take(hart_encoder_options *options, const struct member *member, const hart_json *value)
{
        char *place = (char *)options + member->offset;
        const char *text = hart_json_text(value, NULL);
        int64_t number = 0;

        (void)hart_json_integer(value, &number);
        switch (member->kind) {
        case TEXT:
                memcpy(place, &text, sizeof text);
                break;
        case SIZE:
                memcpy(place, &(size_t){(size_t)number}, sizeof(size_t));
                break;
        case TIME:
                memcpy(place, &(uint64_t){(uint64_t)number}, sizeof(uint64_t));
                break;
        case COUNT:
                memcpy(place, &(unsigned){(unsigned)number}, sizeof(unsigned));
                break;
        case LONG:
                options->long_texts =
                        text != NULL && strcmp(text, "windows") == 0 ? HART_ENCODER_WINDOWS : HART_ENCODER_TRUNCATE;
                break;
        }
}

struct asked {
        hart_encoder_options options;
        const char *action;
        const char *unknown; /* a member that is no option: a test's own mistake */
};

static bool take_member(const char *key, const hart_json *value, void *data)
{
        struct asked *asked = data;

        if (strcmp(key, "do") == 0) {
                asked->action = hart_json_text(value, NULL);
                return true;
        }
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
                if (strcmp(members[i].name, key) == 0) {
                        take(&asked->options, &members[i], value);
                        return true;
                }
        asked->unknown = key;
        return false;
}

static void say(hart_buffer *line)
{
        hart_buffer_byte(line, '\n');
        (void)fwrite(line->data, 1, line->size, stdout);
        (void)fflush(stdout);
}

static void begin(hart_json_writer *answer, hart_code code, const hart_error *err)
{
        hart_json_begin_object(answer);
        hart_json_key(answer, "code");
        hart_json_put_text(answer, hart_code_name(code));
        if (code < 0) {
                hart_json_key(answer, "error");
                hart_json_put_text(answer, err->text);
        }
}

static void put_size(hart_json_writer *answer, const char *key, size_t value)
{
        hart_json_key(answer, key);
        hart_json_put_integer(answer, value > INT64_MAX ? -1 : (int64_t)value);
}

static void introduce(const hart_encoder *encoder, const hart_encoder_options *options)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        hart_json_writer answer = {.out = &line};

        begin(&answer, HART_OK, NULL);
        put_size(&answer, "dimension", hart_encoder_dimension(encoder));
        put_size(&answer, "token_limit", hart_encoder_token_limit(encoder));
        hart_json_key(&answer, "engine");
        hart_json_put_text(&answer, hart_encoder_engine(encoder));
        hart_json_key(&answer, "revision");
        hart_json_put_text(&answer, hart_encoder_revision(encoder));
        hart_json_key(&answer, "may_fork");
        hart_json_put_flag(&answer, hart_encoder_may_fork(options));
        hart_json_end_object(&answer);
        say(&line);
}

static void compute(hart_encoder *encoder, const hart_json *list)
{
        const size_t count = hart_json_count(list), dimension = hart_encoder_dimension(encoder);
        HART_CLEANUP(hart_free_p) hart_encoder_text *texts = hart_allocate_array(count + 1, sizeof *texts);
        HART_CLEANUP(hart_free_p) float *vectors = hart_allocate_array((count + 1) * dimension, sizeof *vectors);
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        hart_json_writer answer = {.out = &line};
        hart_encoder_outcome outcome = {0};
        hart_error err = {0};

        for (size_t i = 0; i < count; i++)
                texts[i].text = hart_json_text(hart_json_item(list, i), &texts[i].size);
        const uint64_t start = hart_now();
        const hart_code code = hart_encoder_run(encoder, texts, count, vectors, &outcome, NULL, NULL, &err);
        const uint64_t took = hart_now() - start;
        begin(&answer, code, &err);
        put_size(&answer, "done", outcome.done);
        put_size(&answer, "tokens", outcome.tokens);
        put_size(&answer, "microseconds", took);
        hart_json_end_object(&answer);
        say(&line);
        (void)fwrite(vectors, sizeof *vectors * dimension, outcome.done, stdout);
        (void)fflush(stdout);
}

/* Until standard input ends. */
static int answer_lines(hart_encoder *encoder)
{
        HART_CLEANUP(hart_free_p) char *line = NULL;
        size_t capacity = 0;
        ssize_t size;

        while ((size = getline(&line, &capacity, stdin)) > 0) {
                HART_CLEANUP(hart_json_close_p) hart_json *list = NULL;
                hart_error err = {0};
                if (hart_json_parse(line, (size_t)size, &list, &err) < 0) {
                        fprintf(stderr, "%s\n", err.text);
                        return 1;
                }
                compute(encoder, list);
        }
        return 0;
}

static int answer_in_child(hart_encoder *encoder)
{
        int status = 1;
        const pid_t child = fork();

        if (child == 0)
                return answer_lines(encoder);
        if (child < 0 || waitpid(child, &status, 0) != child)
                perror("fork");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int refuse(hart_code code, const hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        hart_json_writer answer = {.out = &line};

        begin(&answer, code, err);
        hart_json_end_object(&answer);
        say(&line);
        return code < 0;
}

int main(int argc, char *argv[])
{
        HART_CLEANUP(hart_json_close_p) hart_json *arguments = NULL;
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = NULL;
        struct asked asked = {.action = "open"};
        hart_error err = {0};
        hart_code code;

        if (argc != 2 || hart_json_parse(argv[1], strlen(argv[1]), &arguments, &err) < 0) {
                fprintf(stderr, "usage: encoder_probe '{\"engine\": …}'; %s\n", err.text);
                return 64;
        }
        hart_json_each(arguments, take_member, &asked);
        if (asked.unknown != NULL || asked.action == NULL) {
                fprintf(stderr, "encoder_probe: %s is no option\n", asked.unknown != NULL ? asked.unknown : "do");
                return 64;
        }
        if (strcmp(asked.action, "check") == 0) {
                code = hart_encoder_check(&asked.options, &err);
                return refuse(code, &err);
        }
        code = hart_encoder_open(&encoder, &asked.options, &err);
        if (code < 0)
                return refuse(code, &err);
        introduce(encoder, &asked.options);
        return strcmp(asked.action, "fork") == 0 ? answer_in_child(encoder) : answer_lines(encoder);
}
