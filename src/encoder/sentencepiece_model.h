/* The files that SentencePiece's trainer writes, read by its library. */
#ifndef ENCODER_SENTENCEPIECE_MODEL_H
#define ENCODER_SENTENCEPIECE_MODEL_H

#include <stddef.h>

#include <hartonomous/error.h>

/* Called with each piece in order; anything but HART_OK ends the reading and is returned. */
typedef hart_code (*sentencepiece_model_visit)(const char *piece, size_t size, float score, void *data,
                                               hart_error *err);

/* HART_CONFIG where the data is no model. */
hart_code sentencepiece_model_pieces(const void *data, size_t size, sentencepiece_model_visit visit, void *user,
                                     hart_error *err);

#endif
