/* streams: what a container says of itself, its streams and its chapters. */
#include <math.h>

#include "media.h"

#define CHAPTERS_MAX     1000
#define MILLISECONDS_MAX INT64_C(1000000000000000)

int64_t milliseconds_of(int64_t stamp, AVRational base)
{
        if (stamp == AV_NOPTS_VALUE || base.num <= 0 || base.den <= 0)
                return 0;
        int64_t time = av_rescale_q(stamp, base, (AVRational){1, 1000});
        if (time > MILLISECONDS_MAX)
                return MILLISECONDS_MAX;
        return time < -MILLISECONDS_MAX ? -MILLISECONDS_MAX : time;
}

static void put_text(hart_json_writer *writer, const char *key, const char *value)
{
        if (value == NULL)
                return;
        hart_json_key(writer, key);
        hart_json_put_text(writer, value);
}

static void put_positive(hart_json_writer *writer, const char *key, int64_t value)
{
        if (value <= 0)
                return;
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

/* Thousandths are enough of a time. */
static void put_rounded(hart_json_writer *writer, const char *key, double value)
{
        if (!isfinite(value))
                return;
        hart_json_key(writer, key);
        hart_json_put_number(writer, round(value * 1000) / 1000);
}

void container_put(hart_json_writer *writer, const AVFormatContext *format, const media_format *row)
{
        put_text(writer, "container", row->demuxer);
        if (format->duration > 0)
                put_rounded(writer, "seconds", (double)format->duration / AV_TIME_BASE);
        tags_put(writer, format->metadata);
}

static void put_stream(hart_json_writer *writer, AVFormatContext *format, AVStream *stream)
{
        const AVCodecParameters *known = stream->codecpar;
        put_text(writer, "type", av_get_media_type_string(known->codec_type));
        put_text(writer, "codec", avcodec_get_name(known->codec_id));
        put_positive(writer, "width", known->width);
        put_positive(writer, "height", known->height);
        if (known->codec_type == AVMEDIA_TYPE_VIDEO) {
                AVRational rate = av_guess_frame_rate(format, stream, NULL);
                if (rate.num > 0 && rate.den > 0)
                        put_rounded(writer, "frames_per_second", av_q2d(rate));
        }
        put_positive(writer, "rate", known->sample_rate);
        put_positive(writer, "channels", known->ch_layout.nb_channels);
        tags_put(writer, stream->metadata);
}

hart_code streams_emit(hart_emitter *emitter, AVFormatContext *format, hart_error *err)
{
        hart_code code = HART_OK;
        for (unsigned i = 0; code == HART_OK && i < format->nb_streams; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer json = {0};
                hart_json_writer writer = {.out = &json};
                AVStream *stream = format->streams[i];
                hart_json_begin_object(&writer);
                hart_json_key(&writer, "number");
                hart_json_put_integer(&writer, i);
                put_stream(&writer, format, stream);
                hart_json_end_object(&writer);
                const hart_node node = {
                        .kind = "stream", .label = language_of(stream), .metadata = (const char *)json.data};
                code = emit_open(emitter, &node, err);
                if (code == HART_OK)
                        code = emit_close(emitter, err);
        }
        return code;
}

hart_code chapters_emit(hart_emitter *emitter, const AVFormatContext *format, hart_error *err)
{
        hart_code code = HART_OK;
        for (unsigned i = 0; code == HART_OK && i < format->nb_chapters && i < CHAPTERS_MAX; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer json = {0};
                hart_json_writer writer = {.out = &json};
                const AVChapter *chapter = format->chapters[i];
                hart_json_begin_object(&writer);
                put_rounded(&writer, "seconds", (double)chapter->start * av_q2d(chapter->time_base));
                put_rounded(&writer, "until", (double)chapter->end * av_q2d(chapter->time_base));
                hart_json_end_object(&writer);
                const hart_node node = {.kind = "chapter",
                                        .label = tags_get(chapter->metadata, "title"),
                                        .metadata = (const char *)json.data};
                code = emit_open(emitter, &node, err);
                if (code == HART_OK)
                        code = emit_close(emitter, err);
        }
        return code;
}
