#include "samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const struct sample rows[] = {
        {"av1.mkv",
         "describe "
         "{\"container\":\"matroska\",\"seconds\":2.0,\"tags\":{\"ENCODER\":\"Lavf59.27.100\"},\"streams\":1}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"av1\",\"width\":64,\"height\":48,\"frames_per_second\":5.0,"
         "\"tags\":{\"ENCODER\":\"Lavc59.37.100 libaom-av1\",\"DURATION\":\"00:00:02.000000000\"}}]\n"
         "[key-frame {\"seconds\":0.0,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.6,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.2,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.8,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n",
         768},
        {"cut-film.mkv",
         "describe "
         "{\"container\":\"matroska\",\"seconds\":2.032,\"tags\":{\"title\":\"Film\",\"ENCODER\":\"Lavf59.27.100\"},"
         "\"streams\":4}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"h264\",\"width\":64,\"height\":48,\"frames_per_second\":10.0,"
         "\"tags\":{\"ENCODER\":\"Lavc59.37.100 libx264\",\"DURATION\":\"00:00:02.032000000\"}}]\n"
         "[stream "
         "{\"number\":1,\"type\":\"audio\",\"codec\":\"vorbis\",\"rate\":8000,\"channels\":1,\"tags\":{\"ENCODER\":"
         "\"Lavc59.37.100 libvorbis\",\"DURATION\":\"00:00:00.332000000\"}}]\n"
         "[stream \"eng\" "
         "{\"number\":2,\"type\":\"subtitle\",\"codec\":\"subrip\",\"tags\":{\"language\":\"eng\",\"ENCODER\":\"Lavc59."
         "37.100 srt\",\"DURATION\":\"00:00:01.532000000\"}}]\n"
         "[stream "
         "{\"number\":3,\"type\":\"attachment\",\"codec\":\"none\",\"tags\":{\"filename\":\"ch.txt\",\"mimetype\":"
         "\"text/plain\"}}]\n"
         "[chapter \"One\" {\"seconds\":0.0,\"until\":1.0}]\n"
         "[chapter \"Two\" {\"seconds\":1.0,\"until\":2.0}]\n"
         "child \"ch.txt\" text/plain attachment 133\n"
         "[key-frame {\"seconds\":0.032,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n",
         192},
        {"cut-film.mp4", "problem \"the film cannot be read: moov atom not found\"\n", 0},
        {"cut-film.ts",
         "describe {\"container\":\"mpegts\",\"seconds\":1.328,\"streams\":2}\n"
         "[stream {\"number\":0,\"type\":\"video\",\"codec\":\"h264\",\"frames_per_second\":5.0}]\n"
         "[stream {\"number\":1,\"type\":\"audio\",\"codec\":\"aac\",\"rate\":8000,\"channels\":1}]\n"
         "[key-frame {\"seconds\":0.128,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.728,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n",
         384},
        {"film.avi",
         "describe {\"container\":\"avi\",\"seconds\":2.2,\"tags\":{\"software\":\"Lavf59.27.100\"},\"streams\":2}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"mpeg4\",\"width\":64,\"height\":48,\"frames_per_second\":5.0}]\n"
         "[stream {\"number\":1,\"type\":\"audio\",\"codec\":\"mp3\",\"rate\":8000,\"channels\":1}]\n"
         "[key-frame {\"seconds\":0.0,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.8,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.4,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":2.0,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n",
         768},
        {"film.mkv",
         "describe "
         "{\"container\":\"matroska\",\"seconds\":2.032,\"tags\":{\"title\":\"Film\",\"ENCODER\":\"Lavf59.27.100\"},"
         "\"streams\":4}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"h264\",\"width\":64,\"height\":48,\"frames_per_second\":10.0,"
         "\"tags\":{\"ENCODER\":\"Lavc59.37.100 libx264\",\"DURATION\":\"00:00:02.032000000\"}}]\n"
         "[stream "
         "{\"number\":1,\"type\":\"audio\",\"codec\":\"vorbis\",\"rate\":8000,\"channels\":1,\"tags\":{\"ENCODER\":"
         "\"Lavc59.37.100 libvorbis\",\"DURATION\":\"00:00:00.332000000\"}}]\n"
         "[stream \"eng\" "
         "{\"number\":2,\"type\":\"subtitle\",\"codec\":\"subrip\",\"tags\":{\"language\":\"eng\",\"ENCODER\":\"Lavc59."
         "37.100 srt\",\"DURATION\":\"00:00:01.532000000\"}}]\n"
         "[stream "
         "{\"number\":3,\"type\":\"attachment\",\"codec\":\"none\",\"tags\":{\"filename\":\"ch.txt\",\"mimetype\":"
         "\"text/plain\"}}]\n"
         "[chapter \"One\" {\"seconds\":0.0,\"until\":1.0}]\n"
         "[chapter \"Two\" {\"seconds\":1.0,\"until\":2.0}]\n"
         "child \"ch.txt\" text/plain attachment 133\n"
         "[key-frame {\"seconds\":0.032,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.632,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.232,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.832,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[subtitles \"eng\" {\"stream\":2}]\n"
         "  [cue {\"seconds\":0.232,\"until\":0.632}]\n"
         "    sentence \"Hello world.\"\n"
         "    sentence \"Twice.\"\n"
         "  [cue {\"seconds\":1.032,\"until\":1.532}]\n"
         "    sentence \"- Second cue\"\n"
         "    sentence \"- in two lines\"\n",
         772},
        {"film.mp4",
         "describe "
         "{\"container\":\"mov\",\"seconds\":2.0,\"tags\":{\"major_brand\":\"isom\",\"minor_version\":\"512\","
         "\"compatible_brands\":\"isomiso2avc1mp41\",\"title\":\"Film\",\"encoder\":\"Lavf59.27.100\"},\"streams\":4}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"h264\",\"width\":64,\"height\":48,\"frames_per_second\":5.0,"
         "\"tags\":{\"language\":\"und\",\"handler_name\":\"VideoHandler\",\"vendor_id\":\"[0][0][0][0]\",\"encoder\":"
         "\"Lavc59.37.100 libx264\"}}]\n"
         "[stream "
         "{\"number\":1,\"type\":\"audio\",\"codec\":\"aac\",\"rate\":8000,\"channels\":1,\"tags\":{\"language\":"
         "\"und\",\"handler_name\":\"SoundHandler\",\"vendor_id\":\"[0][0][0][0]\"}}]\n"
         "[stream \"eng\" "
         "{\"number\":2,\"type\":\"subtitle\",\"codec\":\"mov_text\",\"tags\":{\"language\":\"eng\",\"handler_name\":"
         "\"SubtitleHandler\"}}]\n"
         "[stream \"eng\" "
         "{\"number\":3,\"type\":\"data\",\"codec\":\"bin_data\",\"tags\":{\"language\":\"eng\",\"handler_name\":"
         "\"SubtitleHandler\"}}]\n"
         "[chapter \"One\" {\"seconds\":0.0,\"until\":1.0}]\n"
         "[chapter \"Two\" {\"seconds\":1.0,\"until\":2.0}]\n"
         "[key-frame {\"seconds\":0.0,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.6,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.2,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.8,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[subtitles \"eng\" {\"stream\":2}]\n"
         "  [cue {\"seconds\":0.2,\"until\":0.6}]\n"
         "    sentence \"Hello world.\"\n"
         "    sentence \"Twice.\"\n"
         "  [cue {\"seconds\":1.0,\"until\":1.5}]\n"
         "    sentence \"- Second cue\"\n"
         "    sentence \"- in two lines\"\n",
         772},
        {"film.mpg",
         "describe {\"container\":\"mpeg\",\"seconds\":0.31,\"streams\":2}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"mpeg2video\",\"width\":64,\"height\":48,\"frames_per_second\":"
         "25.0}]\n"
         "[stream {\"number\":1,\"type\":\"audio\",\"codec\":\"mp2\",\"rate\":16000,\"channels\":1}]\n"
         "[key-frame {\"seconds\":0.03,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.23,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n",
         384},
        {"film.ogv",
         "describe {\"container\":\"ogg\",\"seconds\":1.0,\"streams\":2}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"theora\",\"width\":64,\"height\":48,\"frames_per_second\":5.0,"
         "\"tags\":{\"encoder\":\"Lavc59.37.100 libtheora\"}}]\n"
         "[stream "
         "{\"number\":1,\"type\":\"audio\",\"codec\":\"vorbis\",\"rate\":8000,\"channels\":1,\"tags\":{\"encoder\":"
         "\"Lavc59.37.100 libvorbis\"}}]\n"
         "[key-frame {\"seconds\":0.0,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.6,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n",
         384},
        {"film.ts",
         "describe {\"container\":\"mpegts\",\"seconds\":2.128,\"streams\":2}\n"
         "[stream {\"number\":0,\"type\":\"video\",\"codec\":\"h264\",\"frames_per_second\":5.0}]\n"
         "[stream {\"number\":1,\"type\":\"audio\",\"codec\":\"aac\",\"rate\":8000,\"channels\":1}]\n"
         "[key-frame {\"seconds\":0.128,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.728,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.328,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.928,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n",
         768},
        {"film.webm",
         "describe "
         "{\"container\":\"matroska\",\"seconds\":2.007,\"tags\":{\"ENCODER\":\"Lavf59.27.100\"},\"streams\":3}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"vp8\",\"width\":64,\"height\":48,\"frames_per_second\":5.0,"
         "\"tags\":{\"ENCODER\":\"Lavc59.37.100 libvpx\",\"DURATION\":\"00:00:02.007000000\"}}]\n"
         "[stream "
         "{\"number\":1,\"type\":\"audio\",\"codec\":\"opus\",\"rate\":48000,\"channels\":1,\"tags\":{\"ENCODER\":"
         "\"Lavc59.37.100 libopus\",\"DURATION\":\"00:00:00.308000000\"}}]\n"
         "[stream {\"number\":2,\"type\":\"subtitle\",\"codec\":\"webvtt\",\"tags\":{\"ENCODER\":\"Lavc59.37.100 "
         "webvtt\",\"DURATION\":\"00:00:01.507000000\"}}]\n"
         "[key-frame {\"seconds\":0.008,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.608,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.208,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.808,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[subtitles {\"stream\":2}]\n"
         "  [cue {\"seconds\":0.207,\"until\":0.607}]\n"
         "    sentence \"Hello world.\"\n"
         "    sentence \"Twice.\"\n"
         "  [cue {\"seconds\":1.007,\"until\":1.507}]\n"
         "    sentence \"- Second cue\"\n"
         "    sentence \"- in two lines\"\n",
         772},
        {"hevc.mov",
         "describe "
         "{\"container\":\"mov\",\"seconds\":2.0,\"tags\":{\"major_brand\":\"qt\",\"minor_version\":\"512\","
         "\"compatible_brands\":\"qt\",\"encoder\":\"Lavf59.27.100\"},\"streams\":1}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"hevc\",\"width\":64,\"height\":48,\"frames_per_second\":5.0,"
         "\"tags\":{\"handler_name\":\"VideoHandler\",\"vendor_id\":\"FFMP\",\"encoder\":\"Lavc59.37.100 libx265\"}}]\n"
         "[key-frame {\"seconds\":0.0,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.6,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.2,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.8,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n",
         768},
        {"huge.mp4",
         "describe "
         "{\"container\":\"mov\",\"seconds\":2.0,\"tags\":{\"major_brand\":\"isom\",\"minor_version\":\"512\","
         "\"compatible_brands\":\"isomiso2avc1mp41\",\"title\":\"Film\",\"encoder\":\"Lavf59.27.100\"},\"streams\":4}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"h264\",\"width\":65535,\"height\":65535,\"frames_per_second\":5."
         "0,\"tags\":{\"language\":\"und\",\"handler_name\":\"VideoHandler\",\"vendor_id\":\"[0][0][0][0]\","
         "\"encoder\":\"Lavc59.37.100 libx264\"}}]\n"
         "[stream "
         "{\"number\":1,\"type\":\"audio\",\"codec\":\"aac\",\"rate\":8000,\"channels\":1,\"tags\":{\"language\":"
         "\"und\",\"handler_name\":\"SoundHandler\",\"vendor_id\":\"[0][0][0][0]\"}}]\n"
         "[stream \"eng\" "
         "{\"number\":2,\"type\":\"subtitle\",\"codec\":\"mov_text\",\"tags\":{\"language\":\"eng\",\"handler_name\":"
         "\"SubtitleHandler\"}}]\n"
         "[stream \"eng\" "
         "{\"number\":3,\"type\":\"data\",\"codec\":\"bin_data\",\"tags\":{\"language\":\"eng\",\"handler_name\":"
         "\"SubtitleHandler\"}}]\n"
         "[chapter \"One\" {\"seconds\":0.0,\"until\":1.0}]\n"
         "[chapter \"Two\" {\"seconds\":1.0,\"until\":2.0}]\n"
         "problem \"pictures of 65535 × 65535 in h264 are not shown: they have more pixels than the limit allows\"\n"
         "[subtitles \"eng\" {\"stream\":2}]\n"
         "  [cue {\"seconds\":0.2,\"until\":0.6}]\n"
         "    sentence \"Hello world.\"\n"
         "    sentence \"Twice.\"\n"
         "  [cue {\"seconds\":1.0,\"until\":1.5}]\n"
         "    sentence \"- Second cue\"\n"
         "    sentence \"- in two lines\"\n",
         4},
        {"vp9.webm",
         "describe "
         "{\"container\":\"matroska\",\"seconds\":2.0,\"tags\":{\"ENCODER\":\"Lavf59.27.100\"},\"streams\":1}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"vp9\",\"width\":64,\"height\":48,\"frames_per_second\":5.0,"
         "\"tags\":{\"ENCODER\":\"Lavc59.37.100 libvpx-vp9\",\"DURATION\":\"00:00:02.000000000\"}}]\n"
         "[key-frame {\"seconds\":0.0,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":0.6,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.2,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n"
         "[key-frame {\"seconds\":1.8,\"width\":64,\"height\":48,\"columns\":16,\"rows\":12}]\n",
         768},
        {"wide.avi",
         "describe {\"container\":\"avi\",\"seconds\":0.1,\"tags\":{\"software\":\"Lavf59.27.100\"},\"streams\":1}\n"
         "[stream "
         "{\"number\":0,\"type\":\"video\",\"codec\":\"mpeg4\",\"width\":640,\"height\":48,\"frames_per_second\":10.0}]"
         "\n"
         "[key-frame {\"seconds\":0.0,\"width\":256,\"height\":19,\"columns\":64,\"rows\":5}]\n",
         1024},
};

