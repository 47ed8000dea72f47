/* Models: files that the formats' own writers made (tests/data/model), and claims that do not hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "record.h"

/* The lines of an outline that are no components. */
static char *skeleton(const char *atomizer, const void *data, size_t size)
{
        HART_CLEANUP(hart_free_p) char *outline = record_outline(atomizer, data, size);
        hart_buffer ret = {0};
        hart_buffer_text(&ret, "");
        for (char *line = outline, *end; *line != '\0'; line = end + 1) {
                end = strchr(line, '\n');
                assert_non_null(end);
                size_t indent = strspn(line, " ");
                if (line[indent] == '[' || strncmp(line + indent, "describe", 8) == 0 ||
                    strncmp(line + indent, "problem", 7) == 0)
                        hart_buffer_append(&ret, line, (size_t)(end + 1 - line));
        }
        return ret.data != NULL ? (char *)ret.data : hart_duplicate("");
}

static const struct {
        const char *atomizer, *file;
        size_t components;
        const char *expected;
} samples[] = {
        {"gguf", TEST_DATA "/model/small.gguf", 7,
         "describe "
         "{\"format\":\"gguf\",\"version\":3,\"metadata\":{\"general.architecture\":\"llama\",\"general.name\":"
         "\"tiny\",\"llama.context_length\":128,\"test.big\":9.223372036854776e+18,\"test.small\":-3,\"test.flag\":"
         "true,"
         "\"test.half\":0.5,\"tokenizer.ggml.tokens\":{\"list-of\":\"string\",\"count\":40},\"test.numbers\":[1,2,3]},"
         "\"omitted\":0,\"tensors\":3,\"weights\":78}\n"
         "[tensor \"token_embd.weight\" {\"type\":\"F32\",\"shape\":[3,2]}]\n"
         "[tensor \"blk.0.attn.weight\" {\"type\":\"F16\",\"shape\":[4,2]}]\n"
         "[tensor \"output.weight\" {\"type\":\"Q8_0\",\"shape\":[32,2]}]\n"},
        {"safetensors", TEST_DATA "/model/small.safetensors", 4,
         "describe {\"format\":\"safetensors\",\"metadata\":{\"format\":\"np\",\"title\":\"A \\\"small\\\" one\"},"
         "\"tensors\":3}\n"
         "[tensor \"b.bias\" {\"type\":\"I64\",\"shape\":[4]}]\n"
         "[tensor \"a.weight\" {\"type\":\"F32\",\"shape\":[2,3]}]\n"
         "[tensor \"scalar\" {\"type\":\"F16\",\"shape\":[]}]\n"},
        {"onnx", TEST_DATA "/model/small.onnx", 11,
         "describe {\"format\":\"onnx\",\"ir_version\":8,\"producer\":\"maker\",\"producer_version\":\"1.0\",\"graph\":"
         "\"tiny\",\"operator_sets\":[{\"domain\":\"\",\"version\":17}],\"inputs\":[{\"name\":\"x\",\"type\":\"FLOAT\","
         "\"shape\":[\"batch\",3]}],\"outputs\":[{\"name\":\"z\",\"type\":\"FLOAT\",\"shape\":[\"batch\",4]}],"
         "\"properties\":[{\"key\":\"author\",\"value\":\"nobody\"}],\"tensors\":3,\"operators\":4,\"kinds\":["
         "{\"operator\":\"MatMul\",\"count\":1},{\"operator\":\"Add\",\"count\":1},{\"operator\":\"Relu\",\"count\":2}]"
         "}\n"
         "[operator \"MatMul\" {\"name\":\"mul\",\"inputs\":[\"x\",\"W\"],\"outputs\":[\"m\"]}]\n"
         "[operator \"Add\" {\"inputs\":[\"m\",\"B\"],\"outputs\":[\"s\"]}]\n"
         "[operator \"Relu\" {\"inputs\":[\"s\"],\"outputs\":[\"y\"]}]\n"
         "[operator \"Relu\" {\"inputs\":[\"y\"],\"outputs\":[\"z\"]}]\n"
         "[tensor \"W\" {\"type\":\"FLOAT\",\"shape\":[3,4]}]\n"
         "[tensor \"B\" {\"type\":\"FLOAT\",\"shape\":[4]}]\n"
         "[tensor \"far\" {\"type\":\"FLOAT\",\"shape\":[100],\"external\":\"weights.bin\"}]\n"},
};

