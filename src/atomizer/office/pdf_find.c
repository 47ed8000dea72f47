/* pdf_find: streams of a PDF file that are images, found by a look at its bytes. poppler hands out what it has drawn,
 * which costs much and loses the compression; a photo lies in the file just as it came from the camera.
 *
 * An object is "12 0 obj << … >> stream …bytes… endstream", and a stream is never inside of another one. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pdf.h"

#define IMAGES_MAX     20000
#define DICTIONARY_MAX ((size_t)4096)

struct dictionary {
        const unsigned char *begin, *end; /* from behind "obj" to "stream" */
        uint64_t object;
};

static const unsigned char *find(const unsigned char *begin, const unsigned char *end, const char *text)
{
        return memmem(begin, (size_t)(end - begin), text, strlen(text));
}

static bool is_space(unsigned char byte)
{
        return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == '\0';
}

static const unsigned char *skip_space(const unsigned char *next, const unsigned char *end)
{
        while (next < end && is_space(*next))
                next++;
        return next;
}

/* Behind the key, where its value begins; NULL where it has none. "/Width" is no beginning of "/Widths". */
static const unsigned char *value_of(const struct dictionary *dictionary, const char *key)
{
        const unsigned char *next = dictionary->begin;
        while ((next = find(next, dictionary->end, key)) != NULL) {
                next += strlen(key);
                if (next < dictionary->end && !isalnum(*next))
                        return skip_space(next, dictionary->end);
        }
        return NULL;
}

static bool value_is(const struct dictionary *dictionary, const char *key, const char *value)
{
        const unsigned char *found = value_of(dictionary, key);
        size_t size = strlen(value);
        return found != NULL && (size_t)(dictionary->end - found) >= size && memcmp(found, value, size) == 0;
}

static uint64_t number_at(const unsigned char *next, const unsigned char *end)
{
        uint64_t number = 0;
        while (next < end && isdigit(*next) && number < UINT64_C(1) << 40)
                number = number * 10 + (uint64_t)(*next++ - '0');
        return number;
}

/* A number, or 0 where the file refers to another object: "/Width 12 0 R". */
static uint64_t plain_number(const struct dictionary *dictionary, const char *key)
{
        const unsigned char *found = value_of(dictionary, key), *next = found;
        if (found == NULL)
                return 0;
        while (next < dictionary->end && isdigit(*next))
                next++;
        const unsigned char *behind = skip_space(next, dictionary->end);
        bool refers = behind < dictionary->end && isdigit(*behind);
        return refers ? 0 : number_at(found, dictionary->end);
}

/* The object that "stream" at `keyword` belongs to: looks back for "12 0 obj". */
static bool read_dictionary(const unsigned char *begin, const unsigned char *keyword, struct dictionary *ret)
{
        const unsigned char *least = (size_t)(keyword - begin) > DICTIONARY_MAX ? keyword - DICTIONARY_MAX : begin;
        const unsigned char *next = keyword;
        while (next - least >= 3 && memcmp(next - 3, "obj", 3) != 0)
                next--;
        if (next - least < 3)
                return false;
        *ret = (struct dictionary){.begin = next, .end = keyword};
        next -= 3;
        for (unsigned i = 0; i < 2; i++) { /* its generation, then its number */
                while (next > least && is_space(next[-1]))
                        next--;
                while (next > least && isdigit(next[-1]))
                        next--;
        }
        ret->object = number_at(next, keyword);
        return true;
}

static enum pdf_image_kind kind_of(const unsigned char *bytes, size_t size)
{
        static const unsigned char jpeg[] = {0xFF, 0xD8, 0xFF}, box[] = {0, 0, 0, 12, 'j', 'P', ' ', ' '},
                                   code_stream[] = {0xFF, 0x4F, 0xFF, 0x51};
        if (size >= sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0)
                return PDF_IMAGE_JPEG;
        if ((size >= sizeof box && memcmp(bytes, box, sizeof box) == 0) ||
            (size >= sizeof code_stream && memcmp(bytes, code_stream, sizeof code_stream) == 0))
                return PDF_IMAGE_JP2;
        return PDF_IMAGE_OTHER;
}

