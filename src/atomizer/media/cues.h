/* Subtitles: text that is seen for a while. Collected while a film is read, said afterwards, stream by stream. */
#ifndef ATOMIZER_MEDIA_CUES_H
#define ATOMIZER_MEDIA_CUES_H

#include "decoder.h"

#define CUES_MAX      100000
#define CUES_TEXT_MAX ((size_t)16 << 20)

typedef struct media_cue {
        int64_t begin, end; /* milliseconds; end ≤ begin where it is not known */
        size_t offset, size;
        unsigned stream;
} media_cue;

typedef struct media_cues {
        hart_buffer text, list; /* list: of cue */
        size_t count;
        bool full;
} media_cues;

/* Is it text, and not pictures of text? */
bool cues_are_text(enum AVCodecID codec);
void cues_add(media_cues *cues, const media_decoder *decoder, AVPacket *packet, AVRational time_base);
/* A node "subtitles" with a node "cue" {"seconds","until"} for each, the text in it as sentences of that subtype. */
hart_code cues_emit(const media_cues *cues, hart_emitter *emitter, const AVStream *stream, unsigned subtype,
                    hart_error *err);
void cues_done(media_cues *cues);

#endif
