# Targets for people and for CI: format rewrites, format-check refuses, tidy runs clang-tidy over the compile commands.
find_program(CLANG_FORMAT NAMES clang-format clang-format-14)
find_program(CLANG_TIDY NAMES clang-tidy clang-tidy-14)
set(HARTONOMOUS_SOURCES_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/lint-sources.cmake)

function(hartonomous_lint_target name program)
    if(program)
        add_custom_target(${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM USES_TERMINAL
            COMMAND ${CMAKE_COMMAND} -DPROGRAM=${program} "-DARGUMENTS=${ARGN}" -DACTION=${name} -P ${HARTONOMOUS_SOURCES_SCRIPT})
    endif()
endfunction()

hartonomous_lint_target(format "${CLANG_FORMAT}" -i)
hartonomous_lint_target(format-check "${CLANG_FORMAT}" --dry-run -Werror)
hartonomous_lint_target(tidy "${CLANG_TIDY}" -quiet -p ${CMAKE_BINARY_DIR})
