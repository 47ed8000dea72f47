/* A document as a container of streams. Read through document_read() alone: nothing in it can make a library open
 * another file. */
#ifndef ATOMIZER_MEDIA_SOURCE_H
#define ATOMIZER_MEDIA_SOURCE_H

#include "media.h"

typedef struct media_source {
        const hart_document *document;
        uint64_t position;
        uint64_t budget; /* bytes that may still be read: a file cannot send its reader back and forth for ever */
        bool exhausted;  /* it wanted more */
        AVIOContext *io;
        AVFormatContext *format;
} media_source;

/* Reads the header. 0, or an AVERROR with nothing to close. The source must stay where it is. */
int source_open(media_source *source, const hart_document *document, const media_format *format);
/* Looks into the first packets for what the header leaves open: sample rates, frame rates, durations. */
void source_look(media_source *source);
/* Whether a bound kept it from being read to its end. */
hart_code source_tell(const media_source *source, hart_emitter *emitter, hart_error *err);
void source_close(media_source *source);

/* The first stream of the kind that is no cover picture, NULL where there is none; the others are not read any more. */
AVStream *source_choose(media_source *source, enum AVMediaType kind);

#endif
