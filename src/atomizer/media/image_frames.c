/* image_frames: what is said of an image, and when an animation is enough. */
#include "image_frames.h"

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

static void put_dots(hart_json_writer *writer, const media_dots *density)
{
        if (density->x == 0 || density->y == 0)
                return;
        hart_json_key(writer, "dots_per_inch");
        hart_json_begin_array(writer);
        hart_json_put_integer(writer, density->x);
        hart_json_put_integer(writer, density->y);
        hart_json_end_array(writer);
}

/* As the camera was held: 1 upright, 6 turned right, … (EXIF 2.3, 4.6.4). Pixels are as stored, whatever it says. */
static void put_orientation(hart_json_writer *writer, const AVDictionary *tags)
{
        const char *value = tags_get(tags, "Orientation");
        if (value == NULL || value[0] < '1' || value[0] > '8' || value[1] != '\0')
                return;
        put_integer(writer, "orientation", value[0] - '0');
}

static hart_code describe(const image_frames *frames, const AVFrame *frame, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer json = {0};
        hart_json_writer writer = {.out = &json};
        hart_json_begin_object(&writer);
        put_integer(&writer, "width", frame->width);
        put_integer(&writer, "height", frame->height);
        hart_json_key(&writer, "codec");
        hart_json_put_text(&writer, frames->codec);
        hart_json_key(&writer, "pixel_format");
        hart_json_put_text(&writer, picture_format(frame));
        if (picture_depth(frame) > 8) {
                put_integer(&writer, "bits_per_channel", picture_depth(frame));
                put_integer(&writer, "shown_bits_per_channel", 8);
        }
        put_dots(&writer, &frames->density);
        put_orientation(&writer, frame->metadata);
        tags_put(&writer, frame->metadata);
        hart_json_end_object(&writer);
        return emit_describe(frames->emitter, (const char *)json.data, err);
}

static hart_code stop(image_frames *frames, hart_code told)
{
        frames->stopped = true;
        return told == HART_OK ? HART_EMPTY : told;
}

hart_code image_frames_take(void *data, AVFrame *frame, hart_error *err)
{
        image_frames *frames = data;
        uint64_t pixels = (uint64_t)frame->width * (uint64_t)frame->height;
        if (pixels > frames->limits->pixels - frames->pixels)
                return stop(frames,
                            emit_problem(frames->emitter, err, "frames with more than %llu pixels: %u are shown",
                                         (unsigned long long)frames->limits->pixels, frames->count));
        if (frames->count == IMAGE_FRAMES_MAX)
                return stop(frames, emit_problem(frames->emitter, err, "more than %d frames: the rest is not shown",
                                                 IMAGE_FRAMES_MAX));
        frames->pixels += pixels;
        hart_code code = frames->count++ == 0 ? describe(frames, frame, err) : HART_OK;
        return code == HART_OK ? picture_emit(frames->emitter, frame, &frames->place, err) : code;
}
