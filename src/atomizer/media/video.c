/* video: what a film's container says, its key frames, its subtitles. Sound in it is described, not taken out. */
#include "../strategies.h"
#include "film.h"
#include "source.h"
#include "tiles.h"

static const hart_subtype subtypes[] = {TILE_SUBTYPES, {"sentence", true, "text"}};
enum { SENTENCE_SUBTYPE = 2 };

static const char *const content_types[] = {
        "video/mp4",       "video/x-m4v",      "video/quicktime",     "video/3gpp", "video/3gpp2",
        "video/webm",      "video/x-matroska", "video/matroska",      "video/ogg",  "video/x-theora+ogg",
        "video/x-msvideo", "video/avi",        "video/vnd.avi",       "video/mpeg", "video/x-mpeg",
        "video/mp2p",      "video/mp2t",       "video/mpeg4-generic", NULL};

static hart_code describe(hart_emitter *emitter, const media_source *source, const media_format *row, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer json = {0};
        hart_json_writer writer = {.out = &json};
        hart_json_begin_object(&writer);
        container_put(&writer, source->format, row);
        hart_json_key(&writer, "streams");
        hart_json_put_integer(&writer, source->format->nb_streams);
        hart_json_end_object(&writer);
        return emit_describe(emitter, (const char *)json.data, err);
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        const media_format *format = media_format_find(document);
        media_source source;
        if (format == NULL || format->demuxer == NULL)
                return emit_problem(emitter, err, "it begins as no film that is read here");
        int error = source_open(&source, document, format);
        if (error < 0)
                return emit_problem(emitter, err, "the film cannot be read: %s", reason_text(error));
        source_look(&source);
        hart_code code = describe(emitter, &source, format, err);
        if (code == HART_OK)
                code = streams_emit(emitter, source.format, err);
        if (code == HART_OK)
                code = chapters_emit(emitter, source.format, err);
        if (code == HART_OK)
                code = attached_emit(emitter, source.format, err);
        if (code == HART_OK)
                code = film_emit(emitter, &source, document->limits, SENTENCE_SUBTYPE, err);
        if (code == HART_OK)
                code = source_tell(&source, emitter, err);
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

const hart_atomizer video_atomizer = {
        .name = "video",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "video",
        .document_subtype = "video",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = sizeof subtypes / sizeof *subtypes,
        .run_document = run_document,
        .open = media_open,
        .close = media_close,
};