static void test_samples(void **unused)
{
        (void)unused;
        samples_check("video", rows, COUNT(rows));
}

static void test_broken(void **unused)
{
        (void)unused;
        samples_break("video", rows, COUNT(rows), 25, 25);
}

/* 100 key frames in 10 seconds: 64 of them, evenly, the first one and one of the last. */
static void test_key_frames(void **unused)
{
        struct record record;
        (void)unused;
        sample_run(&record, "video", "many.avi");
        const char *outline = (const char *)record.outline.data;
        size_t frames = 0;
        for (const char *next = outline; (next = strstr(next, "[key-frame ")) != NULL; next++)
                frames++;
        assert_in_range(frames, 60, 64);
        assert_non_null(strstr(outline, "[key-frame {\"seconds\":0.0,"));
        assert_non_null(strstr(outline, "[key-frame {\"seconds\":9."));
        /* All of one colour: every tile is the same. */
        assert_int_equal(record.content.size, frames * 16 * 16 * 4);
        for (size_t i = 0; i < record.content.size; i++)
                assert_int_equal(record.content.data[i], record.content.data[i % 4]);
        assert_true(record.content.data[0] > 240 && record.content.data[1] < 16 && record.content.data[2] < 16);
        record_done(&record);
}

/* The container's own word about attachments is a document of its own. */
static void test_attachment(void **unused)
{
        struct record record;
        (void)unused;
        sample_run(&record, "video", "film.mkv");
        assert_int_equal(record.child_count, 1);
        assert_non_null(strstr((const char *)record.children.data, "TIMEBASE=1/1000"));
        record_done(&record);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_samples),
                cmocka_unit_test(test_key_frames),
                cmocka_unit_test(test_attachment),
                cmocka_unit_test(test_broken),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
