/* source: FFmpeg's demuxers over a document. */
#include "source.h"

#include <libavutil/opt.h>

#define BUFFER_SIZE (64 << 10)
#define PROBE_BYTES (1 << 20)
#define PROBE_TIME  (5 * AV_TIME_BASE)
#define STREAMS_MAX 100
#define FREE_BYTES  (UINT64_C(64) << 20)
#define READS_MAX   8 /* times the document's size, beyond FREE_BYTES */

/* While it looks, sound alone is decoded: sizes of pictures are checked by decoder.c, which does not work there. */
static const char look_codecs[] = "mp3float,mp3,mp2float,mp2,mp1float,mp1,aac,aac_fixed,flac,vorbis,opus,alac,ac3,"
                                  "ac3_fixed";

static int read_bytes(void *data, uint8_t *buffer, int size)
{
        media_source *source = data;
        if (size > 0 && (uint64_t)size > source->budget)
                source->exhausted = true;
        if (size <= 0 || source->exhausted)
                return AVERROR_EOF;
        size_t got = document_read(source->document, source->position, buffer, (size_t)size);
        source->position += got;
        source->budget -= got;
        return got > 0 ? (int)got : AVERROR_EOF;
}

static int64_t seek(void *data, int64_t offset, int whence)
{
        media_source *source = data;
        int64_t size = (int64_t)source->document->size;
        switch (whence & ~AVSEEK_FORCE) {
        case AVSEEK_SIZE:
                return size;
        case SEEK_SET:
                break;
        case SEEK_CUR:
                offset += (int64_t)source->position;
                break;
        case SEEK_END:
                offset += size;
                break;
        default:
                return AVERROR(EINVAL);
        }
        if (offset < 0)
                return AVERROR(EINVAL);
        source->position = (uint64_t)offset;
        return offset;
}

static int refuse_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options)
{
        (void)format, (void)io, (void)url, (void)flags, (void)options;
        return AVERROR(EPERM);
}

static int prepare(media_source *source)
{
        unsigned char *buffer = av_malloc(BUFFER_SIZE);
        if (buffer != NULL)
                source->io = avio_alloc_context(buffer, BUFFER_SIZE, 0, source, read_bytes, NULL, seek);
        if (source->io == NULL) {
                av_free(buffer);
                return AVERROR(ENOMEM);
        }
        AVFormatContext *format = source->format = avformat_alloc_context();
        if (format == NULL)
                return AVERROR(ENOMEM);
        format->pb = source->io;
        format->io_open = refuse_open;
        format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
        format->probesize = PROBE_BYTES;
        format->max_analyze_duration = PROBE_TIME;
        format->max_streams = STREAMS_MAX;
        int error = av_opt_set(format, "format_whitelist", media_demuxers, 0);
        if (error >= 0)
                error = av_opt_set(format, "codec_whitelist", look_codecs, 0);
        return error >= 0 ? av_opt_set(format, "protocol_whitelist", "", 0) : error;
}

int source_open(media_source *source, const hart_document *document, const media_format *format)
{
        uint64_t budget = document->size > (UINT64_MAX - FREE_BYTES) / READS_MAX
                                  ? UINT64_MAX
                                  : document->size * READS_MAX + FREE_BYTES;
        *source = (media_source){.document = document, .budget = budget};
        reason_forget();
        int error = prepare(source);
        /* Where this fails it has freed the format. */
        if (error >= 0)
                error = avformat_open_input(&source->format, "", av_find_input_format(format->demuxer), NULL);
        if (error < 0)
                source_close(source);
        return error < 0 ? error : 0;
}

void source_look(media_source *source)
{
        (void)avformat_find_stream_info(source->format, NULL);
        reason_forget(); /* that pictures' codecs were not on the list */
}

hart_code source_tell(const media_source *source, hart_emitter *emitter, hart_error *err)
{
        if (!source->exhausted)
                return HART_OK;
        return emit_problem(emitter, err, "it sends its reader back and forth: the rest is not read");
}

void source_close(media_source *source)
{
        avformat_close_input(&source->format);
        if (source->io != NULL)
                av_freep(&source->io->buffer);
        avio_context_free(&source->io);
}

AVStream *source_choose(media_source *source, enum AVMediaType kind)
{
        AVStream *chosen = NULL;
        for (unsigned i = 0; i < source->format->nb_streams; i++) {
                AVStream *stream = source->format->streams[i];
                bool cover = (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
                if (chosen == NULL && !cover && stream->codecpar->codec_type == kind)
                        chosen = stream;
                else
                        stream->discard = AVDISCARD_ALL;
        }
        return chosen;
}
