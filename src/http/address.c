/* Which addresses are not public: IANA's special-purpose registries (RFC 6890 and after). */
#include <hartonomous/http.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static const struct {
        uint32_t network;
        unsigned bits;
} not_public4[] = {
        {0x00000000, 8},  /* this network */
        {0x0a000000, 8},  /* private */
        {0x64400000, 10}, /* shared by carriers */
        {0x7f000000, 8},  /* loopback */
        {0xa9fe0000, 16}, /* link-local; also where clouds serve their metadata */
        {0xac100000, 12}, /* private */
        {0xc0000000, 24}, /* protocol assignments */
        {0xc0000200, 24}, /* documentation */
        {0xc0586300, 24}, /* 6to4 relays */
        {0xc0a80000, 16}, /* private */
        {0xc6120000, 15}, /* benchmarks */
        {0xc6336400, 24}, /* documentation */
        {0xcb007100, 24}, /* documentation */
        {0xe0000000, 3},  /* multicast, reserved, broadcast */
};

static bool is_private4(uint32_t address)
{
        for (size_t i = 0; i < sizeof not_public4 / sizeof not_public4[0]; i++)
                if ((address ^ not_public4[i].network) >> (32 - not_public4[i].bits) == 0)
                        return true;
        return false;
}

static uint32_t ipv4_at(const unsigned char *bytes)
{
        return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Only 2000::/3 is handed out; within it, what wraps IPv4 is judged by that. */
static bool is_private6(const unsigned char bytes[16])
{
        static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        static const unsigned char translated[12] = {0, 0x64, 0xff, 0x9b}; /* NAT64 */
        if (memcmp(bytes, mapped, sizeof mapped) == 0 || memcmp(bytes, translated, sizeof translated) == 0)
                return is_private4(ipv4_at(bytes + 12));
        if ((bytes[0] & 0xe0) != 0x20)
                return true;
        if (bytes[0] == 0x20 && bytes[1] == 0x02) /* 6to4 */
                return is_private4(ipv4_at(bytes + 2));
        if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 0x02) /* Teredo and other protocols */
                return true;
        return bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8; /* documentation */
}

bool hart_address_is_private(const struct sockaddr *address)
{
        if (address->sa_family == AF_INET) {
                struct sockaddr_in v4;
                memcpy(&v4, address, sizeof v4);
                return is_private4(ntohl(v4.sin_addr.s_addr));
        }
        if (address->sa_family == AF_INET6) {
                struct sockaddr_in6 v6;
                memcpy(&v6, address, sizeof v6);
                return is_private6(v6.sin6_addr.s6_addr);
        }
        return true;
}
