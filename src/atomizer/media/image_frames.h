/* The frames of one image document: description by the first, tiles of each, and the bounds on all together. */
#ifndef ATOMIZER_MEDIA_IMAGE_FRAMES_H
#define ATOMIZER_MEDIA_IMAGE_FRAMES_H

#include "media.h"
#include "picture.h"

/* Frames of an animation that are shown. */
#define IMAGE_FRAMES_MAX 1000

typedef struct image_frames {
        hart_emitter *emitter;
        const hart_limits *limits;
        const char *codec;
        media_dots density;
        picture_place place; /* where a frame lies on the canvas, if not all over it */
        unsigned count;
        uint64_t pixels; /* of all frames so far */
        bool stopped;    /* a bound was reached and told */
} image_frames;

/* A decoder_take over image_frames. HART_EMPTY beyond a bound. */
hart_code image_frames_take(void *frames, AVFrame *frame, hart_error *err);

#endif