static void test_samples(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
                hart_buffer file = {0};
                struct record record;
                record_read_file(samples[i].file, &file);
                char *found = skeleton(samples[i].atomizer, file.data, file.size);
                assert_string_equal(found, samples[i].expected);
                record_run(&record, samples[i].atomizer, file.data, file.size, NULL, NULL, NULL);
                assert_int_equal(record.components, samples[i].components);
                record_done(&record);
                free(found);
                hart_buffer_done(&file);
        }
}

/* Cut anywhere, the bytes are all there (record.c looks), and nobody reads behind them. Of a cut that leaves a tensor
 * short, something is told. */
static void test_cut_everywhere(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
                hart_buffer file = {0};
                record_read_file(samples[i].file, &file);
                for (size_t size = 0; size < file.size; size++) {
                        struct record record;
                        record_run(&record, samples[i].atomizer, file.data, size, NULL, NULL, NULL);
                        if (size + 32 < file.size)
                                assert_true(record.problems > 0);
                        record_done(&record);
                }
                hart_buffer_done(&file);
        }
}

static void put(hart_buffer *out, uint64_t value, unsigned bytes)
{
        for (unsigned i = 0; i < bytes; i++)
                hart_buffer_byte(out, (unsigned char)(value >> (8 * i)));
}

static void put_name(hart_buffer *out, const char *name)
{
        put(out, strlen(name), 8);
        hart_buffer_text(out, name);
}

static void put_gguf(hart_buffer *out, uint32_t version, uint64_t tensors, uint64_t pairs)
{
        hart_buffer_text(out, "GGUF");
        put(out, version, 4);
        put(out, tensors, 8);
        put(out, pairs, 8);
}

static void put_tensor(hart_buffer *out, const char *name, uint64_t dimension, uint32_t type, uint64_t offset)
{
        put_name(out, name);
        put(out, 1, 4);
        put(out, dimension, 8);
        put(out, type, 4);
        put(out, offset, 8);
}

static void gguf_counts(hart_buffer *out)
{
        put_gguf(out, 3, UINT64_C(1) << 63, UINT64_C(1) << 63);
}

static void gguf_big_endian(hart_buffer *out)
{
        put_gguf(out, 0x03000000, 0, 0);
}

static void gguf_array(hart_buffer *out) /* of 2^63 numbers */
{
        put_gguf(out, 3, 0, 1);
        put_name(out, "list");
        put(out, 9, 4);
        put(out, 4, 4);
        put(out, UINT64_C(1) << 63, 8);
}

static void gguf_nested(hart_buffer *out) /* a list of lists of lists of … */
{
        put_gguf(out, 3, 0, 1);
        put_name(out, "list");
        put(out, 9, 4);
        for (unsigned i = 0; i < 1000; i++) {
                put(out, 9, 4);
                put(out, 1, 8);
        }
}

static void gguf_alignment(hart_buffer *out)
{
        put_gguf(out, 3, 0, 1);
        put_name(out, "general.alignment");
        put(out, 4, 4);
        put(out, 3, 4);
}

static void gguf_overlap(hart_buffer *out)
{
        put_gguf(out, 3, 4, 0);
        put_tensor(out, "a", 16, 0, 0);
        put_tensor(out, "b", 16, 0, 32);
        put_tensor(out, "far", 16, 0, UINT64_C(1) << 40);
        put_tensor(out, "huge", UINT64_MAX, 0, 0);
        while (out->size < 512)
                hart_buffer_byte(out, 'w');
}

static void gguf_twice(hart_buffer *out) /* a key that comes twice, and one that is no text */
{
        put_gguf(out, 2, 0, 3);
        for (unsigned i = 0; i < 2; i++) {
                put_name(out, "key");
                put(out, 5, 4);
                put(out, UINT32_MAX, 4);
        }
        put_name(out, "\xFF\n");
        put(out, 0, 4);
        put(out, 1, 1);
}

static void put_safetensors(hart_buffer *out, uint64_t size, const char *header)
{
        put(out, size > 0 ? size : strlen(header), 8);
        hart_buffer_text(out, header);
}

