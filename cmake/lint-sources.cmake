# Run by Lint.cmake's targets in the source folder: ${PROGRAM} ${ARGUMENTS} over the C files git knows. clang-tidy reads
# no headers of their own and nothing that is not compiled here.
set(patterns "*.c" "*.h" ":!tests/data")
if(ACTION STREQUAL "tidy")
    set(patterns "src/*.c")
endif()
execute_process(COMMAND git ls-files -- ${patterns} OUTPUT_VARIABLE files COMMAND_ERROR_IS_FATAL ANY)
string(STRIP "${files}" files)
string(REPLACE "\n" ";" files "${files}")
execute_process(COMMAND ${PROGRAM} ${ARGUMENTS} ${files} COMMAND_ERROR_IS_FATAL ANY)
