/* film: one pass over all packets, so that a file without an index is read as one with it, and nothing twice. */
#include "film.h"

#include "cues.h"
#include "picture.h"

/* Subtitles in so many languages are read. */
#define SUBTITLES_MAX 32

struct film {
        hart_emitter *emitter;
        media_source *source;
        AVStream *video;
        media_decoder decoder;
        int64_t duration;     /* milliseconds; 0: not known */
        int64_t due;          /* the next key frame from here on is shown */
        int64_t milliseconds; /* of the one in hand */
        unsigned shown;
        bool taken; /* of a key frame's packet, the first picture is it */
        struct {
                const AVStream *stream;
                media_decoder decoder;
        } subtitles[SUBTITLES_MAX];
        unsigned subtitle_count;
        media_cues cues;
};

static hart_code take(void *data, AVFrame *frame, hart_error *err)
{
        struct film *film = data;
        const picture_place place = {.kind = "key-frame", .milliseconds = film->milliseconds, .thumbnail = true};
        if (film->taken)
                return HART_OK;
        film->taken = true;
        film->shown++;
        return picture_emit(film->emitter, frame, &place, err);
}

static int64_t time_of(const struct film *film, const AVPacket *packet)
{
        const AVFormatContext *format = film->source->format;
        int64_t stamp = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
        int64_t time = milliseconds_of(stamp, film->video->time_base);
        time -= milliseconds_of(format->start_time, AV_TIME_BASE_Q);
        return time > 0 ? time : 0;
}

/* A key frame needs no other one, so the decoder begins anew with each. */
static hart_code put_key_frame(struct film *film, const AVPacket *packet, hart_error *err)
{
        int64_t time = time_of(film, packet);
        if (film->shown == KEY_FRAMES_MAX || (film->duration > 0 && time < film->due))
                return HART_OK;
        film->milliseconds = time;
        film->taken = false;
        hart_code code = decoder_put(&film->decoder, packet, take, film, err);
        if (code == HART_OK)
                code = decoder_put(&film->decoder, NULL, take, film, err);
        avcodec_flush_buffers(film->decoder.context);
        if (film->taken && film->duration > 0 && time < film->duration)
                film->due = (time * KEY_FRAMES_MAX / film->duration + 1) * film->duration / KEY_FRAMES_MAX;
        return code;
}

static hart_code put_packet(struct film *film, AVPacket *packet, hart_error *err)
{
        if (film->video != NULL && packet->stream_index == film->video->index && (packet->flags & AV_PKT_FLAG_KEY) != 0)
                return put_key_frame(film, packet, err);
        for (unsigned i = 0; i < film->subtitle_count; i++) {
                const AVStream *stream = film->subtitles[i].stream;
                if (stream->index == packet->stream_index)
                        cues_add(&film->cues, &film->subtitles[i].decoder, packet, stream->time_base);
        }
        return HART_OK;
}

static hart_code read_all(struct film *film, hart_error *err)
{
        AVPacket *packet = av_packet_alloc();
        hart_code code = HART_OK;
        while (packet != NULL && code == HART_OK && av_read_frame(film->source->format, packet) >= 0) {
                code = put_packet(film, packet, err);
                av_packet_unref(packet);
        }
        av_packet_free(&packet);
        return code;
}

static void open_subtitles(struct film *film, const hart_limits *limits)
{
        AVFormatContext *format = film->source->format;
        for (unsigned i = 0; i < format->nb_streams && film->subtitle_count < SUBTITLES_MAX; i++) {
                AVStream *stream = format->streams[i];
                media_decoder *decoder = &film->subtitles[film->subtitle_count].decoder;
                if (!cues_are_text(stream->codecpar->codec_id) || decoder_open(decoder, stream->codecpar, limits) != 0)
                        continue;
                decoder->context->pkt_timebase = stream->time_base;
                stream->discard = AVDISCARD_DEFAULT;
                film->subtitles[film->subtitle_count++].stream = stream;
        }
}

/* Without pictures there may still be subtitles. */
static hart_code open_video(struct film *film, const hart_limits *limits, hart_error *err)
{
        AVStream *stream = source_choose(film->source, AVMEDIA_TYPE_VIDEO);
        if (stream == NULL)
                return emit_problem(film->emitter, err, "no pictures in it");
        int error = decoder_open(&film->decoder, stream->codecpar, limits);
        if (error < 0)
                return emit_problem(film->emitter, err, "pictures of %d × %d in %s are not shown: %s",
                                    stream->codecpar->width, stream->codecpar->height,
                                    avcodec_get_name(stream->codecpar->codec_id), reason_text(error));
        film->decoder.context->skip_frame = AVDISCARD_NONKEY;
        film->video = stream;
        return HART_OK;
}

static hart_code tell(const struct film *film, hart_error *err)
{
        hart_code code = HART_OK;
        if (film->video != NULL && film->shown == 0)
                code = emit_problem(film->emitter, err, "no key frame can be decoded: %s",
                                    reason_text(film->decoder.error));
        else if (film->decoder.broken > 0)
                code = emit_problem(film->emitter, err, "%llu key frames cannot be decoded: %s",
                                    (unsigned long long)film->decoder.broken, reason_text(film->decoder.error));
        if (code == HART_OK && film->cues.full)
                code = emit_problem(film->emitter, err, "more subtitles than %d or %zu bytes: the rest is not read",
                                    CUES_MAX, CUES_TEXT_MAX);
        return code;
}

static hart_code run(struct film *film, const hart_limits *limits, unsigned subtype, hart_error *err)
{
        hart_code code = open_video(film, limits, err);
        open_subtitles(film, limits);
        if (code == HART_OK && (film->video != NULL || film->subtitle_count > 0))
                code = read_all(film, err);
        for (unsigned i = 0; code == HART_OK && film->cues.count > 0 && i < film->subtitle_count; i++)
                code = cues_emit(&film->cues, film->emitter, film->subtitles[i].stream, subtype, err);
        return code == HART_OK ? tell(film, err) : code;
}

hart_code film_emit(hart_emitter *emitter, media_source *source, const hart_limits *limits, unsigned subtype,
                    hart_error *err)
{
        struct film film = {.emitter = emitter, .source = source};
        film.duration = FFMAX(milliseconds_of(source->format->duration, AV_TIME_BASE_Q), 0);
        hart_code code = run(&film, limits, subtype, err);
        for (unsigned i = 0; i < film.subtitle_count; i++)
                decoder_close(&film.subtitles[i].decoder);
        decoder_close(&film.decoder);
        cues_done(&film.cues);
        return code;
}
