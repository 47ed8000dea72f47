#include "question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_CHARACTERS 512000 /* the broker's limit, of the body as PostgreSQL prints it */
#define FRAME           1000   /* what stands around the vectors; a model's name has 200 bytes at most */
#define NUMBER          16     /* "-0.0123456789, " */

static size_t characters(const char *text, size_t size)
{
        size_t count = 0;

        for (size_t i = 0; i < size; i++)
                count += ((unsigned char)text[i] & 0xc0) != 0x80;
        return count;
}

static hart_code read_texts(struct question *question, hart_error *err)
{
        const hart_json *texts = hart_json_member(question->body, "Texts");

        question->count = hart_json_count(texts);
        if (hart_json_kind_of(texts) != HART_JSON_ARRAY || question->count == 0 || question->count > QUESTION_TEXTS)
                return hart_fail(err, HART_POISON, "Texts must be an array of 1 to %d texts", QUESTION_TEXTS);
        question->texts = hart_allocate_array(question->count, sizeof *question->texts);
        for (size_t i = 0; i < question->count; i++) {
                hart_encoder_text *text = &question->texts[i];
                text->text = hart_json_text(hart_json_item(texts, i), &text->size);
                if (text->text == NULL)
                        return hart_fail(err, HART_POISON, "Texts[%zu] is no text", i);
                if (characters(text->text, text->size) > QUESTION_CHARACTERS)
                        return hart_fail(err, HART_POISON, "Texts[%zu] has more than %d characters", i,
                                         QUESTION_CHARACTERS);
        }
        return HART_OK;
}

hart_code question_read(struct question *question, const hart_message *message, hart_error *err)
{
        hart_code code;
        const hart_json *model;

        if (strcmp(message->type, "EmbedText") != 0)
                return hart_fail(err, HART_POISON, "%.64s is not answered here", message->type);
        code = hart_json_parse(message->body, message->body_size, &question->body, err);
        model = hart_json_member(question->body, "Model");
        question->model = hart_json_text(model, NULL);
        if (code == HART_OK)
                code = read_texts(question, err);
        if (code == HART_OK && model != NULL && question->model == NULL && hart_json_kind_of(model) != HART_JSON_NULL)
                code = hart_fail(err, HART_POISON, "Model must be the name of a model");
        return code == HART_OK ? code : hart_error_context(err, "EmbedText");
}

void question_done(struct question *question)
{
        hart_json_close(question->body);
        free(question->texts);
        *question = (struct question){0};
}

size_t question_vectors_per_message(size_t dimension)
{
        const size_t fit = (BODY_CHARACTERS - FRAME) / (dimension * NUMBER + 4);

        return fit > 0 ? fit : 1;
}

/* Ten decimals say of a unit vector's number all that its 24 bits do, and make its length known. */
static void put_vector(hart_json_writer *writer, const float *vector, size_t dimension)
{
        char number[32];

        hart_json_begin_array(writer);
        for (size_t i = 0; i < dimension; i++) {
                const int size = snprintf(number, sizeof number, "%.10f", (double)vector[i]);
                hart_json_put_raw(writer, number, (size_t)size);
        }
        hart_json_end_array(writer);
}

void question_write_answer(const char *model, const char *revision, size_t dimension, size_t first,
                           const float *vectors, size_t count, hart_buffer *out)
{
        hart_json_writer writer = {.out = out};

        hart_json_begin_object(&writer);
        hart_json_key(&writer, "Model");
        hart_json_put_text(&writer, model);
        hart_json_key(&writer, "Revision");
        hart_json_put_text(&writer, revision);
        hart_json_key(&writer, "Dimension");
        hart_json_put_integer(&writer, (int64_t)dimension);
        hart_json_key(&writer, "First");
        hart_json_put_integer(&writer, (int64_t)first);
        hart_json_key(&writer, "Vectors");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < count; i++)
                put_vector(&writer, vectors + i * dimension, dimension);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
}
