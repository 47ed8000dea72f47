/* image: pictures as tiles of pixels. */
#include <string.h>

#include "../strategies.h"
#include "decoder.h"
#include "image_frames.h"
#include "png.h"
#include "source.h"
#include "tiles.h"
#include "webp.h"

static const hart_subtype subtypes[] = {TILE_SUBTYPES};

static const char *const content_types[] = {"image/png",
                                            "image/apng",
                                            "image/vnd.mozilla.apng",
                                            "image/jpeg",
                                            "image/jpg",
                                            "image/pjpeg",
                                            "image/gif",
                                            "image/webp",
                                            "image/bmp",
                                            "image/x-bmp",
                                            "image/x-ms-bmp",
                                            "image/tiff",
                                            "image/avif",
                                            "image/heic",
                                            "image/heif",
                                            "image/x-portable-anymap",
                                            "image/x-portable-arbitrarymap",
                                            "image/x-portable-bitmap",
                                            "image/x-portable-graymap",
                                            "image/x-portable-greymap",
                                            "image/x-portable-pixmap",
                                            NULL};

/* Why there is no frame, or that some are missing. */
static hart_code tell(const image_frames *frames, uint64_t broken, int error, hart_error *err)
{
        if (frames->stopped || (broken == 0 && frames->count > 0))
                return HART_OK;
        if (frames->count == 0)
                return emit_problem(frames->emitter, err, "the picture cannot be decoded: %s", reason_text(error));
        return emit_problem(frames->emitter, err, "%llu frames cannot be decoded: %s", (unsigned long long)broken,
                            reason_text(error));
}

static hart_code decode_whole(media_decoder *decoder, const unsigned char *data, size_t size, image_frames *frames,
                              hart_error *err)
{
        AVPacket *packet = av_packet_alloc();
        hart_code code = HART_OK;
        if (packet == NULL || size > INT_MAX || av_new_packet(packet, (int)size) < 0) {
                decoder->broken++;
        } else {
                memcpy(packet->data, data, size);
                code = decoder_put(decoder, packet, image_frames_take, frames, err);
                if (code == HART_OK)
                        code = decoder_put(decoder, NULL, image_frames_take, frames, err);
        }
        av_packet_free(&packet);
        return code;
}

/* A JPEG file that was cut off still makes a picture, grey where nothing came. Its end is two bytes, which compressed
 * pixels never have. */
static hart_code tell_cut(enum AVCodecID codec, const unsigned char *data, size_t size, const image_frames *frames,
                          hart_error *err)
{
        if (codec != AV_CODEC_ID_MJPEG || frames->count == 0 || memmem(data, size, "\xFF\xD9", 2) != NULL)
                return HART_OK;
        return emit_problem(frames->emitter, err, "the file ends before the picture does");
}

/* One picture that is the whole of these bytes. */
static hart_code run_still(enum AVCodecID codec, const unsigned char *data, size_t size, image_frames *frames,
                           hart_error *err)
{
        AVCodecParameters *parameters = avcodec_parameters_alloc();
        media_decoder decoder = {0};
        hart_code code = HART_OK;
        uint64_t broken = 1;
        int error = AVERROR(ENOMEM);
        if (parameters != NULL) {
                parameters->codec_type = AVMEDIA_TYPE_VIDEO;
                parameters->codec_id = codec;
                error = decoder_open(&decoder, parameters, frames->limits);
                avcodec_parameters_free(&parameters);
        }
        if (error == 0) {
                code = decode_whole(&decoder, data, size, frames, err);
                broken = decoder.broken;
                error = decoder.error;
                decoder_close(&decoder);
        }
        if (code == HART_OK)
                code = tell(frames, broken, error, err);
        return code == HART_OK ? tell_cut(codec, data, size, frames, err) : code;
}

