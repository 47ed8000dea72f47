#include <hartonomous/utf8.h>

#include <string.h>

/* RFC 3629, section 4: the lead byte gives the length and the range of the second byte, which is what shuts out
 * overlong forms, surrogates and everything above U+10FFFF. */
typedef struct lead {
        unsigned char first, last; /* range of the lead byte */
        unsigned char length;
        unsigned char low, high; /* range of the second byte */
        unsigned char mask;      /* payload bits of the lead byte */
} lead;

static const lead leads[] = {
        {0xc2, 0xdf, 2, 0x80, 0xbf, 0x1f}, {0xe0, 0xe0, 3, 0xa0, 0xbf, 0x0f}, {0xe1, 0xec, 3, 0x80, 0xbf, 0x0f},
        {0xed, 0xed, 3, 0x80, 0x9f, 0x0f}, {0xee, 0xef, 3, 0x80, 0xbf, 0x0f}, {0xf0, 0xf0, 4, 0x90, 0xbf, 0x07},
        {0xf1, 0xf3, 4, 0x80, 0xbf, 0x07}, {0xf4, 0xf4, 4, 0x80, 0x8f, 0x07},
};

static const lead *find_lead(unsigned char byte)
{
        for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++)
                if (byte >= leads[i].first && byte <= leads[i].last)
                        return &leads[i];
        return NULL;
}

/* How many bytes at data fit the row, up to its length. */
static size_t fitting(const lead *row, const unsigned char *data, size_t size)
{
        size_t length = 1;

        while (length < row->length && length < size) {
                unsigned char low = length == 1 ? row->low : 0x80, high = length == 1 ? row->high : 0xbf;
                if (data[length] < low || data[length] > high)
                        break;
                length++;
        }
        return length;
}

size_t hart_utf8_length(const unsigned char *data, size_t size, uint32_t *code_point)
{
        const lead *row;
        uint32_t value;

        if (size == 0)
                return 0;
        if (data[0] < 0x80) {
                if (code_point != NULL)
                        *code_point = data[0];
                return 1;
        }
        row = find_lead(data[0]);
        if (row == NULL || fitting(row, data, size) < row->length)
                return 0;
        value = data[0] & row->mask;
        for (size_t i = 1; i < row->length; i++)
                value = value << 6 | (data[i] & 0x3f);
        if (code_point != NULL)
                *code_point = value;
        return row->length;
}

/* How many whole words of nothing but ASCII are at data, in bytes: most text is that, and eight bytes are looked at
 * in one step. */
static size_t ascii_words(const unsigned char *data, size_t size)
{
        size_t at = 0;

        for (uint64_t word; size - at >= sizeof word; at += sizeof word) {
                memcpy(&word, data + at, sizeof word);
                if (word & UINT64_C(0x8080808080808080))
                        break;
        }
        return at;
}

bool hart_utf8_valid(const void *data, size_t size)
{
        const unsigned char *at = data;

        while (size > 0) {
                size_t length = ascii_words(at, size);
                if (length == 0)
                        length = hart_utf8_length(at, size, NULL);
                if (length == 0)
                        return false;
                at += length;
                size -= length;
        }
        return true;
}

size_t hart_utf8_incomplete_tail(const unsigned char *data, size_t size)
{
        for (size_t length = 1; length <= 3 && length <= size; length++) {
                const unsigned char *start = data + size - length;
                const lead *row = find_lead(*start);
                if (row == NULL)
                        continue;
                return length < row->length && fitting(row, start, length) == length ? length : 0;
        }
        return 0;
}
