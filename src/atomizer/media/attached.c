/* attached: cover pictures, fonts and other files that lie in a container. */
#include "media.h"

static const struct {
        enum AVCodecID codec;
        const char *type, *name;
} pictures[] = {
        {AV_CODEC_ID_PNG, "image/png", "cover.png"},    {AV_CODEC_ID_MJPEG, "image/jpeg", "cover.jpg"},
        {AV_CODEC_ID_GIF, "image/gif", "cover.gif"},    {AV_CODEC_ID_BMP, "image/bmp", "cover.bmp"},
        {AV_CODEC_ID_WEBP, "image/webp", "cover.webp"}, {AV_CODEC_ID_TIFF, "image/tiff", "cover.tiff"},
};

static hart_code emit_whole(hart_emitter *emitter, const hart_child *child, const unsigned char *bytes, int size,
                            hart_error *err)
{
        hart_code code = emit_child_begin(emitter, child, err);
        if (code == HART_OK)
                code = emit_child_bytes(emitter, bytes, (size_t)size, err);
        return code == HART_OK ? emit_child_end(emitter, NULL, err) : code;
}

static hart_code emit_picture(hart_emitter *emitter, const AVStream *stream, hart_error *err)
{
        hart_child child = {.name = tags_get(stream->metadata, "filename"), .relation = "embedded-image"};
        for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
                if (pictures[i].codec != stream->codecpar->codec_id)
                        continue;
                child.content_type = pictures[i].type;
                if (child.name == NULL)
                        child.name = pictures[i].name;
        }
        return emit_whole(emitter, &child, stream->attached_pic.data, stream->attached_pic.size, err);
}

static hart_code emit_attachment(hart_emitter *emitter, const AVStream *stream, hart_error *err)
{
        const hart_child child = {.name = tags_get(stream->metadata, "filename"),
                                  .content_type = tags_get(stream->metadata, "mimetype"),
                                  .relation = "attachment"};
        return emit_whole(emitter, &child, stream->codecpar->extradata, stream->codecpar->extradata_size, err);
}

hart_code attached_emit(hart_emitter *emitter, const AVFormatContext *format, hart_error *err)
{
        hart_code code = HART_OK;
        for (unsigned i = 0; code == HART_OK && i < format->nb_streams; i++) {
                const AVStream *stream = format->streams[i];
                if ((stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0 && stream->attached_pic.size > 0)
                        code = emit_picture(emitter, stream, err);
                else if (stream->codecpar->codec_type == AVMEDIA_TYPE_ATTACHMENT &&
                         stream->codecpar->extradata_size > 0)
                        code = emit_attachment(emitter, stream, err);
        }
        return code == HART_EMPTY ? HART_OK : code; /* a limit on children does not end the rest */
}
