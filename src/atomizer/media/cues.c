/* cues: what FFmpeg makes of any subtitles is a line of ASS: nine fields, the last one the text, with {commands} and
 * \N for a new line in it. */
#include "cues.h"

#include <string.h>

#define FIELDS 8 /* before the text */

bool cues_are_text(enum AVCodecID codec)
{
        static const enum AVCodecID text[] = {AV_CODEC_ID_SUBRIP,   AV_CODEC_ID_ASS,    AV_CODEC_ID_SSA,
                                              AV_CODEC_ID_MOV_TEXT, AV_CODEC_ID_WEBVTT, AV_CODEC_ID_TEXT};
        for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
                if (text[i] == codec)
                        return true;
        }
        return false;
}

static const char *text_of(const AVSubtitleRect *rectangle)
{
        const char *text = rectangle->ass;
        if (text == NULL)
                return rectangle->text;
        for (unsigned fields = 0; fields < FIELDS; fields++) {
                text = strchr(text, ',');
                if (text == NULL)
                        return NULL;
                text++;
        }
        return text;
}

static void put_text(hart_buffer *out, const char *text)
{
        for (; *text != '\0'; text++) {
                const char *end = *text == '{' ? strchr(text, '}') : NULL;
                if (end != NULL) {
                        text = end;
                } else if (*text == '\\' && (text[1] == 'N' || text[1] == 'n' || text[1] == 'h')) {
                        hart_buffer_byte(out, *++text == 'h' ? ' ' : '\n');
                } else if (*text != '\r') {
                        hart_buffer_byte(out, (unsigned char)*text);
                }
        }
}

static void put_subtitle(media_cues *cues, const AVSubtitle *subtitle, media_cue *cue)
{
        cue->offset = cues->text.size;
        for (unsigned i = 0; i < subtitle->num_rects; i++) {
                const char *text = text_of(subtitle->rects[i]);
                if (text == NULL)
                        continue;
                if (cues->text.size > cue->offset)
                        hart_buffer_byte(&cues->text, '\n');
                put_text(&cues->text, text);
        }
        cue->size = cues->text.size - cue->offset;
        if (cue->size == 0)
                return;
        hart_buffer_append(&cues->list, cue, sizeof *cue);
        cues->count++;
}

void cues_add(media_cues *cues, const media_decoder *decoder, AVPacket *packet, AVRational time_base)
{
        AVSubtitle subtitle = {0};
        int got = 0;
        if (cues->count >= CUES_MAX || cues->text.size + (size_t)packet->size > CUES_TEXT_MAX) {
                cues->full = true;
                return;
        }
        if (avcodec_decode_subtitle2(decoder->context, &subtitle, &got, packet) < 0 || got == 0)
                return;
        media_cue cue = {.stream = (unsigned)packet->stream_index};
        cue.begin = milliseconds_of(packet->pts, time_base);
        cue.end = cue.begin + milliseconds_of(packet->duration, time_base);
        put_subtitle(cues, &subtitle, &cue);
        avsubtitle_free(&subtitle);
}

static hart_code emit_cue(const media_cues *cues, const media_cue *cue, hart_emitter *emitter, unsigned subtype,
                          hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer json = {0};
        hart_json_writer writer = {.out = &json};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "seconds");
        hart_json_put_number(&writer, (double)cue->begin / 1000);
        if (cue->end > cue->begin) {
                hart_json_key(&writer, "until");
                hart_json_put_number(&writer, (double)cue->end / 1000);
        }
        hart_json_end_object(&writer);
        hart_code code = emit_open(emitter, &(hart_node){.kind = "cue", .metadata = (const char *)json.data}, err);
        if (code == HART_OK)
                code = emit_text(emitter, subtype, (const char *)cues->text.data + cue->offset, cue->size, err);
        return code == HART_OK ? emit_close(emitter, err) : code;
}

hart_code cues_emit(const media_cues *cues, hart_emitter *emitter, const AVStream *stream, unsigned subtype,
                    hart_error *err)
{
        char json[32];
        (void)snprintf(json, sizeof json, "{\"stream\":%d}", stream->index);
        const hart_node node = {.kind = "subtitles", .label = language_of(stream), .metadata = json};
        hart_code code = emit_open(emitter, &node, err);
        for (size_t i = 0; code == HART_OK && i < cues->count; i++) {
                media_cue one;
                memcpy(&one, cues->list.data + i * sizeof one, sizeof one);
                if (one.stream == (unsigned)stream->index)
                        code = emit_cue(cues, &one, emitter, subtype, err);
        }
        return code == HART_OK ? emit_close(emitter, err) : code;
}

void cues_done(media_cues *cues)
{
        hart_buffer_done(&cues->text);
        hart_buffer_done(&cues->list);
}
