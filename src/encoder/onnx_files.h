/* The files of a model in ONNX: model.onnx, and those it names that hold its weights. */
#ifndef ENCODER_ONNX_FILES_H
#define ENCODER_ONNX_FILES_H

#include <stddef.h>

#include <hartonomous/digest.h>
#include <hartonomous/error.h>

#define ONNX_FILES_MAX 64 /* files that one model may name */

/* Names of the files in which a model keeps weights outside its own file, each once, in order; owned. */
struct onnx_names {
        char *names[ONNX_FILES_MAX];
        size_t count;
};

/* From the bytes of a model file. HART_CONFIG where they are no ONNX model, are cut off, or name a file outside the
 * model's folder. */
hart_code onnx_names_of(struct onnx_names *ret, const unsigned char *data, size_t size, hart_error *err);
void onnx_names_done(struct onnx_names *names);

/* model.onnx in the folder or in its folder "onnx". *path is owned by the caller. The revision is the SHA-256 of the
 * file, followed by the files it names, if any, in order of their names. HART_CONFIG naming the file. */
hart_code onnx_files_open(char **path, char revision[HART_SHA256_HEX_SIZE], const char *folder, hart_error *err);

#endif
