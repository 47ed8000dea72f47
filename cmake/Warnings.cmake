# Compiler settings of everything that is ours, in one target. Linked PRIVATE, so users of the installed headers are
# not bound by it.
add_library(hartonomous_build INTERFACE)
target_compile_features(hartonomous_build INTERFACE c_std_17)
target_compile_definitions(hartonomous_build INTERFACE _GNU_SOURCE)
target_compile_options(hartonomous_build INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wwrite-strings
    -Wformat=2 -Wundef -Wvla -Wswitch-enum -Wconversion -fno-common -fstack-protector-strong)
if(HARTONOMOUS_WERROR)
    target_compile_options(hartonomous_build INTERFACE -Werror)
endif()
if(HARTONOMOUS_SANITIZE)
    target_compile_options(hartonomous_build INTERFACE -fsanitize=${HARTONOMOUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(hartonomous_build INTERFACE -fsanitize=${HARTONOMOUS_SANITIZE})
else()
    target_link_options(hartonomous_build INTERFACE -Wl,-z,relro,-z,now)
endif()
if(CMAKE_BUILD_TYPE MATCHES "Release|RelWithDebInfo")
    target_compile_options(hartonomous_build INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
