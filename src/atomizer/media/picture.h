/* A decoded picture as a node of tiles. */
#ifndef ATOMIZER_MEDIA_PICTURE_H
#define ATOMIZER_MEDIA_PICTURE_H

#include "media.h"

/* Pictures of a film are kept no bigger. */
#define THUMBNAIL_WIDTH  256
#define THUMBNAIL_HEIGHT 1024

typedef struct picture_place {
        const char *kind;     /* of the node: "frame", "key-frame" */
        int64_t milliseconds; /* when it is seen; negative where time plays no part */
        bool thumbnail;       /* scaled down to THUMBNAIL_WIDTH and _HEIGHT, where it is bigger */
        bool part;            /* of a bigger picture, in which it lies at: */
        unsigned left, top;
} picture_place;

/* A node {"width","height","columns","rows"} with the tiles (tiles.h), RGBA of 8 bits. Columns and rows are tiles. What
 * cannot be shown becomes a problem. */
hart_code picture_emit(hart_emitter *emitter, const AVFrame *frame, const picture_place *place, hart_error *err);

/* Bits of one channel as the file has them, and the name of the pixel format. */
unsigned picture_depth(const AVFrame *frame);
const char *picture_format(const AVFrame *frame);

#endif