static void safetensors_huge(hart_buffer *out)
{
        put_safetensors(out, UINT64_C(1) << 63, "{}");
}

static void safetensors_cut(hart_buffer *out)
{
        put_safetensors(out, 99000000, "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"b\":{");
}

static void safetensors_claims(hart_buffer *out)
{
        put_safetensors(out, 0,
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]},"
                        "\"c\":{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[4,9223372036854775807]},"
                        "\"d\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,4]},"
                        "\"e\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[4,0]},"
                        "\"f\":7, \"__metadata__\":{\"list\":[1],\"text\":\"nul \\u0000\"}}  ");
        hart_buffer_text(out, "01234567");
}

static void safetensors_text(hart_buffer *out)
{
        put_safetensors(out, 0, "[1, 2]");
}

static void onnx_cut(hart_buffer *out) /* a graph of 2^63 bytes with an operator */
{
        hart_buffer_append(out, "\x3A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F\x0A\x06\x22\x04Relu", 18);
}

static void onnx_damaged(hart_buffer *out) /* its tensor has a field 0 */
{
        hart_buffer_append(out, "\x08\x01\x3A\x06\x2A\x04\x42\x01w\x00", 10);
}

static void not_onnx(hart_buffer *out)
{
        hart_buffer_text(out, "\x07one");
}

static const struct {
        const char *name, *atomizer;
        void (*make)(hart_buffer *out);
        const char *expected;
} rows[] = {
        {"2^63 of all", "gguf", gguf_counts,
         "problem \"its metadata is cut off or damaged\"\n"
         "describe {\"format\":\"gguf\",\"version\":3,\"metadata\":{},\"omitted\":0,\"tensors\":0,\"weights\":0}\n"},
        {"big-endian", "gguf", gguf_big_endian,
         "problem \"GGUF version 50331648 (big-endian) is not read, only 2 and 3\"\n"},
        {"a list of 2^63", "gguf", gguf_array,
         "problem \"its metadata is cut off or damaged\"\n"
         "describe {\"format\":\"gguf\",\"version\":3,\"metadata\":{},\"omitted\":0,\"tensors\":0,\"weights\":0}\n"},
        {"lists in lists", "gguf", gguf_nested,
         "problem \"its metadata is cut off or damaged\"\n"
         "describe {\"format\":\"gguf\",\"version\":3,\"metadata\":{},\"omitted\":0,\"tensors\":0,\"weights\":0}\n"},
        {"an alignment of 3", "gguf", gguf_alignment,
         "problem \"its alignment of 3 bytes cannot be\"\n"
         "describe "
         "{\"format\":\"gguf\",\"version\":3,\"metadata\":{\"general.alignment\":3},\"omitted\":0,\"tensors\":0,"
         "\"weights\":0}\n"},
        {"tensors that overlap", "gguf", gguf_overlap,
         "problem \"1 tensors claim more than 2^60 bytes\"\n"
         "describe {\"format\":\"gguf\",\"version\":3,\"metadata\":{},\"omitted\":0,\"tensors\":3,\"weights\":48}\n"
         "[tensor \"a\" {\"type\":\"F32\",\"shape\":[16]}]\n[tensor \"b\" {\"type\":\"F32\",\"shape\":[16]}]\n"
         "[tensor \"far\" {\"type\":\"F32\",\"shape\":[16]}]\n"
         "problem \"1 of its parts end behind the file's end, \"far\" the first of them\"\n"
         "problem \"1 of its parts begin inside another, \"b\" the first of them\"\n"},
        {"keys that come twice", "gguf", gguf_twice,
         "describe "
         "{\"format\":\"gguf\",\"version\":2,\"metadata\":{\"key\":-1},\"omitted\":2,\"tensors\":0,\"weights\":0}\n"},
        {"a header of 2^63", "safetensors", safetensors_huge, "problem \"no safetensors header\"\n"},
        {"a header that is cut", "safetensors", safetensors_cut,
         "problem \"its header of 99000000 bytes is cut off after 58\"\n"
         "problem \"its header is no JSON object from byte 66 on\"\n"
         "describe {\"format\":\"safetensors\",\"tensors\":1}\n"
         "[tensor \"a\" {\"type\":\"U8\",\"shape\":[1]}]\n"
         "problem \"1 of its parts end behind the file's end, \"a\" the first of them\"\n"},
        {"claims", "safetensors", safetensors_claims,
         "problem \"3 members of its header are no tensors\"\n"
         "describe {\"format\":\"safetensors\",\"metadata\":{\"text\":\"nul \xEF\xBF\xBD\"},\"tensors\":3}\n"
         "[tensor \"a\" {\"type\":\"U8\",\"shape\":[4]}]\n[tensor \"b\" {\"type\":\"U8\",\"shape\":[4]}]\n"
         "[tensor \"c\" {\"type\":\"U8\",\"shape\":[9]}]\n"
         "problem \"1 of its parts end behind the file's end, \"c\" the first of them\"\n"
         "problem \"2 of its parts begin inside another, \"b\" the first of them\"\n"},
        {"no object", "safetensors", safetensors_text,
         "problem \"its header is no JSON object from byte 8 on\"\ndescribe "
         "{\"format\":\"safetensors\",\"tensors\":0}\n"},
        {"cut", "onnx", onnx_cut,
         "problem \"the file is cut off: a part of it claims to be longer\"\n"
         "describe "
         "{\"format\":\"onnx\",\"tensors\":0,\"operators\":1,\"kinds\":[{\"operator\":\"Relu\",\"count\":1}]}\n"
         "[operator \"Relu\" {\"inputs\":[],\"outputs\":[]}]\n"},
        {"damaged", "onnx", onnx_damaged,
         "problem \"1 of its parts are damaged\"\n"
         "describe {\"format\":\"onnx\",\"ir_version\":1,\"tensors\":1,\"operators\":0,\"kinds\":[]}\n"
         "[tensor \"w\" {\"type\":\"UNDEFINED\",\"shape\":[]}]\n"},
        {"no model", "onnx", not_onnx,
         "problem \"no ONNX model from byte 0 on\"\ndescribe "
         "{\"format\":\"onnx\",\"tensors\":0,\"operators\":0,\"kinds\":[]}\n"},
};

