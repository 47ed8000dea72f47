/* What who asks for vectors sends, and what is sent back. */
#ifndef EMBEDDING_QUESTION_H
#define EMBEDDING_QUESTION_H

#include <hartonomous/broker.h>
#include <hartonomous/encoder.h>
#include <hartonomous/error.h>
#include <hartonomous/json.h>
#include <hartonomous/memory.h>

#define QUESTION_TEXTS      256
#define QUESTION_CHARACTERS 65536 /* of one text */

/* Zeroed is empty; the texts are the body's. */
struct question {
        hart_json *body;
        const char *model; /* NULL: the active one */
        hart_encoder_text *texts;
        size_t count;
};

/* EmbedText {Texts, Model?}. HART_POISON with the reason where it is none. */
hart_code question_read(struct question *question, const hart_message *message, hart_error *err);
void question_done(struct question *question);

/* So many vectors fit into the body of one message. */
size_t question_vectors_per_message(size_t dimension);
/* TextsEmbedded: `count` vectors of `dimension` numbers, those of the texts from number `first` on. */
void question_write_answer(const char *model, const char *revision, size_t dimension, size_t first,
                           const float *vectors, size_t count, hart_buffer *out);

#endif
