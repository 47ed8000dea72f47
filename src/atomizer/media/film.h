/* A film from its first packet to its last: key frames, evenly over its duration, and subtitles. */
#ifndef ATOMIZER_MEDIA_FILM_H
#define ATOMIZER_MEDIA_FILM_H

#include "source.h"

#define KEY_FRAMES_MAX 64

/* Emits key frames as nodes "key-frame" of tiles, then the subtitles with sentences of that subtype. */
hart_code film_emit(hart_emitter *emitter, media_source *source, const hart_limits *limits, unsigned subtype,
                    hart_error *err);

#endif