static void test_claims(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                hart_buffer file = {0};
                rows[i].make(&file);
                char *found = skeleton(rows[i].atomizer, file.data, file.size);
                if (strcmp(found, rows[i].expected) != 0)
                        fail_msg("%s:\n%s\ninstead of\n%s", rows[i].name, found, rows[i].expected);
                free(found);
                hart_buffer_done(&file);
        }
}

/* Equal weights are equal atoms wherever they lie: blocks count from the tensor's first byte. */
static void test_blocks(void **unused)
{
        static const size_t weights = 3 * HART_COMPONENT_MAX + 100;
        hart_buffer file = {0};
        struct record record;
        (void)unused;
        put_safetensors(&file, 0,
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[196708],\"data_offsets\":[7,196715]},"
                        "\"b\":{\"dtype\":\"U8\",\"shape\":[196708],\"data_offsets\":[196715,393423]}}");
        hart_buffer_text(&file, "padding");
        for (size_t i = 0; i < 2 * weights; i++)
                hart_buffer_byte(&file, '\n'); /* neither a line end nor white space here */
        record_run(&record, "safetensors", file.data, file.size, NULL, NULL, NULL);
        assert_int_equal(record.components, 2 + 2 * 4); /* the header, the padding; three blocks and a rest each */
        assert_int_equal(record.problems, 0);
        record_done(&record);
        hart_buffer_done(&file);
}

/* Two bytes claim a tensor: a million of them cost no gigabyte. */
static void test_too_many(void **unused)
{
        enum { TENSORS = 1 << 20 };
        hart_buffer file = {0};
        struct record record;
        (void)unused;
        hart_buffer_append(&file, "\x3A\x80\x80\x80\x01", 5);
        for (size_t i = 0; i < TENSORS; i++)
                hart_buffer_append(&file, "\x2A\x00", 2);
        record_run(&record, "onnx", file.data, file.size, NULL, NULL, NULL);
        assert_int_equal(record.nodes, 1 << 18);
        assert_int_equal(record.problems, 1);
        record_done(&record);
        hart_buffer_done(&file);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_samples), cmocka_unit_test(test_cut_everywhere), cmocka_unit_test(test_claims),
                cmocka_unit_test(test_blocks),  cmocka_unit_test(test_too_many),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
