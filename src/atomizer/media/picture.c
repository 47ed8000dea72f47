/* picture: any pixel format to RGBA, a band of rows at a time, so that a photo is in memory once. */
#include "picture.h"

#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "tiles.h"

#define BAND_ROWS   64 /* multiples of TILE_SIDE, and of what chroma and dither patterns repeat after */
#define MARGIN_ROWS 8  /* above and below a band: what the filters look at beyond it */
#define BYTES       4  /* of a pixel */

struct band {
        struct SwsContext *scaler;
        unsigned char *rgba;
        int stride;
};

static void close_band(struct band *band)
{
        sws_freeContext(band->scaler);
        av_freep(&band->rgba);
}

/* The scaler writes whole vectors, so there is room behind the last pixel. */
static bool make_room(struct band *band, int width, int rows)
{
        band->stride = FFALIGN(width, 16) * BYTES;
        band->rgba = av_malloc((size_t)band->stride * (size_t)rows + 64);
        return band->rgba != NULL;
}

static bool is_yuv(const AVPixFmtDescriptor *format)
{
        return (format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) == 0 && format->nb_components >= 3;
}

/* JPEG's formats of the old kind say by themselves that they use the full range. */
static bool full_range(const AVFrame *frame)
{
        return frame->color_range == AVCOL_RANGE_JPEG || frame->format == AV_PIX_FMT_YUVJ420P ||
               frame->format == AV_PIX_FMT_YUVJ422P || frame->format == AV_PIX_FMT_YUVJ444P ||
               frame->format == AV_PIX_FMT_YUVJ440P || frame->format == AV_PIX_FMT_YUVJ411P;
}

static bool prepare(struct band *band, const AVFrame *frame, int from_rows, int width, int rows, int filter)
{
        const int flags = filter | SWS_ACCURATE_RND | SWS_BITEXACT;
        band->scaler = sws_getCachedContext(band->scaler, frame->width, from_rows, frame->format, width, rows,
                                            AV_PIX_FMT_RGBA, flags, NULL, NULL, NULL);
        if (band->scaler == NULL)
                return false;
        if (is_yuv(av_pix_fmt_desc_get(frame->format))) {
                const int *matrix = sws_getCoefficients((int)frame->colorspace);
                (void)sws_setColorspaceDetails(band->scaler, matrix, full_range(frame), matrix, 1, 0, 1 << 16, 1 << 16);
        }
        return true;
}

/* Rows first … first + rows of the frame, unscaled. */
static bool convert(struct band *band, const AVFrame *frame, int first, int rows)
{
        const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
        const uint8_t *planes[4] = {0};
        uint8_t *const to[4] = {band->rgba};
        const int strides[4] = {band->stride};
        if (!prepare(band, frame, rows, frame->width, rows, SWS_BICUBIC))
                return false;
        for (int i = 0; i < 4; i++) {
                int shift = i == 1 || i == 2 ? format->log2_chroma_h : 0;
                bool palette = i == 1 && (format->flags & AV_PIX_FMT_FLAG_PAL) != 0;
                if (frame->data[i] != NULL)
                        planes[i] = frame->data[i] + (palette ? 0 : (ptrdiff_t)(first >> shift) * frame->linesize[i]);
        }
        return sws_scale(band->scaler, planes, frame->linesize, 0, rows, to, strides) == rows;
}

static hart_code emit_rows(hart_emitter *emitter, const unsigned char *rgba, ptrdiff_t stride, int width, int rows,
                           hart_error *err)
{
        hart_code code = HART_OK;
        for (int y = 0; code == HART_OK && y < rows; y += TILE_SIDE) {
                int left = rows - y < TILE_SIDE ? rows - y : TILE_SIDE;
                code = tiles_emit(emitter, rgba + y * stride, stride, (unsigned)width, (unsigned)left, err);
        }
        return code;
}

