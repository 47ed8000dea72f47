#include <hartonomous/compression.h>

#include <zstd.h>

static void compressor_free(ZSTD_CCtx **context)
{
        (void)ZSTD_freeCCtx(*context);
}

static void decompressor_free(ZSTD_DCtx **context)
{
        (void)ZSTD_freeDCtx(*context);
}

hart_code hart_compress(const void *data, size_t size, int level, hart_buffer *out, hart_error *err)
{
        HART_CLEANUP(compressor_free) ZSTD_CCtx *context = ZSTD_createCCtx();
        size_t room = ZSTD_compressBound(size), written;

        if (context == NULL || ZSTD_isError(room))
                return hart_fail(err, HART_FATAL, "zstd: no compressor for %zu bytes", size);
        (void)ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
        (void)ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
        written = ZSTD_compress2(context, hart_buffer_reserve(out, room), room, size > 0 ? data : "", size);
        if (ZSTD_isError(written))
                return hart_fail(err, HART_FATAL, "zstd: %s", ZSTD_getErrorName(written));
        out->size += written;
        out->data[out->size] = 0;
        return HART_OK;
}

/* The size in the frame's header is a claim of the input: it may make the pieces smaller, never bigger (an unknown size
 * is a very big number here), and memory grows with what is really there. */
static hart_code decompress_frame(ZSTD_DCtx *context, ZSTD_inBuffer *in, size_t limit, hart_buffer *out,
                                  hart_error *err)
{
        unsigned long long claimed = ZSTD_getFrameContentSize(in->src, in->size);
        size_t piece_size = claimed < ZSTD_DStreamOutSize() ? (size_t)claimed : ZSTD_DStreamOutSize();
        size_t start = out->size, left = 1;

        while (left != 0) {
                size_t had = out->size - start, before = in->pos;
                size_t step = limit - had < piece_size ? limit - had : piece_size;
                /* One byte more than allowed, so that a longer content shows. */
                ZSTD_outBuffer piece = {hart_buffer_reserve(out, step + 1), step + 1, 0};

                left = ZSTD_decompressStream(context, &piece, in);
                if (ZSTD_isError(left))
                        return hart_fail(err, HART_POISON, "damaged zstd frame: %s", ZSTD_getErrorName(left));
                if (had + piece.pos > limit)
                        return hart_fail(err, HART_POISON, "zstd frame holds more than the %zu bytes allowed", limit);
                out->size += piece.pos;
                if (left != 0 && piece.pos == 0 && in->pos == before)
                        return hart_fail(err, HART_POISON, "damaged zstd frame: cut off");
        }
        if (in->pos < in->size)
                return hart_fail(err, HART_POISON, "damaged zstd frame: %zu bytes behind its end", in->size - in->pos);
        return HART_OK;
}

hart_code hart_decompress(const void *data, size_t size, size_t limit, hart_buffer *out, hart_error *err)
{
        HART_CLEANUP(decompressor_free) ZSTD_DCtx *context = ZSTD_createDCtx();
        ZSTD_inBuffer in = {size > 0 ? data : "", size, 0};
        size_t start = out->size;
        hart_code code;

        if (context == NULL)
                return hart_fail(err, HART_FATAL, "zstd: no decompressor");
        code = decompress_frame(context, &in, limit, out, err);
        if (code != HART_OK)
                out->size = start;
        if (out->data != NULL)
                out->data[out->size] = 0;
        return code;
}
