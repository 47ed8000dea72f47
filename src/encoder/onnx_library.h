/* ONNX Runtime's library, opened when a model asks for it: the programs run where it is not installed. Everything of it
 * is reached through one table of functions (OrtApi). */
#ifndef ENCODER_ONNX_LIBRARY_H
#define ENCODER_ONNX_LIBRARY_H

#include <onnxruntime_c_api.h>

#include <hartonomous/error.h>

/* The table of functions as it was in ONNX Runtime 1.16; later libraries have it, too, with more behind it. */
#define ONNX_API_VERSION 16

/* `path` of libonnxruntime.so; NULL: where scripts/install-onnxruntime puts it, then what the system's linker finds.
 * *ret is static: the library stays until the process ends, as its threads and exit handlers may. HART_CONFIG, with
 * what to do. */
hart_code onnx_library_open(const OrtApi **ret, const char *path, hart_error *err);

/* What a call gave as HART_OK, or as `code` with ONNX Runtime's own words; the status is released. */
hart_code onnx_status(const OrtApi *api, OrtStatus *status, hart_code code, hart_error *err);

/* Ends the function with `code` and the library's words where a call fails; `api` and `err` are the function's. */
#define ONNX_TRY(call, code)                                                                                           \
        do {                                                                                                           \
                const hart_code try_code_ = onnx_status(api, (call), (code), err);                                     \
                if (try_code_ < 0)                                                                                     \
                        return try_code_;                                                                              \
        } while (0)

#endif
