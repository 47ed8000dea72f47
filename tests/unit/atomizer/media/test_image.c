#include "samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/digest.h>

#define TILE        4u
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const struct sample rows[] = {
        {"alpha.png",
         "describe {\"width\":34,\"height\":22,\"codec\":\"png\",\"pixel_format\":\"rgba\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"animated.gif",
         "describe {\"width\":34,\"height\":22,\"codec\":\"gif\",\"pixel_format\":\"bgra\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "describe {\"frames\":5}\n",
         740},
        {"animated.png",
         "describe {\"width\":34,\"height\":22,\"codec\":\"apng\",\"pixel_format\":\"rgb24\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "describe {\"frames\":5}\n",
         740},
        {"animated.webp",
         "describe {\"width\":34,\"height\":22,\"codec\":\"webp\",\"pixel_format\":\"yuv420p\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6,\"left\":0,\"top\":0}]\n"
         "[frame {\"width\":34,\"height\":3,\"columns\":9,\"rows\":1,\"left\":0,\"top\":16}]\n"
         "[frame {\"width\":34,\"height\":3,\"columns\":9,\"rows\":1,\"left\":0,\"top\":16}]\n"
         "[frame {\"width\":34,\"height\":3,\"columns\":9,\"rows\":1,\"left\":0,\"top\":16}]\n"
         "[frame {\"width\":34,\"height\":3,\"columns\":9,\"rows\":1,\"left\":0,\"top\":16}]\n"
         "describe {\"frames\":5}\n",
         556},
        {"cut-animated.gif",
         "describe {\"width\":34,\"height\":22,\"codec\":\"gif\",\"pixel_format\":\"bgra\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"cut-picture.jpg",
         "describe {\"width\":34,\"height\":22,\"codec\":\"mjpeg\",\"pixel_format\":\"yuvj444p\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n"
         "problem \"the file ends before the picture does\"\n",
         148},
        {"cut-picture.png", "problem \"the picture cannot be decoded: chunk too big\"\n", 0},
        {"cut-picture.webp", "problem \"the picture cannot be decoded: Invalid data found when processing input\"\n",
         0},
        {"deep.png",
         "describe "
         "{\"width\":34,\"height\":22,\"codec\":\"png\",\"pixel_format\":\"rgb48be\",\"bits_per_channel\":16,\"shown_"
         "bits_per_channel\":8}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"exif.jpg",
         "describe "
         "{\"width\":34,\"height\":22,\"codec\":\"mjpeg\",\"pixel_format\":\"yuvj444p\",\"dots_per_inch\":[300,300],"
         "\"orientation\":6,\"tags\":{\"Make\":\"Tinycam\",\"Model\":\"Model "
         "1\",\"Orientation\":\"6\",\"DateTime\":\"2024:05:06 "
         "07:08:09\",\"GPSLatitudeRef\":\"N\",\"GPSLatitude\":\"52:1 , 31:1 , "
         "12:1\",\"GPSLongitudeRef\":\"E\",\"GPSLongitude\":\"13:1 , 24:1 , 18:1\"}}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"gradient.jpg",
         "describe {\"width\":16,\"height\":200,\"codec\":\"mjpeg\",\"pixel_format\":\"yuvj420p\"}\n"
         "[frame {\"width\":16,\"height\":200,\"columns\":4,\"rows\":50}]\n",
         200},
        {"gray16.tiff",
         "describe "
         "{\"width\":34,\"height\":22,\"codec\":\"tiff\",\"pixel_format\":\"gray16le\",\"bits_per_channel\":16,\"shown_"
         "bits_per_channel\":8,\"tags\":{\"software\":\"Lavc59.37.100\"}}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"huge.png", "problem \"the picture cannot be decoded: Picture size 65535x65535 is invalid\"\n", 0},
        {"lossless.webp",
         "describe {\"width\":34,\"height\":22,\"codec\":\"webp\",\"pixel_format\":\"argb\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"nothing", "problem \"it begins as no picture that is read here\"\n", 0},
        {"palette.png",
         "describe {\"width\":34,\"height\":22,\"codec\":\"png\",\"pixel_format\":\"pal8\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.avif",
         "describe {\"width\":34,\"height\":22,\"codec\":\"av1\",\"pixel_format\":\"gbrp\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.bmp",
         "describe {\"width\":34,\"height\":22,\"codec\":\"bmp\",\"pixel_format\":\"bgr24\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.gif",
         "describe {\"width\":34,\"height\":22,\"codec\":\"gif\",\"pixel_format\":\"bgra\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.jpg",
         "describe {\"width\":34,\"height\":22,\"codec\":\"mjpeg\",\"pixel_format\":\"yuvj444p\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.pam",
         "describe {\"width\":34,\"height\":22,\"codec\":\"pam\",\"pixel_format\":\"rgb24\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.pbm",
         "describe {\"width\":34,\"height\":22,\"codec\":\"pbm\",\"pixel_format\":\"monow\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.pgm",
         "describe {\"width\":34,\"height\":22,\"codec\":\"pgm\",\"pixel_format\":\"gray\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.png",
         "describe {\"width\":34,\"height\":22,\"codec\":\"png\",\"pixel_format\":\"rgb24\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.ppm",
         "describe {\"width\":34,\"height\":22,\"codec\":\"ppm\",\"pixel_format\":\"rgb24\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.tiff",
         "describe "
         "{\"width\":34,\"height\":22,\"codec\":\"tiff\",\"pixel_format\":\"rgb24\",\"tags\":{\"software\":\"Lavc59.37."
         "100\"}}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"picture.webp",
         "describe {\"width\":34,\"height\":22,\"codec\":\"webp\",\"pixel_format\":\"yuv420p\"}\n"
         "[frame {\"width\":34,\"height\":22,\"columns\":9,\"rows\":6}]\n",
         148},
        {"two-by-two.png",
         "describe {\"width\":2,\"height\":2,\"codec\":\"png\",\"pixel_format\":\"rgb24\"}\n"
         "[frame {\"width\":2,\"height\":2,\"columns\":1,\"rows\":1}]\n",
         4},
};

static void test_samples(void **unused)
{
        (void)unused;
        samples_check("image", rows, COUNT(rows));
}

static void test_broken(void **unused)
{
        (void)unused;
        samples_break("image", rows, COUNT(rows), 100, 40);
}

/* Red, green, red, blue: the vector of the data model. */
static void test_pixels(void **unused)
{
        static const unsigned char pixels[16] = {0xFF, 0, 0, 0xFF, 0, 0xFF, 0,    0xFF,
                                                 0xFF, 0, 0, 0xFF, 0, 0,    0xFF, 0xFF};
        unsigned char digest[HART_SHA256_SIZE];
        char hex[HART_SHA256_HEX_SIZE];
        struct record record;
        (void)unused;
        sample_run(&record, "image", "two-by-two.png");
        assert_int_equal(record.content.size, sizeof pixels);
        assert_memory_equal(record.content.data, pixels, sizeof pixels);
        hart_sha256(record.content.data, 4, digest);
        hart_hex(digest, sizeof digest, hex);
        assert_string_equal(hex, "34aaa746c25a0f105c4316bbb1f009aa359f49582656ee97d73c58132d563423");
        record_done(&record);
}

/* What loses nothing has the same tiles in every format. */
static void test_same_picture(void **unused)
{
        static const char *const files[] = {"picture.bmp",  "picture.ppm", "picture.pam",
                                            "picture.tiff", "alpha.png",   "lossless.webp"};
        struct record first;
        (void)unused;
        sample_run(&first, "image", "picture.png");
        for (size_t i = 0; i < COUNT(files); i++) {
                struct record record;
                sample_run(&record, "image", files[i]);
                assert_int_equal(record.content.size, first.content.size);
                assert_memory_equal(record.content.data, first.content.data, first.content.size);
                record_done(&record);
        }
        record_done(&first);
}

/* PPM by hand: `pixel` makes the colour of each. */
static void put_ppm(hart_buffer *out, unsigned width, unsigned height, void (*pixel)(unsigned, unsigned, hart_buffer *))
{
        hart_buffer_format(out, "P6 %u %u 255\n", width, height);
        for (unsigned y = 0; y < height; y++) {
                for (unsigned x = 0; x < width; x++)
                        pixel(x, y, out);
        }
}

static void by_place(unsigned x, unsigned y, hart_buffer *out)
{
        hart_buffer_byte(out, (unsigned char)x);
        hart_buffer_byte(out, (unsigned char)y);
        hart_buffer_byte(out, (unsigned char)(x + 3 * y));
}

static const unsigned char *check_block(const unsigned char *next, unsigned left, unsigned top, unsigned width,
                                        unsigned height)
{
        for (unsigned y = top; y < top + TILE && y < height; y++) {
                for (unsigned x = left; x < left + TILE && x < width; x++, next += 4) {
                        const unsigned char expected[4] = {(unsigned char)x, (unsigned char)y,
                                                           (unsigned char)(x + 3 * y), 0xFF};
                        assert_memory_equal(next, expected, sizeof expected);
                }
        }
        return next;
}

/* Tiles from left to right and top to bottom, and so the pixels in each; the border's tiles as single pixels. Higher
 * than the bands in which pictures are converted. */
static void test_order(void **unused)
{
        static const struct {
                unsigned width, height;
                size_t components;
        } sizes[] = {{4, 4, 1},         {1, 1, 1},     {5, 5, 1 + 4 + 4 + 1},
                     {8, 201, 100 + 8}, {3, 130, 390}, {254, 7, 63 + 8 + 762}};
        (void)unused;
        for (size_t i = 0; i < COUNT(sizes); i++) {
                hart_buffer file = {0};
                struct record record;
                put_ppm(&file, sizes[i].width, sizes[i].height, by_place);
                record_run(&record, "image", file.data, file.size, NULL, NULL, NULL);
                assert_int_equal(record.components, sizes[i].components);
                assert_int_equal(record.content.size, (size_t)sizes[i].width * sizes[i].height * 4);
                const unsigned char *next = record.content.data;
                for (unsigned y = 0; y < sizes[i].height; y += TILE) {
                        for (unsigned x = 0; x < sizes[i].width; x += TILE)
                                next = check_block(next, x, y, sizes[i].width, sizes[i].height);
                }
                record_done(&record);
                hart_buffer_done(&file);
        }
}

/* Blocks of JPEG differ by 5 at most. Colour of half the height is blended from row to row: bands must not show. 16
 * pixels wide, 50 rows of 4 tiles. */
static void test_no_seams(void **unused)
{
        struct record record;
        (void)unused;
        sample_run(&record, "image", "gradient.jpg");
        assert_int_equal(record.content.size, 16 * 200 * 4);
        const unsigned char *pixels = record.content.data;
        for (unsigned y = 1; y < 200; y++) {
                const unsigned char *row = pixels + y / TILE * 256 + y % TILE * 16;
                const unsigned char *above = pixels + (y - 1) / TILE * 256 + (y - 1) % TILE * 16;
                for (unsigned i = 0; i < 3; i++)
                        assert_in_range(row[i] + 6 - above[i], 0, 12);
        }
        record_done(&record);
}

/* 1×1, a palette of two colours. */
static void put_gif(hart_buffer *out, unsigned frames)
{
        static const unsigned char head[] = {'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 9, 8, 7};
        static const unsigned char frame[] = {0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0};
        hart_buffer_append(out, head, sizeof head);
        for (unsigned i = 0; i < frames; i++)
                hart_buffer_append(out, frame, sizeof frame);
        hart_buffer_byte(out, 0x3B);
}

static void run_gif(unsigned frames, const hart_limits *limits, size_t nodes, const char *problem)
{
        hart_buffer file = {0};
        struct record record;
        put_gif(&file, frames);
        record_run(&record, "image", file.data, file.size, NULL, NULL, limits);
        assert_int_equal(record.nodes, nodes);
        assert_int_equal(record.components, nodes);
        assert_int_equal(record.problems, 1);
        assert_non_null(strstr((const char *)record.outline.data, problem));
        record_done(&record);
        hart_buffer_done(&file);
}

static void test_frames_without_end(void **unused)
{
        hart_limits limits = hart_default_limits;
        (void)unused;
        run_gif(10000, NULL, 1000, "problem \"more than 1000 frames: the rest is not shown\"");
        limits.pixels = 700;
        run_gif(800, &limits, 700, "problem \"frames with more than 700 pixels: 700 are shown\"");
}

static void test_pixel_limit(void **unused)
{
        hart_limits limits = hart_default_limits;
        hart_buffer file = {0};
        struct record record;
        (void)unused;
        limits.pixels = 99;
        put_ppm(&file, 10, 10, by_place);
        record_run(&record, "image", file.data, file.size, NULL, NULL, &limits);
        assert_int_equal(record.components, 0);
        assert_int_equal(record.problems, 1);
        record_done(&record);
        hart_buffer_done(&file);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_samples),     cmocka_unit_test(test_pixels),
                cmocka_unit_test(test_order),       cmocka_unit_test(test_same_picture),
                cmocka_unit_test(test_no_seams),    cmocka_unit_test(test_frames_without_end),
                cmocka_unit_test(test_pixel_limit), cmocka_unit_test(test_broken),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
