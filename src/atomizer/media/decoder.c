/* decoder: which of FFmpeg's decoders are used, and how. */
#include "decoder.h"

#include <libavutil/pixdesc.h>

#define SAMPLES_MAX (1 << 20) /* of one frame and channel */

/* Where there are several for a codec: the one that counts in integers, so that every machine gets the same samples. */
static const struct {
        enum AVCodecID codec;
        const char *decoder;
} allowed[] = {
        {AV_CODEC_ID_PNG, "png"},
        {AV_CODEC_ID_APNG, "apng"},
        {AV_CODEC_ID_MJPEG, "mjpeg"},
        {AV_CODEC_ID_GIF, "gif"},
        {AV_CODEC_ID_WEBP, "webp"},
        {AV_CODEC_ID_BMP, "bmp"},
        {AV_CODEC_ID_TIFF, "tiff"},
        {AV_CODEC_ID_PBM, "pbm"},
        {AV_CODEC_ID_PGM, "pgm"},
        {AV_CODEC_ID_PPM, "ppm"},
        {AV_CODEC_ID_PAM, "pam"},
        {AV_CODEC_ID_AV1, "libdav1d"},
        {AV_CODEC_ID_HEVC, "hevc"},
        {AV_CODEC_ID_H264, "h264"},
        {AV_CODEC_ID_H263, "h263"},
        {AV_CODEC_ID_MPEG1VIDEO, "mpeg1video"},
        {AV_CODEC_ID_MPEG2VIDEO, "mpeg2video"},
        {AV_CODEC_ID_MPEG4, "mpeg4"},
        {AV_CODEC_ID_MSMPEG4V3, "msmpeg4"},
        {AV_CODEC_ID_VP8, "vp8"},
        {AV_CODEC_ID_VP9, "vp9"},
        {AV_CODEC_ID_THEORA, "theora"},
        {AV_CODEC_ID_PRORES, "prores"},
        {AV_CODEC_ID_FFV1, "ffv1"},
        {AV_CODEC_ID_RAWVIDEO, "rawvideo"},
        {AV_CODEC_ID_MP3, "mp3"},
        {AV_CODEC_ID_MP2, "mp2"},
        {AV_CODEC_ID_MP1, "mp1"},
        {AV_CODEC_ID_AAC, "aac_fixed"},
        {AV_CODEC_ID_AC3, "ac3_fixed"},
        {AV_CODEC_ID_FLAC, "flac"},
        {AV_CODEC_ID_ALAC, "alac"},
        {AV_CODEC_ID_VORBIS, "vorbis"},
        {AV_CODEC_ID_OPUS, "opus"},
        {AV_CODEC_ID_ADPCM_MS, "adpcm_ms"},
        {AV_CODEC_ID_ADPCM_IMA_WAV, "adpcm_ima_wav"},
        {AV_CODEC_ID_PCM_U8, "pcm_u8"},
        {AV_CODEC_ID_PCM_S8, "pcm_s8"},
        {AV_CODEC_ID_PCM_S16LE, "pcm_s16le"},
        {AV_CODEC_ID_PCM_S16BE, "pcm_s16be"},
        {AV_CODEC_ID_PCM_S24LE, "pcm_s24le"},
        {AV_CODEC_ID_PCM_S24BE, "pcm_s24be"},
        {AV_CODEC_ID_PCM_S32LE, "pcm_s32le"},
        {AV_CODEC_ID_PCM_S32BE, "pcm_s32be"},
        {AV_CODEC_ID_PCM_F32LE, "pcm_f32le"},
        {AV_CODEC_ID_PCM_F32BE, "pcm_f32be"},
        {AV_CODEC_ID_PCM_F64LE, "pcm_f64le"},
        {AV_CODEC_ID_PCM_F64BE, "pcm_f64be"},
        {AV_CODEC_ID_PCM_ALAW, "pcm_alaw"},
        {AV_CODEC_ID_PCM_MULAW, "pcm_mulaw"},
        {AV_CODEC_ID_SUBRIP, "subrip"},
        {AV_CODEC_ID_ASS, "ass"},
        {AV_CODEC_ID_SSA, "ssa"},
        {AV_CODEC_ID_MOV_TEXT, "mov_text"},
        {AV_CODEC_ID_WEBVTT, "webvtt"},
        {AV_CODEC_ID_TEXT, "text"},
};

static const AVCodec *find(enum AVCodecID codec)
{
        for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
                if (allowed[i].codec == codec)
                        return avcodec_find_decoder_by_name(allowed[i].decoder);
        }
        return NULL;
}

/* The first that is no graphics card's. */
static enum AVPixelFormat choose_pixels(AVCodecContext *context, const enum AVPixelFormat *formats)
{
        (void)context;
        for (; *formats != AV_PIX_FMT_NONE; formats++) {
                const AVPixFmtDescriptor *known = av_pix_fmt_desc_get(*formats);
                if (known != NULL && (known->flags & AV_PIX_FMT_FLAG_HWACCEL) == 0)
                        return *formats;
        }
        return AV_PIX_FMT_NONE;
}

static int open_context(AVCodecContext *context, const AVCodec *codec, const AVCodecParameters *parameters,
                        const hart_limits *limits)
{
        int error = avcodec_parameters_to_context(context, parameters);
        if (error < 0)
                return error;
        context->thread_count = 1;
        context->get_format = choose_pixels;
        context->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_OUTPUT_CORRUPT;
        context->max_pixels = limits->pixels < INT_MAX ? (int64_t)limits->pixels : INT_MAX;
        context->max_samples = SAMPLES_MAX;
        return avcodec_open2(context, codec, NULL);
}

int decoder_open(media_decoder *decoder, const AVCodecParameters *parameters, const hart_limits *limits)
{
        const AVCodec *codec = find(parameters->codec_id);
        *decoder = (media_decoder){0};
        reason_forget();
        if (codec == NULL)
                return AVERROR_DECODER_NOT_FOUND;
        if (parameters->width > 0 && parameters->height > 0 &&
            (uint64_t)parameters->width * (uint64_t)parameters->height > limits->pixels) {
                reason_give("they have more pixels than the limit allows");
                return AVERROR(EFBIG);
        }
        decoder->context = avcodec_alloc_context3(codec);
        decoder->frame = av_frame_alloc();
        int error = AVERROR(ENOMEM);
        if (decoder->context != NULL && decoder->frame != NULL)
                error = open_context(decoder->context, codec, parameters, limits);
        if (error < 0)
                decoder_close(decoder);
        return error < 0 ? error : 0;
}

void decoder_close(media_decoder *decoder)
{
        av_frame_free(&decoder->frame);
        avcodec_free_context(&decoder->context);
}

hart_code decoder_put(media_decoder *decoder, const AVPacket *packet, decoder_take take, void *data, hart_error *err)
{
        int error = avcodec_send_packet(decoder->context, packet);
        hart_code code = HART_OK;
        while (code == HART_OK && error >= 0) {
                error = avcodec_receive_frame(decoder->context, decoder->frame);
                if (error < 0)
                        break;
                code = take(data, decoder->frame, err);
                av_frame_unref(decoder->frame);
        }
        if (error < 0 && error != AVERROR(EAGAIN) && error != AVERROR_EOF) {
                decoder->broken++;
                decoder->error = error;
        }
        return code;
}