static hart_code run_webp(const unsigned char *data, size_t size, image_frames *frames, hart_error *err)
{
        webp_frame frame = {0};
        hart_code code = HART_OK;
        frames->place.part = true;
        for (size_t position = 0; code == HART_OK && webp_next(data, size, &position, &frame);) {
                frames->place.left = frame.left;
                frames->place.top = frame.top;
                code = run_still(AV_CODEC_ID_WEBP, frame.file.data, frame.file.size, frames, err);
        }
        hart_buffer_done(&frame.file);
        return code == HART_OK && frames->count == 0 ? tell(frames, 0, AVERROR_INVALIDDATA, err) : code;
}

static hart_code decode_stream(media_source *source, const AVStream *stream, media_decoder *decoder,
                               image_frames *frames, hart_error *err)
{
        AVPacket *packet = av_packet_alloc();
        hart_code code = HART_OK;
        while (packet != NULL && code == HART_OK && av_read_frame(source->format, packet) >= 0) {
                if (packet->stream_index == stream->index)
                        code = decoder_put(decoder, packet, image_frames_take, frames, err);
                av_packet_unref(packet);
        }
        av_packet_free(&packet);
        return code == HART_OK ? decoder_put(decoder, NULL, image_frames_take, frames, err) : code;
}

/* An animation, or a picture that lies in a container. */
static hart_code run_container(const hart_document *document, const media_format *format, image_frames *frames,
                               hart_error *err)
{
        media_source source;
        media_decoder decoder;
        hart_code code = HART_OK;
        uint64_t broken = 0;
        int error = source_open(&source, document, format);
        if (error < 0)
                return tell(frames, 0, error, err);
        AVStream *stream = source_choose(&source, AVMEDIA_TYPE_VIDEO);
        error = stream != NULL ? decoder_open(&decoder, stream->codecpar, frames->limits) : AVERROR_STREAM_NOT_FOUND;
        if (error == 0) {
                frames->codec = avcodec_get_name(stream->codecpar->codec_id);
                code = decode_stream(&source, stream, &decoder, frames, err);
                if (code == HART_OK)
                        code = source_tell(&source, frames->emitter, err);
                broken = decoder.broken;
                error = decoder.error;
                decoder_close(&decoder);
        }
        source_close(&source);
        return code == HART_OK ? tell(frames, broken, error, err) : code;
}

static hart_code run_bytes(hart_document *document, const media_format *format, image_frames *frames, hart_error *err)
{
        static const media_format animated_png = {"apng", AV_CODEC_ID_APNG, "image/apng"};
        const unsigned char *data = NULL;
        uint32_t length = 0;
        size_t size = (size_t)document->size;
        hart_code code = document_map(document, &data, err);
        if (code != HART_OK)
                return code;
        frames->codec = avcodec_get_name(format->picture);
        frames->density = dots_find(format->picture, data, size);
        if (format->demuxer != NULL)
                return run_container(document, format, frames, err);
        if (format->picture == AV_CODEC_ID_PNG && png_find(data, size, "acTL", &length) != NULL)
                return run_container(document, &animated_png, frames, err);
        if (format->picture == AV_CODEC_ID_WEBP && webp_is_animated(data, size))
                return run_webp(data, size, frames, err);
        return run_still(format->picture, data, size, frames, err);
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        const media_format *format = media_format_find(document);
        image_frames frames = {
                .emitter = emitter, .limits = document->limits, .place = {.kind = "frame", .milliseconds = -1}};
        if (format == NULL)
                return emit_problem(emitter, err, "it begins as no picture that is read here");
        hart_code code = run_bytes(document, format, &frames, err);
        if ((code != HART_OK && code != HART_EMPTY) || frames.count < 2)
                return code;
        char json[64];
        (void)snprintf(json, sizeof json, "{\"frames\":%u}", frames.count);
        return emit_describe(emitter, json, err);
}

static hart_code run_document(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        media_begin();
        hart_code code = run(document, emitter, err);
        media_end();
        return code;
}

const hart_atomizer image_atomizer = {
        .name = "image",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "image",
        .document_subtype = "image",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = sizeof subtypes / sizeof *subtypes,
        .run_document = run_document,
        .open = media_open,
        .close = media_close,
};
