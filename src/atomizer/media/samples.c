/* samples: from any sample format to blocks. */
#include "samples.h"

#include <libswresample/swresample.h>

#define FRAME_BYTES(samples) ((size_t)(samples)->channels * sizeof(int16_t))
#define CHANNELS_MAX         64 /* of the converter */
#define RATE_MAX             (1 << 24)

/* Whole blocks leave; what is left waits. */
static hart_code put_blocks(media_samples *samples, size_t least, hart_error *err)
{
        hart_code code = HART_OK;
        size_t done = 0;
        while (code == HART_OK && samples->block.size - done >= least && samples->block.size > done) {
                size_t size = samples->block.size - done;
                if (size > samples->block_size)
                        size = samples->block_size;
                code = emit_content(samples->emitter, SAMPLES_SUBTYPE, samples->block.data + done, size, err);
                done += size;
        }
        hart_buffer_drop(&samples->block, done);
        return code;
}

hart_code samples_end(media_samples *samples, hart_error *err)
{
        if (samples->channels == 0)
                return HART_OK;
        hart_code code = put_blocks(samples, 0, err);
        samples->milliseconds += av_rescale(samples->frames, 1000, samples->rate);
        samples->frames = 0;
        samples->channels = 0;
        return code == HART_OK ? emit_close(samples->emitter, err) : code;
}

static hart_code open_node(media_samples *samples, hart_error *err)
{
        char json[80];
        (void)snprintf(json, sizeof json, "{\"rate\":%d,\"channels\":%d}", samples->rate, samples->channels);
        return emit_open(samples->emitter, &(hart_node){.kind = "samples", .metadata = json}, err);
}

/* An order of channels that is not known is kept as it is. */
static bool open_converter(media_samples *samples, const AVFrame *frame)
{
        AVChannelLayout layout = {0};
        av_channel_layout_default(&layout, frame->ch_layout.nb_channels);
        if (layout.order == AV_CHANNEL_ORDER_UNSPEC)
                layout.nb_channels = frame->ch_layout.nb_channels;
        swr_free(&samples->converter);
        bool done = swr_alloc_set_opts2(&samples->converter, &layout, AV_SAMPLE_FMT_S16, frame->sample_rate, &layout,
                                        frame->format, frame->sample_rate, 0, NULL) >= 0 &&
                    swr_init(samples->converter) >= 0;
        av_channel_layout_uninit(&layout);
        return done;
}

static hart_code begin(media_samples *samples, const AVFrame *frame, hart_error *err)
{
        hart_code code = samples_end(samples, err);
        if (code != HART_OK)
                return code;
        int channels = frame->ch_layout.nb_channels;
        if (channels < 1 || channels > CHANNELS_MAX || frame->sample_rate < 1 || frame->sample_rate > RATE_MAX ||
            !open_converter(samples, frame)) {
                code = emit_problem(samples->emitter, err, "%d channels at %d Hz cannot be read: %s", channels,
                                    frame->sample_rate, reason_text(0));
                return code == HART_OK ? HART_EMPTY : code;
        }
        samples->channels = channels;
        samples->rate = frame->sample_rate;
        samples->format = frame->format;
        size_t fit = HART_COMPONENT_MAX / FRAME_BYTES(samples);
        samples->block_size = FRAME_BYTES(samples) * (fit < SAMPLES_BLOCK_FRAMES ? fit : SAMPLES_BLOCK_FRAMES);
        return open_node(samples, err);
}

/* The rate stays, so as many frames come out as go in. */
static void convert(media_samples *samples, const AVFrame *frame, size_t frames)
{
        unsigned char *to = hart_buffer_reserve(&samples->block, frames * FRAME_BYTES(samples));
        const uint8_t **from = (const uint8_t **)(uintptr_t)frame->extended_data;
        int got = swr_convert(samples->converter, &to, (int)frames, from, (int)frames);
        if (got > 0)
                samples->block.size += (size_t)got * FRAME_BYTES(samples);
}

hart_code samples_take(void *data, AVFrame *frame, hart_error *err)
{
        media_samples *samples = data;
        hart_code code = HART_OK;
        if (frame->nb_samples <= 0)
                return HART_OK;
        if (frame->ch_layout.nb_channels != samples->channels || frame->sample_rate != samples->rate ||
            frame->format != samples->format)
                code = begin(samples, frame, err);
        if (code != HART_OK)
                return code;
        size_t frames = (size_t)frame->nb_samples;
        if (frames > samples->room / FRAME_BYTES(samples)) {
                frames = (size_t)(samples->room / FRAME_BYTES(samples));
                samples->full = true;
        }
        if (frames > 0)
                convert(samples, frame, frames);
        samples->any = true;
        samples->frames += (int64_t)frames;
        samples->room -= frames * FRAME_BYTES(samples);
        code = put_blocks(samples, samples->block_size, err);
        return code == HART_OK && samples->full ? HART_EMPTY : code;
}

void samples_close(media_samples *samples)
{
        swr_free(&samples->converter);
        hart_buffer_done(&samples->block);
}
