/* SHA-256 with the SHA extensions of x86-64 (Intel, Intel SHA Extensions, 2013). A round instruction waits for the one
 * before it; rounds of another input fit into the gap, so two inputs take hardly longer than one. */
#include "digest_many.h"

#ifdef HART_SHA256_INSTRUCTIONS
#include <immintrin.h>
#include <stdalign.h>
#include <string.h>

#define BLOCK      64
#define SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))

/* An input on its way: blocks of its own bytes, then of `tail`, the padded rest. */
struct lane {
        __m128i abef, cdgh;
        const unsigned char *next;
        size_t blocks;
        size_t tail_blocks; /* still to come */
        unsigned char *digest;
        unsigned char tail[2 * BLOCK];
};

/* FIPS 180-4, 4.2.2. */
static const alignas(16) uint32_t constants[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* Four rounds with four words of the schedule. */
SHA_TARGET static inline void rounds(__m128i *abef, __m128i *cdgh, __m128i words, int group)
{
        __m128i sum = _mm_add_epi32(words, _mm_load_si128((const __m128i *)(const void *)&constants[4 * group]));
        *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
        *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

/* The schedule's next four words from the last sixteen, oldest first. */
SHA_TARGET static inline __m128i extend(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
        __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
        return _mm_sha256msg2_epu32(sum, w3);
}

SHA_TARGET static inline __m128i load(const unsigned char *data, int group)
{
        const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
        return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(data + 16 * group)), big_endian);
}

/* Sixteen rounds at a time, the lanes in turns. */
#define FIRST(lane, group) rounds(&abef##lane, &cdgh##lane, w##lane[group] = load(next##lane, group), group)
#define LATER(lane, group)                                                                                             \
        rounds(&abef##lane, &cdgh##lane,                                                                               \
               w##lane[(group)&3] = extend(w##lane[(group)&3], w##lane[((group) + 1) & 3], w##lane[((group) + 2) & 3], \
                                           w##lane[((group) + 3) & 3]),                                                \
               group)
#define FOUR(step, group)      step(group), step((group) + 1), step((group) + 2), step((group) + 3)
#define BLOCK_OF(first, later) FOUR(first, 0), FOUR(later, 4), FOUR(later, 8), FOUR(later, 12)

SHA_TARGET static void compress_one(struct lane *lane, size_t blocks)
{
        __m128i abef0 = lane->abef, cdgh0 = lane->cdgh, w0[4];
        const unsigned char *next0 = lane->next;
        for (size_t i = 0; i < blocks; i++, next0 += BLOCK) {
                __m128i abef = abef0, cdgh = cdgh0;
#define FIRST_ONE(group) FIRST(0, group)
#define LATER_ONE(group) LATER(0, group)
                BLOCK_OF(FIRST_ONE, LATER_ONE);
                abef0 = _mm_add_epi32(abef0, abef);
                cdgh0 = _mm_add_epi32(cdgh0, cdgh);
        }
        lane->abef = abef0;
        lane->cdgh = cdgh0;
        lane->next = next0;
        lane->blocks -= blocks;
}

SHA_TARGET static void compress_two(struct lane lanes[2], size_t blocks)
{
        __m128i abef0 = lanes[0].abef, cdgh0 = lanes[0].cdgh, w0[4];
        __m128i abef1 = lanes[1].abef, cdgh1 = lanes[1].cdgh, w1[4];
        const unsigned char *next0 = lanes[0].next, *next1 = lanes[1].next;
        for (size_t i = 0; i < blocks; i++, next0 += BLOCK, next1 += BLOCK) {
                __m128i before[4] = {abef0, cdgh0, abef1, cdgh1};
#define FIRST_TWO(group) FIRST(0, group), FIRST(1, group)
#define LATER_TWO(group) LATER(0, group), LATER(1, group)
                BLOCK_OF(FIRST_TWO, LATER_TWO);
                abef0 = _mm_add_epi32(abef0, before[0]);
                cdgh0 = _mm_add_epi32(cdgh0, before[1]);
                abef1 = _mm_add_epi32(abef1, before[2]);
                cdgh1 = _mm_add_epi32(cdgh1, before[3]);
        }
        lanes[0].abef = abef0;
        lanes[0].cdgh = cdgh0;
        lanes[0].next = next0;
        lanes[0].blocks -= blocks;
        lanes[1].abef = abef1;
        lanes[1].cdgh = cdgh1;
        lanes[1].next = next1;
        lanes[1].blocks -= blocks;
}

