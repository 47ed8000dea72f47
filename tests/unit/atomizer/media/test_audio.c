#include "samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const struct sample rows[] = {
        {"cover.flac",
         "describe "
         "{\"container\":\"flac\",\"seconds\":0.3,\"tags\":{\"encoder\":\"Lavf59.27.100\"},\"codec\":\"flac\",\"rate\":"
         "8000,\"channels\":1}\n"
         "child \"cover.jpg\" image/jpeg embedded-image 1468\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"cover.mp3",
         "describe "
         "{\"container\":\"mp3\",\"seconds\":0.504,\"tags\":{\"title\":\"Covered\",\"encoder\":\"Lavf59.27.100\"},"
         "\"codec\":\"mp3\",\"rate\":8000,\"channels\":1}\n"
         "child \"cover.png\" image/png embedded-image 293\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"cut-sine.flac", "problem \"the sound cannot be read: End of file\"\n", 0},
        {"cut-sine.m4a", "problem \"the sound cannot be read: moov atom not found\"\n", 0},
        {"cut-sine.mp3",
         "describe "
         "{\"container\":\"mp3\",\"seconds\":0.504,\"tags\":{\"title\":\"Sine\",\"artist\":\"Tester\",\"encoder\":"
         "\"Lavf59.27.100\"},\"codec\":\"mp3\",\"rate\":8000,\"channels\":1}\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"cut-sine.ogg", "problem \"the sound cannot be read: End of file\"\n", 0},
        {"deep.wav",
         "describe "
         "{\"container\":\"wav\",\"seconds\":0.3,\"tags\":{\"encoder\":\"Lavf59.27.100\"},\"codec\":\"pcm_s24le\","
         "\"rate\":8000,\"channels\":1}\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"garbage.mp3", "problem \"the sound cannot be read: Failed to read frame size: Could not seek to 5023.\"\n",
         0},
        {"nothing", "problem \"the sound cannot be read: Failed to read frame size: Could not seek to 1026.\"\n", 0},
        {"sine.aac",
         "describe {\"container\":\"aac\",\"seconds\":0.512,\"codec\":\"aac\",\"rate\":8000,\"channels\":1}\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"sine.aiff",
         "describe "
         "{\"container\":\"aiff\",\"seconds\":0.3,\"tags\":{\"title\":\"Sine\"},\"codec\":\"pcm_s16be\",\"rate\":8000,"
         "\"channels\":1}\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"sine.flac",
         "describe "
         "{\"container\":\"flac\",\"seconds\":0.3,\"tags\":{\"title\":\"Sine\",\"artist\":\"Tester\",\"encoder\":"
         "\"Lavf59.27.100\"},\"codec\":\"flac\",\"rate\":8000,\"channels\":1}\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"sine.m4a",
         "describe "
         "{\"container\":\"mov\",\"seconds\":0.3,\"tags\":{\"major_brand\":\"M4A\",\"minor_version\":\"512\","
         "\"compatible_brands\":\"M4A "
         "isomiso2\",\"title\":\"Sine\",\"encoder\":\"Lavf59.27.100\"},\"codec\":\"aac\",\"rate\":8000,\"channels\":1}"
         "\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"sine.mp3",
         "describe "
         "{\"container\":\"mp3\",\"seconds\":0.504,\"tags\":{\"title\":\"Sine\",\"artist\":\"Tester\",\"encoder\":"
         "\"Lavf59.27.100\"},\"codec\":\"mp3\",\"rate\":8000,\"channels\":1}\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"sine.ogg",
         "describe "
         "{\"container\":\"ogg\",\"seconds\":0.3,\"codec\":\"vorbis\",\"rate\":8000,\"channels\":1,\"tags\":{"
         "\"encoder\":\"Lavc59.37.100 libvorbis\",\"title\":\"Sine\",\"artist\":\"Tester\"}}\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
        {"sine.opus",
         "describe "
         "{\"container\":\"ogg\",\"seconds\":0.307,\"codec\":\"opus\",\"rate\":48000,\"channels\":1,\"tags\":{"
         "\"encoder\":\"Lavc59.37.100 libopus\"}}\n"
         "[samples {\"rate\":48000,\"channels\":1}]\n",
         1},
        {"sine.wav",
         "describe "
         "{\"container\":\"wav\",\"seconds\":0.3,\"tags\":{\"artist\":\"Tester\",\"title\":\"Sine\",\"encoder\":"
         "\"Lavf59.27.100\"},\"codec\":\"pcm_s16le\",\"rate\":8000,\"channels\":1}\n"
         "[samples {\"rate\":8000,\"channels\":1}]\n",
         1},
};

