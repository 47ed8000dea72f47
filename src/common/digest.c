#include <hartonomous/digest.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <hartonomous/memory.h>

struct hart_sha256_stream {
        EVP_MD_CTX *context;
};

/* SHA-256 over memory has no way to fail but a broken installation of OpenSSL; no caller could do anything about it. */
static void need(int ok)
{
        if (ok == 1)
                return;
        (void)fputs("SHA-256: OpenSSL failed\n", stderr);
        abort();
}

void hart_sha256(const void *data, size_t size, unsigned char digest[HART_SHA256_SIZE])
{
        need(EVP_Digest(size > 0 ? data : "", size, digest, NULL, EVP_sha256(), NULL));
}

hart_sha256_stream *hart_sha256_open(void)
{
        hart_sha256_stream *stream = hart_allocate(sizeof *stream);

        stream->context = EVP_MD_CTX_new();
        need(stream->context != NULL && EVP_DigestInit_ex2(stream->context, EVP_sha256(), NULL) == 1);
        return stream;
}

void hart_sha256_update(hart_sha256_stream *stream, const void *data, size_t size)
{
        if (size > 0)
                need(EVP_DigestUpdate(stream->context, data, size));
}

void hart_sha256_finish(hart_sha256_stream *stream, unsigned char digest[HART_SHA256_SIZE])
{
        need(EVP_DigestFinal_ex(stream->context, digest, NULL));
        /* No algorithm named: the one already looked up is used again, which is the dear part for small inputs. */
        need(EVP_DigestInit_ex2(stream->context, NULL, NULL));
}

void hart_sha256_close(hart_sha256_stream *stream)
{
        if (stream == NULL)
                return;
        EVP_MD_CTX_free(stream->context);
        free(stream);
}

void hart_hex(const void *data, size_t size, char *text)
{
        static const char digits[] = "0123456789abcdef";
        const unsigned char *bytes = data;

        for (size_t i = 0; i < size; i++) {
                text[2 * i] = digits[bytes[i] >> 4];
                text[2 * i + 1] = digits[bytes[i] & 15];
        }
        text[2 * size] = '\0';
}

/* Of a character that is a hexadecimal digit. */
static unsigned digit_value(char digit)
{
        if (digit <= '9')
                return (unsigned)(digit - '0');
        return (unsigned)((digit | 0x20) - 'a') + 10;
}

hart_code hart_unhex(const char *text, void *data, size_t size, hart_error *err)
{
        size_t digits = strspn(text, "0123456789abcdefABCDEF");
        unsigned char *bytes = data;
        size_t length = strlen(text);

        if (length != 2 * size)
                return hart_fail(err, HART_POISON, "%zu hexadecimal digits needed, not %zu characters", 2 * size,
                                 length);
        if (digits != length)
                return hart_fail(err, HART_POISON, "character %zu is no hexadecimal digit", digits + 1);
        for (size_t i = 0; i < size; i++)
                bytes[i] = (unsigned char)(digit_value(text[2 * i]) * 16 + digit_value(text[2 * i + 1]));
        return HART_OK;
}
