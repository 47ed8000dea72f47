/* tiles: rows of pixels to tiles. A photo has millions, so a tile costs four moves and a call. */
#include <string.h>

#include "tiles.h"

#define PIXEL 4

static hart_code emit_pixels(hart_emitter *emitter, const unsigned char *rgba, ptrdiff_t stride, unsigned columns,
                             unsigned rows, hart_error *err)
{
        hart_code code = HART_OK;
        for (unsigned y = 0; y < rows; y++) {
                for (unsigned x = 0; code == HART_OK && x < columns; x++)
                        code = emit_content(emitter, PIXEL_SUBTYPE, rgba + y * stride + (ptrdiff_t)x * PIXEL, PIXEL,
                                            err);
        }
        return code;
}

hart_code tiles_emit(hart_emitter *emitter, const unsigned char *rgba, ptrdiff_t stride, unsigned width, unsigned rows,
                     hart_error *err)
{
        enum { SIDE_BYTES = TILE_SIDE * PIXEL };
        unsigned whole = rows == TILE_SIDE ? width / TILE_SIDE : 0;
        unsigned char tile[TILE_SIDE * SIDE_BYTES];
        hart_code code = HART_OK;
        for (unsigned i = 0; code == HART_OK && i < whole; i++, rgba += SIDE_BYTES) {
                for (unsigned y = 0; y < TILE_SIDE; y++)
                        memcpy(tile + (size_t)y * SIDE_BYTES, rgba + y * stride, SIDE_BYTES);
                code = emit_content(emitter, TILE_SUBTYPE, tile, sizeof tile, err);
        }
        for (unsigned x = whole * TILE_SIDE; code == HART_OK && x < width; x += TILE_SIDE, rgba += SIDE_BYTES) {
                unsigned columns = width - x < TILE_SIDE ? width - x : TILE_SIDE;
                code = emit_pixels(emitter, rgba, stride, columns, rows, err);
        }
        return code;
}