/* Up to "endstream" without the line end before it; a JPEG up to its end mark. */
static size_t size_of(const unsigned char *bytes, const unsigned char *end, enum pdf_image_kind kind)
{
        const unsigned char *behind = find(bytes, end, "endstream");
        behind = behind != NULL ? behind : end;
        const unsigned char *last = behind;
        while (kind == PDF_IMAGE_JPEG && last - bytes >= 2 && behind - last < 4 &&
               (last[-2] != 0xFF || last[-1] != 0xD9))
                last--;
        if (kind == PDF_IMAGE_JPEG && last - bytes >= 2 && last[-2] == 0xFF && last[-1] == 0xD9)
                return (size_t)(last - bytes);
        if (behind > bytes && behind[-1] == '\n')
                behind--;
        if (behind > bytes && behind[-1] == '\r')
                behind--;
        return (size_t)(behind - bytes);
}

static struct pdf_image *add(struct pdf *pdf)
{
        size_t count = pdf->image_count;
        if ((count & (count + 1)) == 0)
                pdf->images = hart_reallocate_array(pdf->images, (count + 1) * 2, sizeof *pdf->images);
        return &pdf->images[pdf->image_count++];
}

static int compare_numbers(const void *left, const void *right)
{
        uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
        return (a > b) - (a < b);
}

/* Transparency of an image is an image of its own, which its image names. */
struct masks {
        uint64_t *objects;
        size_t count;
};

static void add_mask(struct masks *masks, const struct dictionary *dictionary)
{
        static const char *const keys[] = {"/SMask", "/Mask"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
                const unsigned char *value = value_of(dictionary, keys[i]);
                if (value != NULL && value < dictionary->end && isdigit(*value) && masks->count < IMAGES_MAX)
                        masks->objects[masks->count++] = number_at(value, dictionary->end);
        }
}

static void mark_masks(struct pdf *pdf, struct masks *masks)
{
        qsort(masks->objects, masks->count, sizeof *masks->objects, compare_numbers);
        for (size_t i = 0; i < pdf->image_count; i++) {
                struct pdf_image *image = &pdf->images[i];
                if (bsearch(&image->object, masks->objects, masks->count, sizeof *masks->objects, compare_numbers) !=
                    NULL)
                        image->mask = true;
                if (image->kind == PDF_IMAGE_OTHER && !image->mask)
                        pdf->draw_images = true;
        }
}

void pdf_find_images(struct pdf *pdf)
{
        const unsigned char *begin = pdf->data, *end = begin + pdf->file->size, *next = begin;
        struct masks masks = {.objects = hart_allocate_array(IMAGES_MAX, sizeof(uint64_t))};
        struct dictionary dictionary;
        while (pdf->image_count < IMAGES_MAX && (next = find(next, end, "stream")) != NULL) {
                const unsigned char *keyword = next;
                next += strlen("stream");
                if ((keyword - begin >= 3 && memcmp(keyword - 3, "end", 3) == 0) ||
                    !read_dictionary(begin, keyword, &dictionary) || !value_is(&dictionary, "/Subtype", "/Image"))
                        continue;
                const unsigned char *bytes = next;
                bytes += bytes < end && *bytes == '\r';
                bytes += bytes < end && *bytes == '\n';
                struct pdf_image *image = add(pdf);
                *image = (struct pdf_image){.object = dictionary.object,
                                            .offset = (size_t)(bytes - begin),
                                            .width = plain_number(&dictionary, "/Width"),
                                            .height = plain_number(&dictionary, "/Height"),
                                            .kind = kind_of(bytes, (size_t)(end - bytes)),
                                            .mask = value_is(&dictionary, "/ImageMask", "true")};
                image->size = size_of(bytes, end, image->kind);
                next = bytes + image->size;
                add_mask(&masks, &dictionary);
        }
        mark_masks(pdf, &masks);
        free(masks.objects);
}

bool pdf_has_string_objects(const struct pdf *pdf)
{
        const unsigned char *begin = pdf->data, *end = begin + pdf->file->size, *next = begin;
        while ((next = find(next, end, "obj")) != NULL) {
                bool closes = next - begin >= 3 && memcmp(next - 3, "end", 3) == 0;
                next = skip_space(next + strlen("obj"), end);
                if (closes || next == end)
                        continue;
                if (*next == '(' || *next == '%' || (*next == '<' && (end - next < 2 || next[1] != '<')))
                        return true;
        }
        return false;
}
