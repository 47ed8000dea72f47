# hartonomous_grammars(NAME…): a library of tree-sitter and its grammars, `hartonomous_grammars`, made of the sources that
# scripts/install-grammars puts into a folder. They are compiled as they are: optimised, without our warnings. Only what
# is written by hand, the library and the scanners, runs under AddressSanitizer; the parsers are tables.
find_path(HARTONOMOUS_GRAMMARS library/src/lib.c NO_DEFAULT_PATH
    PATHS /var/cache/hartonomous/grammars $ENV{XDG_CACHE_HOME}/hartonomous/grammars $ENV{HOME}/.cache/hartonomous/grammars
    DOC "Folder of tree-sitter's grammars, as scripts/install-grammars makes it")

function(hartonomous_grammars)
    if(NOT HARTONOMOUS_GRAMMARS)
        message(FATAL_ERROR "the grammars that programs are taken apart with are missing: run scripts/install-grammars, or set "
            "-DHARTONOMOUS_FORMAT_CODE=OFF to have programs read as text")
    endif()
    add_library(hartonomous_grammars STATIC ${HARTONOMOUS_GRAMMARS}/library/src/lib.c)
    set(by_hand ${HARTONOMOUS_GRAMMARS}/library/src/lib.c)
    foreach(name IN LISTS ARGN)
        set(folder ${HARTONOMOUS_GRAMMARS}/${name})
        if(NOT EXISTS ${folder}/parser.c)
            message(FATAL_ERROR "${folder}/parser.c is missing: run scripts/install-grammars, which puts it there")
        endif()
        target_sources(hartonomous_grammars PRIVATE ${folder}/parser.c)
        if(EXISTS ${folder}/scanner.c)
            target_sources(hartonomous_grammars PRIVATE ${folder}/scanner.c)
            list(APPEND by_hand ${folder}/scanner.c)
        endif()
    endforeach()
    if(HARTONOMOUS_SANITIZE MATCHES "address")
        set_source_files_properties(${by_hand} PROPERTIES COMPILE_OPTIONS -fsanitize=address)
    endif()
    target_include_directories(hartonomous_grammars PRIVATE ${HARTONOMOUS_GRAMMARS} ${HARTONOMOUS_GRAMMARS}/library/src
        PUBLIC ${HARTONOMOUS_GRAMMARS}/library/include)
    # Some scanners use assert() and count on the headers for it.
    target_compile_options(hartonomous_grammars PRIVATE -w -O2 "SHELL:-include assert.h")
    target_compile_definitions(hartonomous_grammars PRIVATE NDEBUG _GNU_SOURCE)
endfunction()
