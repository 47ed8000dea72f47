/* audio: sound as blocks of samples. */
#include "../strategies.h"
#include "decoder.h"
#include "samples.h"
#include "source.h"

static const hart_subtype subtypes[] = {{"pcm-block", false, "audio"}};

static const char *const content_types[] = {
        "audio/wav",      "audio/wave",       "audio/x-wav", "audio/vnd.wave", "audio/flac",   "audio/x-flac",
        "audio/mpeg",     "audio/mpeg3",      "audio/mp3",   "audio/x-mp3",    "audio/ogg",    "application/ogg",
        "audio/vorbis",   "audio/opus",       "audio/aac",   "audio/aacp",     "audio/x-aac",  "audio/x-hx-aac-adts",
        "audio/mp4",      "audio/m4a",        "audio/x-m4a", "audio/aiff",     "audio/x-aiff", "audio/webm",
        "audio/matroska", "audio/x-matroska", NULL};

static hart_code describe(hart_emitter *emitter, const media_source *source, const AVStream *stream,
                          const media_format *row, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer json = {0};
        hart_json_writer writer = {.out = &json};
        hart_json_begin_object(&writer);
        container_put(&writer, source->format, row);
        if (stream != NULL) {
                hart_json_key(&writer, "codec");
                hart_json_put_text(&writer, avcodec_get_name(stream->codecpar->codec_id));
                hart_json_key(&writer, "rate");
                hart_json_put_integer(&writer, stream->codecpar->sample_rate);
                hart_json_key(&writer, "channels");
                hart_json_put_integer(&writer, stream->codecpar->ch_layout.nb_channels);
                /* Ogg keeps the tags with the stream. */
                if (av_dict_count(source->format->metadata) == 0)
                        tags_put(&writer, stream->metadata);
        }
        hart_json_end_object(&writer);
        return emit_describe(emitter, (const char *)json.data, err);
}

static hart_code decode(media_source *source, const AVStream *stream, media_decoder *decoder, media_samples *samples,
                        hart_error *err)
{
        AVPacket *packet = av_packet_alloc();
        hart_code code = HART_OK;
        while (packet != NULL && code == HART_OK && av_read_frame(source->format, packet) >= 0) {
                if (packet->stream_index == stream->index)
                        code = decoder_put(decoder, packet, samples_take, samples, err);
                av_packet_unref(packet);
        }
        av_packet_free(&packet);
        if (code == HART_OK)
                code = decoder_put(decoder, NULL, samples_take, samples, err);
        return code == HART_OK || code == HART_EMPTY ? samples_end(samples, err) : code;
}

/* How far the samples go, and what was broken in them. */
static hart_code tell(const media_samples *samples, uint64_t broken, int error, hart_error *err)
{
        char json[96];
        hart_code code = HART_OK;
        if (samples->full) {
                (void)snprintf(json, sizeof json, "{\"complete\":false,\"seconds_decoded\":%lld.%03lld}",
                               (long long)samples->milliseconds / 1000, (long long)samples->milliseconds % 1000);
                code = emit_describe(samples->emitter, json, err);
        } else if (!samples->any) {
                code = emit_problem(samples->emitter, err, "no sound in it can be decoded: %s", reason_text(error));
        }
        if (code == HART_OK && broken > 0)
                code = emit_problem(samples->emitter, err, "%llu packets cannot be decoded: %s",
                                    (unsigned long long)broken, reason_text(error));
        return code;
}

static hart_code run_stream(media_source *source, const AVStream *stream, media_samples *samples,
                            const hart_limits *limits, hart_error *err)
{
        media_decoder decoder;
        uint64_t broken = 0;
        hart_code code = HART_OK;
        int error = stream != NULL ? decoder_open(&decoder, stream->codecpar, limits) : AVERROR_STREAM_NOT_FOUND;
        if (error == 0) {
                decoder.context->pkt_timebase = stream->time_base;
                code = decode(source, stream, &decoder, samples, err);
                broken = decoder.broken;
                error = decoder.error;
                decoder_close(&decoder);
        }
        return code == HART_OK ? tell(samples, broken, error, err) : code;
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        const media_format *format = media_format_find(document);
        const uint64_t most = document->limits->expanded;
        media_samples samples = {.emitter = emitter, .room = most < SAMPLES_MAX_BYTES ? most : SAMPLES_MAX_BYTES};
        media_source source;
        if (format == NULL || format->demuxer == NULL)
                return emit_problem(emitter, err, "it begins as no sound that is read here");
        int error = source_open(&source, document, format);
        if (error < 0)
                return emit_problem(emitter, err, "the sound cannot be read: %s", reason_text(error));
        source_look(&source);
        AVStream *stream = source_choose(&source, AVMEDIA_TYPE_AUDIO);
        hart_code code = describe(emitter, &source, stream, format, err);
        if (code == HART_OK)
                code = attached_emit(emitter, source.format, err);
        if (code == HART_OK)
                code = run_stream(&source, stream, &samples, document->limits, err);
        if (code == HART_OK)
                code = source_tell(&source, emitter, err);
        samples_close(&samples);
        source_close(&source);
        return code;
}

static hart_code run_document(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        media_begin();
        hart_code code = run(document, emitter, err);
        media_end();
        return code;
}

const hart_atomizer audio_atomizer = {
        .name = "audio",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "audio",
        .document_subtype = "audio",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = sizeof subtypes / sizeof *subtypes,
        .run_document = run_document,
        .open = media_open,
        .close = media_close,
};
