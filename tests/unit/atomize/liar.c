/* liar: replies to windows, and what a document is. What it does wrong is the first letter. */
#include "liar.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <hartonomous/memory.h>

void put(int kind, int flags, int number, const void *payload, uint32_t size)
{
        unsigned char head[FRAME_HEADER_SIZE];
        frame_put_header(head, &(frame_header){size, (uint8_t)kind, (uint8_t)flags, (uint16_t)number});
        if (write(ATOMIZE_FD, head, sizeof head) < 0 || (size > 0 && write(ATOMIZE_FD, payload, size) < 0))
                exit(1);
}

static void put_piece(uint32_t size, uint32_t separator, uint32_t subtype)
{
        unsigned char piece[PIECE_SIZE];
        frame_put_u32(piece, size);
        frame_put_u32(piece + 4, separator);
        frame_put_u32(piece + 8, subtype);
        put(FRAME_PIECES, 0, 0, piece, sizeof piece);
}

static void put_done(uint32_t lead, uint32_t consumed)
{
        unsigned char payload[8];
        frame_put_u32(payload, lead);
        frame_put_u32(payload + 4, consumed);
        put(FRAME_DONE, 0, 0, payload, sizeof payload);
}

static void lie(char how, uint32_t size)
{
        char text[HART_ERROR_TEXT_MAX] = "";
        unsigned char head[FRAME_HEADER_SIZE];
        switch (how) {
        case 'o': /* outside of the window */
                put_piece(size + 1, 0, 0);
                put_done(0, size + 1);
                break;
        case 'w': /* sizes that wrap around */
                put_piece(UINT32_MAX, UINT32_MAX, 0);
                break;
        case 's': /* too little */
                put_piece(size - 1, 0, 0);
                put_done(0, size - 1);
                break;
        case 'z': /* an empty component */
                put_piece(0, size, 0);
                put_done(0, size);
                break;
        case 't': /* no such subtype */
                put_piece(size, 0, 99);
                put_done(0, size);
                break;
        case 'm': /* more pieces than asked for */
                for (uint32_t i = 0; i < size; i++)
                        put_piece(1, 0, 0);
                put_done(0, size);
                break;
        case 'k': /* no such kind */
                put(77, 0, 0, text, sizeof text);
                break;
        case 'l': /* a long frame */
                put(FRAME_PIECES, 0, 0, NULL, 0);
                put(FRAME_DONE, 0, 0, text, sizeof text);
                break;
        case 'c':
                signal(SIGSEGV, SIG_DFL); /* not the sanitizer's */
                raise(SIGSEGV);
                break;
        case 'e':
                exit(3);
        case 'h':
                pause();
                break;
        case 'd': /* drips: a byte now and then, for ever */
                frame_put_header(head, &(frame_header){.size = PIECES_PER_FRAME * PIECE_SIZE, .kind = FRAME_PIECES});
                for (ssize_t sent = write(ATOMIZE_FD, head, sizeof head); sent > 0; sent = write(ATOMIZE_FD, "", 1))
                        (void)poll(NULL, 0, 10);
                exit(1);
        case 'p':
                put(FRAME_FAILED, 0, -HART_POISON, "not\na document", 14);
                break;
        default: /* the truth */
                put_piece(size, 0, 0);
                put_done(0, size);
        }
}

static void lie_about_type(char how)
{
        static const char type[] = "text/plain";
        if (how == 't')
                put(FRAME_TYPE, 0, 0, "\n", 1);
        else if (how == 'd')
                put(FRAME_DONE, 0, 0, type, 8);
        else
                put(FRAME_TYPE, 0, how == 'n' ? 0xFFFF : 0, type, sizeof type - 1);
}

static void answer(const frame_header *header, const unsigned char *payload)
{
        hart_error err;
        atomize_request request;
        if (atomize_read_request(header, payload, &request, &err) != HART_OK)
                exit(2);
        if (request.kind == FRAME_DOCUMENT)
                lie_about_document(&request);
        else if (request.kind == FRAME_IDENTIFY)
                lie_about_type((char)request.data[0]);
        else
                lie((char)payload[4], header->size - 4);
}

static void get(unsigned char *data, size_t size)
{
        for (size_t done = 0; done < size;) {
                ssize_t got = read(ATOMIZE_FD, data + done, size - done);
                if (got <= 0)
                        exit(0);
                done += (size_t)got;
        }
}

int main(void)
{
        unsigned char head[FRAME_HEADER_SIZE], fingerprint[4];
        frame_put_u32(fingerprint, atomize_table_fingerprint() + IS_STRANGER);
        put(FRAME_READY, 0, PROTOCOL_VERSION, fingerprint, sizeof fingerprint);
        for (;;) {
                get(head, sizeof head);
                frame_header header = frame_get_header(head);
                unsigned char *payload = hart_allocate(header.size);
                get(payload, header.size);
                answer(&header, payload);
                free(payload);
        }
}
