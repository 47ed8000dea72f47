#include "engine.h"

const struct engine *const engines[] = {&native_engine, &onnx_engine, &http_engine};
const size_t engine_count = sizeof engines / sizeof engines[0];
