/* Animated WebP, which FFmpeg does not read: each frame is taken out as a WebP file of its own. */
#ifndef ATOMIZER_MEDIA_WEBP_H
#define ATOMIZER_MEDIA_WEBP_H

#include <stdbool.h>

#include <hartonomous/memory.h>

typedef struct webp_frame {
        unsigned left, top; /* on the canvas */
        hart_buffer file;
} webp_frame;

bool webp_is_animated(const unsigned char *data, size_t size);
/* The next frame from *position (0 at first) on; false behind the last. The frame is filled anew; hart_buffer_done().
 */
bool webp_next(const unsigned char *data, size_t size, size_t *position, webp_frame *frame);

#endif