static hart_code emit_bands(hart_emitter *emitter, const AVFrame *frame, hart_error *err)
{
        HART_CLEANUP(close_band) struct band band = {0};
        /* Filters look up and down only where colour has fewer rows than light. */
        int margin = av_pix_fmt_desc_get(frame->format)->log2_chroma_h > 0 ? MARGIN_ROWS : 0;
        hart_code code = HART_OK;
        if (frame->format == AV_PIX_FMT_RGBA)
                return emit_rows(emitter, frame->data[0], frame->linesize[0], frame->width, frame->height, err);
        if (!make_room(&band, frame->width, FFMIN(BAND_ROWS + 2 * margin, frame->height)))
                return emit_problem(emitter, err, "no memory to show a picture %d pixels wide", frame->width);
        for (int y = 0; code == HART_OK && y < frame->height; y += BAND_ROWS) {
                int first = FFMAX(y - margin, 0), end = FFMIN(y + BAND_ROWS, frame->height);
                if (!convert(&band, frame, first, FFMIN(end + margin, frame->height) - first))
                        return emit_problem(emitter, err, "pixels of the format %s cannot be shown: %s",
                                            picture_format(frame), reason_text(0));
                code = emit_rows(emitter, band.rgba + (ptrdiff_t)(y - first) * band.stride, band.stride, frame->width,
                                 end - y, err);
        }
        return code;
}

static hart_code emit_scaled(hart_emitter *emitter, const AVFrame *frame, int width, int height, hart_error *err)
{
        HART_CLEANUP(close_band) struct band band = {0};
        const uint8_t *const from[4] = {frame->data[0], frame->data[1], frame->data[2], frame->data[3]};
        bool done = make_room(&band, width, height) && prepare(&band, frame, frame->height, width, height, SWS_AREA);
        if (done) {
                uint8_t *const to[4] = {band.rgba};
                const int strides[4] = {band.stride};
                done = sws_scale(band.scaler, from, frame->linesize, 0, frame->height, to, strides) == height;
        }
        if (!done)
                return emit_problem(emitter, err, "a picture of %d × %d cannot be scaled: %s", frame->width,
                                    frame->height, reason_text(0));
        return emit_rows(emitter, band.rgba, band.stride, width, height, err);
}

/* No side becomes nothing. */
static void fit(int *width, int *height)
{
        int64_t w = *width, h = *height;
        if (w > THUMBNAIL_WIDTH) {
                h = FFMAX((h * THUMBNAIL_WIDTH + w / 2) / w, 1);
                w = THUMBNAIL_WIDTH;
        }
        if (h > THUMBNAIL_HEIGHT) {
                w = FFMAX((w * THUMBNAIL_HEIGHT + h / 2) / h, 1);
                h = THUMBNAIL_HEIGHT;
        }
        *width = (int)w;
        *height = (int)h;
}

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

static hart_code open_node(hart_emitter *emitter, const picture_place *place, int width, int height, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer json = {0};
        hart_json_writer writer = {.out = &json};
        hart_json_begin_object(&writer);
        if (place->milliseconds >= 0) {
                hart_json_key(&writer, "seconds");
                hart_json_put_number(&writer, (double)place->milliseconds / 1000);
        }
        put_integer(&writer, "width", width);
        put_integer(&writer, "height", height);
        put_integer(&writer, "columns", (width + TILE_SIDE - 1) / TILE_SIDE);
        put_integer(&writer, "rows", (height + TILE_SIDE - 1) / TILE_SIDE);
        if (place->part) {
                put_integer(&writer, "left", place->left);
                put_integer(&writer, "top", place->top);
        }
        hart_json_end_object(&writer);
        return emit_open(emitter, &(hart_node){.kind = place->kind, .metadata = (const char *)json.data}, err);
}

hart_code picture_emit(hart_emitter *emitter, const AVFrame *frame, const picture_place *place, hart_error *err)
{
        int width = frame->width, height = frame->height;
        reason_forget();
        if (sws_isSupportedInput(frame->format) == 0)
                return emit_problem(emitter, err, "pixels of the format %s cannot be shown", picture_format(frame));
        if (place->thumbnail)
                fit(&width, &height);
        hart_code code = open_node(emitter, place, width, height, err);
        if (code != HART_OK)
                return code;
        if (width == frame->width && height == frame->height)
                code = emit_bands(emitter, frame, err);
        else
                code = emit_scaled(emitter, frame, width, height, err);
        return code == HART_OK ? emit_close(emitter, err) : code;
}

unsigned picture_depth(const AVFrame *frame)
{
        const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
        if (format == NULL)
                return 0;
        return (format->flags & AV_PIX_FMT_FLAG_PAL) != 0 ? 8 : (unsigned)format->comp[0].depth;
}

const char *picture_format(const AVFrame *frame)
{
        const char *name = av_get_pix_fmt_name(frame->format);
        return name != NULL ? name : "unknown";
}