static void begin(struct lane *lane, const hart_sha256_input *input, unsigned char *digest)
{
        const size_t whole = input->size / BLOCK, rest = input->size % BLOCK;
        const uint64_t bits = __builtin_bswap64((uint64_t)input->size * 8);
        lane->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
        lane->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
        lane->digest = digest;
        lane->tail_blocks = rest + 1 + sizeof bits > BLOCK ? 2 : 1;
        memset(lane->tail, 0, lane->tail_blocks * BLOCK);
        if (rest > 0)
                memcpy(lane->tail, (const unsigned char *)input->data + whole * BLOCK, rest);
        lane->tail[rest] = 0x80;
        memcpy(lane->tail + lane->tail_blocks * BLOCK - sizeof bits, &bits, sizeof bits);
        lane->next = whole > 0 ? input->data : lane->tail;
        lane->blocks = whole > 0 ? whole : lane->tail_blocks;
        lane->tail_blocks = whole > 0 ? lane->tail_blocks : 0;
}

static void put_words(unsigned char *out, __m128i words, int high, int low)
{
        uint32_t lanes[4];
        memcpy(lanes, &words, sizeof lanes);
        const uint32_t pair[2] = {__builtin_bswap32(lanes[high]), __builtin_bswap32(lanes[low])};
        memcpy(out, pair, sizeof pair);
}

/* What no lane has begun yet. */
struct feed {
        const hart_sha256_input *inputs;
        unsigned char (*digests)[HART_SHA256_SIZE];
        size_t left;
};

static bool begin_next(struct lane *lane, struct feed *feed)
{
        if (feed->left == 0)
                return false;
        begin(lane, feed->inputs++, *feed->digests++);
        feed->left--;
        return true;
}

/* A lane whose blocks are done goes on to its tail, or to another input. False: there is none. */
static bool advance(struct lane *lane, struct feed *feed)
{
        if (lane->blocks > 0)
                return true;
        if (lane->tail_blocks > 0) {
                lane->next = lane->tail;
                lane->blocks = lane->tail_blocks;
                lane->tail_blocks = 0;
                return true;
        }
        put_words(lane->digest, lane->abef, 3, 2);
        put_words(lane->digest + 8, lane->cdgh, 3, 2);
        put_words(lane->digest + 16, lane->abef, 1, 0);
        put_words(lane->digest + 24, lane->cdgh, 1, 0);
        return begin_next(lane, feed);
}

void digest_many_instructions(const hart_sha256_input *inputs, size_t count, unsigned char (*digests)[HART_SHA256_SIZE])
{
        struct feed feed = {inputs, digests, count};
        struct lane lanes[2];
        bool busy[2];
        for (unsigned i = 0; i < 2; i++)
                busy[i] = begin_next(&lanes[i], &feed);
        while (busy[0] && busy[1]) {
                compress_two(lanes, lanes[0].blocks < lanes[1].blocks ? lanes[0].blocks : lanes[1].blocks);
                busy[0] = advance(&lanes[0], &feed);
                busy[1] = advance(&lanes[1], &feed);
        }
        for (unsigned i = 0; i < 2; i++) {
                while (busy[i]) {
                        compress_one(&lanes[i], lanes[i].blocks);
                        busy[i] = advance(&lanes[i], &feed);
                }
        }
}
#endif
