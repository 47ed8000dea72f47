/* Pictures as components: tiles of 4×4 pixels in RGBA, 64 bytes, row-major inside and among themselves. A tile that the
 * picture's right or lower border cuts is stored as its pixels, 4 bytes each, row-major, in the tile's place. */
#ifndef ATOMIZER_TILES_H
#define ATOMIZER_TILES_H

#include <stddef.h>

#include "../emitter.h"

#define TILE_SIDE 4

/* Their place in the subtypes of every atomizer that has pictures. */
enum { TILE_SUBTYPE = 0, PIXEL_SUBTYPE = 1 };
#define TILE_SUBTYPES                                                                                                  \
        {"tile", false, "image"},                                                                                      \
        {                                                                                                              \
                "pixel", false, "image"                                                                                \
        }

/* One row of tiles: `rows` (1 to TILE_SIDE) rows of `width` pixels, `stride` bytes from row to row. */
hart_code tiles_emit(hart_emitter *emitter, const unsigned char *rgba, ptrdiff_t stride, unsigned width, unsigned rows,
                     hart_error *err);

#endif
