/* json_scan: tokens. */
#include "json_scan.h"

#include <string.h>

size_t json_blank(const unsigned char *data, size_t size)
{
        size_t i = 0;
        while (i < size && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t'))
                i++;
        return i;
}

static size_t refuse(struct json_fault *fault, size_t at, const char *why)
{
        *fault = (struct json_fault){.why = why, .at = at};
        return 0;
}

static bool is_digit(unsigned char byte)
{
        return byte >= '0' && byte <= '9';
}

static size_t digits(const unsigned char *data, size_t size)
{
        size_t i = 0;
        while (i < size && is_digit(data[i]))
                i++;
        return i;
}

static bool is_hexadecimal(const unsigned char *data, size_t size)
{
        return size >= 4 && strspn((const char[5]){(char)data[0], (char)data[1], (char)data[2], (char)data[3], '\0'},
                                   "0123456789abcdefABCDEF") == 4;
}

size_t json_string_size(const unsigned char *data, size_t size, struct json_fault *fault)
{
        if (size == 0 || data[0] != '"')
                return refuse(fault, 0, "a string is expected");
        for (size_t i = 1; i < size; i++) {
                if (data[i] == '"')
                        return i + 1;
                if (data[i] < 0x20)
                        return refuse(fault, i, "a control character or line end in a string");
                if (data[i] != '\\')
                        continue;
                if (++i == size)
                        break;
                if (data[i] == 'u' && !is_hexadecimal(data + i + 1, size - i - 1))
                        return refuse(fault, i - 1, "\\u without four hexadecimal digits");
                if (data[i] == '\0' || strchr("\"\\/bfnrtu", data[i]) == NULL)
                        return refuse(fault, i - 1, "an escape that JSON does not have");
        }
        return refuse(fault, 0, "a string without an end");
}

static size_t number(const unsigned char *data, size_t size, struct json_fault *fault)
{
        size_t i = data[0] == '-' ? 1 : 0;
        size_t whole = digits(data + i, size - i);
        if (whole == 0)
                return refuse(fault, i, "a value is expected");
        if (whole > 1 && data[i] == '0')
                return refuse(fault, i, "a number with a leading zero");
        i += whole;
        if (i < size && data[i] == '.') {
                size_t fraction = digits(data + i + 1, size - i - 1);
                if (fraction == 0)
                        return refuse(fault, i, "a number without digits behind its point");
                i += 1 + fraction;
        }
        if (i < size && (data[i] == 'e' || data[i] == 'E')) {
                size_t sign = i + 1 < size && (data[i + 1] == '+' || data[i + 1] == '-') ? 1 : 0;
                size_t exponent = digits(data + i + 1 + sign, size - i - 1 - sign);
                if (exponent == 0)
                        return refuse(fault, i, "a number without digits in its exponent");
                i += 1 + sign + exponent;
        }
        return i;
}

static const struct {
        const char *word;
        bool lenient;
} words[] = {{"true", false}, {"false", false},   {"null", false},
             {"NaN", true},   {"Infinity", true}, {"-Infinity", true}};

size_t json_scalar(const unsigned char *data, size_t size, bool *lenient, struct json_fault *fault)
{
        *lenient = false;
        if (size == 0)
                return refuse(fault, 0, "a value is expected");
        if (data[0] == '"')
                return json_string_size(data, size, fault);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                size_t length = strlen(words[i].word);
                if (size < length || memcmp(data, words[i].word, length) != 0)
                        continue;
                *lenient = words[i].lenient;
                return length;
        }
        return number(data, size, fault);
}

/* What may stand at a place of an array of numbers. */
enum { VALUE = 1, CLOSE = 2, COMMA = 4 };

size_t json_plain(const unsigned char *data, size_t size)
{
        unsigned depth = 0, may = VALUE;
        struct json_fault fault;
        bool lenient;
        if (size > 0 && data[0] == '{') {
                size_t end = 1 + json_blank(data + 1, size - 1);
                return end < size && data[end] == '}' ? end + 1 : 0;
        }
        for (size_t i = 0; i < size; i += json_blank(data + i, size - i)) {
                if (data[i] == '[' && (may & VALUE) != 0 && depth < JSON_NUMBERS_DEPTH) {
                        depth++;
                        i++;
                        may = VALUE | CLOSE;
                } else if (data[i] == ']' && (may & CLOSE) != 0) {
                        i++;
                        may = CLOSE | COMMA;
                        if (--depth == 0)
                                return i;
                } else if (data[i] == ',' && (may & COMMA) != 0) {
                        i++;
                        may = VALUE;
                } else {
                        size_t length = (may & VALUE) != 0 && data[i] != '"' && depth > 0
                                                ? json_scalar(data + i, size - i, &lenient, &fault)
                                                : 0;
                        if (length == 0 || lenient)
                                return 0;
                        i += length;
                        may = CLOSE | COMMA;
                }
        }
        return 0;
}
