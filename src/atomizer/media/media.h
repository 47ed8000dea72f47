/* Pictures, sound and video, over FFmpeg's libraries: what the three atomizers share.
 *
 * Only what formats.c and decoder.c list is read; the libraries get one thread, no file, no network and no word in the
 * journal. Their answers below are FFmpeg's own: 0 or more, or a negative AVERROR. */
#ifndef ATOMIZER_MEDIA_H
#define ATOMIZER_MEDIA_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include <hartonomous/json.h>

#include "../emitter.h"

/* Once a process, before the first document: silence, and a bound on every single allocation of the libraries. */
hart_code media_open(hart_error *err);
void media_close(void);
/* Around each document: memory that the libraries forget to fill is zero, not what the last document left there, so
 * that broken files too give the same result every time. */
void media_begin(void);
void media_end(void);

/* --- reason.c: the first thing a library complained about since it was forgotten, or "no reason is given" --- */
void reason_listen(void);
void reason_forget(void);
void reason_give(const char *text); /* our own, where nothing was said before */
const char *reason_text(int error); /* error: an AVERROR, used where nothing was said */

/* --- formats.c --- */
typedef struct media_format {
        const char *demuxer;    /* NULL: the whole document is one picture */
        enum AVCodecID picture; /* of that codec */
        const char *type;       /* its content type */
} media_format;

/* By the document's first bytes, then by its content type; NULL for what is not in the table. */
const media_format *media_format_find(const hart_document *document);
extern const char media_demuxers[]; /* comma-separated, for format_whitelist */

/* --- tags.c --- */
/* "tags": {…} of what is written down in the file, where there is something; cut so that a description stays small. */
void tags_put(hart_json_writer *writer, const AVDictionary *tags);
/* One value without blanks around it, NULL where it is missing. */
const char *tags_get(const AVDictionary *tags, const char *key);
const char *language_of(const AVStream *stream); /* NULL where nothing is said */

/* --- dots.c: dots per inch as the file says, 0 where it does not --- */
typedef struct media_dots {
        unsigned x, y;
} media_dots;
media_dots dots_find(enum AVCodecID codec, const unsigned char *data, size_t size);

/* --- attached.c: cover pictures and attachments as documents of their own --- */
hart_code attached_emit(hart_emitter *emitter, const AVFormatContext *format, hart_error *err);

/* --- streams.c: a node for each stream, and for each chapter --- */
hart_code streams_emit(hart_emitter *emitter, AVFormatContext *format, hart_error *err);
hart_code chapters_emit(hart_emitter *emitter, const AVFormatContext *format, hart_error *err);
/* A time stamp, 0 where there is none; no farther than 30,000 years, whatever a file says. */
int64_t milliseconds_of(int64_t stamp, AVRational base);
/* Name and value of what an AVFormatContext knows of the whole: format, duration, tags. */
void container_put(hart_json_writer *writer, const AVFormatContext *format, const media_format *row);

#endif
