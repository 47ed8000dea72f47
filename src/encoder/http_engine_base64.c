#include "http_engine_base64.h"

#include <stdint.h>
#include <string.h>

static int value_of(char letter)
{
        if (letter >= 'A' && letter <= 'Z')
                return letter - 'A';
        if (letter >= 'a' && letter <= 'z')
                return letter - 'a' + 26;
        if (letter >= '0' && letter <= '9')
                return letter - '0' + 52;
        return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

static size_t padding_of(const char *text, size_t size)
{
        return size < 2 || text[size - 1] != '=' ? 0 : text[size - 2] == '=' ? 2 : 1;
}

size_t http_base64_size(const char *text, size_t size)
{
        return size % 4 == 0 ? size / 4 * 3 - padding_of(text, size) : 0;
}

static double float_of(uint32_t bits)
{
        float number;

        memcpy(&number, &bits, sizeof number);
        return (double)number;
}

bool http_base64_floats(const char *text, size_t size, double *numbers, size_t count)
{
        const size_t letters = size - padding_of(text, size), bytes = http_base64_size(text, size);
        uint32_t pending = 0, word = 0; /* bits of letters, bytes of a float */
        unsigned bits = 0;
        size_t taken = 0;

        if (bytes == 0 || bytes != count * sizeof(float))
                return false;
        for (size_t i = 0; i < letters; i++) {
                const int value = value_of(text[i]);
                if (value < 0)
                        return false;
                pending = (pending << 6 | (uint32_t)value) & 0xfff;
                bits += 6;
                if (bits < 8)
                        continue;
                bits -= 8;
                word |= (pending >> bits & 0xff) << 8 * (taken % 4);
                if (++taken % 4 == 0) {
                        numbers[taken / 4 - 1] = float_of(word);
                        word = 0;
                }
        }
        return true;
}
