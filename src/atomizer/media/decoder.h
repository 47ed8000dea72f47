/* One stream's decoder: from the list of those that are allowed, in this thread, within the limits. */
#ifndef ATOMIZER_MEDIA_DECODER_H
#define ATOMIZER_MEDIA_DECODER_H

#include "media.h"

typedef struct media_decoder {
        AVCodecContext *context;
        AVFrame *frame;
        uint64_t broken; /* packets that could not be decoded */
        int error;       /* of the last of them, an AVERROR */
} media_decoder;

/* 0, or an AVERROR with nothing to close. `parameters` may say no more than the codec. */
int decoder_open(media_decoder *decoder, const AVCodecParameters *parameters, const hart_limits *limits);
void decoder_close(media_decoder *decoder);

/* What is in a packet, frame by frame; NULL for what the decoder still holds. What is broken in it is counted. Answers
 * other than HART_OK from `take` end it and are returned. */
typedef hart_code (*decoder_take)(void *data, AVFrame *frame, hart_error *err);
hart_code decoder_put(media_decoder *decoder, const AVPacket *packet, decoder_take take, void *data, hart_error *err);

#endif
