/* Decoded sound as components: interleaved samples of 16 bits, little-endian, at the file's own rate, in blocks. A node
 * "samples" {"rate","channels"} for each stretch of one rate and number of channels. */
#ifndef ATOMIZER_MEDIA_SAMPLES_H
#define ATOMIZER_MEDIA_SAMPLES_H

#include "media.h"

/* A block: so many frames (a sample of each channel), or as many as fit into HART_COMPONENT_MAX. */
#define SAMPLES_BLOCK_FRAMES 16384
/* Of one document: 6 minutes of stereo at 44.1 kHz. */
#define SAMPLES_MAX_BYTES (UINT64_C(64) << 20)

enum { SAMPLES_SUBTYPE = 0 };

typedef struct media_samples {
        hart_emitter *emitter;
        uint64_t room; /* bytes that may still come */
        bool any;      /* some came */
        bool full;     /* it was used up */
        struct SwrContext *converter;
        int format, rate, channels; /* of what goes into the converter; channels 0: no node is open */
        hart_buffer block;
        size_t block_size;
        int64_t milliseconds, frames; /* finished stretches; frames of this one */
} media_samples;

/* A decoder_take over samples. HART_EMPTY when there is no room. */
hart_code samples_take(void *samples, AVFrame *frame, hart_error *err);
/* The last block, and the node's end. */
hart_code samples_end(media_samples *samples, hart_error *err);
void samples_close(media_samples *samples);

#endif
