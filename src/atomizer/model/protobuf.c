/* protobuf: tags, numbers and lengths. */
#include "protobuf.h"

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

struct reader protobuf_message(const unsigned char *document, uint64_t at, uint64_t size)
{
        return (struct reader){.data = document, .at = at, .size = at + size};
}

uint64_t protobuf_number(struct reader *reader)
{
        uint64_t value = 0;
        for (unsigned shift = 0; shift < 70; shift += 7) {
                const unsigned char *byte = reader_take(reader, 1);
                if (byte == NULL)
                        return 0;
                if (shift < 64)
                        value |= (uint64_t)(*byte & 0x7F) << shift;
                if ((*byte & 0x80) == 0)
                        return value;
        }
        reader->failed = true;
        return 0;
}

static bool read_bytes(struct reader *reader, struct protobuf_field *field)
{
        field->size = protobuf_number(reader);
        field->at = reader->at;
        field->has_bytes = true;
        if (reader->failed)
                return false;
        field->cut = field->size > reader->size - reader->at;
        if (field->cut)
                field->size = reader->size - reader->at;
        return reader_take(reader, field->size) != NULL;
}

bool protobuf_next(struct reader *reader, struct protobuf_field *ret)
{
        if (reader->failed || reader->at == reader->size)
                return false;
        *ret = (struct protobuf_field){.begin = reader->at};
        uint64_t tag = protobuf_number(reader);
        ret->number = (uint32_t)(tag >> 3);
        bool sound = !reader->failed && ret->number > 0 && tag <= UINT32_MAX;
        switch (sound ? tag & 7 : 7) {
        case VARINT:
                ret->value = protobuf_number(reader);
                break;
        case FIXED64:
                ret->value = reader_number(reader, 8);
                break;
        case BYTES:
                return read_bytes(reader, ret);
        case FIXED32:
                ret->value = reader_number(reader, 4);
                break;
        default:
                reader->failed = true;
        }
        return !reader->failed;
}