static void test_samples(void **unused)
{
        (void)unused;
        samples_check("audio", rows, COUNT(rows));
}

static void test_broken(void **unused)
{
        (void)unused;
        samples_break("audio", rows, COUNT(rows), 80, 40);
}

/* WAV by hand: PCM of 16 bits. */
static void put_wave(hart_buffer *out, unsigned channels, unsigned frames)
{
        const uint32_t rate = 44100, size = frames * channels * 2;
        const uint32_t fields[] = {16, 1 | channels << 16, rate, rate * channels * 2, channels * 2 | 16u << 16};
        const uint32_t around = 36 + size;
        hart_buffer_text(out, "RIFF");
        hart_buffer_append(out, &around, 4);
        hart_buffer_text(out, "WAVEfmt ");
        hart_buffer_append(out, fields, sizeof fields);
        hart_buffer_text(out, "data");
        hart_buffer_append(out, &size, 4);
        for (uint32_t i = 0; i < size; i++)
                hart_buffer_byte(out, (unsigned char)(i * i >> 3));
}

/* A block is 16,384 frames or 64 KiB; PCM of 16 bits comes out as it lies in the file. */
static void test_blocks(void **unused)
{
        static const struct {
                unsigned channels, frames;
                size_t blocks;
        } waves[] = {{1, 16384, 1}, {1, 16385, 2}, {2, 40000, 3}, {6, 16384, 4}, {1, 1, 1}};
        (void)unused;
        for (size_t i = 0; i < COUNT(waves); i++) {
                hart_buffer file = {0};
                struct record record;
                put_wave(&file, waves[i].channels, waves[i].frames);
                record_run(&record, "audio", file.data, file.size, NULL, NULL, NULL);
                assert_int_equal(record.problems, 0);
                assert_int_equal(record.components, waves[i].blocks);
                assert_int_equal(record.content.size, file.size - 44);
                assert_memory_equal(record.content.data, file.data + 44, file.size - 44);
                record_done(&record);
                hart_buffer_done(&file);
        }
}

/* Beyond the bound it says how far it got. */
static void test_long_sound(void **unused)
{
        hart_limits limits = hart_default_limits;
        hart_buffer file = {0};
        struct record record;
        (void)unused;
        limits.expanded = 44100 * 2;
        put_wave(&file, 1, 100000);
        record_run(&record, "audio", file.data, file.size, NULL, NULL, &limits);
        assert_int_equal(record.content.size, limits.expanded);
        assert_non_null(strstr((const char *)record.outline.data, "{\"complete\":false,\"seconds_decoded\":1.000}"));
        record_done(&record);
        hart_buffer_done(&file);
}

/* What loses nothing has the same samples in every format. */
static void test_same_sound(void **unused)
{
        static const char *const files[] = {"sine.flac", "sine.aiff", "deep.wav", "cover.flac"};
        struct record first;
        (void)unused;
        sample_run(&first, "audio", "sine.wav");
        for (size_t i = 0; i < COUNT(files); i++) {
                struct record record;
                sample_run(&record, "audio", files[i]);
                assert_int_equal(record.content.size, first.content.size);
                assert_memory_equal(record.content.data, first.content.data, first.content.size);
                record_done(&record);
        }
        record_done(&first);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_samples),    cmocka_unit_test(test_blocks), cmocka_unit_test(test_long_sound),
                cmocka_unit_test(test_same_sound), cmocka_unit_test(test_broken),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
